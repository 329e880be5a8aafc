/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/follow.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "engine/sitenames.h"
#include "explore/departures.h"
#include "explore/describe.h"
#include "explore/moved.h"
#include "sys/clock.h"
#include "wire/ops.h"
#include "wire/switches.h"
#include "wire/text.h"

#include <inttypes.h>

/* Runs, one more for each departure that is elsewhere or gone. */
#define TRIES_MAX 256
#define PCT_DEPTH 3

struct following {
	struct knot_replayer *replayer;
	const struct knot_worker_target *target;
	const struct knot_schedule *schedule;
	const struct knot_crash *crash;
	const struct knot_moved *moved;
	struct knot_sitenames *names;
	const struct knot_follow_options *options;
	struct knot_followed *f;
	bool same, other, late;
	/* What a run went on from, and how it was asked for. */
	KNOT_VEC(uint16_t) decisions;
	uint32_t
		steps; /* of the run; behind as many of them as could be followed it goes on otherwise */
	uint32_t followed_steps;
};

/* Runs a schedule and asks what it was. ret_ran: false when the target wrote over the shared memory, or never ran. */
static int run(struct following *w, const struct knot_schedule *s, struct knot_outcome *ret,
	bool *ret_ran, enum knot_follow_run *ret_what, struct knot_error *err)
{
	const int rc = knot_replay_tolerant(w->replayer, w->target, s, ret, err);

	*ret_ran = !rc && ret->ran;
	*ret_what = KNOT_FOLLOW_OTHER;
	if (rc)
		return rc;
	if (ret->ran)
		*ret_what = w->options->judge(w->options->arg, ret);
	w->same |= *ret_what == KNOT_FOLLOW_SAME;
	return 0;
}

/* May one more run be made? */
static bool in_time(struct following *w)
{
	const uint64_t deadline = w->options->deadline_ns;

	w->late |= deadline && knot_clock_mono_ns() >= deadline;
	return !w->late;
}

static void keep_decisions(struct following *w, const struct knot_outcome *o)
{
	const struct knot_shm_decisions *d = &o->record.decisions;

	w->decisions.len = 0;
	for (size_t i = 0; i < d->len; i++)
		knot_vec_push(&w->decisions, d->data[i]);
	w->steps = o->record.result.steps;
}

/* --- by departures --------------------------------------------------------------------------- */

struct entry {
	const struct knot_crash_departure *d;
	uint32_t ops; /* where it is looked for */
	bool lost;
};

static int run_entries(struct following *w, const struct entry *entries, size_t len,
	struct knot_outcome *o, bool *ret_ran, struct knot_error *err)
{
	struct knot_schedule s = *w->schedule;
	knot_switch_slots slots = {0};
	knot_switches list = {0};
	enum knot_follow_run what;

	for (size_t i = 0; i < len; i++)
		if (!entries[i].lost)
			knot_vec_push(&list,
				((struct knot_switch){.from = entries[i].d->from,
					.to = entries[i].d->to,
					.ops = entries[i].ops,
					.at = knot_departure_is_at(entries[i].d)}));
	knot_switches_encode(list.data, list.len, &slots);
	s.policy = KNOT_POLICY_SWITCH;
	s.switches = true;
	s.decisions = slots.data;
	s.decisions_len = slots.len;
	const int rc = run(w, &s, o, ret_ran, &what, err);

	w->other |= *ret_ran && what == KNOT_FOLLOW_OTHER;
	knot_vec_free(&slots);
	knot_vec_free(&list);
	return rc;
}

static bool has_goroutine(const struct knot_run_view *run, uint64_t path)
{
	for (size_t g = 0; g < run->gs_len; g++)
		if (run->gs[g].path == path)
			return true;
	return !path;
}

