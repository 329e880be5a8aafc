/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/svg.h"

#include "base/cleanup.h"
#include "view/assets.h"
#include "view/markup.h"
#include "view/picture.h"
#include "wire/text.h"
#include "wire/timeline.h"

#include <inttypes.h>
#include <string.h>

#define ROW 22
#define GUTTER 60
#define HEAD 46 /* names of the lanes */
#define TITLE 58
#define LEGEND 40
#define NOTE 20 /* below it */
#define LABEL 430 /* behind the last lane */
#define LABEL_MAX 90 /* characters */
#define LONG 160
/* Nobody reads more rows than that in a picture that stands still: the middle of a longer run is left out. */
#define ROWS_MAX 2000
#define ROWS_FIRST 300

#define NONE KNOT_TIMELINE_NONE

struct drawing {
	const struct knot_picture *p;
	struct knot_text *out;
	int top; /* of the lanes' names */
	int lane; /* width of one */
	int width, height;
};

static int lane_width(uint32_t lanes)
{
	return lanes <= 4 ? 180 : lanes <= 8 ? 112 : lanes <= 16 ? 56 : 32;
}

static int x_of(const struct drawing *d, uint32_t lane)
{
	return GUTTER + (int)lane * d->lane + d->lane / 2;
}

/* Rows that are left out; they have one line for all of them. */
static uint32_t gap(const struct drawing *d)
{
	return d->p->rows.len > ROWS_MAX ? (uint32_t)d->p->rows.len - ROWS_MAX : 0;
}

static bool in_gap(const struct drawing *d, uint32_t row)
{
	return row >= ROWS_FIRST && row < ROWS_FIRST + gap(d);
}

static int y_of(const struct drawing *d, uint32_t row)
{
	if (in_gap(d, row))
		row = ROWS_FIRST;
	else if (gap(d) && row >= ROWS_FIRST)
		row -= gap(d) - 1;
	return d->top + HEAD + (int)row * ROW + ROW / 2;
}

static int bottom(const struct drawing *d)
{
	return d->top + HEAD + (int)(d->p->rows.len - gap(d) + (gap(d) > 0)) * ROW;
}

