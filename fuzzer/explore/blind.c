/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chains without feedback: GoPie-FB of the paper's ablation (ASE 2023, section IV-C), which "performs interleaving
 * mutation without the primitive constraints learned from feedback and existing covered interleavings". A chain is
 * two to four operations that the target is known to have, drawn from all of them, or the last such chain with one of
 * the four operators applied, whose new operations are drawn likewise. Pairs are counted, since they are what
 * the ablation compares, and decide nothing: no relation, no happens-before, no corpus, no energy, no reward.
 */
#include "base/rng.h"
#include "explore/portfolio_internal.h"

#include <string.h>

#define NEW_ONE_IN 3

static struct knot_chain_op draw(struct knot_portfolio *p)
{
	return knot_cpop_chain_op(
		p->cpop, (uint32_t)knot_rng_below(&p->rng, knot_cpop_op_count(p->cpop)));
}

static void make(struct knot_portfolio *p)
{
	struct knot_chain *c = &p->blind;

	*c = (struct knot_chain){.len = KNOT_MUTATE_LEN_MIN +
			(uint32_t)knot_rng_below(
				&p->rng, KNOT_MUTATE_LEN_GOOD - KNOT_MUTATE_LEN_MIN + 1)};
	for (uint32_t i = 0; i < c->len; i++)
		c->ops[i] = draw(p);
}

static enum knot_operator mutate(struct knot_portfolio *p)
{
	struct knot_chain *c = &p->blind;
	const uint32_t at = (uint32_t)knot_rng_below(&p->rng, c->len - 1);
	const struct knot_chain_op op = c->ops[at];

	switch (knot_rng_below(&p->rng, 4)) {
	case 0:
		if (c->len == KNOT_MUTATE_LEN_MIN)
			break;
		if (knot_rng_below(&p->rng, 2))
			memmove(&c->ops[0], &c->ops[1], (c->len - 1) * sizeof(c->ops[0]));
		c->len--;
		return KNOT_OPERATOR_ABRIDGE;
	case 1:
		c->ops[at] = c->ops[at + 1];
		c->ops[at + 1] = op;
		return KNOT_OPERATOR_FLIP;
	case 2:
		if (c->len >= KNOT_MUTATE_LEN_GOOD)
			break;
		c->ops[c->len++] = draw(p);
		return KNOT_OPERATOR_AUGMENT;
	}
	c->ops[knot_rng_below(&p->rng, c->len)] = draw(p);
	return KNOT_OPERATOR_SUBSTITUTE;
}

bool knot_portfolio_blind_chain(
	struct knot_portfolio *p, struct knot_chain *ret_chain, struct knot_plan *plan)
{
	if (p->blind.len && knot_rng_below(&p->rng, NEW_ONE_IN))
		plan->how = mutate(p);
	else
		make(p);
	*ret_chain = p->blind;
	return true;
}
