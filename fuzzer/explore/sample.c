/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/sample.h"

#include "base/hash.h"

#include <string.h>

void knot_sample_free(struct knot_sample *s)
{
	knot_vec_free(&s->kept);
}

/* Where rank stands or would stand. */
static size_t place(const struct knot_sample *s, uint64_t rank)
{
	size_t low = 0, high = s->kept.len;

	while (low < high) {
		const size_t mid = (low + high) / 2;

		if (s->kept.data[mid].rank < rank)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct knot_sampled *knot_sample_offer(struct knot_sample *s, const struct knot_chain *chain)
{
	const struct knot_sampled fresh = {
		.rank = knot_hash_mix(knot_chain_hash(chain) ^ s->seed), .chain = *chain};
	const size_t at = place(s, fresh.rank);

	if (at < s->kept.len && s->kept.data[at].rank == fresh.rank)
		return &s->kept.data[at];
	if (at >= s->max)
		return NULL;
	if (s->kept.len == s->max)
		s->kept.len--;
	knot_vec_push(&s->kept, fresh);
	memmove(&s->kept.data[at + 1], &s->kept.data[at],
		(s->kept.len - 1 - at) * sizeof(s->kept.data[0]));
	s->kept.data[at] = fresh;
	return &s->kept.data[at];
}
