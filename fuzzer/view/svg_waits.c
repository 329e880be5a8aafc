/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/svg.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "view/markup.h"
#include "view/picture.h"
#include "wire/ops.h"
#include "wire/text.h"
#include "wire/timeline.h"

#include <inttypes.h>
#include <math.h>

#define NODE_W 190
#define NODE_H 46
#define PAD 16

/* The goroutines that are shown, on an ellipse: a cycle is then a ring, whatever else hangs on it. */
struct ring {
	const struct knot_timeline *t;
	uint32_t g[KNOT_SVG_WAITS_MAX];
	bool in_cycle[KNOT_SVG_WAITS_MAX];
	size_t len;
	double w, h;
};

static size_t place_of(const struct ring *r, uint32_t g)
{
	size_t i = 0;

	while (i < r->len && r->g[i] != g)
		i++;
	return i;
}

static void add(struct ring *r, uint32_t g, bool in_cycle)
{
	const size_t i = place_of(r, g);

	if (g >= r->t->goroutines.len || i == KNOT_SVG_WAITS_MAX)
		return;
	if (i == r->len) {
		r->g[r->len++] = g;
		r->in_cycle[i] = false;
	}
	r->in_cycle[i] = r->in_cycle[i] || in_cycle;
}

/* In the order in which they wait for each other, so that neighbours on the ring are neighbours in the cycle. */
static void add_cycles(struct ring *r)
{
	for (size_t i = 0; i < r->t->waits.len; i++) {
		const struct knot_timeline_wait *w = &r->t->waits.data[i];

		if (!w->in_cycle || place_of(r, w->from) < r->len)
			continue;
		add(r, w->from, true);
		for (size_t j = 0; j < r->t->waits.len && r->len < KNOT_SVG_WAITS_MAX; j++) {
			const struct knot_timeline_wait *next = &r->t->waits.data[j];

			if (next->in_cycle && next->from == r->g[r->len - 1] &&
				place_of(r, next->to) == r->len) {
				add(r, next->to, true);
				j = (size_t)-1; /* on from there */
			}
		}
	}
}

static void collect(struct ring *r)
{
	add_cycles(r);
	for (size_t i = 0; i < r->t->waits.len; i++) {
		add(r, r->t->waits.data[i].from, false);
		add(r, r->t->waits.data[i].to, false);
	}
	for (uint32_t g = 0; g < r->t->goroutines.len; g++)
		if (r->t->goroutines.data[g].state == KNOT_TIMELINE_BLOCKED)
			add(r, g, false);
}

static void position(const struct ring *r, size_t i, double *ret_x, double *ret_y)
{
	const double angle = -M_PI / 2 + 2 * M_PI * (double)i / (double)r->len;

	if (r->len <= 2) { /* side by side */
		*ret_x = PAD + NODE_W / 2.0 + (double)i * (NODE_W + 150);
		*ret_y = r->h / 2;
		return;
	}
	*ret_x = r->w / 2 + (r->w - NODE_W - 2 * PAD) / 2 * cos(angle);
	*ret_y = r->h / 2 + (r->h - NODE_H - 2 * PAD) / 2 * sin(angle);
}

/* Where the line from (x, y) to (to_x, to_y) leaves the box around (x, y). */
static void leave(double x, double y, double to_x, double to_y, double *ret_x, double *ret_y)
{
	const double dx = to_x - x, dy = to_y - y;
	const double sx = dx ? (NODE_W / 2.0 + 4) / fabs(dx) : 1e9;
	const double sy = dy ? (NODE_H / 2.0 + 4) / fabs(dy) : 1e9;
	const double s = fmin(sx, sy);

	*ret_x = x + dx * s;
	*ret_y = y + dy * s;
}

static bool goes_back(const struct knot_timeline *t, const struct knot_timeline_wait *w)
{
	for (size_t i = 0; i < t->waits.len; i++)
		if (t->waits.data[i].from == w->to && t->waits.data[i].to == w->from)
			return true;
	return false;
}

