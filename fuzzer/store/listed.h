/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bad ends that are no findings: one row for a test, a verdict and a reason, in words of the first of its kind. It is of
 * one build of the test binary, and means nothing on another one.
 */
#ifndef KNOT_STORE_LISTED_H
#define KNOT_STORE_LISTED_H

#include <stdint.h>

struct knot_error;
struct knot_store;

struct knot_store_listed {
	int64_t target;
	int64_t binary; /* each: the row of builds that target is of */
	const char *package, *test; /* each */
	const char *verdict;
	uint32_t note;
	uint64_t build; /* what the test binary was, 0 = not known */
	uint64_t bucket, end; /* the kind of end that the words are of */
	const char *title, *message; /* message "" = not known */
};

typedef int (*knot_store_listed_fn)(
	void *arg, const struct knot_store_listed *row, struct knot_error *err);

/* Takes the place of what target has of that verdict and note. */
int knot_store_listed_put(
	struct knot_store *store, const struct knot_store_listed *row, struct knot_error *err);
/* Nothing of that verdict and note is fine. */
int knot_store_listed_drop(struct knot_store *store, int64_t target, const char *verdict,
	uint32_t note, struct knot_error *err);
/* Of all tests, by package and test. What row points to is borrowed during the call. */
int knot_store_listed_each(
	struct knot_store *store, knot_store_listed_fn fn, void *arg, struct knot_error *err);

#endif
