/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/minimize.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/vec.h"
#include "engine/bounded.h"
#include "explore/reduce.h"
#include "sys/clock.h"

#include <string.h>
#include <xxhash.h>

/* How often a trial is repeated where runs of one schedule are not all alike. */
#define TRIES_UNSURE 4
#define PROBES 3
/* So many preemptions, and fewer, are left for all their subsets to be tried. */
#define SUBSETS_MAX 8
/* So many departures, and fewer, are left for their preemptions to wait for a block. */
#define BLOCKS_MAX 64

/* How many operations a goroutine has executed. */
struct ops {
	uint64_t path;
	uint32_t ops;
};

struct minimizer {
	struct knot_replayer *replayer;
	const struct knot_worker_target *target;
	const struct knot_schedule *schedule; /* the one to be minimised */
	const struct knot_minimize_options *options;
	struct knot_minimized *m;
	uint64_t deadline_ns; /* 0 = none */
	bool cut;
	/* The smallest so far. */
	knot_switches best;
	KNOT_VEC(struct ops) ops; /* of its goroutines */
	KNOT_VEC(uint32_t) blocks; /* of a short list: what next_block says of each */
	struct knot_switch_counts counts;
	KNOT_VEC(uint16_t) decisions;
	KNOT_VEC(uint64_t) tried; /* hashes of the lists that have been, in vain */
};

static knot_switches copy_of(const knot_switches *list)
{
	knot_switches c = {0};

	for (size_t i = 0; i < list->len; i++)
		knot_vec_push(&c, list->data[i]);
	return c;
}

static bool late(struct minimizer *z)
{
	z->cut |= z->deadline_ns && knot_clock_mono_ns() >= z->deadline_ns;
	return z->cut;
}

static int run(struct minimizer *z, const uint16_t *decisions, size_t len, bool switches,
	struct knot_outcome *ret, struct knot_error *err)
{
	struct knot_schedule s = *z->schedule;

	s.policy = KNOT_POLICY_SWITCH;
	s.switches = switches;
	s.decisions = decisions;
	s.decisions_len = len;
	const int rc = knot_replay(z->replayer, z->target, &s, ret, err);

	if (rc != KNOT_EINPUT)
		return rc;
	/* The target wrote over the shared memory: a run that does not end so. */
	*ret = (struct knot_outcome){0};
	return 0;
}

static bool is_same(struct minimizer *z, const struct knot_outcome *o)
{
	return o->ran && z->options->same(z->options->arg, o);
}

static bool is_execution(const struct knot_shm_event *e)
{
	return e->kind == KNOT_EV_STEP && e->op != KNOT_OP_START && e->op != KNOT_OP_RESUME;
}

static void count_ops(struct minimizer *z, const struct knot_run_view *run)
{
	z->ops.len = 0;
	for (size_t g = 0; g < run->gs_len; g++)
		knot_vec_push(&z->ops, ((struct ops){.path = run->gs[g].path}));
	for (size_t i = 0; i < run->len; i++) {
		const struct knot_shm_event *e = &run->events[i];

		if (e->g < z->ops.len)
			z->ops.data[e->g].ops += is_execution(e);
	}
}

/*
 * How many operations the goroutine that the nth departure is about has executed when it next blocks or ends, 0 = it
 * does not.
 */
static uint32_t next_block(const struct knot_run_view *run, size_t nth)
{
	size_t i = 0, n = 0;

	for (; i < run->len; i++)
		if (run->events[i].kind == KNOT_EV_SWITCH && n++ == nth)
			break;
	if (i == run->len)
		return 0;
	const uint16_t g = run->events[i].g;
	uint32_t ops = (uint32_t)(run->events[i].aux >> 16);

	for (; i < run->len; i++) {
		const struct knot_shm_event *e = &run->events[i];

		if (e->g != g)
			continue;
		if (e->kind == KNOT_EV_BLOCK || e->kind == KNOT_EV_EXIT)
			return ops;
		ops += is_execution(e);
	}
	return 0;
}

static void keep(struct minimizer *z, const struct knot_outcome *o, knot_switches *list,
	const struct knot_switch_counts *counts)
{
	const struct knot_run_view view = knot_record_view(&o->record);
	const struct knot_shm_decisions *d = &o->record.decisions;

	knot_vec_free(&z->best);
	z->best = *list;
	*list = (knot_switches){0};
	z->counts = *counts;
	count_ops(z, &view);
	z->blocks.len = 0;
	for (size_t i = 0; i < z->best.len && z->best.len <= BLOCKS_MAX; i++)
		knot_vec_push(&z->blocks, next_block(&view, i));
	knot_vec_reserve(&z->decisions, d->len + 1);
	z->decisions.len = d->len;
	if (d->len)
		memcpy(z->decisions.data, d->data, d->len * sizeof(*d->data));
}

