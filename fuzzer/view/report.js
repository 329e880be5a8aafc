// SPDX-License-Identifier: BSD-2-Clause
// The page of a report around its timelines.
function addTimelines() {
	const hosts = document.querySelectorAll(".timeline");
	if (!hosts.length)
		return;
	document.querySelector("main").append(element("p", {id: "timeline-keys", class: "hidden"},
		"Arrow keys go from row to row, with Shift within the goroutine; c goes to the next critical switch; "
		+ "plus and minus zoom, 0 shows all."));
	// Only what comes near the screen is worth the work.
	const observer = new IntersectionObserver((entries) => {
		for (const entry of entries) {
			if (!entry.isIntersecting)
				continue;
			observer.unobserve(entry.target);
			const data = document.getElementById("data-" + entry.target.dataset.number);
			entry.target.style.minHeight = "";
			new Timeline(entry.target, JSON.parse(data.textContent));
			performance.mark("timeline"); // for whoever measures
		}
	}, {rootMargin: "600px"});
	for (const host of hosts) {
		// As high as it will be, so that what is below stays where a link or the reader has put it.
		host.style.minHeight = viewHeight(Number(host.dataset.rows)) + 180 + "px";
		observer.observe(host);
	}
}

function addCopying() {
	for (const code of document.querySelectorAll(".rerun code")) {
		const button = element("button", {type: "button"}, "Copy");
		const said = element("span", {role: "status", class: "dim"});
		button.addEventListener("click", () => {
			// Without a secure context there is no clipboard, but a selection can always be copied.
			getSelection().selectAllChildren(code);
			const done = navigator.clipboard ? navigator.clipboard.writeText(code.textContent) : Promise.reject();
			done.then(() => { said.textContent = "copied"; }, () => { said.textContent = "selected: copy it"; });
		});
		code.after(button, said);
	}
}

function sortTable(table, column, head) {
	const numeric = head.classList.contains("n");
	/* The most first, or from A; and the other way by another click. */
	const sorted = head.getAttribute("aria-sort");
	const up = sorted ? sorted === "descending" : !numeric;
	for (const th of table.tHead.rows[0].cells)
		th.removeAttribute("aria-sort");
	head.setAttribute("aria-sort", up ? "ascending" : "descending");
	const text = (row) => row.cells[column].textContent;
	const rows = [...table.tBodies[0].rows].sort((a, b) =>
		numeric ? (parseFloat(text(a)) || 0) - (parseFloat(text(b)) || 0) : text(a).localeCompare(text(b)));
	table.tBodies[0].append(...(up ? rows : rows.reverse()));
}

function addSorting() {
	for (const table of document.querySelectorAll("table.sortable"))
		[...table.tHead.rows[0].cells].forEach((head, i) => {
			if (head.querySelector(".hidden"))
				return;
			const button = element("button", {type: "button", class: "sort"}, head.textContent);
			button.addEventListener("click", () => sortTable(table, i, head));
			head.replaceChildren(button);
		});
}

addTimelines();
addCopying();
addSorting();
document.documentElement.dataset.ready = "yes";
