/* SPDX-License-Identifier: BSD-2-Clause */
/* The instrumenter's list of what `go test` would run, package by package. */
#ifndef KNOT_WIRE_TESTS_H
#define KNOT_WIRE_TESTS_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>

struct knot_error;
struct knot_tests;

#define KNOT_TESTS_VERSION 1
#define KNOT_TESTS_MAX_BYTES (64u << 20)
#define KNOT_TESTS_MAX (1u << 18) /* packages, and names in each list */

struct knot_test_names {
	const char **names;
	size_t count;
};

struct knot_tests_package {
	const char *path; /* import path */
	const char *dir; /* absolute */
	const char *name; /* package name */
	struct knot_test_names tests, examples, fuzz; /* in source order */
	bool has_testmain;
};

/* Caller frees with knot_tests_free; every text is borrowed until then. */
int knot_tests_decode(struct knot_span text, struct knot_tests **ret_tests, struct knot_error *err);
void knot_tests_free(struct knot_tests *t);

size_t knot_tests_count(const struct knot_tests *t);
const struct knot_tests_package *knot_tests_at(const struct knot_tests *t, size_t i);
/* All that go test runs, in its order: tests, fuzz targets (on their seed corpus), examples. */
size_t knot_tests_names(const struct knot_tests_package *p);
const char *knot_tests_name(const struct knot_tests_package *p, size_t i);
/* By import path, NULL when there is none. */
const struct knot_tests_package *knot_tests_find(const struct knot_tests *t, const char *path);

#endif
