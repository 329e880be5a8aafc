/* SPDX-License-Identifier: BSD-2-Clause */
/* What `go list -json` prints: one object behind the other, a package each. */
#ifndef KNOT_WIRE_GOLIST_H
#define KNOT_WIRE_GOLIST_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>

struct knot_error;
struct knot_golist;

/* Texts that go list left out are "". */
struct knot_golist_package {
	const char
		*path; /* "example.org/a [example.org/a.test]" for one that is built for a test */
	const char *dir; /* absolute */
	const char *for_test; /* the package whose test it is built for */
	const char *gomod; /* of its module */
	bool standard;
	bool dep_only; /* was not asked for itself */
	bool incomplete; /* something in it or below it cannot be loaded */
	const char *const *deps; /* import paths as in path, all of them */
	size_t deps_len;
	const char *const *embeds; /* files below dir, those of its tests, too */
	size_t embeds_len;
	const char *const *patterns; /* of go:embed, those of its tests, too */
	size_t patterns_len;
};

/* Caller frees with knot_golist_free; every text is borrowed until then. */
int knot_golist_decode(
	struct knot_span text, struct knot_golist **ret_list, struct knot_error *err);
void knot_golist_free(struct knot_golist *l);
size_t knot_golist_count(const struct knot_golist *l);
/* In the order of the text; i < count. */
const struct knot_golist_package *knot_golist_at(const struct knot_golist *l, size_t i);

#endif
