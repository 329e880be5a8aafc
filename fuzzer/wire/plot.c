/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/plot.h"

enum column { SECONDS, CORPUS = 3, CRASHES = 7, HANGS, RATE = 10, RUNS, PAIRS, COLUMNS };

/* A number with at most six digits behind its point; "n/a" is none and passes. */
static bool take_value(struct knot_span field, double *ret_value)
{
	uint64_t whole, part = 0;
	double scale = 1;

	*ret_value = 0;
	if (knot_span_eq(field, "n/a"))
		return true;
	if (!knot_span_take_u64(&field, UINT64_MAX / 1000, &whole))
		return false;
	if (knot_span_skip(&field, ".")) {
		const size_t before = field.len;

		if (!knot_span_take_u64(&field, 999999, &part))
			return false;
		for (size_t i = field.len; i < before; i++)
			scale *= 10;
	}
	*ret_value = (double)whole + (double)part / scale;
	return field.len == 0;
}

static bool take_point(struct knot_span line, struct knot_plot_point *ret_point)
{
	double v[COLUMNS];
	struct knot_span field;

	for (size_t i = 0; i < COLUMNS; i++) {
		if (!knot_span_take_until(&line, ',', &field)) {
			field = line;
			line.len = 0;
			if (i != COLUMNS - 1)
				return false;
		}
		if (!take_value(knot_span_trim(field), &v[i]))
			return false;
	}
	*ret_point = (struct knot_plot_point){.seconds = (uint64_t)v[SECONDS],
		.runs = (uint64_t)v[RUNS],
		.pairs = (uint64_t)v[PAIRS],
		.findings = (uint64_t)(v[CRASHES] + v[HANGS]),
		.corpus = (uint64_t)v[CORPUS],
		.runs_per_s = v[RATE]};
	return line.len == 0;
}

void knot_plot_decode(struct knot_span text, struct knot_plot *ret_plot)
{
	struct knot_span line;

	*ret_plot = (struct knot_plot){0};
	while (knot_span_take_line(&text, &line)) {
		struct knot_plot_point p;

		line = knot_span_trim(line);
		if (!line.len || line.data[0] == '#')
			continue;
		if (!take_point(line, &p) ||
			(ret_plot->points.len &&
				p.seconds <
					ret_plot->points.data[ret_plot->points.len - 1].seconds)) {
			ret_plot->broken++;
			continue;
		}
		knot_vec_push(&ret_plot->points, p);
	}
}

void knot_plot_thin(struct knot_plot *p, size_t max)
{
	while (p->points.len > max) {
		size_t kept = 0;
		const size_t last = p->points.len - 1;

		for (size_t i = last % 2; i <= last; i += 2)
			p->points.data[kept++] = p->points.data[i];
		p->points.len = kept;
	}
}

void knot_plot_free(struct knot_plot *p)
{
	knot_vec_free(&p->points);
}