/* The first that cannot be had is what is told. there: its goroutine comes to the place, but nobody goes on from there. */
static void lose(struct following *w, struct entry *e, const struct knot_run_view *view, bool there)
{
	struct knot_followed *f = w->f;

	e->lost = true;
	if (f->expected)
		return;
	f->expected = knot_departure_expected(w->crash, e->d);
	f->found =
		knot_departure_found(view, e->d, e->ops, knot_sitenames_view(w->names), &f->step);
	if (there) {
		char *longer = knot_xasprintf(
			"%s, where %s cannot go on", f->found, knot_departure_to(w->crash, e->d));

		free(f->found);
		f->found = longer;
	}
	f->gone_operation = e->d->site && !knot_moved_now(w->moved, e->d->site);
	f->gone = f->gone_operation || !has_goroutine(view, e->d->from) ||
		!has_goroutine(view, e->d->to);
}

/*
 * Has the run taken the entry, at the operation that is meant? If not, it is put where the run shows the operation to be;
 * one that is there already, or of which there is nothing, is lost. True when all is as it should be.
 */
static bool is_settled(struct following *w, struct entry *e, const struct knot_run_view *view,
	struct knot_departure_index *index, size_t *last_event)
{
	struct knot_departure_place place;
	const bool there = knot_departure_find(index, e->d, w->moved, &place);
	size_t event;

	if (there && place.ops != e->ops) {
		e->ops = place.ops;
		return false;
	}
	if (there && knot_departure_taken(index, e->d, e->ops, &event)) {
		if (event > *last_event)
			*last_event = event;
		return true;
	}
	lose(w, e, view, there);
	return false;
}

/* How many steps there are up to and with the one that a departure goes on with. */
static uint32_t steps_before(const struct knot_run_view *view, size_t event)
{
	return event < view->len ? view->events[event].step + 1 : 0;
}

/*
 * Goes on from entry *next, the first that has not been found in its place yet: what comes before it is the same in each run.
 * True when a run has to be made with something put right.
 */
static bool settle(struct following *w, struct entry *entries, size_t len, bool last_try,
	const struct knot_outcome *o, size_t *next, size_t *last_event)
{
	const struct knot_run_view view = knot_record_view(&o->record);
	struct knot_departure_index *index = knot_departure_index_new(&view);

	knot_sitenames_use(w->names, knot_replayer_shm(w->replayer));
	while (*next < len &&
		(entries[*next].lost || is_settled(w, &entries[*next], &view, index, last_event))) {
		w->f->followed += !entries[*next].lost;
		++*next;
	}
	knot_departure_index_free(index);
	if (*next < len && last_try && !entries[*next].lost)
		lose(w, &entries[*next], &view, false);
	keep_decisions(w, o);
	w->followed_steps = w->f->followed ? steps_before(&view, *last_event) : 0;
	return *next < len;
}

/* Runs until each entry has been taken or is lost. */
static int by_departures(struct following *w, struct knot_error *err)
{
	const struct knot_crash *c = w->crash;
	const size_t len = c->departures.len;
	struct entry *entries = knot_xalloc((len + 1) * sizeof(*entries));
	size_t next = 0, last_event = 0;
	bool again = true;
	int rc = 0;

	w->f->by_departures = true;
	w->f->asked = (uint32_t)len;
	for (size_t i = 0; i < len; i++)
		entries[i] = (struct entry){
			.d = &c->departures.data[i], .ops = c->departures.data[i].ops};
	for (unsigned tries = TRIES_MAX; again && !rc && !w->same && tries && in_time(w); tries--) {
		struct knot_outcome o = {0};
		bool ran = false;

		w->other = false; /* of the last run only */
		rc = run_entries(w, entries, len, &o, &ran, err);
		again = !rc && ran && !w->same &&
			settle(w, entries, len, tries == 1, &o, &next, &last_event);
		knot_outcome_free(&o);
	}
	/* The target broke off, and nobody knows where. */
	if (!rc && !w->same && !w->late && next < len && !w->f->expected) {
		w->f->expected = knot_departure_expected(c, entries[next].d);
		w->f->found = knot_xstrdup("no run that could be read");
	}
	free(entries);
	return rc;
}

/* --- by decisions ---------------------------------------------------------------------------- */

