/* SPDX-License-Identifier: BSD-2-Clause */
/* Positions of plain memory accesses, found under -race, that can be scheduling points. */
#ifndef KNOT_STORE_POSITION_H
#define KNOT_STORE_POSITION_H

#include <stdbool.h>
#include <stdint.h>

struct knot_error;
struct knot_store;

struct knot_store_position {
	uint32_t site;
	uint32_t op; /* KNOT_OP_MEMREAD, KNOT_OP_MEMWRITE */
	bool raced; /* else several goroutines touch the memory there */
	const char *file, *func; /* empty when the name is not known */
	uint32_t line;
};

typedef int (*knot_store_position_fn)(
	void *arg, const struct knot_store_position *position, struct knot_error *err);

/* One that is there may turn out to race, and never the other way round; a name once known is kept. */
int knot_store_position_upsert(struct knot_store *store, int64_t target,
	const struct knot_store_position *position, struct knot_error *err);
/* Of one target, those that raced first. What position points to is borrowed during the call. */
int knot_store_position_each(struct knot_store *store, int64_t target, knot_store_position_fn fn,
	void *arg, struct knot_error *err);

#endif