static void text_at(
	struct drawing *d, int x, int y, const char *class, const char *text, size_t max)
{
	knot_text_addf(d->out, "<text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, class);
	knot_markup_add_cut(d->out, text, max);
	knot_text_adds(d->out, "</text>\n");
}

static void add_title(struct drawing *d)
{
	const struct knot_timeline *t = d->p->timeline;
	knot_auto_free char *what = knot_xasprintf("%s: %s", t->verdict ? t->verdict : "finding",
		t->title             ? t->title
			: t->message ? t->message
				     : "");
	knot_auto_free char *where =
		knot_xasprintf("%s %s, %" PRIu32 " steps%s", t->package ? t->package : "",
			t->test ? t->test : "", t->steps, t->minimized ? ", minimised" : "");
	/* A title begins with its verdict as a rule. */
	const bool twice =
		t->title && t->verdict && !strncmp(t->title, t->verdict, strlen(t->verdict));

	text_at(d, 16, 24, "k-title", twice ? t->title : what, LONG);
	text_at(d, 16, 44, "k-dim", where, LONG);
}

static void add_lanes(struct drawing *d)
{
	const struct knot_timeline *t = d->p->timeline;

	for (uint32_t i = 0; i < d->p->lanes; i++) {
		knot_auto_free char *name = knot_picture_lane_name(d->p, i);
		const bool known = i < t->goroutines.len;
		const uint32_t first = known ? d->p->first.data[i] : NONE;
		const uint32_t last = known ? d->p->last.data[i] : NONE;

		text_at(d, x_of(d, i), d->top + 18, "k-lane", name, 12);
		if (known && d->lane >= 100) {
			knot_auto_free char *place =
				knot_picture_place(t, t->goroutines.data[i].site);

			text_at(d, x_of(d, i), d->top + 34, "k-lane-path",
				place ? place : t->goroutines.data[i].path, (size_t)d->lane / 6);
		}
		knot_text_addf(d->out, "<path class=\"k-life\" d=\"M%d %dV%d\"/>\n", x_of(d, i),
			first == NONE ? d->top + HEAD : y_of(d, first),
			last == NONE ? bottom(d) : y_of(d, last));
	}
}

static void add_bands(struct drawing *d)
{
	for (uint32_t i = 0; i < d->p->rows.len; i++) {
		const int y = y_of(d, i);

		if (!(d->p->rows.data[i].marks & KNOT_PICTURE_CRITICAL) || in_gap(d, i))
			continue;
		knot_text_addf(d->out,
			"<rect class=\"k-critical\" x=\"0\" y=\"%d\" width=\"%d\" height=\"%d\"/>"
			"<path class=\"k-critical-line\" d=\"M0 %dH%d\"/>\n",
			y - ROW / 2, d->width, ROW, y + ROW / 2, d->width);
	}
}

static void add_spans(struct drawing *d)
{
	for (size_t i = 0; i < d->p->spans.len; i++) {
		const struct knot_picture_span *s = &d->p->spans.data[i];
		const int y = y_of(d, s->from);
		const int end = s->to == NONE ? bottom(d) : y_of(d, s->to);

		if (end == y) /* both in the gap */
			continue;
		knot_text_addf(d->out,
			"<rect class=\"k-span%s\" x=\"%d\" y=\"%d\" width=\"12\" height=\"%d\" "
			"rx=\"4\"/>\n",
			s->to == NONE ? "" : " k-waits", x_of(d, s->lane) - 6, y, end - y);
	}
}

static void add_arrows(struct drawing *d)
{
	static const char *const classes[KNOT_TIMELINE_ARROWS] = {
		"k-spawn", "k-wake", "k-message", "k-handover"};

	for (size_t i = 0; i < d->p->arrows.len; i++) {
		const struct knot_picture_arrow *a = &d->p->arrows.data[i];
		const int x = x_of(d, d->p->rows.data[a->from].lane), y = y_of(d, a->from);
		const int to_x = x_of(d, d->p->rows.data[a->to].lane), to_y = y_of(d, a->to);

		if (to_y == y)
			continue;
		/* From below to above: between the rows it meets no label, or few. */
		const int start = y + 6, end = to_y - 13;
		const int bend = end - start > 52 ? 26 : end > start ? (end - start) / 2 : 0;

		knot_text_addf(d->out,
			"<path class=\"k-arrow %s\" d=\"M%d %dC%d %d %d %d %d %d\"/>"
			"<path class=\"k-head %s\" d=\"M%d %dl-4 -7h8z\"/>\n",
			classes[a->kind], x, start, x, start + bend, to_x, end - bend, to_x, end,
			classes[a->kind], to_x, end + 7);
	}
}

static void add_label(struct drawing *d, uint32_t i)
{
	const struct knot_picture_row *row = &d->p->rows.data[i];
	knot_auto_free char *place = knot_picture_place(d->p->timeline, row->site);
	const int y = y_of(d, i) + 4;

	if (row->marks & KNOT_PICTURE_CRITICAL) {
		text_at(d, 8, y, "k-critical-text", row->label, LONG);
		return;
	}
	knot_text_addf(d->out, "<text x=\"%d\" y=\"%d\" class=\"k-halo%s\">",
		x_of(d, row->lane) + 12, y, row->marks & KNOT_PICTURE_HANGS ? " k-bad" : "");
	knot_markup_add_cut(d->out, row->label, LABEL_MAX);
	if (place) {
		knot_text_adds(d->out, " <tspan class=\"k-dim\">");
		knot_markup_add_cut(d->out, place, LABEL_MAX);
		knot_text_adds(d->out, "</tspan>");
	}
	knot_text_adds(d->out, "</text>\n");
}

static void add_rows(struct drawing *d)
{
	uint32_t step = 0;

	for (uint32_t i = 0; i < d->p->rows.len; i++) {
		const struct knot_picture_row *row = &d->p->rows.data[i];
		const int x = x_of(d, row->lane), y = y_of(d, i);

		if (row->marks & KNOT_PICTURE_CRITICAL || in_gap(d, i))
			continue;
		if (row->step != step || !i) {
			knot_text_addf(d->out,
				"<text x=\"%d\" y=\"%d\" class=\"k-step\">%" PRIu32 "</text>",
				GUTTER - 16, y + 4, row->step);
			step = row->step;
		}
		const char *kind = knot_picture_kind_name(d->p->timeline, row->primitive);

		if (row->marks & KNOT_PICTURE_ENDS)
			knot_text_addf(d->out,
				"<rect class=\"k-dot k-%s\" x=\"%d\" y=\"%d\" width=\"16\" "
				"height=\"6\"/>\n",
				kind, x - 8, y - 3);
		else
			knot_text_addf(d->out,
				"<circle class=\"k-dot k-%s\" cx=\"%d\" cy=\"%d\" r=\"6\"/>\n",
				kind, x, y);
	}
	for (uint32_t i = 0; i < d->p->rows.len; i++)
		if (!in_gap(d, i))
			add_label(d, i);
	if (gap(d)) {
		knot_auto_free char *note =
			knot_xasprintf("%" PRIu32 " rows are left out here", gap(d));

		text_at(d, 8, y_of(d, ROWS_FIRST) + 4, "k-halo k-dim", note, LONG);
	}
}

static void add_legend(struct drawing *d)
{
	static const char *const arrows[][2] = {{"k-spawn", "creates"}, {"k-wake", "wakes"},
		{"k-message", "message"}, {"k-handover", "lock handed over"}};
	const int y = bottom(d) + 26;
	int x = 16;

	knot_text_addf(
		d->out, "<path class=\"k-rule\" d=\"M0 %dH%d\"/>\n", bottom(d) + 6, d->width);
	for (size_t i = 0; i < sizeof(arrows) / sizeof(*arrows); i++) {
		knot_text_addf(d->out,
			"<path class=\"k-arrow %s\" d=\"M%d %dh20\"/>"
			"<path class=\"k-head %s\" d=\"M%d %dl-7 -4v8z\"/>",
			arrows[i][0], x, y - 4, arrows[i][0], x + 26, y - 4);
		text_at(d, x + 32, y, "k-dim", arrows[i][1], 20);
		x += 44 + 7 * (int)strlen(arrows[i][1]);
	}
	knot_text_addf(d->out,
		"<rect class=\"k-span\" x=\"%d\" y=\"%d\" width=\"20\" height=\"10\" rx=\"4\"/>", x,
		y - 9);
	text_at(d, x + 26, y, "k-dim", "blocked for ever", 20);
	knot_text_addf(d->out,
		"<rect class=\"k-span k-waits\" x=\"%d\" y=\"%d\" width=\"20\" height=\"10\" "
		"rx=\"4\"/>",
		x + 130, y - 9);
	text_at(d, x + 156, y, "k-dim", "blocked", 20);
	if (d->p->timeline->left_out) {
		knot_auto_free char *note =
			knot_xasprintf("%" PRIu64 " events behind the last row were left out",
				d->p->timeline->left_out);

		text_at(d, 16, y + NOTE, "k-dim", note, LONG);
	}
}

void knot_svg_timeline(
	const struct knot_picture *p, enum knot_svg_place place, struct knot_text *out)
{
	const struct knot_timeline *t = p->timeline;
	struct drawing d = {.p = p,
		.out = out,
		.top = place == KNOT_SVG_FILE ? TITLE : 0,
		.lane = lane_width(p->lanes)};

	d.width = GUTTER + (int)p->lanes * d.lane + LABEL;
	d.width = d.width < 760 ? 760 : d.width;
	d.height = bottom(&d) + LEGEND + (t->left_out ? NOTE : 0);
	knot_text_addf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"k-svg\" width=\"%d\" "
		"height=\"%d\" "
		"viewBox=\"0 0 %d %d\" role=\"img\">\n<title>",
		d.width, d.height, d.width, d.height);
	knot_markup_add(out, t->title ? t->title : t->test);
	knot_text_adds(out, "</title>\n");
	if (place == KNOT_SVG_FILE)
		knot_text_addf(out, "<style>%s</style>\n", knot_asset_svg_css);
	knot_text_addf(
		out, "<rect class=\"k-bg\" width=\"%d\" height=\"%d\"/>\n", d.width, d.height);
	if (place == KNOT_SVG_FILE)
		add_title(&d);
	add_bands(&d);
	add_lanes(&d);
	add_spans(&d);
	add_arrows(&d);
	add_rows(&d);
	add_legend(&d);
	knot_text_adds(out, "</svg>\n");
}
