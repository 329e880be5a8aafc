/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/uneven.h"

#include "engine/campaign_internal.h"
#include "explore/turns.h"
#include "sys/clock.h"

#define ASKED 8
#define ASKED_NS (KNOT_NS_PER_S / 2) /* slow tests are asked less often */
#define CANDIDATES 2

static bool out_of_time(const struct knot_record *rec)
{
	return rec->timed_out || rec->result.end == KNOT_END_TIMEOUT;
}

static void set_aside(struct knot_campaign *c, struct knot_target_state *s)
{
	if (s->aside)
		return;
	s->aside = s->is_uneven = true;
	knot_turns_set_aside(c->turns, s->index);
	c->status.set_aside++;
	knot_campaign_tell(c, s, KNOT_NEWS_ASIDE,
		"its verdict differs under one and the same schedule: something outside decides");
}

int knot_uneven_ask(struct knot_campaign *c, struct knot_target_state *s,
	const struct knot_schedule *schedule, const struct knot_record *rec, unsigned agreed,
	bool *ret_yes, struct knot_error *err)
{
	const uint64_t start = knot_clock_mono_ns();
	/* Where something outside took part a replay may miss now and then. */
	const unsigned few = rec->result.flags & KNOT_RUN_EXTERNAL ? 2 : 1;
	struct knot_schedule again = *schedule;
	unsigned same = agreed, other = 0;

	*ret_yes = false;
	again.end_only = true;
	/* How fast the machine is lies outside, too, but is the user's to say: -timeout. */
	for (unsigned i = 0; i < ASKED && !out_of_time(rec) && !*ret_yes; i++) {
		struct knot_outcome o = {0};

		if (i && knot_clock_mono_ns() - start > ASKED_NS)
			break;
		int rc = knot_judge_replay(c, s, &again, &o, err);

		if (rc)
			return rc;
		if (o.ran && !out_of_time(&o.record)) {
			same += knot_judge_same_end(rec, &o.record);
			other += !knot_judge_same_end(rec, &o.record);
		}
		knot_outcome_free(&o);
		*ret_yes = same >= few && other >= few;
	}
	if (*ret_yes && ++s->uneven >= CANDIDATES)
		set_aside(c, s);
	return 0;
}
