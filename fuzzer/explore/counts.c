/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/counts.h"

#include "base/alloc.h"
#include "base/table.h"

#include <stdlib.h>

/* GCC 12's analyzer does not see that a uthash table owns what was added to it. */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"

struct knot_counts_entry {
	uint64_t key;
	uint32_t n;
	UT_hash_handle hh;
};

uint32_t *knot_counts_of(struct knot_counts *c, uint16_t g, uint8_t op, uint32_t site)
{
	const uint64_t key = (uint64_t)g << 48 | (uint64_t)op << 32 | site;
	struct knot_counts_entry *e;

	/* NOLINTNEXTLINE(clang-analyzer-*) */
	HASH_FIND(hh, c->entries, &key, sizeof(key), e);
	if (!e) {
		e = knot_xalloc(sizeof(*e));
		e->key = key;
		HASH_ADD(hh, c->entries, key, sizeof(e->key), e);
	}
	return &e->n;
}

void knot_counts_free(struct knot_counts *c)
{
	KNOT_TABLE_FREE(c->entries);
}