/* What the decision at a slot asks for, in the words of the file. Caller frees. */
static char *expected_decision(const struct knot_crash *c, size_t slot)
{
	const uint16_t d = slot < c->decisions.len ? c->decisions.data[slot] : KNOT_G_NONE;

	for (size_t i = 0; i < c->goroutines.len; i++)
		if (d < KNOT_MAX_GOROUTINES && c->goroutines.data[i].g == d)
			return knot_xasprintf("a step of G%u (%s)", d, c->goroutines.data[i].gpath);
	if (slot >= c->decisions.len)
		return knot_xstrdup("the end");
	return knot_xstrdup(d == KNOT_DECISION_TIMER || d == KNOT_DECISION_IDLE
			? "a timer to fire"
			: "something from outside");
}

/* What the run did instead. Caller frees. */
static char *found_step(struct following *w, const struct knot_run_view *view, uint32_t step)
{
	const struct knot_names *names = knot_sitenames_view(w->names);

	for (size_t i = 0; i < view->len; i++) {
		const struct knot_shm_event *e = &view->events[i];

		if (e->kind != KNOT_EV_STEP || e->step <= step)
			continue;
		knot_auto_free char *at = knot_describe_site(names, e->site);
		knot_auto_free char *who = knot_describe_path(view, e->g, names);

		return knot_xasprintf("%s%s%s by G%u (%s)",
			e->op == KNOT_OP_NONE ? "a step" : knot_op_name(e->op), e->site ? " " : "",
			e->site ? at : "", e->g, who);
	}
	return knot_xstrdup("the end of the run");
}

/* The slots that so many steps take. */
static size_t slots_of(const uint16_t *slots, size_t len, uint32_t steps)
{
	size_t at = 0;

	while (at < len && steps) {
		steps -= slots[at] < KNOT_MAX_GOROUTINES;
		at += knot_decision_slots(slots[at]);
	}
	return at < len ? at : len;
}

static int by_decisions(struct following *w, struct knot_error *err)
{
	const struct knot_crash *c = w->crash;
	struct knot_outcome o = {0};
	enum knot_follow_run what;
	bool ran;
	int rc = run(w, w->schedule, &o, &ran, &what, err);

	if (!rc && ran && !w->same) {
		const struct knot_shm_result *r = &o.record.result;
		const struct knot_run_view view = knot_record_view(&o.record);
		const bool diverged = r->flags & KNOT_RUN_DIVERGED;

		w->other = what == KNOT_FOLLOW_OTHER;
		w->f->asked = c->steps;
		w->f->followed = diverged ? r->diverged_at : c->steps;
		keep_decisions(w, &o);
		w->followed_steps = diverged ? r->diverged_at : r->steps;
		if (diverged) {
			knot_sitenames_use(w->names, knot_replayer_shm(w->replayer));
			w->f->step = r->diverged_at;
			w->f->expected = expected_decision(
				c, slots_of(c->decisions.data, c->decisions.len, r->diverged_at));
			w->f->found = found_step(w, &view, r->diverged_at);
		}
	}
	knot_outcome_free(&o);
	return rc;
}

/* --- and then -------------------------------------------------------------------------------- */

/*
 * From where the schedule was left on: random walks and PCT in turn. Decisions say all to the end, so that a run that had
 * no other is left at steps that lie evenly in it.
 */
static int continuations(struct following *w, struct knot_error *err)
{
	const uint32_t k = w->options->continuations;
	int rc = 0;

	for (uint32_t i = 0; i < k && !rc && !w->same && in_time(w); i++) {
		const uint32_t behind = w->f->by_departures || w->f->expected
			? w->followed_steps
			: (uint32_t)((uint64_t)w->steps * i / k);
		struct knot_schedule s = *w->schedule;
		struct knot_outcome o = {0};
		enum knot_follow_run what;
		bool ran;

		s.decisions = w->decisions.data;
		s.decisions_len = slots_of(w->decisions.data, w->decisions.len, behind);
		s.policy = i % 2 ? KNOT_POLICY_PCT : KNOT_POLICY_RANDOM;
		s.depth = PCT_DEPTH;
		s.steps_hint = w->steps;
		s.policy_seed = i + 1;
		rc = run(w, &s, &o, &ran, &what, err);
		if (!rc) {
			w->f->runs++;
			w->f->clean += what == KNOT_FOLLOW_CLEAN;
			w->other |= what == KNOT_FOLLOW_OTHER;
		}
		knot_outcome_free(&o);
	}
	return rc;
}

