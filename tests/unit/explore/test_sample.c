/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/sample.h"

#include <criterion/criterion.h>

static struct knot_chain chain_of(uint32_t site)
{
	struct knot_chain c = {.len = 0};

	knot_chain_push(&c, (struct knot_chain_op){.gpath = 1, .site = site, .op = KNOT_OP_LOCK});
	knot_chain_push(&c, (struct knot_chain_op){.gpath = 2, .site = site, .op = KNOT_OP_LOCK});
	return c;
}

static struct knot_sampled *offer(struct knot_sample *s, uint32_t site)
{
	const struct knot_chain c = chain_of(site);

	return knot_sample_offer(s, &c);
}

static bool has(const struct knot_sample *s, uint32_t site)
{
	const struct knot_chain c = chain_of(site);

	for (size_t i = 0; i < s->kept.len; i++)
		if (knot_chain_equal(&s->kept.data[i].chain, &c))
			return true;
	return false;
}

Test(sample, keeps_what_is_said_of_a_chain)
{
	struct knot_sample s = {.max = 8, .seed = 1};

	for (uint32_t site = 1; site <= 8; site++)
		offer(&s, site)->runs = site;
	cr_assert_eq(s.kept.len, 8);
	for (uint32_t site = 1; site <= 8; site++)
		cr_expect_eq(offer(&s, site)->runs, site);
	cr_expect_eq(s.kept.len, 8, "a chain that is known is no second one");
	for (size_t i = 1; i < s.kept.len; i++)
		cr_expect_lt(s.kept.data[i - 1].rank, s.kept.data[i].rank);
	knot_sample_free(&s);
}

/* However often a chain goes by, and in whatever order they do. */
Test(sample, is_the_same_whatever_the_order)
{
	struct knot_sample up = {.max = 10, .seed = 7}, down = up;

	for (uint32_t site = 1; site <= 1000; site++) {
		offer(&up, site);
		offer(&up, 1 + site / 3);
		offer(&down, 1001 - site);
	}
	cr_assert_eq(up.kept.len, 10);
	cr_assert_eq(down.kept.len, 10);
	for (size_t i = 0; i < 10; i++)
		cr_expect(knot_chain_equal(&up.kept.data[i].chain, &down.kept.data[i].chain));
	knot_sample_free(&up);
	knot_sample_free(&down);
}

Test(sample, none_is_likelier_than_another)
{
	uint32_t times[20] = {0};

	for (uint64_t seed = 0; seed < 1000; seed++) {
		struct knot_sample s = {.max = 5, .seed = seed};

		for (uint32_t site = 0; site < 20; site++)
			offer(&s, site + 1);
		for (uint32_t site = 0; site < 20; site++)
			times[site] += has(&s, site + 1);
		knot_sample_free(&s);
	}
	/* 250 expected, with a deviation of 14 */
	for (uint32_t site = 0; site < 20; site++)
		cr_expect(times[site] > 180 && times[site] < 320, "%u: %u", site, times[site]);
}

Test(sample, an_empty_one_keeps_nothing)
{
	struct knot_sample s = {.max = 0};

	cr_expect_null(offer(&s, 1));
	cr_expect_eq(s.kept.len, 0);
	knot_sample_free(&s);
}
