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

/* What -run and -skip say about the subtests of one test, as patterns for this test alone. */
struct knot_tests_subtests {
	const char *test;
	const char *run; /* NULL = all its subtests */
	const char *name; /* of the test with those, for people; NULL as run is */
	const char *skip; /* NULL = none */
};

struct knot_tests_package {
	const char *path; /* import path */
	const char *dir; /* absolute */
	const char *name; /* package name */
	const char *module, *module_dir; /* the main module that it is of; "" = of none */
	struct knot_test_names tests, examples, fuzz; /* in source order */
	bool has_testmain;
	struct knot_tests_subtests *subtests; /* of tests that do not run with all of them */
	size_t subtests_count;
};

/* Caller frees with knot_tests_free; every text is borrowed until then. */
int knot_tests_decode(struct knot_span text, struct knot_tests **ret_tests, struct knot_error *err);
void knot_tests_free(struct knot_tests *t);

size_t knot_tests_count(const struct knot_tests *t);
const struct knot_tests_package *knot_tests_at(const struct knot_tests *t, size_t i);
/* All that go test runs, in its order: tests, fuzz targets (on their seed corpus), examples. */
size_t knot_tests_names(const struct knot_tests_package *p);
const char *knot_tests_name(const struct knot_tests_package *p, size_t i);
/* NULL where all subtests run. */
const struct knot_tests_subtests *knot_tests_subtests(
	const struct knot_tests_package *p, const char *test);
/* By import path, NULL when there is none. */
const struct knot_tests_package *knot_tests_find(const struct knot_tests *t, const char *path);

#endif
