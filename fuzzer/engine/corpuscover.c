/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pairs that the runs of new corpus entries showed, from the look at the trace until the entry is written to
 * the store a second later: goknot corpus min asks for them.
 */
#include "engine/campaign_internal.h"
#include "engine/persist.h"
#include "explore/corpus.h"
#include "explore/cover.h"

#include <string.h>

#define PENDING_MAX 1024 /* entries; 4 MB */

struct knot_corpus_cover {
	uint32_t target;
	uint32_t entry; /* of its pool */
	size_t len;
	uint64_t *pairs;
};

void knot_corpuscover_note(struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_plan *plan, const struct knot_cpop_gain *gain)
{
	const struct knot_chain chain = knot_chain_get(&plan->request);
	uint64_t pairs[KNOT_COVER_PAIRS_MAX];

	if (!chain.len || !(gain->pairs1 + gain->pairs2) || c->covers.len >= PENDING_MAX)
		return;
	const uint32_t entry = knot_pool_find(knot_portfolio_pool(s->portfolio), &chain);

	if (entry == KNOT_POOL_NONE || entry < s->stored_pool)
		return;
	const size_t len =
		knot_cover_of_trace(knot_portfolio_cpop(s->portfolio), gain->first_pair, pairs);
	struct knot_corpus_cover cover = {.target = s->index,
		.entry = entry,
		.len = len,
		.pairs = knot_xalloc((len + 1) * sizeof(*pairs))};

	memcpy(cover.pairs, pairs, len * sizeof(*pairs));
	knot_vec_push(&c->covers, cover);
}

const uint64_t *knot_corpuscover_find(const struct knot_campaign *c,
	const struct knot_target_state *s, uint32_t entry, size_t *ret_len)
{
	/* An entry may have taken another's place in the meantime. */
	for (size_t i = c->covers.len; i-- > 0;) {
		const struct knot_corpus_cover *x = &c->covers.data[i];

		if (x->target == s->index && x->entry == entry) {
			*ret_len = x->len;
			return x->pairs;
		}
	}
	*ret_len = 0;
	return NULL;
}

void knot_corpuscover_clear(struct knot_campaign *c)
{
	for (size_t i = 0; i < c->covers.len; i++)
		free(c->covers.data[i].pairs);
	knot_vec_free(&c->covers);
}
