/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/budget.h"

#include "base/hash.h"
#include "explore/corpus.h"
#include "explore/cpop.h"
#include "explore/mutate.h"

#include <criterion/criterion.h>
#include <malloc.h>

Test(budget, what_is_sure_is_nobody_elses)
{
	struct knot_share s = {.sure = 10, .spare = 5};
	size_t a = 0, b = 0;

	while (knot_share_take(&s, a, 1))
		a++;
	cr_expect_eq(a, 15);
	while (knot_share_take(&s, b, 1))
		b++;
	cr_expect_eq(b, 10);
	knot_share_give(&s, a, 7);
	a -= 7;
	cr_expect_eq(a, 8);
	cr_expect_eq(s.spare, 5);
	cr_expect(knot_share_take(&s, b, 5));
	cr_expect_not(knot_share_take(&s, b + 5, 1));
	cr_expect(knot_share_take(&s, a, 2), "a has its own again");
	cr_expect(knot_share_take(NULL, 1u << 30, 1));
}

Test(budget, never_hands_out_more_than_there_is)
{
	const size_t targets[] = {1, 2, 58, 1000, 3000};

	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
		struct knot_budget b, one;

		knot_budget_open(&one, 1);
		knot_budget_open(&b, targets[i]);
		const size_t pairs = b.pairs.sure * targets[i] + b.pairs.spare;

		cr_expect_eq(pairs, one.pairs.sure + one.pairs.spare, "%zu targets", targets[i]);
		cr_expect_geq(b.pairs.sure, 64);
		cr_expect_geq(b.seen.sure, 256);
	}
}

static struct knot_pool_entry entry(uint32_t site)
{
	struct knot_pool_entry e = {.parent = KNOT_POOL_NONE, .new_pairs = 1};

	e.chain.len = 2;
	e.chain.ops[0] = (struct knot_chain_op){1, site, KNOT_OP_SEND};
	e.chain.ops[1] = (struct knot_chain_op){2, site, KNOT_OP_RECV};
	return e;
}

Test(budget, corpora_share_their_chains_and_prefixes)
{
	struct knot_budget b = {
		.chains = {.sure = 3, .spare = 2}, .prefixes = {.sure = 20, .spare = 10}};
	struct knot_pool *hog = knot_pool_new(), *late = knot_pool_new();
	const uint16_t prefix[5] = {1, 2, 3, 4, 5};
	size_t kept = 0;

	knot_pool_share(hog, &b);
	knot_pool_share(late, &b);
	for (uint32_t i = 0; i < 20; i++) {
		struct knot_pool_entry e = entry(i);

		e.prefix = prefix;
		e.prefix_len = 5;
		knot_pool_add(hog, &e);
		knot_pool_add(late, &e);
	}
	cr_expect_eq(knot_pool_len(hog) + knot_pool_len(late), 3 + 3 + 2);
	for (uint32_t i = 0; i < knot_pool_len(hog); i++)
		kept += knot_pool_get(hog, i)->prefix != NULL;
	for (uint32_t i = 0; i < knot_pool_len(late); i++)
		kept += knot_pool_get(late, i)->prefix != NULL;
	cr_expect_eq(kept, 2 + 2 + 1);
	knot_pool_free(hog);
	knot_pool_free(late);
}

/* A thousand mutators that have each proposed more chains than they may remember. */
Test(budget, mutators_remember_within_their_share)
{
#ifdef __SANITIZE_ADDRESS__
	cr_skip("the address sanitizer has an allocator of its own");
#endif
	enum { N = 1000, CHAINS = 5000 };
	static struct knot_mutator *m[N];
	struct knot_cpop *cpop = knot_cpop_new();
	struct knot_budget b;

	knot_budget_open(&b, N);
	const size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;

	for (size_t i = 0; i < N; i++) {
		m[i] = knot_mutator_new(cpop);
		knot_mutator_share(m[i], &b);
		for (uint32_t n = 0; n < CHAINS; n++) {
			const struct knot_pool_entry e = entry(n);

			cr_assert(knot_mutator_mark(m[i], &e.chain) || n > 100,
				"forgets, but does not take the new for old");
		}
		const struct knot_pool_entry last = entry(CHAINS - 1);

		cr_assert_not(knot_mutator_mark(m[i], &last.chain), "mutator %zu", i);
	}
	const size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;

	cr_expect_lt(after - before, (8u << 20) + N * 512, "%zu bytes", after - before);
	for (size_t i = 0; i < N; i++)
		knot_mutator_free(m[i]);
	knot_cpop_free(cpop);
}

Test(budget, a_restored_campaign_may_be_larger_than_the_budget)
{
	struct knot_budget b = {.ops = {.sure = 2}, .pairs = {.sure = 10}};
	struct knot_cpop *c = knot_cpop_new();
	struct knot_cpop_op ops[3];
	struct knot_cpop_pair pairs[2];

	for (uint32_t i = 0; i < 3; i++)
		ops[i] = (struct knot_cpop_op){.key = knot_hash_op(1, i, KNOT_OP_SEND),
			.gpath = 1,
			.site = i,
			.op = KNOT_OP_SEND};
	for (uint32_t i = 0; i < 2; i++)
		pairs[i] = (struct knot_cpop_pair){
			.a = ops[i].key, .b = ops[i + 1].key, .type = 1, .count = 1};
	knot_cpop_share(c, &b, NULL);
	cr_assert_eq(knot_cpop_restore_ops(c, ops, 3, NULL), 0);
	cr_assert_eq(knot_cpop_restore_pairs(c, pairs, 2, NULL), 0);
	cr_expect_eq(knot_cpop_op_count(c), 2);
	cr_expect_eq(knot_cpop_pair_count(c), 1);
	cr_expect_eq(knot_cpop_dropped(c), 2);
	knot_cpop_free(c);
}
