/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/minimize_internal.h"
#include "engine/shortest.h"

#include "engine/bounded.h"
#include "sys/clock.h"

#include <string.h>
#include <xxhash.h>

/* How often a trial is repeated where runs of one schedule are not all alike. */
#define TRIES_UNSURE 4
#define PROBES 3
/* So many departures, and fewer, are left for what is around each to be looked at. */
#define AROUND_MAX 64

bool knot_minimizer_late(struct knot_minimizer *z)
{
	z->cut |= z->deadline_ns && knot_clock_mono_ns() >= z->deadline_ns;
	return z->cut;
}

static int run(struct knot_minimizer *z, const uint16_t *decisions, size_t len, bool switches,
	struct knot_outcome *ret, struct knot_error *err)
{
	struct knot_schedule s = *z->schedule;

	s.end_only = z->end_only;

	s.policy = KNOT_POLICY_SWITCH;
	s.switches = switches;
	s.decisions = decisions;
	s.decisions_len = len;
	return knot_replay_tolerant(z->replayer, z->target, &s, ret, err);
}

static bool is_same(struct knot_minimizer *z, const struct knot_outcome *o)
{
	return o->ran && z->options->same(z->options->arg, o);
}

static void forget_visits(knot_switches *list)
{
	for (size_t i = 0; i < list->len; i++)
		list->data[i].visit = 0;
}

static void keep(struct knot_minimizer *z, const struct knot_outcome *o, knot_switches *list,
	const struct knot_switch_counts *counts)
{
	const struct knot_run_view view = knot_record_view(&o->record);
	const struct knot_shm_decisions *d = &o->record.decisions;

	knot_vec_free(&z->best);
	z->best = *list;
	*list = (knot_switches){0};
	if (!z->exact)
		forget_visits(&z->best);
	z->counts = *counts;
	knot_ops_of_run(&view, &z->ops);
	z->around.len = 0;
	if (z->best.len <= AROUND_MAX)
		knot_around_of_run(&view, z->best.len, &z->around);
	knot_vec_reserve(&z->decisions, d->len + 1);
	z->decisions.len = d->len;
	if (d->len)
		memcpy(z->decisions.data, d->data, d->len * sizeof(*d->data));
}

static bool tried_before(struct knot_minimizer *z, const knot_switch_slots *slots)
{
	const uint64_t hash = XXH3_64bits(slots->data, slots->len * sizeof(*slots->data));

	for (size_t i = 0; i < z->tried.len; i++)
		if (z->tried.data[i] == hash)
			return true;
	knot_vec_push(&z->tried, hash);
	return false;
}

int knot_minimizer_try(struct knot_minimizer *z, const knot_switches *list, bool *ret_taken,
	struct knot_error *err)
{
	knot_switch_slots slots = {0};
	int rc = 0;

	*ret_taken = false;
	knot_switches_encode(list->data, list->len, &slots);
	const uint32_t tries = tried_before(z, &slots) ? 0 : z->m->tries;

	for (uint32_t i = 0; i < tries && !rc && !*ret_taken && !knot_minimizer_late(z); i++) {
		struct knot_outcome o = {0};
		knot_switches made = {0};
		struct knot_switch_counts counts;

		rc = run(z, slots.data, slots.len, true, &o, err);
		z->m->runs++;
		/* Of a trace that is not whole nobody knows where the run departs. */
		if (!rc && is_same(z, &o) && !(o.record.result.flags & KNOT_RUN_TRUNCATED)) {
			const struct knot_run_view view = knot_record_view(&o.record);

			knot_switches_of_run(&view, z->schedule->fair_after, &made, &counts);
			if (knot_switch_counts_compare(&counts, &z->counts) <= 0) {
				keep(z, &o, &made, &counts);
				*ret_taken = true;
			}
		}
		knot_vec_free(&made);
		knot_outcome_free(&o);
	}
	knot_vec_free(&slots);
	return rc;
}

