/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/svg.h"

#include "view/markup.h"
#include "wire/text.h"

#include <math.h>
#include <stdio.h>

#define W 420
#define H 190
#define LEFT 52
#define RIGHT 14
#define TOP 30
#define BOTTOM 28

void knot_svg_number(double v, char *ret, size_t size)
{
	if (v >= 1e9)
		snprintf(ret, size, "%.3gG", v / 1e9);
	else if (v >= 1e6)
		snprintf(ret, size, "%.3gM", v / 1e6);
	else if (v >= 1e4)
		snprintf(ret, size, "%.3gk", v / 1e3);
	else
		snprintf(ret, size, "%.4g", v);
}

static void seconds(double v, char *ret, size_t size)
{
	if (v >= 2 * 86400)
		snprintf(ret, size, "%.3g d", v / 86400);
	else if (v >= 2 * 3600)
		snprintf(ret, size, "%.3g h", v / 3600);
	else if (v >= 120)
		snprintf(ret, size, "%.3g min", v / 60);
	else
		snprintf(ret, size, "%.3g s", v);
}

/* 1, 2 or 5 by a power of ten: some four of them make up the range. */
static double tick(double range)
{
	const double rough = range / 4;
	const double power = pow(10, floor(log10(rough)));
	const double lead = rough / power;

	return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
}

static double x_of(double x, double most)
{
	return LEFT + x / most * (W - LEFT - RIGHT);
}

static double y_of(double y, double most)
{
	return H - BOTTOM - y / most * (H - TOP - BOTTOM);
}

static void add_axes(double most_x, double most_y, double step, struct knot_text *out)
{
	char text[24];

	for (double v = 0; v <= most_y * 1.001; v += step) {
		knot_svg_number(v, text, sizeof(text));
		knot_text_addf(out,
			"<path class=\"k-rule\" d=\"M%d %.1fH%d\"/>"
			"<text class=\"k-dim k-end\" x=\"%d\" y=\"%.1f\">%s</text>\n",
			LEFT, y_of(v, most_y), W - RIGHT, LEFT - 6, y_of(v, most_y) + 4, text);
	}
	seconds(most_x, text, sizeof(text));
	knot_text_addf(out,
		"<text class=\"k-dim\" x=\"%d\" y=\"%d\">0</text>"
		"<text class=\"k-dim k-end\" x=\"%d\" y=\"%d\">%s</text>\n",
		LEFT, H - 10, W - RIGHT, H - 10, text);
}

void knot_svg_curve(
	const char *title, const struct knot_svg_point *points, size_t len, struct knot_text *out)
{
	double most_x = 1, most_y = 1;

	for (size_t i = 0; i < len; i++) {
		most_x = fmax(most_x, points[i].x);
		most_y = fmax(most_y, points[i].y);
	}
	const double step = fmax(tick(most_y), 1);

	most_y = ceil(most_y / step) * step;
	knot_text_addf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"k-svg\" viewBox=\"0 0 %d %d\" "
		"role=\"img\"><title>",
		W, H);
	knot_markup_add(out, title);
	knot_text_adds(out, " over time</title>\n");
	knot_text_addf(out, "<text x=\"%d\" y=\"16\">", LEFT);
	knot_markup_add(out, title);
	knot_text_adds(out, "</text>\n");
	add_axes(most_x, most_y, step, out);
	knot_text_addf(
		out, "<path class=\"k-area\" d=\"M%.1f %d", x_of(points[0].x, most_x), H - BOTTOM);
	for (size_t i = 0; i < len; i++)
		knot_text_addf(
			out, "L%.1f %.1f", x_of(points[i].x, most_x), y_of(points[i].y, most_y));
	knot_text_addf(out, "V%dz\"/>\n<path class=\"k-curve\" d=\"", H - BOTTOM);
	for (size_t i = 0; i < len; i++)
		knot_text_addf(out, "%s%.1f %.1f", i ? "L" : "M", x_of(points[i].x, most_x),
			y_of(points[i].y, most_y));
	knot_text_addf(out,
		"\"/><circle class=\"k-point\" r=\"4\" cx=\"%.1f\" cy=\"%.1f\"/></svg>\n",
		x_of(points[len - 1].x, most_x), y_of(points[len - 1].y, most_y));
}
