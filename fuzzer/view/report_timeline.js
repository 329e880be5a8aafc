// SPDX-License-Identifier: BSD-2-Clause
// A picture with what belongs to it: filters, keys, what is selected, the same as a table.
class Timeline extends Drawing {
	constructor(host, data) {
		super(data);
		this.lanesOn = data.lanes.map(() => true);
		this.primitive = -1;
		this.selected = data.rows.findIndex((row) => row[MARKS] & CRITICAL);
		this.selected = Math.max(this.selected, 0);
		this.hovered = -1;
		this.height = 24;
		this.tablePage = 0;
		this.build(host);
		this.filter();
		new ResizeObserver(() => this.layout()).observe(this.view);
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
			this.colours = colours();
			this.draw();
		});
		this.select(this.selected, true);
	}

	// --- the page around the picture

	build(host) {
		this.colours = colours();
		this.canvas = element("canvas", {"aria-hidden": "true"});
		this.space = element("div", {class: "space"});
		const name = host.parentElement.querySelector("h3").id;
		this.view = element("div", {class: "view", tabindex: "0", role: "slider", "aria-orientation": "vertical",
			"aria-labelledby": name, "aria-valuemin": "1", "aria-describedby": "timeline-keys"},
			this.canvas, this.space);
		this.details = element("p", {class: "details"});
		this.table = element("details", {class: "rows"}, element("summary", {}, "Rows as a table"));
		this.table.addEventListener("toggle", () => this.table.open && this.fillTable());
		host.append(this.controls(), this.view, this.details, this.legend(), this.table);
		this.view.addEventListener("scroll", () => this.later(), {passive: true});
		this.view.addEventListener("keydown", (e) => this.key(e));
		this.view.addEventListener("wheel", (e) => {
			if (!e.ctrlKey)
				return;
			e.preventDefault();
			this.zoom(e.deltaY < 0 ? -1 : 1, e.offsetY);
		}, {passive: false});
		this.view.addEventListener("mousemove", (e) => this.hover(this.rowAt(e)));
		this.view.addEventListener("mouseleave", () => this.hover(-1));
		this.view.addEventListener("click", (e) => {
			const row = this.rowAt(e);
			if (row >= 0)
				this.select(row, false);
		});
	}

	controls() {
		const box = element("div", {class: "controls"});
		const button = (text, label, act) => {
			const b = element("button", {type: "button", "aria-label": label, title: label}, text);
			b.addEventListener("click", act);
			return b;
		};
		box.append(element("span", {class: "group", role: "group", "aria-label": "Zoom"},
			button("+", "Zoom in", () => this.zoom(-1)), button("−", "Zoom out", () => this.zoom(1)),
			button("All", "Show all of it", () => this.fit())));
		if (this.data.rows.some((row) => row[MARKS] & CRITICAL))
			box.append(button("Next critical switch", "Next critical switch", () => this.critical()));
		box.append(this.primitiveChoice(), this.laneChoice());
		return box;
	}

	primitiveChoice() {
		const choice = element("select", {});
		choice.append(element("option", {value: "-1"}, "all primitives"));
		this.data.primitives.forEach(([name, kind, number], i) => {
			choice.append(element("option", {value: String(i)}, name + " (" + kind + " " + number + ")"));
		});
		choice.addEventListener("change", () => {
			this.primitive = Number(choice.value);
			this.filter();
		});
		return element("label", {}, "Primitive ", choice);
	}

	laneChoice() {
		const list = element("div", {class: "lanes"});
		const boxes = this.data.lanes.map((lane, i) => {
			const box = element("input", {type: "checkbox"});
			box.checked = true;
			box.addEventListener("change", () => {
				this.lanesOn[i] = box.checked;
				this.filter();
			});
			list.append(element("label", {}, box, " " + lane[0] + (lane[2] ? " " + lane[2] : "")));
			return box;
		});
		const all = (on) => {
			const b = element("button", {type: "button"}, on ? "All" : "None");
			b.addEventListener("click", () => {
				this.lanesOn.fill(on);
				boxes.forEach((box) => { box.checked = on; });
				this.filter();
			});
			return b;
		};
		this.laneSummary = element("summary", {}, "");
		return element("details", {class: "choice"}, this.laneSummary,
			element("div", {class: "popup"}, all(true), all(false), list));
	}

	legend() {
		const kinds = new Set(this.data.primitives.map((p) => p[1]));
		const list = element("ul", {class: "legend", "aria-label": "Colours"});
		for (const kind of kinds)
			list.append(element("li", {}, element("span", {class: "swatch k-" + kind}), kind));
		list.append(element("li", {}, element("span", {class: "swatch bar"}), "blocked"),
			element("li", {}, element("span", {class: "swatch bar for-ever"}), "blocked for ever"),
			element("li", {}, element("span", {class: "swatch switch"}), "critical switch"));
		return list;
	}

	// --- what is shown

	filter() {
		const {rows, lanes} = this.data;
		const on = this.lanesOn, primitive = this.primitive;
		this.shown = [];
		this.position = new Int32Array(rows.length).fill(-1);
		rows.forEach((row, i) => {
			if (!on[row[LANE]] || (primitive >= 0 && row[PRIMITIVE] !== primitive && !(row[MARKS] & CRITICAL)))
				return;
			this.position[i] = this.shown.length;
			this.shown.push(i);
		});
		this.columns = [];
		this.column = lanes.map((lane, i) => on[i] ? this.columns.push(i) - 1 : -1);
		this.arrows = this.data.arrows.filter(([from, to]) => this.position[from] >= 0 && this.position[to] >= 0)
			.sort((a, b) => a[0] - b[0]);
		this.arrowReach = this.arrows.reduce((most, [from, to]) => Math.max(most, to - from), 0);
		const some = this.columns.length === lanes.length ? "all " + lanes.length
			: this.columns.length + " of " + lanes.length;
		this.laneSummary.textContent = "Goroutines: " + some;
		this.view.setAttribute("aria-valuemax", String(Math.max(this.shown.length, 1)));
		this.tablePage = 0;
		this.layout();
		if (this.shown.length && this.position[this.selected] < 0)
			this.select(this.shown[Math.min(bisect(this.shown, (i) => i >= this.selected), this.shown.length - 1)], true);
		else
			this.tell();
		if (this.table.open)
			this.fillTable();
	}

	layout() {
		const wide = this.view.clientWidth, n = Math.max(this.columns.length, 1);
		const room = wide - GUTTER - 300;
		this.lane = Math.max(22, Math.min(220, room / n));
		this.wide = Math.max(wide, GUTTER + this.lane * n + 260);
		const tall = HEAD + this.shown.length * this.height + BELOW;
		this.view.style.height = viewHeight(this.shown.length, this.height) + "px";
		this.space.style.width = this.wide + "px";
		this.space.style.height = tall + "px";
		this.draw();
	}

	zoom(by, at) {
		let i = HEIGHTS.findIndex((h) => h <= this.height);
		i = Math.min(Math.max((i < 0 ? HEIGHTS.length - 1 : i) + by, 0), HEIGHTS.length - 1);
		this.setHeight(HEIGHTS[i], at);
	}

	fit() {
		const room = Math.max(innerHeight * 0.7, 320) - HEAD - 16;
		this.setHeight(Math.min(24, Math.max(room / Math.max(this.shown.length, 1), 0.05)));
	}

	// The row at the given height, or the selected one, stays where it is.
	setHeight(height, at) {
		const old = this.height, top = this.view.scrollTop;
		const p = this.position[this.selected];
		let row = at === undefined ? p : (top + at - HEAD) / old;
		let where = at === undefined ? HEAD + p * old - top : at;
		if (at === undefined && (where < 0 || where > this.view.clientHeight))
			where = this.view.clientHeight / 2;
		this.height = height;
		this.layout();
		this.view.scrollTop = HEAD + row * height - where;
		this.later();
	}

	// --- moving about

	rowAt(event) {
		const box = this.view.getBoundingClientRect();
		const y = event.clientY - box.top - this.view.clientTop;
		if (y < HEAD)
			return -1;
		const p = Math.floor((y + this.view.scrollTop - HEAD) / this.height);
		return p >= 0 && p < this.shown.length ? this.shown[p] : -1;
	}

	hover(row) {
		if (row === this.hovered)
			return;
		this.hovered = row;
		this.tell();
		this.later();
	}

	describe(i) {
		const {rows, lanes, sites, primitives} = this.data;
		const row = rows[i], lane = lanes[row[LANE]];
		const site = sites[row[SITE]], primitive = primitives[row[PRIMITIVE]];
		const parts = [];
		parts.push(row[MARKS] & CRITICAL ? "critical switch: " + row[LABEL] : lane[0] + " " + row[LABEL]);
		if (site && site[0] && !(row[MARKS] & CRITICAL))
			parts.push("at " + site[0] + (site[1] ? " in " + site[1] : ""));
		for (const [from, , kind] of this.data.arrows.filter((a) => a[1] === i))
			parts.push(ARROWS[kind] + " " + lanes[rows[from][LANE]][0]);
		if (primitive)
			parts.push(primitive[1] + " " + primitive[2]);
		if (row[MARKS] & HANGS)
			parts.push("never goes on");
		parts.push("step " + row[STEP]);
		if (row[VTIME]) // native runs have none
			parts.push("virtual time " + duration(row[VTIME]));
		return parts.join(", ");
	}

	tell() {
		if (!this.shown.length) {
			this.details.textContent = "Nothing is left to show: choose other goroutines or primitives.";
			this.view.setAttribute("aria-valuetext", "nothing to show");
			this.view.setAttribute("aria-valuenow", "1");
			return;
		}
		const i = this.hovered >= 0 ? this.hovered : this.selected;
		this.details.textContent = "Row " + (this.position[i] + 1) + " of " + this.shown.length + ": " + this.describe(i);
		this.view.setAttribute("aria-valuenow", String(this.position[this.selected] + 1));
		this.view.setAttribute("aria-valuetext", this.describe(this.selected));
	}

	select(row, stay) {
		this.selected = row;
		this.tell();
		const p = this.position[row], y = HEAD + p * this.height;
		const view = this.view;
		if (!stay && p >= 0) {
			if (y - HEAD < view.scrollTop)
				view.scrollTop = y - HEAD;
			else if (y + this.height + 4 > view.scrollTop + view.clientHeight)
				view.scrollTop = y + this.height + 4 - view.clientHeight;
		} else if (p >= 0 && y > view.scrollTop + view.clientHeight - this.height) {
			view.scrollTop = y - view.clientHeight / 2;
		}
		this.later();
	}

	go(position) {
		if (this.shown.length)
			this.select(this.shown[Math.min(Math.max(position, 0), this.shown.length - 1)], false);
	}

	along(by) {
		const lane = this.data.rows[this.selected][LANE];
		for (let p = this.position[this.selected] + by; p >= 0 && p < this.shown.length; p += by)
			if (this.data.rows[this.shown[p]][LANE] === lane)
				return this.go(p);
	}

	critical() {
		const n = this.shown.length;
		for (let k = 1; k <= n; k++) {
			const p = (this.position[this.selected] + k) % n;
			if (this.data.rows[this.shown[p]][MARKS] & CRITICAL) {
				this.select(this.shown[p], false);
				return;
			}
		}
	}

	key(e) {
		if (e.ctrlKey || e.altKey || e.metaKey)
			return;
		const p = this.position[this.selected];
		const page = Math.max(Math.floor((this.view.clientHeight - HEAD) / this.height) - 1, 1);
		const acts = {
			ArrowDown: () => e.shiftKey ? this.along(1) : this.go(p + 1),
			ArrowUp: () => e.shiftKey ? this.along(-1) : this.go(p - 1),
			ArrowRight: () => { this.view.scrollLeft += 60; },
			ArrowLeft: () => { this.view.scrollLeft -= 60; },
			PageDown: () => this.go(p + page),
			PageUp: () => this.go(p - page),
			Home: () => this.go(0),
			End: () => this.go(this.shown.length - 1),
			c: () => this.critical(),
			"+": () => this.zoom(-1),
			"=": () => this.zoom(-1),
			"-": () => this.zoom(1),
			"0": () => this.fit(),
		};
		if (!Object.hasOwn(acts, e.key))
			return;
		e.preventDefault();
		acts[e.key]();
	}

	// --- the same as a table

	fillTable() {
		const {rows, lanes, sites} = this.data;
		const pages = Math.max(Math.ceil(this.shown.length / PAGE), 1);
		this.tablePage = Math.min(Math.max(this.tablePage, 0), pages - 1);
		const first = this.tablePage * PAGE, body = element("tbody", {});
		for (const i of this.shown.slice(first, first + PAGE)) {
			const row = rows[i], site = sites[row[SITE]];
			const what = (row[MARKS] & CRITICAL ? "critical switch: " : "") + row[LABEL]
				+ (row[MARKS] & HANGS ? ", never goes on" : "");
			const from = this.data.arrows.filter((a) => a[1] === i)
				.map((a) => ARROWS[a[2]] + " " + lanes[rows[a[0]][LANE]][0]);
			body.append(element("tr", row[MARKS] & CRITICAL ? {class: "critical"} : {},
				element("td", {class: "n"}, String(row[STEP])),
				element("td", {}, lanes[row[LANE]][0]), element("td", {}, what),
				element("td", {}, site ? site[0] : ""), element("td", {}, from.join(", "))));
		}
		const head = element("tr", {});
		for (const name of ["Step", "Goroutine", "What", "Where", "From"])
			head.append(element("th", {scope: "col"}, name));
		const turn = (text, by) => {
			const b = element("button", {type: "button"}, text);
			b.disabled = this.tablePage + by < 0 || this.tablePage + by >= pages;
			b.addEventListener("click", () => {
				this.tablePage += by;
				this.fillTable();
				this.table.querySelector("button:not(:disabled)").focus();
			});
			return b;
		};
		const caption = "Rows " + (this.shown.length ? first + 1 : 0) + " to " + Math.min(first + PAGE, this.shown.length)
			+ " of " + this.shown.length;
		this.table.replaceChildren(this.table.firstElementChild,
			element("p", {class: "controls"}, turn("Previous", -1), turn("Next", 1)),
			element("div", {class: "wide", tabindex: "0", role: "region", "aria-label": "Rows of the timeline"},
				element("table", {}, element("caption", {}, caption), element("thead", {}, head), body)));
	}
}