static enum knot_follow_end conclude(const struct following *w)
{
	const struct knot_followed *f = w->f;

	if (w->same)
		return KNOT_FOLLOW_REPRODUCED;
	if (w->late)
		return KNOT_FOLLOW_LATE;
	if (w->other)
		return KNOT_FOLLOW_ELSE;
	if (!f->expected)
		return KNOT_FOLLOW_FIXED;
	/*
	 * Where nothing of the bug is to be found any more nothing has been tried. Nor where goroutines are only called
	 * otherwise, as when a go statement has moved into another function.
	 */
	return (f->gone && f->followed) || (f->gone_operation && knot_moved_has_about(w->moved))
		? KNOT_FOLLOW_FIXED
		: KNOT_FOLLOW_DIVERGED;
}

int knot_follow(struct knot_replayer *replayer, const struct knot_worker_target *target,
	const struct knot_schedule *schedule, const struct knot_crash *crash,
	const struct knot_moved *moved, struct knot_sitenames *names,
	const struct knot_follow_options *options, struct knot_followed *ret,
	struct knot_error *err)
{
	struct following w = {.replayer = replayer,
		.target = target,
		.schedule = schedule,
		.crash = crash,
		.moved = moved,
		.names = names,
		.options = options,
		.f = ret};
	int rc;

	*ret = (struct knot_followed){0};
	/* A minimised schedule without a departure is run-until-block. */
	rc = crash->minimised ? by_departures(&w, err) : by_decisions(&w, err);
	if (!rc && !w.same)
		rc = continuations(&w, err);
	ret->end = conclude(&w);
	knot_vec_free(&w.decisions);
	if (rc)
		knot_followed_free(ret);
	return rc;
}

void knot_followed_free(struct knot_followed *f)
{
	free(f->expected);
	free(f->found);
	*f = (struct knot_followed){0};
}

static void add_followed(struct knot_text *t, const struct knot_followed *f)
{
	if (f->by_departures && !f->asked) {
		knot_text_adds(t, "its schedule has no switches");
		return;
	}
	knot_text_addf(t, "followed %" PRIu32 " of %" PRIu32 " %s%s", f->followed, f->asked,
		f->by_departures ? "switch" : "step",
		f->asked == 1              ? ""
			: f->by_departures ? "es"
					   : "s");
}

char *knot_followed_text(const struct knot_followed *f)
{
	struct knot_text t = {0};

	switch (f->end) {
	case KNOT_FOLLOW_REPRODUCED:
		knot_text_adds(&t, "reproduced");
		return knot_text_steal(&t);
	case KNOT_FOLLOW_FIXED:
		knot_text_addf(&t, "fixed: %" PRIu32 " of %" PRIu32 " continuations clean (",
			f->clean, f->runs);
		add_followed(&t, f);
		if (f->expected)
			knot_text_addf(&t, "; %s is not there any more", f->expected);
		break;
	case KNOT_FOLLOW_DIVERGED:
		knot_text_addf(&t,
			"diverged at step %" PRIu32 ": expected %s, found %s (%" PRIu32
			" of %" PRIu32 " continuations clean, ",
			f->step, f->expected, f->found, f->clean, f->runs);
		add_followed(&t, f);
		break;
	case KNOT_FOLLOW_LATE:
		knot_text_adds(&t, "the time was up (");
		add_followed(&t, f);
		break;
	case KNOT_FOLLOW_ELSE:
		knot_text_addf(&t,
			"inconclusive: it ends in another bug (%" PRIu32 " of %" PRIu32
			" continuations clean, ",
			f->clean, f->runs);
		add_followed(&t, f);
		break;
	}
	knot_text_adds(&t, ")");
	return knot_text_steal(&t);
}
