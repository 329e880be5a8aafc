/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/shortest.h"

#include "explore/critical.h"
#include "explore/derive.h"
#include "sys/clock.h"

/* Changes of goroutine, from the end backwards, that chains are made of. */
#define CHANGES_MAX 8
/* A native chain that does not do once in so many runs is given up there, when the whole one mostly does. */
#define TRIES_FIRST 8

struct shortening {
	struct knot_replayer *replayer;
	const struct knot_worker_target *target;
	const struct knot_schedule *schedule;
	const struct knot_shortest_options *options;
	struct knot_shortest *ret;
	bool native;
	struct knot_native_trial whole; /* native: what the chain did as it was */
};

static bool late(const struct shortening *s)
{
	return s->options->deadline_ns && knot_clock_mono_ns() >= s->options->deadline_ns;
}

static int try_controlled(struct shortening *s, const struct knot_chain *chain, bool *ret_does,
	struct knot_error *err)
{
	struct knot_schedule schedule = *s->schedule;
	int rc = 0;

	schedule.policy = KNOT_POLICY_SWITCH;
	schedule.decisions = NULL;
	schedule.decisions_len = 0;
	schedule.chain = *chain;
	for (uint32_t i = 0; i < s->options->tries && !rc && !*ret_does; i++) {
		struct knot_outcome o = {0};

		rc = knot_replay_tolerant(s->replayer, s->target, &schedule, &o, err);
		s->ret->runs++;
		*ret_does = !rc && o.ran && s->options->same(s->options->arg, &o);
		knot_outcome_free(&o);
	}
	return rc;
}

static int native_runs(struct shortening *s, const struct knot_chain *chain, uint32_t tries,
	struct knot_native_trial *t, struct knot_error *err)
{
	struct knot_schedule schedule = *s->schedule;
	const uint32_t before = t->tries;

	schedule.chain = *chain;
	const int rc = knot_native_try(s->replayer, s->target, &schedule, tries, s->options->same,
		s->options->arg, t, err);

	s->ret->runs += t->tries - before;
	return rc;
}

static int try_native(struct shortening *s, const struct knot_chain *chain, bool *ret_does,
	struct knot_error *err)
{
	const bool mostly = s->whole.same * 2 > s->whole.tries;
	struct knot_native_trial t = {0};
	int rc = native_runs(s, chain, TRIES_FIRST, &t, err);

	if (!rc && (t.same || !mostly))
		rc = native_runs(s, chain, KNOT_SHORTEST_TRIES, &t, err);
	*ret_does =
		!rc && t.same && 10ull * t.same * s->whole.tries >= 9ull * s->whole.same * t.tries;
	knot_outcome_free(&t.outcome);
	return rc;
}

static int try_chain(struct shortening *s, const struct knot_chain *chain, bool *ret_does,
	struct knot_error *err)
{
	*ret_does = false;
	return s->native ? try_native(s, chain, ret_does, err)
			 : try_controlled(s, chain, ret_does, err);
}

static struct knot_chain without(const struct knot_chain *chain, uint32_t from, uint32_t len)
{
	struct knot_chain c = {0};

	for (uint32_t i = 0; i < chain->len; i++)
		if (i < from || i >= from + len)
			c.ops[c.len++] = chain->ops[i];
	return c;
}

/* Until no single element can be left out. */
static int shorten(struct shortening *s, struct knot_error *err)
{
	struct knot_chain *best = &s->ret->chain;
	uint32_t size = best->len;
	bool shorter = true;
	int rc = 0;

	while (!rc && best->len && (size > 1 || shorter)) {
		size = size > 1 ? (size + 1) / 2 : 1;
		shorter = false;
		for (uint32_t from = 0; from < best->len && !rc;) {
			const struct knot_chain next = without(best, from, size);
			bool does;

			s->ret->cut = late(s);
			if (s->ret->cut)
				return 0;
			rc = try_chain(s, &next, &does, err);
			if (!rc && does) {
				*best = next;
				shorter = true;
			} else {
				from += size;
			}
		}
	}
	return rc;
}

/* The nth chain that a run gives; false behind the last. */
static bool chain_of_run(const struct knot_record *run, uint32_t nth, struct knot_chain *ret)
{
	const struct knot_run_view view = knot_record_view(run);

	*ret = (struct knot_chain){0};
	if (!nth)
		return true;
	if (nth == 1) {
		knot_critical_chain(&view, ret);
		return true;
	}
	return nth < 2 + CHANGES_MAX &&
		knot_derive_chain(&view, run->snaps.data, run->snaps.len, nth - 1, ret);
}

int knot_shortest_of_run(struct knot_replayer *replayer, const struct knot_worker_target *target,
	const struct knot_schedule *schedule, const struct knot_record *run,
	const struct knot_shortest_options *options, struct knot_shortest *ret,
	struct knot_error *err)
{
	struct shortening s = {.replayer = replayer,
		.target = target,
		.schedule = schedule,
		.options = options,
		.ret = ret};
	struct knot_chain chain;
	int rc = 0;

	*ret = (struct knot_shortest){0};
	for (uint32_t n = 0; !rc && !ret->found && chain_of_run(run, n, &chain); n++) {
		ret->cut = late(&s);
		if (ret->cut)
			return 0;
		if (n && !chain.len)
			continue;
		rc = try_chain(&s, &chain, &ret->found, err);
		if (!rc && ret->found)
			ret->chain = chain;
	}
	return rc || !ret->found ? rc : shorten(&s, err);
}

int knot_shortest_native(struct knot_replayer *replayer, const struct knot_worker_target *target,
	const struct knot_schedule *schedule, const struct knot_shortest_options *options,
	struct knot_shortest *ret, struct knot_error *err)
{
	struct shortening s = {.replayer = replayer,
		.target = target,
		.schedule = schedule,
		.options = options,
		.ret = ret,
		.native = true};
	int rc;

	*ret = (struct knot_shortest){.chain = schedule->chain};
	rc = native_runs(&s, &ret->chain, KNOT_SHORTEST_TRIES, &s.whole, err);
	if (!rc && s.whole.same)
		rc = shorten(&s, err);
	if (!rc && s.whole.same)
		rc = native_runs(&s, &ret->chain, KNOT_SHORTEST_CONFIRM, &ret->confirm, err);
	ret->found = !rc && ret->confirm.same;
	knot_outcome_free(&s.whole.outcome);
	if (rc)
		knot_shortest_free(ret);
	return rc;
}

void knot_shortest_free(struct knot_shortest *s)
{
	knot_outcome_free(&s->confirm.outcome);
	*s = (struct knot_shortest){0};
}
