// SPDX-License-Identifier: BSD-2-Clause
// The timelines of a report. Data of the run is text here and nothing else: it goes into the page by textContent, by
// attributes that hold no code, and onto a canvas.
"use strict";
(() => {
const BLOCKS = 2, ENDS = 4, CRITICAL = 8, OUTSIDE = 16, HANGS = 64;
const LANE = 0, LABEL = 1, MARKS = 2, PRIMITIVE = 3, SITE = 4, STEP = 5, VTIME = 6;
const ARROWS = ["created by", "woken by", "gets from", "takes over from"];
const HEIGHTS = [24, 18, 12, 8, 5, 3, 2, 1, 0.5, 0.25, 0.1];
const GUTTER = 64, HEAD = 44, LABELLED = 15, PAGE = 100, BELOW = 12;

function element(name, attributes, ...children) {
	const e = document.createElement(name);
	for (const [key, value] of Object.entries(attributes || {}))
		e.setAttribute(key, value);
	e.append(...children);
	return e;
}

function duration(ns) {
	if (ns < 1e6)
		return (ns / 1e3).toFixed(1) + " µs";
	return ns < 1e9 ? (ns / 1e6).toFixed(1) + " ms" : (ns / 1e9).toFixed(3) + " s";
}

// The first index of the sorted list for which is(list[i]) holds, or its length.
function bisect(list, is) {
	let low = 0, high = list.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (is(list[middle]))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

function viewHeight(rows, height = 24) {
	return Math.min(Math.max(HEAD + rows * height + BELOW + 2, 180), Math.max(innerHeight * 0.7, 320));
}

function colours() {
	const style = getComputedStyle(document.documentElement);
	const c = {};
	for (const name of ["bg", "panel", "line", "text", "dim", "accent", "bad", "bad-soft", "channel", "lock",
			"waitgroup", "cond", "once", "atomic", "memory", "other"])
		c[name] = style.getPropertyValue("--" + name).trim();
	c.font = getComputedStyle(document.body).fontFamily;
	return c;
}

class Timeline {
	constructor(host, data) {
		this.data = data;
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

	// --- drawing

	later() {
		if (this.waiting)
			return;
		this.waiting = true;
		requestAnimationFrame(() => {
			this.waiting = false;
			this.draw();
		});
	}

	x(lane) {
		return GUTTER + (this.column[lane] + 0.5) * this.lane - this.view.scrollLeft;
	}

	y(position) {
		return HEAD + (position + 0.5) * this.height - this.view.scrollTop;
	}

	radius() {
		return Math.min(this.height * 0.25, 6);
	}

	draw() {
		const wide = this.view.clientWidth, tall = this.view.clientHeight;
		if (!wide)
			return;
		const ratio = devicePixelRatio || 1, canvas = this.canvas;
		if (canvas.width !== Math.round(wide * ratio) || canvas.height !== Math.round(tall * ratio)) {
			canvas.width = Math.round(wide * ratio);
			canvas.height = Math.round(tall * ratio);
			canvas.style.width = wide + "px";
			canvas.style.height = tall + "px";
		}
		const g = this.g = canvas.getContext("2d");
		g.setTransform(ratio, 0, 0, ratio, 0, 0);
		g.fillStyle = this.colours.bg;
		g.fillRect(0, 0, wide, tall);
		const first = Math.floor((this.view.scrollTop - HEAD) / this.height) - 1;
		const last = Math.ceil((this.view.scrollTop + tall) / this.height) + 1;
		this.first = Math.max(first, 0);
		this.last = Math.min(last, this.shown.length - 1);
		this.drawBands(g, wide);
		this.drawLives(g, tall);
		this.drawSpans(g, tall);
		this.drawArrows(g);
		this.drawRows(g, wide);
		this.drawHead(g, wide);
	}

	drawBands(g, wide) {
		const c = this.colours, h = this.height;
		for (let p = this.first; p <= this.last; p++) {
			const i = this.shown[p], y = this.y(p) - h / 2;
			if (this.data.rows[i][MARKS] & CRITICAL) {
				g.fillStyle = h < 5 ? c.bad : c["bad-soft"];
				g.fillRect(0, y, wide, Math.max(h, 2));
			}
			if (i === this.selected || i === this.hovered) {
				g.fillStyle = c.accent;
				g.globalAlpha = i === this.selected ? 0.18 : 0.08;
				g.fillRect(0, y, wide, Math.max(h, 2));
				g.globalAlpha = 1;
			}
		}
	}

	// The place of a row that may be left out: that of the next one which is shown.
	place(row) {
		return this.position[row] >= 0 ? this.position[row] : bisect(this.shown, (i) => i >= row);
	}

	drawLives(g, tall) {
		g.strokeStyle = this.colours.line;
		g.lineWidth = 1.5;
		g.beginPath();
		for (const i of this.columns) {
			const [, , , , first, last] = this.data.lanes[i];
			const top = first >= 0 ? this.y(this.place(first)) : HEAD;
			const bottom = last >= 0 ? this.y(this.place(last)) : tall;
			if (bottom < 0 || top > tall)
				continue;
			g.moveTo(this.x(i), Math.max(top, 0));
			g.lineTo(this.x(i), Math.min(bottom, tall));
		}
		g.stroke();
	}

	drawSpans(g, tall) {
		const c = this.colours;
		for (const [lane, from, to] of this.data.spans) {
			if (this.column[lane] < 0)
				continue;
			const top = this.y(this.place(from));
			const bottom = to < 0 ? this.y(this.shown.length - 0.5) : this.y(this.place(to));
			if (bottom < 0 || top > tall)
				continue;
			g.fillStyle = to < 0 ? c.bad : c.dim;
			g.globalAlpha = to < 0 ? 0.35 : 0.22;
			const from_y = Math.max(top, -20);
			g.beginPath();
			g.roundRect(this.x(lane) - 6, from_y, 12, Math.max(Math.min(bottom, tall + 20) - from_y, 1), 4);
			g.fill();
			g.globalAlpha = 1;
		}
	}

	drawArrows(g) {
		if (this.height < 3 || this.first > this.last)
			return;
		const c = this.colours;
		const tints = [c.dim, c.dim, c.channel, c.lock];
		const next = bisect(this.arrows, (a) => a[0] >= this.shown[this.first] - this.arrowReach);
		const bottom = this.shown[this.last], radius = this.radius();
		g.lineWidth = 1.4;
		for (let i = next; i < this.arrows.length && this.arrows[i][0] <= bottom; i++) {
			const [from, to, kind] = this.arrows[i];
			if (to < this.shown[this.first])
				continue;
			const x = this.x(this.data.rows[from][LANE]), y = this.y(this.position[from]);
			const tx = this.x(this.data.rows[to][LANE]), ty = this.y(this.position[to]);
			const start = y + radius, end = ty - radius - 7, bend = Math.max(Math.min((end - start) / 2, 26), 0);
			g.strokeStyle = g.fillStyle = tints[kind];
			g.setLineDash(kind === 0 ? [2, 3] : []);
			g.beginPath();
			g.moveTo(x, start);
			g.bezierCurveTo(x, start + bend, tx, end - bend, tx, end);
			g.stroke();
			g.beginPath();
			g.moveTo(tx, end + 7);
			g.lineTo(tx - 4, end);
			g.lineTo(tx + 4, end);
			g.fill();
		}
		g.setLineDash([]);
	}

	drawRows(g, wide) {
		const c = this.colours, h = this.height, labelled = h >= LABELLED;
		const radius = this.radius();
		g.textBaseline = "middle";
		g.lineJoin = "round";
		let step = -1;
		for (let p = this.first; p <= this.last; p++) {
			const row = this.data.rows[this.shown[p]], y = this.y(p);
			if (row[MARKS] & CRITICAL) {
				if (labelled)
					this.drawCritical(g, row, y, wide);
				continue;
			}
			const x = this.x(row[LANE]);
			const primitive = this.data.primitives[row[PRIMITIVE]];
			g.fillStyle = c[primitive ? primitive[1] : "other"];
			if (h < 5) {
				g.fillRect(x - 5, y - h / 2, 10, Math.max(h, 1));
			} else if (row[MARKS] & ENDS) {
				g.fillRect(x - 8, y - 3, 16, Math.min(6, h));
			} else {
				g.beginPath();
				g.arc(x, y, radius, 0, 7);
				g.fill();
			}
			if (labelled)
				this.drawLabel(g, row, x + 12, y, row[STEP] !== step);
			step = row[STEP];
		}
	}

	drawLabel(g, row, x, y, newStep) {
		const c = this.colours;
		g.font = "12px " + c.font;
		if (newStep) {
			g.textAlign = "right";
			g.fillStyle = c.dim;
			g.fillText(String(row[STEP]), GUTTER - 16 - this.view.scrollLeft, y);
			g.textAlign = "left";
		}
		g.lineWidth = 4;
		g.strokeStyle = c.bg;
		g.strokeText(row[LABEL], x, y);
		g.fillStyle = row[MARKS] & HANGS ? c.bad : c.text;
		g.fillText(row[LABEL], x, y);
		const site = this.data.sites[row[SITE]];
		if (!site || !site[0])
			return;
		const at = x + g.measureText(row[LABEL]).width + 8;
		g.font = "11px " + c.font;
		g.strokeText(site[0], at, y);
		g.fillStyle = c.dim;
		g.fillText(site[0], at, y);
	}

	drawCritical(g, row, y, wide) {
		const c = this.colours;
		g.strokeStyle = c.bad;
		g.lineWidth = 1.5;
		g.setLineDash([5, 3]);
		g.beginPath();
		g.moveTo(0, y + this.height / 2);
		g.lineTo(wide, y + this.height / 2);
		g.stroke();
		g.setLineDash([]);
		g.font = "600 12px " + c.font;
		g.fillStyle = c.bad;
		g.fillText(row[LABEL], 10 - this.view.scrollLeft, y);
	}

	drawHead(g, wide) {
		const c = this.colours;
		g.fillStyle = c.panel;
		g.fillRect(0, 0, wide, HEAD - 4);
		g.fillStyle = c.line;
		g.fillRect(0, HEAD - 5, wide, 1);
		g.textAlign = "center";
		for (const i of this.columns) {
			const [name, , place] = this.data.lanes[i], x = this.x(i);
			if (x < -this.lane || x > wide + this.lane)
				continue;
			g.fillStyle = c.text;
			g.font = "600 12px " + c.font;
			g.fillText(this.lane < 30 ? name.slice(0, 5) : name, x, 14);
			if (this.lane >= 90 && place) {
				g.fillStyle = c.dim;
				g.font = "11px " + c.font;
				g.fillText(place, x, 29, this.lane - 8);
			}
		}
		g.textAlign = "left";
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
		parts.push("step " + row[STEP], "virtual time " + duration(row[VTIME]));
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

// --- the page

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
	const up = head.getAttribute("aria-sort") === "descending";
	for (const th of table.tHead.rows[0].cells)
		th.removeAttribute("aria-sort");
	head.setAttribute("aria-sort", up ? "ascending" : "descending");
	const text = (row) => row.cells[column].textContent;
	const numeric = head.classList.contains("n");
	const rows = [...table.tBodies[0].rows].sort((a, b) =>
		numeric ? (parseFloat(text(a)) || 0) - (parseFloat(text(b)) || 0) : text(b).localeCompare(text(a)));
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
})();