static bool tried_before(struct minimizer *z, const knot_switch_slots *slots)
{
	const uint64_t hash = XXH3_64bits(slots->data, slots->len * sizeof(*slots->data));

	for (size_t i = 0; i < z->tried.len; i++)
		if (z->tried.data[i] == hash)
			return true;
	knot_vec_push(&z->tried, hash);
	return false;
}

/*
 * Runs a list of switches. When it ends the same way and is not larger than the best so far, what the run made of the list
 * is the best from now on.
 */
static int try_list(struct minimizer *z, const struct knot_switch *list, size_t len,
	bool *ret_taken, struct knot_error *err)
{
	knot_switch_slots slots = {0};
	int rc = 0;

	*ret_taken = false;
	knot_switches_encode(list, len, &slots);
	const uint32_t tries = tried_before(z, &slots) ? 0 : z->m->tries;

	for (uint32_t i = 0; i < tries && !rc && !*ret_taken && !late(z); i++) {
		struct knot_outcome o = {0};
		knot_switches made = {0};
		struct knot_switch_counts counts;

		rc = run(z, slots.data, slots.len, true, &o, err);
		z->m->runs++;
		if (!rc && is_same(z, &o)) {
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

/* The kinds of entry that are taken out, in this order. */
static bool is_preemption(const struct knot_switch *s)
{
	return s->preempts;
}

static bool is_choice(const struct knot_switch *s)
{
	return !s->preempts && s->to;
}

static bool is_timer(const struct knot_switch *s)
{
	return !s->to;
}

struct group {
	struct minimizer *z;
	bool (*is)(const struct knot_switch *s);
	knot_switches pool; /* those of the kind when it began */
};

static int order(const void *a, const void *b)
{
	const struct knot_switch *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	if (x->ops != y->ops)
		return x->ops < y->ops ? -1 : 1;
	return x->at - y->at;
}

/* Those kept that the best run has made use of. */
static void still_there(struct group *g, size_t *kept, size_t *len)
{
	const knot_switches *best = &g->z->best;
	struct knot_switch *sorted = knot_xreallocarray(NULL, best->len + 1, sizeof(*sorted));
	size_t n = 0;

	if (best->len)
		memcpy(sorted, best->data, best->len * sizeof(*sorted));
	qsort(sorted, best->len, sizeof(*sorted), order);
	for (size_t i = 0; i < *len; i++)
		if (bsearch(&g->pool.data[kept[i]], sorted, best->len, sizeof(*sorted), order))
			kept[n++] = kept[i];
	*len = n;
	free(sorted);
}

static int try_kept(void *arg, size_t *kept, size_t *len, bool *ret_suffice, struct knot_error *err)
{
	struct group *g = arg;
	knot_switches list = {0};

	*ret_suffice = false;
	if (late(g->z))
		return 0;
	for (size_t i = 0; i < g->z->best.len; i++)
		if (!g->is(&g->z->best.data[i]))
			knot_vec_push(&list, g->z->best.data[i]);
	for (size_t i = 0; i < *len; i++)
		knot_vec_push(&list, g->pool.data[kept[i]]);
	int rc = try_list(g->z, list.data, list.len, ret_suffice, err);

	if (!rc && *ret_suffice)
		still_there(g, kept, len);
	knot_vec_free(&list);
	return rc;
}

static int reduce_group(
	struct minimizer *z, bool (*is)(const struct knot_switch *s), struct knot_error *err)
{
	struct group g = {.z = z, .is = is};
	size_t *kept = knot_xreallocarray(NULL, z->best.len + 1, sizeof(*kept));
	size_t len = 0;

	for (size_t i = 0; i < z->best.len; i++)
		if (is(&z->best.data[i])) {
			kept[len] = len;
			len++;
			knot_vec_push(&g.pool, z->best.data[i]);
		}
	int rc = knot_reduce(kept, &len, try_kept, &g, err);

	knot_vec_free(&g.pool);
	free(kept);
	return rc;
}

/* Where a preemption of a goroutine behind so many operations stands in the best list; its length when it is not there. */
static size_t find_stop(const struct minimizer *z, uint64_t from, uint32_t ops)
{
	size_t i = 0;

	while (i < z->best.len &&
		(z->best.data[i].from != from || z->best.data[i].ops != ops ||
			!z->best.data[i].preempts))
		i++;
	return i;
}

static uint32_t ops_of(const struct minimizer *z, uint64_t path)
{
	for (size_t i = 0; i < z->ops.len; i++)
		if (z->ops.data[i].path == path)
			return z->ops.data[i].ops;
	return 0;
}

/*
 * Who is stopped goes on before that for as long as may be: what it is then stopped before is what matters. By halves: it
 * is taken for granted that what is too late stays so.
 */
static int postpone(struct minimizer *z, const struct knot_switch *stop, struct knot_error *err)
{
	uint32_t low = stop->ops, high = ops_of(z, stop->from);
	int rc = 0;

	while (!rc && low + 1 < high && !late(z)) {
		const uint32_t middle = low + (high - low) / 2;
		const size_t at = find_stop(z, stop->from, low);
		knot_switches list = copy_of(&z->best);
		bool taken = false;

		if (at < list.len) {
			list.data[at].ops = middle;
			rc = try_list(z, list.data, list.len, &taken, err);
		}
		knot_vec_free(&list);
		*(taken ? &low : &high) = middle;
	}
	return rc;
}

static int postpone_all(struct minimizer *z, struct knot_error *err)
{
	knot_switches stops = copy_of(&z->best);
	int rc = 0;

	/* A later one gives way to those before it. */
	for (size_t i = stops.len; i-- > 0 && !rc;)
		if (stops.data[i].preempts)
			rc = postpone(z, &stops.data[i], err);
	knot_vec_free(&stops);
	return rc;
}

/* Who is stopped goes on to where it blocks by itself, and then who went on for it does: no preemption at all. */
static int await_block(struct minimizer *z, bool *ret_any, struct knot_error *err)
{
	bool again = z->best.len <= BLOCKS_MAX;
	int rc = 0;

	for (*ret_any = false; again && !rc; *ret_any |= again) {
		again = false;
		for (size_t i = 0; i < z->best.len && !rc && !again && !late(z); i++) {
			knot_switches list = copy_of(&z->best);

			if (list.data[i].preempts && z->blocks.data[i]) {
				list.data[i].ops = z->blocks.data[i];
				list.data[i].at = list.data[i].preempts = false;
				rc = try_list(z, list.data, list.len, &again, err);
			}
			knot_vec_free(&list);
		}
	}
	return rc;
}

static void remove_entry(knot_switches *list, size_t at)
{
	memmove(&list->data[at], &list->data[at + 1], (list->len - at - 1) * sizeof(*list->data));
	list->len--;
}

/*
 * Who goes on for another and then makes room for a third is left out: the third goes on at once. When that is the first
 * again, both go.
 */
static int leave_out(struct minimizer *z, bool *ret_any, struct knot_error *err)
{
	bool again = true;
	int rc = 0;

	for (*ret_any = false; again && !rc; *ret_any |= again) {
		again = false;
		for (size_t i = 0; i < z->best.len && !rc && !again && !late(z); i++) {
			knot_switches list = copy_of(&z->best);
			size_t j = i + 1;

			while (j < list.len && list.data[j].from != list.data[i].to)
				j++;
			if (j < list.len && list.data[j].to) {
				const bool back = list.data[j].to == list.data[i].from;

				list.data[i].to = list.data[j].to;
				remove_entry(&list, j);
				if (back)
					remove_entry(&list, i);
				rc = try_list(z, list.data, list.len, &again, err);
			}
			knot_vec_free(&list);
		}
	}
	return rc;
}

/*
 * None can be taken out alone; two together may be. All subsets, the smallest first: another preemption may then do the work
 * of two, since who goes on at it is another, too.
 */
static int reduce_subsets(struct minimizer *z, struct knot_error *err)
{
	struct group g = {.z = z, .is = is_preemption};
	int rc = 0;

	for (size_t i = 0; i < z->best.len; i++)
		if (is_preemption(&z->best.data[i]))
			knot_vec_push(&g.pool, z->best.data[i]);
	const size_t n = g.pool.len;
	bool same = n > SUBSETS_MAX || z->counts.preemptions != n;

	for (size_t size = 0; size + 1 < n && !same; size++) {
		for (uint32_t set = 0; set < 1u << n && !rc && !same; set++) {
			size_t kept[SUBSETS_MAX], len = 0;

			for (size_t i = 0; i < n; i++)
				if (set >> i & 1)
					kept[len++ % SUBSETS_MAX] = i;
			if (len == size)
				rc = try_kept(&g, kept, &len, &same, err);
		}
	}
	knot_vec_free(&g.pool);
	return rc;
}

static int reduce(struct minimizer *z, struct knot_error *err)
{
	bool (*const kinds[])(const struct knot_switch *s) = {is_preemption, is_choice, is_timer};
	struct knot_switch_counts before;
	bool any = false;
	int rc = 0;

	/* What one way could not do without, it may when another has been gone. */
	do {
		before = z->counts;
		for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds) && !rc; i++)
			rc = reduce_group(z, kinds[i], err);
		if (!rc)
			rc = postpone_all(z, err);
		if (!rc)
			rc = await_block(z, &any, err);
		if (!rc && !any)
			rc = leave_out(z, &any, err);
		if (!rc && !any)
			rc = reduce_subsets(z, err);
	} while (!rc && !late(z) && knot_switch_counts_compare(&z->counts, &before));
	return rc;
}

/* Looks for a schedule with fewer preemptions among all there are, and goes on from it as long as there is one. */
static int prove(struct minimizer *z, struct knot_error *err)
{
	struct knot_minimized *m = z->m;
	bool again = z->options->prove_runs;
	int rc = 0;

	while (again && !rc && !late(z)) {
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
		m->proved = !rc && !found.found && found.complete;
		if (!rc && found.found)
			rc = try_list(z, found.switches.data, found.switches.len, &again, err);
		knot_vec_free(&found.switches);
		if (!rc && again)
			rc = reduce(z, err);
	}
	return rc;
}

/* The schedule as it is: does it still end so, each time, and always by the same steps? */
static int probe(struct minimizer *z, struct knot_error *err)
{
	struct knot_minimized *m = z->m;
	uint64_t hash = 0;
	uint32_t same = 0, alike = 0;

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
				m->steps_before = o.record.result.steps;
				hash = o.record.result.hash;
			}
			alike += o.record.result.hash == hash;
		}
		knot_vec_free(&made);
		knot_outcome_free(&o);
	}
	m->runs += PROBES;
	m->tries = alike == PROBES ? 1 : TRIES_UNSURE;
	if (!same)
		m->end = KNOT_MINIMIZE_GONE;
	return 0;
}

