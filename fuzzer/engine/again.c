/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/again.h"

#include "engine/sitenames.h"

#include <string.h>

struct knot_schedule knot_again_schedule(const struct knot_again *a, uint32_t *memory)
{
	struct knot_schedule s = knot_schedule_of(a->crash, memory);

	s.aliases = a->aliases->data;
	s.aliases_len = a->aliases->len;
	s.memory_len = 0;
	for (size_t i = 0; i < a->crash->memory.len; i++) {
		const uint32_t site = knot_moved_memory(a->moved, a->crash->memory.data[i]);

		if (site)
			memory[s.memory_len++] = site;
	}
	return s;
}

bool knot_again_native_schedule(const struct knot_again *a, struct knot_schedule *ret)
{
	const struct knot_crash *c = a->crash;

	*ret = (struct knot_schedule){.seed = c->seed,
		.wait_us = c->wait_us,
		.aliases = a->aliases->data,
		.aliases_len = a->aliases->len};
	for (size_t i = 0; i < c->chain.len; i++) {
		const struct knot_chain_op *op = &c->chain.data[i].op;
		const uint32_t site = op->site ? knot_moved_now(a->moved, op->site) : 0;

		if (op->site && !site)
			return false;
		knot_chain_push(&ret->chain,
			(struct knot_chain_op){.gpath = op->gpath, .site = site, .op = op->op});
	}
	return true;
}

static bool is_moved(const struct knot_again *a, const struct knot_finding *f)
{
	return knot_moved_same(a->moved, &f->verdict, f->message, knot_sitenames_view(a->names));
}

/* The race of the file, whose lines may be elsewhere now? */
static bool is_moved_race(
	const struct knot_again *a, const struct knot_outcome *o, const struct knot_race *race)
{
	struct knot_finding f = {0};

	knot_finding_judge(
		&o->record, race, o->out, o->out_len, o->err, o->err_len, false, a->names, &f);
	const bool same = is_moved(a, &f);

	knot_finding_free(&f);
	return same;
}

void knot_again_judge(
	const struct knot_again *a, const struct knot_outcome *o, struct knot_finding *ret)
{
	const bool is_race = !strcmp(a->crash->verdict, knot_verdict_name(KNOT_VERDICT_RACE));
	const struct knot_race *race =
		is_race ? knot_finding_race(&o->record, a->crash->bucket, a->names) : NULL;

	for (size_t i = 0; i < o->record.races.len && is_race && !race; i++)
		if (is_moved_race(a, o, &o->record.races.data[i]))
			race = &o->record.races.data[i];
	if (is_race && !race && o->record.races.len)
		race = &o->record.races.data[0];
	knot_finding_judge(
		&o->record, race, o->out, o->out_len, o->err, o->err_len, false, a->names, ret);
}

bool knot_again_is_same(const struct knot_again *a, const struct knot_finding *f)
{
	const struct knot_crash *c = a->crash;

	if (!strcmp(knot_verdict_name(f->verdict.kind), c->verdict) && f->bucket == c->bucket)
		return true;
	return !a->is_same_code && is_moved(a, f);
}
