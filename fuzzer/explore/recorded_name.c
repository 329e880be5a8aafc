/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose operations a chain from a recording is about, in a test. */
#include "explore/recorded.h"

/* Can it be the one with that number, and is it none of the others already? */
static bool can_be(const struct knot_chain *chain, const struct knot_chain *named, uint64_t number,
	uint64_t path, knot_recorded_has_fn has, void *arg)
{
	for (uint32_t i = 0; i < chain->len; i++) {
		const struct knot_chain_op *op = &chain->ops[i];

		if (op->gpath != number ? named->ops[i].gpath == path
					: !has(arg, path, op->site, op->op))
			return false;
	}
	return true;
}

struct knot_chain knot_recorded_name(const struct knot_chain *chain, const uint64_t *paths,
	size_t len, knot_recorded_has_fn has, void *arg)
{
	struct knot_chain named = *chain;

	for (uint32_t i = 0; i < named.len; i++)
		named.ops[i].gpath = 0;
	for (uint64_t number = 1; number <= chain->len; number++) {
		uint64_t found = 0;

		for (size_t i = 0; i < len && !found; i++)
			if (can_be(chain, &named, number, paths[i], has, arg))
				found = paths[i];
		for (uint32_t i = 0; i < chain->len; i++)
			if (chain->ops[i].gpath == number)
				named.ops[i].gpath = found;
	}
	return named;
}
