/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was found, for the pages of other programs: SARIF 2.1.0 for code scanning, JUnit XML for lists of tests. Plain
 * values, all of them borrowed; texts may be any bytes, each writer makes them fit for its format.
 */
#ifndef KNOT_VIEW_RESULTS_H
#define KNOT_VIEW_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Code scanning takes no more of one file. */
#define KNOT_RESULTS_RESULTS_MAX 5000
/* Bytes of explanations in one file, and of one: beyond the first, findings are told without theirs. */
#define KNOT_RESULTS_TEXTS_MAX (4u << 20)
#define KNOT_RESULTS_TEXT_MAX (32u << 10)

/* A line of the source. */
struct knot_results_place {
	const char *file; /* from the root of the repository; absolute when it lies outside */
	uint32_t line; /* 0 = unknown */
	const char *text; /* what is there: "lock a.go:17", a function of a stack */
};

struct knot_results_places {
	const struct knot_results_place *data;
	size_t len;
};

struct knot_results_stack {
	const char *text; /* whose */
	struct knot_results_places frames; /* innermost first */
};

struct knot_results_finding {
	const char *verdict, *title;
	const char *lines; /* the explanation, lines that end in a newline; "" = none */
	const char *command; /* runs it again */
	uint64_t bucket;
	uint64_t fingerprint; /* of what stays when lines are added above it */
	const char *unclear; /* what is known of it since the code changed; NULL = it comes */
	bool unproven; /* a leak that something could still end */
	struct knot_results_places places; /* the first is where it is shown */
	struct knot_results_places flow; /* the critical switches */
	const struct knot_results_stack *stacks;
	size_t stacks_len;
};

enum knot_results_outcome {
	KNOT_RESULTS_PASSED,
	KNOT_RESULTS_FAILED, /* it has findings */
	KNOT_RESULTS_SKIPPED, /* why */
	KNOT_RESULTS_ERROR, /* it could not be tried: why */
};

/* A test, or a schedule that is kept. */
struct knot_results_case {
	const char *package, *name;
	enum knot_results_outcome outcome;
	const char *why; /* NULL = nothing to say */
	uint64_t ns;
	const struct knot_results_finding *findings;
	size_t findings_len;
};

struct knot_results {
	const char *command; /* that makes it: "fuzz" */
	uint64_t start_ns; /* wall clock, 0 = not known */
	bool whole; /* it came to its end: nothing was in the way */
	const struct knot_results_case *cases; /* those of one package are neighbours */
	size_t cases_len;
};

/* The whole file. Caller frees. */
char *knot_sarif(const struct knot_results *r);
char *knot_junit(const struct knot_results *r);

#endif
