/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/ops.h"
#include "wire/abi.h"

#include <criterion/criterion.h>

struct naming {
	const char *(*name)(uint32_t number);
	bool (*parse)(struct knot_span name, uint32_t *ret_number);
	uint32_t first, last;
};

static const struct naming namings[] = {
	{knot_op_name, knot_op_parse, KNOT_OP_NONE, KNOT_OP_LAST - 1},
	{knot_event_name, knot_event_parse, KNOT_EV_STEP, KNOT_EV_CANDIDATE},
	{knot_end_name, knot_end_parse, KNOT_END_NONE, KNOT_END_COUNT - 1},
	{knot_policy_name, knot_policy_parse, KNOT_POLICY_FIFO, KNOT_POLICY_COUNT - 1},
};

Test(ops, every_number_has_a_name_that_leads_back)
{
	for (size_t i = 0; i < sizeof(namings) / sizeof(namings[0]); i++) {
		const struct naming *n = &namings[i];
		for (uint32_t number = n->first; number <= n->last; number++) {
			uint32_t back = 12345;
			cr_assert_str_neq(n->name(number), "unknown", "%zu: %u", i, number);
			cr_assert(n->parse(knot_span_str(n->name(number)), &back));
			cr_assert_eq(back, number);
		}
		uint32_t untouched = 12345;
		cr_assert_str_eq(n->name(n->last + 1), "unknown");
		cr_assert_str_eq(n->name(UINT32_MAX), "unknown");
		cr_assert_not(n->parse(knot_span_str("unknown"), &untouched));
		cr_assert_not(n->parse(knot_span_str(""), &untouched));
		cr_assert_eq(untouched, 12345);
	}
	cr_assert_str_eq(knot_event_name(0), "unknown");
}

Test(ops, spelling)
{
	cr_assert_str_eq(knot_op_name(KNOT_OP_SEND), "send");
	cr_assert_str_eq(knot_op_name(KNOT_OP_ATOMIC_RMW), "atomic_rmw");
	cr_assert_str_eq(knot_op_name(KNOT_OP_SELDEFAULT), "seldefault");
	cr_assert_str_eq(knot_end_name(KNOT_END_OSEXIT), "osexit");
	cr_assert_str_eq(knot_policy_name(KNOT_POLICY_PCT), "pct");
	uint32_t op;
	cr_assert_not(knot_op_parse(knot_span_str("Send"), &op));
	cr_assert_not(knot_op_parse(knot_span_str("sendx"), &op));
}

Test(ops, what_a_site_runs_as)
{
	cr_assert_eq(knot_op_runs_as(KNOT_OP_RANGE), KNOT_OP_RECV);
	cr_assert_eq(knot_op_runs_as(KNOT_OP_SELRECV), KNOT_OP_RECV);
	cr_assert_eq(knot_op_runs_as(KNOT_OP_SELSEND), KNOT_OP_SEND);
	cr_assert_eq(knot_op_runs_as(KNOT_OP_WGGO), KNOT_OP_GO);
	cr_assert_eq(knot_op_runs_as(KNOT_OP_SELDEFAULT), KNOT_OP_SELDEFAULT);
	cr_assert_eq(knot_op_runs_as(KNOT_OP_LOCK), KNOT_OP_LOCK);
}
