/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/regress.h"

#include "engine/campaign.h"
#include "engine/native.h"
#include "sys/clock.h"

#include <criterion/criterion.h>

Test(regress, a_native_finding_is_tried_as_often_as_its_rate_asks_for)
{
	/* Half of them: 7 in a row without it come once in 128 times; a batch is the least. */
	cr_assert_eq(knot_regress_native_tries(12, 24), KNOT_NATIVE_BATCH);
	cr_assert_eq(knot_regress_native_tries(24, 24), KNOT_NATIVE_BATCH);
	/* 0.75^16 is a little more than 0.01, 0.75^17 less. */
	cr_assert_eq(knot_regress_native_tries(6, 24), 17);
	cr_assert_eq(knot_regress_native_tries(1, 200), KNOT_NATIVE_TRIES_FREE);
	/* What a file may say and no campaign writes. */
	cr_assert_eq(knot_regress_native_tries(0, 0), KNOT_NATIVE_BATCH);
	cr_assert_eq(knot_regress_native_tries(0, 24), KNOT_NATIVE_TRIES_FREE);
	cr_assert_eq(knot_regress_native_tries(30, 24), KNOT_NATIVE_BATCH);
}

static double budget_of(double seconds)
{
	const struct knot_campaign_options o = {.fuzztime_ns = (uint64_t)(seconds * KNOT_NS_PER_S)};

	return (double)knot_regress_budget_ns(&o) / KNOT_NS_PER_S;
}

Test(regress, the_budget_is_a_share_of_the_session)
{
	cr_assert_float_eq(budget_of(60), 6, 1e-9);
	cr_assert_float_eq(budget_of(10), 2, 1e-9);
	cr_assert_float_eq(budget_of(1), 0.5, 1e-9);
	cr_assert_float_eq(budget_of(3600), 30, 1e-9);
	cr_assert_float_eq(budget_of(0), 10, 1e-9, "no limit of time");
}
