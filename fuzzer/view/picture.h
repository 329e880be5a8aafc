/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a timeline looks like, before anything is drawn: a lane for each goroutine and a row for each step, in the
 * order of the run, with what came of the step (it blocks, it wakes somebody, it ends) in the same row.
 */
#ifndef KNOT_VIEW_PICTURE_H
#define KNOT_VIEW_PICTURE_H

#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

struct knot_timeline;

enum knot_picture_mark {
	KNOT_PICTURE_STEP = 1,
	KNOT_PICTURE_ENDS = 2, /* the goroutine */
	KNOT_PICTURE_CRITICAL = 4, /* a critical switch */
	KNOT_PICTURE_HANGS = 8, /* blocks and never goes on */
};

struct knot_picture_row {
	char *label; /* "lock s.mu, blocks" */
	uint32_t lane;
	uint32_t site, primitive; /* of the timeline, or KNOT_TIMELINE_NONE */
	uint32_t step;
	uint64_t vtime;
	uint32_t marks; /* enum knot_picture_mark */
	uint8_t op;
};

struct knot_picture_span {
	uint32_t lane;
	uint32_t from, to; /* rows; to NONE = for ever */
};

struct knot_picture_arrow {
	uint32_t from, to; /* rows in different lanes */
	uint8_t kind; /* enum knot_timeline_arrow_kind */
};

struct knot_picture {
	const struct knot_timeline *timeline; /* borrowed */
	/* Goroutines in their order; behind them, when it is needed, one for timers and the outside. */
	uint32_t lanes;
	bool outside;
	KNOT_VEC(struct knot_picture_row) rows;
	KNOT_VEC(struct knot_picture_span) spans;
	KNOT_VEC(struct knot_picture_arrow) arrows;
	KNOT_VEC(uint32_t)
	first, last; /* row of each lane's life; NONE = the edge of the picture */
};

/* Takes any timeline, one with indices out of range, too: what they name is left out. */
void knot_picture_make(const struct knot_timeline *t, struct knot_picture *ret_picture);
void knot_picture_free(struct knot_picture *p);

/* "G3", "outside"; caller frees. */
char *knot_picture_lane_name(const struct knot_picture *p, uint32_t lane);
/* What an operation is done on: as its site calls it ("s.mu"), else the primitive's name; NULL = nothing that is known. */
const char *knot_picture_object(const struct knot_timeline *t, uint32_t site, uint32_t primitive);
/* "buggy.go:25", caller frees; NULL = not known. */
char *knot_picture_place(const struct knot_timeline *t, uint32_t site);
/* "ended", "blocked in lock s.mu at buggy.go:25", caller frees. g: index. */
char *knot_picture_state(const struct knot_timeline *t, uint32_t g);
/* "channel", "lock" ...: also the class that gives it its colour. */
const char *knot_picture_kind_name(const struct knot_timeline *t, uint32_t primitive);

#endif
