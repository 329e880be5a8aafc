// SPDX-License-Identifier: BSD-2-Clause
// The timelines of a report. Data of the run is text here and nothing else: it goes into the page by textContent, by
// attributes that hold no code, and onto a canvas.
"use strict";

// Marks and members of a row, kinds of arrows: view/picture.h, view/html_data.c.
const ENDS = 2, CRITICAL = 4, HANGS = 8;
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

// Draws the part of a timeline that is in view: rows below each other, lanes beside each other.
class Drawing {
	constructor(data) {
		this.data = data;
	}

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
				g.globalAlpha = 0.1;
				g.fillRect(0, y, wide, Math.max(h, 2));
				g.globalAlpha = 1;
				if (i === this.selected)
					g.fillRect(0, y, 4, Math.max(h, 2));
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
}
