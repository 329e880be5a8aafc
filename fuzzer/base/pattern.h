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

void knot_pattern_free(struct knot_pattern *p);
