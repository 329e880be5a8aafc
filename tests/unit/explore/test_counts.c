/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/counts.h"

#include <criterion/criterion.h>

Test(counts, goroutine_operation_and_site_tell_them_apart)
{
	struct knot_counts c = {0};

	for (uint32_t i = 0; i < 3; i++)
		cr_expect_eq((*knot_counts_of(&c, 1, 2, 3))++, i);
	cr_expect_eq(*knot_counts_of(&c, 0, 2, 3), 0);
	cr_expect_eq(*knot_counts_of(&c, 1, 0, 3), 0);
	cr_expect_eq(*knot_counts_of(&c, 1, 2, 0), 0);
	cr_expect_eq(*knot_counts_of(&c, UINT16_MAX, UINT8_MAX, UINT32_MAX), 0);
	cr_expect_eq(*knot_counts_of(&c, 1, 2, 3), 3);
	knot_counts_free(&c);
	cr_expect_eq(*knot_counts_of(&c, 1, 2, 3), 0, "empty and usable");
	knot_counts_free(&c);
	knot_counts_free(&c);
}
