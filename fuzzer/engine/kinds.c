/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/kinds.h"

#include "base/alloc.h"

#include <stdlib.h>

void knot_kinds_free(struct knot_kind **kinds)
{
	KNOT_TABLE_FREE(*kinds);
}

struct knot_kind *knot_kinds_get(struct knot_kind **kinds, const struct knot_kind_key *key)
{
	struct knot_kind *k;

	/* uthash reads the key byte by byte, which the analyzer loses. NOLINTNEXTLINE(clang-analyzer-*) */
	HASH_FIND(hh, *kinds, key, sizeof(*key), k);
	if (k)
		return k;
	if (HASH_COUNT(*kinds) >= KNOT_KINDS_MAX)
		knot_kinds_free(kinds);
	k = knot_xalloc(sizeof(*k));
	k->key = *key;
	HASH_ADD(hh, *kinds, key, sizeof(k->key), k);
	return k;
}
