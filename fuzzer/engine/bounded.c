/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/bounded.h"

#include "base/vec.h"
#include "sys/clock.h"

/* A schedule to be run: where it departs from run-until-block. */
struct pending {
	knot_switches list;
	uint32_t timers;
};

typedef KNOT_VEC(struct pending) pendings;

struct search {
	struct knot_replayer *replayer;
	const struct knot_worker_target *target;
	const struct knot_schedule *schedule;
	const struct knot_bounded_options *options;
	struct knot_bounded *ret;
	pendings *stacks; /* by number of preemptions */
	size_t waiting; /* in all of them */
};

static void push(struct search *s, const struct pending *from, const struct knot_switch *more,
	uint32_t preemptions)
{
	struct pending p = {.timers = from->timers + !more->to};

	/* What could never be run anyway is not kept. */
	if (s->waiting + s->ret->runs >= s->options->runs) {
		s->ret->complete = false;
		return;
	}
	if (preemptions > s->options->preemptions || p.timers > s->options->timers)
		return;
	p.list = knot_switches_copy(&from->list);
	knot_vec_push(&p.list, *more);
	knot_vec_push(&s->stacks[preemptions], p);
	s->waiting++;
}

/* A run branches behind its last departure only: what comes before is for the run it comes from to try. */
static void branch(struct search *s, const struct pending *p, uint32_t preemptions,
	const struct knot_run_view *run)
{
	size_t departures = 0, i = 0;

	for (; i < run->len && departures < p->list.len; i++)
		departures += run->events[i].kind == KNOT_EV_SWITCH;
	/* One had no effect, which does not happen where runs of one schedule are alike. */
	if (departures < p->list.len)
		s->ret->complete = false;
	for (; i < run->len; i++) {
		const struct knot_shm_event *e = &run->events[i];

		if (s->schedule->fair_after && e->step >= s->schedule->fair_after)
			break;
		if (e->kind != KNOT_EV_CANDIDATE)
			continue;
		const struct knot_switch more = knot_switch_of_event(run, e);

		push(s, p, &more, preemptions + more.preempts);
	}
}

static int run_one(
	struct search *s, const struct pending *p, uint32_t preemptions, struct knot_error *err)
{
	struct knot_schedule schedule = *s->schedule;
	knot_switch_slots slots = {0};
	struct knot_outcome o = {0};

	knot_switches_encode(p->list.data, p->list.len, &slots);
	schedule.policy = KNOT_POLICY_SWITCH;
	schedule.switches = schedule.candidates = true;
	schedule.decisions = slots.data;
	schedule.decisions_len = slots.len;
	const int rc = knot_replay_tolerant(s->replayer, s->target, &schedule, &o, err);

	s->ret->runs++;
	if (!rc) {
		const struct knot_run_view view = knot_record_view(&o.record);

		/* A trace that is not whole hides branches, as does one that there is none of. */
		s->ret->complete &=
			o.ran && !o.damaged && !(o.record.result.flags & KNOT_RUN_TRUNCATED);
		s->ret->found = o.ran && s->options->same(s->options->arg, &o);
		if (s->ret->found)
			s->ret->switches = knot_switches_copy(&p->list);
		else
			branch(s, p, preemptions, &view);
	}
	knot_vec_free(&slots);
	knot_outcome_free(&o);
	return rc;
}

static bool over(struct search *s)
{
	if (s->ret->runs < s->options->runs &&
		(!s->options->deadline_ns || knot_clock_mono_ns() < s->options->deadline_ns))
		return false;
	s->ret->complete = false;
	return true;
}

int knot_bounded_search(struct knot_replayer *replayer, const struct knot_worker_target *target,
	const struct knot_schedule *schedule, const struct knot_bounded_options *options,
	struct knot_bounded *ret, struct knot_error *err)
{
	struct search s = {.replayer = replayer,
		.target = target,
		.schedule = schedule,
		.options = options,
		.ret = ret,
		.stacks = knot_xalloc((options->preemptions + 1) * sizeof(pendings))};
	int rc = 0;

	*ret = (struct knot_bounded){.complete = true};
	knot_vec_push(&s.stacks[0], (struct pending){0});
	for (uint32_t n = 0; n <= options->preemptions && !rc && !ret->found; n++) {
		while (s.stacks[n].len && !rc && !ret->found && !over(&s)) {
			struct pending p = s.stacks[n].data[--s.stacks[n].len];

			s.waiting--;
			rc = run_one(&s, &p, n, err);
			knot_vec_free(&p.list);
		}
	}
	for (uint32_t n = 0; n <= options->preemptions; n++) {
		for (size_t i = 0; i < s.stacks[n].len; i++)
			knot_vec_free(&s.stacks[n].data[i].list);
		knot_vec_free(&s.stacks[n]);
	}
	free(s.stacks);
	return rc;
}
