/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fidelity is measured, not assumed: a share of the runs is replayed in a fresh process whatever they ended
 * in, and compared by end and schedule hash. First cold and, where that goes another way, behind one warm-up run,
 * as findings are verified.
 */
#include "engine/campaign_internal.h"

#include "base/error.h"

static int compare(struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_plan *plan, const struct knot_record *rec,
	struct knot_campaign_audit *ret_audit, struct knot_error *err)
{
	const uint32_t warm[] = {0, KNOT_REQ_WARM};
	struct knot_schedule schedule = {
		.seed = rec->result.seed,
		.step_limit = plan->request.step_limit,
		.fair_after = plan->request.fair_after,
		.decisions = rec->decisions.data,
		.decisions_len = rec->decisions.len,
		.memory = plan->request.mem,
		.memory_len = plan->request.mem_len,
		.end_only = true,
		.to_the_end = true,
	};
	struct knot_campaign_audit a = {.reproduced = false};

	for (size_t i = 0; i < sizeof(warm) / sizeof(*warm) && !a.same_hash; i++) {
		struct knot_outcome o = {0};

		schedule.flags = warm[i];
		int rc = knot_judge_replay(c, s, &schedule, &o, err);

		if (rc)
			return rc;
		a.reproduced = o.ran && knot_judge_same_end(rec, &o.record);
		a.same_hash = a.reproduced && o.record.result.hash == rec->result.hash;
		if (!i) {
			a.cpu_ns = o.cpu_ns;
			a.wall_ns = o.wall_ns;
		}
		knot_outcome_free(&o);
	}
	*ret_audit = a;
	return 0;
}

int knot_audit(struct knot_campaign *c, struct knot_campaign_worker *w,
	const struct knot_plan *plan, const struct knot_record *rec, struct knot_error *err)
{
	struct knot_target_state *s = w->state;
	struct knot_campaign_audit a = {.reproduced = false};
	struct knot_finding f = {0};
	/* A replay of what was killed for time would only be killed for time, too. */
	int rc = rec->timed_out ? 0 : compare(c, s, plan, rec, &a, err);

	if (rc)
		return rc;
	c->status.audits++;
	c->status.audits_same += a.same_hash;
	knot_sitenames_use(c->names, knot_worker_shm(w->worker));
	knot_finding_judge(rec, NULL, NULL, 0, NULL, 0, false, c->names, &f);
	const struct knot_campaign_news_item item = {
		.kind = KNOT_NEWS_AUDIT,
		.target = s->target,
		.finding = &f,
		.record = rec,
		.names = c->names,
		.audit = &a,
		.text = knot_verdict_note_text(f.verdict.note),
	};

	if (c->view.news)
		c->view.news(c->view.arg, &item);
	knot_finding_free(&f);
	return 0;
}
