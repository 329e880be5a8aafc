/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/cover.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "explore/cpop.h"
#include "wire/chain.h"

#include <stdlib.h>

static uint64_t pair_number(uint64_t a, uint64_t b)
{
	return knot_hash_pair(0, 0, a, b);
}

size_t knot_cover_of_trace(
	const struct knot_cpop *c, uint32_t first_new, uint64_t ret_pairs[KNOT_COVER_PAIRS_MAX])
{
	const uint32_t pairs = knot_cpop_pair_count(c);
	size_t len = 0;

	for (uint32_t n = 0; n < pairs && len < KNOT_COVER_PAIRS_MAX; n++) {
		const uint32_t i = (first_new + n) % pairs;
		struct knot_cpop_pair p;

		if (!knot_cpop_shown(c, i))
			continue;
		knot_cpop_get_pair(c, i, &p);
		ret_pairs[len++] = pair_number(p.a, p.b);
	}
	return len;
}

size_t knot_cover_of_chain(const struct knot_chain *chain, uint64_t *ret_pairs)
{
	for (uint32_t i = 1; i < chain->len; i++) {
		const struct knot_chain_op *a = &chain->ops[i - 1], *b = &chain->ops[i];

		ret_pairs[i - 1] = pair_number(knot_hash_op(a->gpath, a->site, a->op),
			knot_hash_op(b->gpath, b->site, b->op));
	}
	return chain->len ? chain->len - 1 : 0;
}

/* That an entry has a pair. Sorted by pair those of one pair are neighbours, by entry those of one entry. */
struct fact {
	uint64_t pair; /* its number, later its rank among the pairs */
	uint32_t entry;
};

struct cover {
	const struct knot_cover_entry *entries;
	size_t len;
	struct fact *by_pair, *by_entry;
	size_t facts;
	size_t *pair_from, *entry_from; /* where each one's facts begin; one more than there are */
	uint32_t *gain; /* pairs of an entry that nothing kept has */
	uint32_t *times; /* entries kept that have a pair */
};

static int compare_pairs(const void *pa, const void *pb)
{
	const struct fact *a = pa, *b = pb;

	if (a->pair != b->pair)
		return a->pair < b->pair ? -1 : 1;
	return (a->entry > b->entry) - (a->entry < b->entry);
}

static int compare_entries(const void *pa, const void *pb)
{
	const struct fact *a = pa, *b = pb;

	if (a->entry != b->entry)
		return a->entry < b->entry ? -1 : 1;
	return (a->pair > b->pair) - (a->pair < b->pair);
}

/* All facts, each once, with pairs by rank; returns how many pairs there are. */
static size_t gather(struct cover *c)
{
	size_t n = 0, pairs = 0;

	for (size_t i = 0; i < c->len; i++)
		n += c->entries[i].len;
	c->by_pair = knot_xalloc((n + 1) * sizeof(*c->by_pair));
	for (size_t i = 0; i < c->len; i++)
		for (size_t k = 0; k < c->entries[i].len; k++)
			c->by_pair[c->facts++] = (struct fact){c->entries[i].pairs[k], (uint32_t)i};
	qsort(c->by_pair, c->facts, sizeof(*c->by_pair), compare_pairs);
	uint64_t last = 0;

	n = c->facts;
	c->facts = 0;
	for (size_t i = 0; i < n; i++) {
		const struct fact f = c->by_pair[i];

		if (c->facts && f.pair == last && c->by_pair[c->facts - 1].entry == f.entry)
			continue;
		pairs += !c->facts || f.pair != last;
		last = f.pair;
		c->by_pair[c->facts++] = (struct fact){pairs - 1, f.entry};
	}
	return pairs;
}

static void open_cover(struct cover *c)
{
	const size_t pairs = gather(c);

	c->by_entry = knot_xalloc((c->facts + 1) * sizeof(*c->by_entry));
	c->pair_from = knot_xalloc((pairs + 1) * sizeof(*c->pair_from));
	c->entry_from = knot_xalloc((c->len + 1) * sizeof(*c->entry_from));
	c->gain = knot_xalloc((c->len + 1) * sizeof(*c->gain));
	c->times = knot_xalloc((pairs + 1) * sizeof(*c->times));
	for (size_t i = 0; i < c->facts; i++) {
		c->by_entry[i] = c->by_pair[i];
		c->pair_from[c->by_pair[i].pair + 1] = i + 1;
		c->gain[c->by_pair[i].entry]++;
	}
	qsort(c->by_entry, c->facts, sizeof(*c->by_entry), compare_entries);
	for (size_t i = 0; i < c->len; i++)
		c->entry_from[i + 1] = c->entry_from[i] + c->gain[i];
}

static void close_cover(struct cover *c)
{
	free(c->by_pair);
	free(c->by_entry);
	free(c->pair_from);
	free(c->entry_from);
	free(c->gain);
	free(c->times);
}

static bool is_better(const struct cover *c, size_t a, size_t b)
{
	const struct knot_cover_entry *x = &c->entries[a], *y = &c->entries[b];

	if (c->gain[a] != c->gain[b])
		return c->gain[a] > c->gain[b];
	return x->cost != y->cost ? x->cost < y->cost : x->name < y->name;
}

static void keep(struct cover *c, size_t entry)
{
	for (size_t i = c->entry_from[entry]; i < c->entry_from[entry + 1]; i++) {
		const uint64_t pair = c->by_entry[i].pair;

		if (c->times[pair]++)
			continue;
		for (size_t k = c->pair_from[pair]; k < c->pair_from[pair + 1]; k++)
			c->gain[c->by_pair[k].entry]--;
	}
}

static bool is_spare(const struct cover *c, size_t entry)
{
	for (size_t i = c->entry_from[entry]; i < c->entry_from[entry + 1]; i++)
		if (c->times[c->by_entry[i].pair] < 2)
			return false;
	return true;
}

void knot_cover_min(const struct knot_cover_entry *entries, size_t len, bool *ret_keep)
{
	struct cover c = {.entries = entries, .len = len};
	size_t *order = knot_xalloc((len + 1) * sizeof(*order)), kept = 0;

	open_cover(&c);
	for (size_t i = 0; i < len; i++)
		ret_keep[i] = false;
	for (;;) {
		size_t best = len;

		for (size_t i = 0; i < len; i++)
			if (c.gain[i] && (best == len || is_better(&c, i, best)))
				best = i;
		if (best == len)
			break;
		ret_keep[best] = true;
		order[kept++] = best;
		keep(&c, best);
	}
	/* The first choices are the great ones: what came last is asked last. */
	for (size_t i = 0; i < kept; i++) {
		const size_t entry = order[i];

		if (!is_spare(&c, entry))
			continue;
		ret_keep[entry] = false;
		for (size_t k = c.entry_from[entry]; k < c.entry_from[entry + 1]; k++)
			c.times[c.by_entry[k].pair]--;
	}
	close_cover(&c);
	free(order);
}
