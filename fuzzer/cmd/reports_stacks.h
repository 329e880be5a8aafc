/* SPDX-License-Identifier: BSD-2-Clause */
/* The stacks of a finding, out of what its run printed. */
#ifndef KNOT_CMD_REPORTS_STACKS_H
#define KNOT_CMD_REPORTS_STACKS_H

#include "base/span.h"
#include "wire/gostack.h"
#include "wire/race.h"

#define KNOT_REPORTS_STACKS_MAX 2

struct knot_reports_stack_found {
	const char *text;
	const struct knot_gostack_frame *frames; /* innermost first */
	size_t frames_len;
};

/* Free with knot_reports_stacks_free; texts and frames live as long. */
struct knot_reports_stacks {
	struct knot_reports_stack_found stacks[KNOT_REPORTS_STACKS_MAX];
	size_t len;
	struct knot_races races;
	struct knot_gostack dump;
};

/*
 * Of a race both, of which the signature ("queue.go:17") has the positions; of a panic or fatal error that of the goroutine
 * it happened in; else none.
 */
void knot_reports_stacks_find(const char *verdict, struct knot_span output,
	const char *const *signature, size_t signature_len, struct knot_reports_stacks *ret);
/* Is that one of the signature's positions? */
bool knot_reports_stacks_signed(
	const struct knot_gostack_frame *at, const char *const *signature, size_t signature_len);
void knot_reports_stacks_free(struct knot_reports_stacks *s);

#endif
