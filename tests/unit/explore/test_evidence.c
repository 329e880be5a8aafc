/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/evidence.h"

#include "explore/budget.h"

#include <criterion/criterion.h>

#define TOGETHER KNOT_EVIDENCE_TOGETHER
#define LOOSE KNOT_EVIDENCE_LOOSE

Test(evidence, stays_when_there_are_more_operations)
{
	struct knot_evidence e = {0};

	cr_expect_not(knot_evidence_has(&e, TOGETHER, 0, 0));
	cr_assert_eq(knot_evidence_reach(&e, 1, NULL), 64);
	for (uint32_t i = 0; i < 63; i++)
		knot_evidence_set(&e, TOGETHER, i, i + 1);
	knot_evidence_set(&e, TOGETHER, 63, 64);
	cr_assert_eq(knot_evidence_reach(&e, 300, NULL), 512);
	cr_assert_eq(knot_evidence_reach(&e, 10, NULL), 512);
	for (uint32_t a = 0; a < 512; a++)
		for (uint32_t b = 0; b < 512; b++) {
			cr_assert_eq(knot_evidence_has(&e, TOGETHER, a, b), b == a + 1 && b < 64);
			cr_assert_not(knot_evidence_has(&e, LOOSE, a, b));
		}
	knot_evidence_free(&e, NULL);
}

Test(evidence, of_many_at_once)
{
	struct knot_evidence e = {0};
	uint64_t others[KNOT_EVIDENCE_WORDS] = {0};

	others[1] = 6;
	others[3] = 1; /* beyond the room there is */
	knot_evidence_reach(&e, 100, NULL);
	knot_evidence_set(&e, LOOSE, 70, 5);
	knot_evidence_add(&e, LOOSE, 70, others);
	knot_evidence_add(&e, LOOSE, 128, others);
	for (uint32_t a = 0; a < 140; a++)
		for (uint32_t b = 0; b < 140; b++)
			cr_assert_eq(knot_evidence_has(&e, LOOSE, a, b),
				a == 70 && (b == 5 || b == 65 || b == 66));
	knot_evidence_free(&e, NULL);
}

Test(evidence, takes_what_it_is_granted_and_gives_it_back)
{
	struct knot_share share = {.sure = 0, .spare = 3000};
	struct knot_evidence e = {0};

	/* 128 operations: four times 128 * 128 bits, in fours of bytes */
	cr_expect_eq(knot_evidence_reach(&e, 5000, &share), 128);
	cr_expect_eq(share.spare, 3000 - 4 * 128 * 128 / 32);
	knot_evidence_free(&e, &share);
	cr_expect_eq(share.spare, 3000);
	share.spare = 100;
	cr_expect_eq(knot_evidence_reach(&e, 1, &share), 0);
	cr_expect_eq(knot_evidence_reach(&e, 5000, NULL), KNOT_EVIDENCE_OPS_MAX);
	knot_evidence_set(&e, LOOSE, KNOT_EVIDENCE_OPS_MAX, 1);
	knot_evidence_set(&e, LOOSE, 1, UINT32_MAX);
	knot_evidence_free(&e, NULL);
}