/* Looks for a schedule with fewer preemptions among all there are, and goes on from it as long as there is one. */
static int prove(struct knot_minimizer *z, struct knot_error *err)
{
	struct knot_minimized *m = z->m;
	bool again = z->options->prove_runs;
	int rc = 0;

	while (again && !rc && !knot_minimizer_late(z)) {
		struct knot_bounded found = {0};
		const struct knot_bounded_options o = {.preemptions = z->counts.preemptions - 1,
			.timers = z->counts.timers,
			.runs = z->options->prove_runs,
			.deadline_ns = z->deadline_ns,
			.same = z->options->same,
			.arg = z->options->arg};

		again = false;
		m->proved = !z->counts.preemptions;
		if (m->proved)
			break;
		rc = knot_bounded_search(z->replayer, z->target, z->schedule, &o, &found, err);
		m->proof_runs += found.runs;
		m->proved = !rc && !found.found && found.complete && m->tries == 1;
		if (!rc && found.found)
			rc = knot_minimizer_try(z, &found.switches, &again, err);
		knot_vec_free(&found.switches);
		if (!rc && found.found && !again)
			m->proof_runs = 0; /* it does not come twice: nothing is shown either way */
		if (!rc && again)
			rc = knot_minimizer_reduce(z, err);
	}
	return rc;
}

/* The schedule as it is: does it still end so, each time, and always by the same steps? */
static int probe(struct knot_minimizer *z, struct knot_error *err)
{
	struct knot_minimized *m = z->m;
	uint64_t hash = 0;
	uint32_t same = 0, alike = 0;
	bool truncated = false;

	for (unsigned i = 0; i < PROBES; i++) {
		struct knot_outcome o = {0};
		knot_switches made = {0};
		const int rc =
			run(z, z->schedule->decisions, z->schedule->decisions_len, false, &o, err);

		if (rc)
			return rc;
		if (is_same(z, &o)) {
			const struct knot_run_view view = knot_record_view(&o.record);

			if (!same++) {
				knot_switches_of_run(
					&view, z->schedule->fair_after, &made, &m->before);
				keep(z, &o, &made, &m->before);
				z->end = o.record.result.end;
				m->steps_before = o.record.result.steps;
				hash = o.record.result.hash;
			}
			alike += o.record.result.hash == hash;
			truncated |= o.record.result.flags & KNOT_RUN_TRUNCATED;
		}
		knot_vec_free(&made);
		knot_outcome_free(&o);
	}
	m->runs += PROBES;
	m->tries = alike == PROBES ? 1 : TRIES_UNSURE;
	if (!same)
		m->end = KNOT_MINIMIZE_GONE;
	else if (truncated)
		m->end = KNOT_MINIMIZE_LONG;
	return 0;
}

/* The order that the result's switches bring about, as the shortest chain. */
static int find_chain(
	struct knot_minimizer *z, const struct knot_record *run, struct knot_error *err)
{
	const struct knot_shortest_options options = {.deadline_ns = z->deadline_ns,
		.tries = z->m->tries,
		.same = z->options->same,
		.arg = z->options->arg};
	struct knot_shortest found;
	const int rc = knot_shortest_of_run(
		z->replayer, z->target, z->schedule, run, &options, &found, err);

	z->m->chain_does = !rc && found.found;
	z->m->chain = found.chain;
	z->m->chain_runs = found.runs;
	return rc;
}

static int replay_result(struct knot_minimizer *z, struct knot_error *err)
{
	struct knot_minimized *m = z->m;
	uint64_t hash = 0;

	for (uint32_t i = 0; i < z->options->replays; i++) {
		struct knot_outcome o = {0};

		/* The first has a chain made of it, and who spins is in the trace only. */
		z->end_only = i && i + 1 < z->options->replays && z->end != KNOT_END_STEPS;
		knot_outcome_free(&m->outcome); /* one long trace at a time */
		int rc = run(z, z->decisions.data, z->decisions.len, false, &o, err);

		if (rc)
			return rc;
		if (!i)
			hash = o.record.result.hash;
		const bool same = is_same(z, &o) && o.record.result.hash == hash;

		m->replays++;
		m->replays_same += same;
		m->outcome = o;
		if (!i && same && (rc = find_chain(z, &m->outcome.record, err)))
			return rc;
	}
	if (m->replays_same < m->replays)
		m->end = KNOT_MINIMIZE_UNSTABLE;
	return 0;
}

