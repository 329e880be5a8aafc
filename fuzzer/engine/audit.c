/* SPDX-License-Identifier: BSD-2-Clause */
/* Replayed cold first and, where that goes another way, behind one warm-up run, as findings are verified. */
#include "engine/audit.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "engine/campaign_internal.h"
#include "engine/interleaving.h"

#include <stdio.h>

static void on_line(void *arg, const char *text, bool is_event)
{
	fprintf(arg, "%s%s\n", is_event ? "                " : "", text);
}

int knot_audit_trace(struct knot_campaign *c, const struct knot_target_state *s, const char *which,
	const struct knot_record *rec, struct knot_error *err)
{
	knot_auto_free char *dir = knot_xasprintf("%s/audit", c->options.campaign_dir);
	knot_auto_free char *path = knot_xasprintf("%s/%s.%s", dir, s->target->test, which);
	knot_auto_fclose FILE *out = NULL;
	int rc = knot_file_mkdirs(dir, 0777, err);

	if (rc)
		return rc;
	if (!(out = fopen(path, "w")))
		return knot_error_sys(err, "%s", path);
	knot_interleaving(rec, knot_sitenames_view(c->names), on_line, out);
	return 0;
}

/* Events that both begin with; times are not compared. */
static size_t agree(const struct knot_record *a, const struct knot_record *b)
{
	size_t n = 0;

	for (; n < a->events.len && n < b->events.len; n++) {
		const struct knot_shm_event *x = &a->events.data[n], *y = &b->events.data[n];

		if (x->kind != y->kind || x->g != y->g || x->op != y->op || x->site != y->site)
			break;
	}
	return n;
}

/* Both interleavings: where they part is what goknot does not control. */
static int write_traces(struct knot_campaign *c, struct knot_campaign_worker *w,
	const struct knot_record *rec, const struct knot_record *again, struct knot_error *err)
{
	int rc = knot_audit_trace(c, w->state, "replay", again, err);

	if (rc)
		return rc;
	knot_sitenames_use(c->names, knot_worker_shm(w->worker));
	return knot_audit_trace(c, w->state, "run", rec, err);
}

static int compare(struct knot_campaign *c, struct knot_campaign_worker *w,
	const struct knot_plan *plan, const struct knot_record *rec,
	struct knot_campaign_audit *ret_audit, struct knot_error *err)
{
	const uint32_t warm[] = {0, KNOT_REQ_WARM};
	struct knot_schedule schedule = knot_judge_schedule(plan, rec);
	struct knot_campaign_audit a = {.reproduced = false};
	struct knot_outcome tried[2] = {0}, *nearest = &tried[0];
	int rc = 0;

	schedule.to_the_end = true;
	for (size_t i = 0; i < sizeof(warm) / sizeof(*warm) && !rc && !a.same_hash; i++) {
		struct knot_outcome *o = &tried[i];

		schedule.flags = warm[i];
		if ((rc = knot_judge_replay(c, w->state, &schedule, o, err)))
			break;
		a.reproduced = o->ran && knot_judge_same_end(rec, &o->record);
		a.same_hash = a.reproduced && o->record.result.hash == rec->result.hash;
		if (!i) {
			a.cpu_ns = o->cpu_ns;
			a.wall_ns = o->wall_ns;
		}
		knot_sitenames_learn(c->names);
		if (agree(rec, &o->record) > agree(rec, &nearest->record))
			nearest = o;
	}
	if (!rc && !a.same_hash && nearest->ran)
		rc = write_traces(c, w, rec, &nearest->record, err);
	knot_outcome_free(&tried[0]);
	knot_outcome_free(&tried[1]);
	if (rc)
		return rc;
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
	int rc = rec->timed_out ? 0 : compare(c, w, plan, rec, &a, err);

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
