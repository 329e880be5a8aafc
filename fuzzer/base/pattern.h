/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "base/error.h"

#include <stdbool.h>

/* What -run selects, by the rules of go test (`go help testflag`, package testing's splitRegexp): '/' separates the
 * levels of subtests and '|' alternatives, neither inside brackets or parentheses; each level is a regular
 * expression that a part of the name has to match. Expressions are PCRE2's, which has all of Go's RE2 syntax in use
 * but for \pN-like Unicode classes spelled differently and \C. */
struct knot_pattern;

/* Compiles `text` (any bytes; "" matches everything). 0, or KNOT_EUSAGE with the reason; *ret is the caller's, for
 * knot_pattern_free. */
int knot_pattern_compile(const char *text, struct knot_pattern **ret, struct knot_error *err);

/* Whether the top-level test `name` is selected: one alternative's first level matches. An expression that
 * exceeds PCRE2's match limit on a name does not match it. */
bool knot_pattern_matches(const struct knot_pattern *p, const char *name);

/* As -skip: the first alternative that matches has no level behind the first, so that the test does not run at all. */
bool knot_pattern_skips(const struct knot_pattern *p, const char *name);

/* Whether an alternative that matches has no level behind the first: all subtests are selected. */
bool knot_pattern_whole(const struct knot_pattern *p, const char *name);

/* What the expression comes to for one test: the alternatives that match, their first level in the words
 * `before` name `after`, joined by '|'. "/x|B/y" with "^" and "$" is "^TestA$/x" for TestA. NULL when none
 * matches; else the caller frees. */
char *knot_pattern_narrow(
	const struct knot_pattern *p, const char *before, const char *name, const char *after);

void knot_pattern_free(struct knot_pattern *p);