static int replay_result(struct minimizer *z, struct knot_error *err)
{
	struct knot_minimized *m = z->m;
	uint64_t hash = 0;

	for (uint32_t i = 0; i < z->options->replays; i++) {
		struct knot_outcome o = {0};
		const int rc = run(z, z->decisions.data, z->decisions.len, false, &o, err);

		if (rc)
			return rc;
		if (!i)
			hash = o.record.result.hash;
		m->replays++;
		m->replays_same += is_same(z, &o) && o.record.result.hash == hash;
		knot_outcome_free(&m->outcome);
		m->outcome = o;
	}
	if (m->replays_same < m->replays)
		m->end = KNOT_MINIMIZE_UNSTABLE;
	return 0;
}

static int minimize(struct minimizer *z, struct knot_error *err)
{
	struct knot_minimized *m = z->m;
	const uint64_t start_ns = knot_clock_mono_ns();
	bool same = false;
	int rc = probe(z, err);

	if (rc || m->end)
		return rc;
	knot_switches list = copy_of(&z->best);

	/* What the list makes of the schedule may be larger: behind the last entry goes on who went on otherwise. */
	z->counts = (struct knot_switch_counts){.preemptions = UINT32_MAX};
	rc = list.len > KNOT_SWITCHES_MAX ? 0 : try_list(z, list.data, list.len, &same, err);
	knot_vec_free(&list);
	if (!rc && !same)
		m->end = KNOT_MINIMIZE_FIXED;
	if (!rc && same)
		rc = reduce(z, err);
	if (!rc && same)
		rc = prove(z, err);
	m->ns = knot_clock_mono_ns() - start_ns;
	if (rc || m->end)
		return rc;
	m->end = z->cut ? KNOT_MINIMIZE_CUT : KNOT_MINIMIZE_DONE;
	m->after = z->counts;
	return replay_result(z, err);
}

int knot_minimize(struct knot_replayer *replayer, const struct knot_worker_target *target,
	const struct knot_schedule *schedule, const struct knot_minimize_options *options,
	struct knot_minimized *ret, struct knot_error *err)
{
	struct minimizer z = {
		.replayer = replayer,
		.target = target,
		.schedule = schedule,
		.options = options,
		.m = ret,
		.deadline_ns = options->budget_ns ? knot_clock_mono_ns() + options->budget_ns : 0,
	};

	*ret = (struct knot_minimized){.tries = 1};
	const int rc = minimize(&z, err);

	ret->switches = z.best;
	knot_vec_free(&z.decisions);
	knot_vec_free(&z.ops);
	knot_vec_free(&z.blocks);
	knot_vec_free(&z.tried);
	if (rc)
		knot_minimized_free(ret);
	return rc;
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
	}
	return NULL;
}
