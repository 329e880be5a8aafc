/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/kinds.h"

#include <criterion/criterion.h>

Test(kinds, each_is_one_until_there_are_too_many)
{
	struct knot_kind *kinds = NULL;
	struct knot_kind_key key = {.target = 3, .bucket = 1, .end = 2};

	knot_kinds_get(&kinds, &key)->hits = 7;
	key.end = 4;
	cr_expect_eq(knot_kinds_get(&kinds, &key)->hits, 0, "another end");
	key.end = 2;
	cr_expect_eq(knot_kinds_get(&kinds, &key)->hits, 7);
	for (uint64_t i = 2; i < 3 * KNOT_KINDS_MAX; i++) {
		const struct knot_kind_key next = {.target = 3, .bucket = i, .end = 2};

		cr_assert_eq(knot_kinds_get(&kinds, &next)->hits, 0);
		cr_assert_leq(HASH_COUNT(kinds), KNOT_KINDS_MAX);
	}
	cr_expect_eq(knot_kinds_get(&kinds, &key)->hits, 0, "forgotten, and judged anew");
	knot_kinds_free(&kinds);
	cr_expect_null(kinds);
}
