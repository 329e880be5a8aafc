/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pictures as SVG: of a run, of who waits for whom, of numbers over time. Colours are classes (view/svg.css), so that
 * a picture follows the light or dark of what shows it.
 */
#ifndef KNOT_VIEW_SVG_H
#define KNOT_VIEW_SVG_H

#include <stddef.h>
#include <stdint.h>

struct knot_picture;
struct knot_text;
struct knot_timeline;

enum knot_svg_place {
	KNOT_SVG_FILE, /* by itself: with its title and style */
	KNOT_SVG_PAGE, /* in a page that has the style */
};

void knot_svg_timeline(
	const struct knot_picture *p, enum knot_svg_place place, struct knot_text *out);

/*
 * At most KNOT_SVG_WAITS_MAX goroutines, those of a cycle first. Adds nothing and returns 0 when nobody waits, else the
 * number of goroutines that are shown.
 */
#define KNOT_SVG_WAITS_MAX 14
size_t knot_svg_waits(const struct knot_timeline *t, struct knot_text *out);

struct knot_svg_point {
	double x, y;
};

/* x is seconds; points in the order of x, at least one. */
void knot_svg_curve(
	const char *title, const struct knot_svg_point *points, size_t len, struct knot_text *out);
/* "1.2k", "15"; at least 16 bytes in ret. */
void knot_svg_number(double v, char *ret, size_t size);

#endif