/* What the schedule without a departure ends in, for the explanation. */
static int run_plain(struct knot_minimizer *z, struct knot_error *err)
{
	struct knot_outcome o = {0};
	const int rc = run(z, NULL, 0, true, &o, err);

	if (!rc) {
		z->m->plain_same = is_same(z, &o);
		z->m->plain_end = o.record.result.end;
	}
	knot_outcome_free(&o);
	return rc;
}

/* The list for the run as it is: does that end so, too? Without the visits if that will do, else with them. */
static int begin(struct knot_minimizer *z, bool *ret_same, struct knot_error *err)
{
	const bool too_long = z->best.len > KNOT_SWITCHES_MAX;
	int rc = 0;

	*ret_same = false;
	/* What the list makes of the schedule may be larger: behind the last entry goes on who went on otherwise. */
	z->counts = (struct knot_switch_counts){.preemptions = UINT32_MAX};
	for (int i = 0; i < 2 && !too_long && !rc && !*ret_same; i++) {
		knot_switches list = knot_switches_copy(&z->best);

		z->exact = i;
		if (!z->exact)
			forget_visits(&list);
		rc = knot_minimizer_try(z, &list, ret_same, err);
		knot_vec_free(&list);
	}
	if (!rc && !*ret_same)
		z->m->end = z->cut ? KNOT_MINIMIZE_CUT
			: too_long ? KNOT_MINIMIZE_LONG
				   : KNOT_MINIMIZE_FIXED;
	return rc;
}

static int minimize(struct knot_minimizer *z, struct knot_error *err)
{
	struct knot_minimized *m = z->m;
	const uint64_t start_ns = knot_clock_mono_ns();
	bool same = false;
	int rc = probe(z, err);

	if (rc || m->end)
		return rc;
	rc = begin(z, &same, err);
	if (!rc && same)
		rc = knot_minimizer_reduce(z, err);
	if (!rc && same)
		rc = prove(z, err);
	m->ns = knot_clock_mono_ns() - start_ns;
	if (rc || m->end)
		return rc;
	m->end = z->cut ? KNOT_MINIMIZE_CUT : KNOT_MINIMIZE_DONE;
	m->after = z->counts;
	rc = run_plain(z, err);
	return rc ? rc : replay_result(z, err);
}

int knot_minimize(struct knot_replayer *replayer, const struct knot_worker_target *target,
	const struct knot_schedule *schedule, const struct knot_minimize_options *options,
	struct knot_minimized *ret, struct knot_error *err)
{
	struct knot_minimizer z = {
		.replayer = replayer,
		.target = target,
		.schedule = schedule,
		.options = options,
		.m = ret,
		.deadline_ns = options->budget_ns ? knot_clock_mono_ns() + options->budget_ns : 0,
		.exact = true,
	};

	*ret = (struct knot_minimized){.tries = 1};
	const int rc = minimize(&z, err);

	ret->switches = z.best;
	knot_vec_free(&z.decisions);
	knot_vec_free(&z.ops);
	knot_vec_free(&z.around);
	knot_vec_free(&z.tried);
	if (rc)
		knot_minimized_free(ret);
	return rc;
}

bool knot_minimized_is_smaller(const struct knot_minimized *m)
{
	return m->replays && (m->end == KNOT_MINIMIZE_DONE || m->end == KNOT_MINIMIZE_CUT);
}

void knot_minimized_free(struct knot_minimized *m)
{
	knot_vec_free(&m->switches);
	knot_outcome_free(&m->outcome);
	*m = (struct knot_minimized){0};
}

const char *knot_minimize_end_text(enum knot_minimize_end end)
{
	switch (end) {
	case KNOT_MINIMIZE_DONE:
		return NULL;
	case KNOT_MINIMIZE_CUT:
		return "the time for it was used up before it was as small as can be";
	case KNOT_MINIMIZE_GONE:
		return "the schedule no longer ends as it did";
	case KNOT_MINIMIZE_FIXED:
		return "its context switches alone, without what came from outside, do not end so";
	case KNOT_MINIMIZE_UNSTABLE:
		return "the smaller schedule does not end so each time";
	case KNOT_MINIMIZE_LONG:
		return "it has more events than a trace has room for";
	case KNOT_MINIMIZE_SLOW:
		return "a run takes too long to make many";
	}
	return NULL;
}