static void draw_edge(
	const struct ring *r, const struct knot_timeline_wait *w, struct knot_text *out)
{
	const size_t from = place_of(r, w->from), to = place_of(r, w->to);
	double x, y, to_x, to_y, x1, y1, x2, y2;

	if (from == r->len || to == r->len || from == to)
		return;
	position(r, from, &x, &y);
	position(r, to, &to_x, &to_y);
	leave(x, y, to_x, to_y, &x1, &y1);
	leave(to_x, to_y, x, y, &x2, &y2);

	const double length = fmax(hypot(x2 - x1, y2 - y1), 1);
	/* Two that wait for each other have two lines, bent away from each other. */
	const double bend = goes_back(r->t, w) ? 52 : 0;
	const double nx = -(y2 - y1) / length, ny = (x2 - x1) / length;
	const double mx = (x1 + x2) / 2 - nx * bend, my = (y1 + y2) / 2 - ny * bend;
	const double tx = x2 - mx, ty = y2 - my, tl = fmax(hypot(tx, ty), 1);
	const char *class = w->in_cycle ? "k-cycle" : "k-wait";
	const struct knot_timeline_goroutine *g = &r->t->goroutines.data[w->from];
	const char *name = knot_picture_object(r->t, g->at, g->primitive);
	static const char *const whys[KNOT_TIMELINE_WHYS] = {", held by", ", read-held by", ""};

	knot_text_addf(out,
		"<path class=\"k-arrow %s\" d=\"M%.1f %.1fQ%.1f %.1f %.1f %.1f\"/>"
		"<path class=\"k-head %s\" d=\"M%.1f %.1fL%.1f %.1fL%.1f %.1fz\"/>\n",
		class, x1, y1, mx, my, x2 - tx / tl * 6, y2 - ty / tl * 6, class, x2, y2,
		x2 - tx / tl * 9 - ty / tl * 5, y2 - ty / tl * 9 + tx / tl * 5,
		x2 - tx / tl * 9 + ty / tl * 5, y2 - ty / tl * 9 - tx / tl * 5);
	knot_text_addf(out, "<text class=\"k-halo k-middle%s\" x=\"%.1f\" y=\"%.1f\">",
		w->in_cycle ? " k-bad" : "", (x1 + x2) / 4 + mx / 2, (y1 + y2) / 4 + my / 2 + 4);
	knot_markup_add_cut(out, name, 16);
	/* Two may go by one name. */
	if (g->primitive < r->t->primitives.len)
		knot_text_addf(out, " (%s %" PRIu32 ")", knot_picture_kind_name(r->t, g->primitive),
			r->t->primitives.data[g->primitive].number);
	knot_text_addf(out, "%s</text>\n", w->why < KNOT_TIMELINE_WHYS ? whys[w->why] : "");
}

static void draw_node(const struct ring *r, size_t i, struct knot_text *out)
{
	const struct knot_timeline_goroutine *g = &r->t->goroutines.data[r->g[i]];
	knot_auto_free char *place = knot_picture_place(r->t, g->at);
	const char *object = knot_picture_object(r->t, g->at, g->primitive);
	double x, y;

	position(r, i, &x, &y);
	knot_text_addf(out,
		"<rect class=\"k-node%s\" x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%d\" "
		"rx=\"8\"/>"
		"<text class=\"k-middle\" x=\"%.1f\" y=\"%.1f\">G%" PRIu32,
		r->in_cycle[i] ? " k-cycle" : "", x - NODE_W / 2.0, y - NODE_H / 2.0, NODE_W,
		NODE_H, x, y - 4, g->number);
	if (g->state == KNOT_TIMELINE_BLOCKED) {
		knot_text_addf(out, " in %s ", knot_op_name(g->op));
		knot_markup_add_cut(out, object, 14);
	}
	knot_text_addf(
		out, "</text><text class=\"k-dim k-middle\" x=\"%.1f\" y=\"%.1f\">", x, y + 13);
	knot_markup_add_cut(out, place ? place : g->path, 30);
	knot_text_adds(out, "</text>\n");
}

size_t knot_svg_waits(const struct knot_timeline *t, struct knot_text *out)
{
	struct ring r = {.t = t};

	collect(&r);
	if (!r.len)
		return 0;
	r.w = r.len == 1 ? NODE_W + 2 * PAD : r.len == 2 ? 2 * NODE_W + 150 + 2 * PAD : 580;
	r.h = r.len <= 2 ? 130 : r.len <= 6 ? 320 : 520;
	knot_text_addf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"k-svg\" width=\"%.0f\" "
		"height=\"%.0f\" "
		"viewBox=\"0 0 %.0f %.0f\" role=\"img\"><title>Who waits for whom at the end of "
		"the "
		"run</title>\n",
		r.w, r.h, r.w, r.h);
	for (size_t i = 0; i < t->waits.len; i++)
		draw_edge(&r, &t->waits.data[i], out);
	for (size_t i = 0; i < r.len; i++)
		draw_node(&r, i, out);
	knot_text_adds(out, "</svg>\n");
	return r.len;
}
