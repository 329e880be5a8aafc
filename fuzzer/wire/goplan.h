/* SPDX-License-Identifier: BSD-2-Clause */
/* What goknot's Go helper is told to write a test of that fails without goknot (internal/export: type Plan). */
#ifndef KNOT_WIRE_GOPLAN_H
#define KNOT_WIRE_GOPLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct knot_error;

struct knot_goplan_site {
	const char *file; /* absolute */
	uint32_t line, col;
	const char *op;
};

struct knot_goplan_point {
	uint32_t site; /* in sites */
	uint32_t nth;
};

struct knot_goplan_turn {
	uint32_t g; /* in goroutines */
	const struct knot_goplan_point *at;
	size_t at_len;
	const uint32_t *settle;
	size_t settle_len;
	uint64_t pause_ns, slack_ns;
};

struct knot_goplan_goroutine {
	const char *path;
	int parent; /* in goroutines, -1 = none */
	const char *created; /* "a.go:11" */
	int site; /* in sites, -1 = not one of the module */
	uint32_t ordinal;
	bool only;
};

/* All borrowed. */
struct knot_goplan {
	const char *module, *root, *dir, *test;
	const char *run; /* for -test.run */
	const char *tags;
	bool race;
	const char *const *args; /* of the test binary */
	size_t args_len;
	uint64_t timeout_ns; /* of one run */
	const char *verdict;
	const char *const *places; /* "a.go:11": its output names them */
	size_t places_len;
	const char *const *story; /* lines for a reader */
	size_t story_len;
	const struct knot_goplan_site *sites;
	size_t sites_len;
	const struct knot_goplan_goroutine *goroutines;
	size_t goroutines_len;
	const uint32_t *leaks; /* in goroutines */
	size_t leaks_len;
	const struct knot_goplan_turn *turns;
	size_t turns_len;
};

/* KNOT_EUSAGE for a text that is not valid UTF-8. Caller frees. */
int knot_goplan_encode(const struct knot_goplan *plan, char **ret_text, struct knot_error *err);

#endif
