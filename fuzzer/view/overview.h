/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of a campaign on one page: what the screen of goknot fuzz and goknot status show. Takes plain
 * values and makes lines of them; who shows them, and where the values are from (a running campaign or its
 * database), is not known here. Groups and order are those of AFL++'s status screen.
 *
 * All texts may come from a target; the callers have escaped them (wire/text.h).
 */
#ifndef KNOT_VIEW_OVERVIEW_H
#define KNOT_VIEW_OVERVIEW_H

#include "base/vec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KNOT_OVERVIEW_NEVER UINT64_MAX

struct knot_overview_target {
	const char *package, *test;
	uint64_t runs, pairs;
	uint64_t chain_runs, chain_any;
	uint64_t used_ns; /* worker time spent on it by this process */
	uint32_t findings;
	uint32_t workers; /* that run it now */
	bool aside;
};

struct knot_overview_worker {
	const char *test; /* NULL = has nothing to do */
	uint64_t runs;
	int64_t pid; /* 0 = no process */
};

/* What one way to search was given and what it brought. */
struct knot_overview_arm {
	const char *name;
	uint64_t runs, steps, pairs, findings;
};

struct knot_overview_count {
	const char *name;
	uint64_t count;
};

struct knot_overview {
	const char *what; /* "12 tests in 3 packages" */
	const char *campaign_dir;
	uint64_t seed;
	bool running;
	bool program; /* runs of a program, not of tests */
	uint64_t elapsed_ns; /* of all sessions */
	uint64_t since_pair_ns, since_finding_ns; /* KNOT_OVERVIEW_NEVER = none so far */
	uint64_t runs, steps, processes;
	double runs_per_s; /* lately */
	uint64_t pairs, states, corpus; /* states: critical ones of channels */
	uint64_t recorded; /* chains from recordings that were taken up */
	uint64_t chain_runs, chain_any, chain_all;
	uint64_t replays, replays_same;
	uint64_t findings, listed, rejected, duplicates, set_aside;
	uint64_t ignored; /* verified, and matched by the ignore file; findings without them */
	uint64_t disk_bytes, disk_limit_bytes; /* the campaign directory; limit 0 = not known */
	uint64_t not_recorded; /* everything that was lost and counted */
	const struct knot_overview_count *verdicts; /* findings by verdict */
	size_t verdicts_len;
	const struct knot_overview_arm *arms;
	size_t arms_len;
	const struct knot_overview_target *targets;
	size_t targets_len;
	const struct knot_overview_worker *workers;
	size_t workers_len;
};

enum knot_overview_sort {
	KNOT_OVERVIEW_BY_FINDINGS, /* then by pairs */
	KNOT_OVERVIEW_BY_PAIRS,
	KNOT_OVERVIEW_BY_RUNS,
	KNOT_OVERVIEW_BY_TIME,
	KNOT_OVERVIEW_BY_NAME,
	KNOT_OVERVIEW_SORTS,
};

/* "findings", "pairs", ... */
const char *knot_overview_sort_name(enum knot_overview_sort sort);

struct knot_overview_shape {
	unsigned cols; /* at least KNOT_OVERVIEW_COLS_MIN are taken */
	unsigned rows; /* 0 = as many as it takes */
	enum knot_overview_sort sort;
	size_t first; /* tests left out above, scrolled away */
	const char *keys; /* shown at the end of the first line, "" = none */
	const char *const *messages; /* the newest last */
	size_t messages_len;
};

#define KNOT_OVERVIEW_COLS_MIN 60

enum knot_overview_style {
	KNOT_STYLE_PLAIN,
	KNOT_STYLE_TITLE, /* the first line */
	KNOT_STYLE_HEADING,
	KNOT_STYLE_ALARM, /* tells of findings */
	KNOT_STYLE_DIM,
};

struct knot_overview_line {
	char *text; /* at most cols columns, a byte sequence of UTF-8 */
	enum knot_overview_style style;
};

struct knot_overview_lines {
	KNOT_VEC(struct knot_overview_line) list;
};

/* Adds the lines to *ret_lines, at most shape->rows of them when that is not 0. */
void knot_overview_layout(const struct knot_overview *o, const struct knot_overview_shape *shape,
	struct knot_overview_lines *ret_lines);
void knot_overview_free(struct knot_overview_lines *lines);

#endif
