/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/shrink.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "engine/campaign_internal.h"
#include "engine/crashnames.h"
#include "engine/explanation.h"
#include "engine/timeline.h"
#include "explore/critical.h"
#include "wire/text.h"

/* So many runs at least must fit into the time that a campaign has for it. */
#define RUNS_MIN 50

struct asked {
	struct knot_campaign *c;
	const struct knot_finding *finding;
};

static void judge(struct knot_campaign *c, const struct knot_finding *like,
	const struct knot_outcome *o, struct knot_finding *ret)
{
	knot_sitenames_use(c->names, knot_replayer_shm(c->replayer));
	const struct knot_race *race =
		like->race ? knot_finding_race(&o->record, like->bucket, c->names) : NULL;

	knot_finding_judge(
		&o->record, race, o->out, o->out_len, o->err, o->err_len, false, c->names, ret);
}

static bool is_same(void *arg, const struct knot_outcome *o)
{
	const struct asked *a = arg;
	struct knot_finding f = {0};

	judge(a->c, a->finding, o, &f);
	const bool same =
		f.verdict.kind == a->finding->verdict.kind && f.bucket == a->finding->bucket;

	knot_finding_free(&f);
	return same;
}

void knot_shrink_describe(const struct knot_minimized *m, const struct knot_finding *finding,
	struct knot_sitenames *names, const struct knot_project *project, struct knot_crash *crash)
{
	const struct knot_record *rec = &m->outcome.record;
	const struct knot_run_view view = knot_record_view(rec);
	const size_t count = knot_critical_count(&view);

	knot_crash_forget_run(crash);
	knot_finding_describe(finding, rec, names, crash);
	if (m->chain_does)
		knot_finding_describe_chain(&m->chain, rec, names, crash);
	knot_crashnames_departures(rec, names, crash);
	for (size_t i = 0; i < count && crash->switches.len < KNOT_SHRINK_LINES;) {
		char *line;

		i += knot_critical_gathered(&view, i, knot_sitenames_view(names), &line);
		knot_vec_push(&crash->switches, line);
	}
	/* It is about the packages that the names are of. */
	crash->code = knot_crashnames_code(crash, project);
}

static void add_line(void *arg, const char *text)
{
	knot_text_addf(arg, "%s\n", text);
}

char *knot_shrink_explain(const struct knot_minimized *m, const struct knot_finding *finding,
	struct knot_sitenames *names, struct knot_timeline *ret_timeline)
{
	knot_auto_free char *plain = knot_explanation_plain(m->plain_same, m->plain_end);
	struct knot_text t = {0};

	knot_explanation(finding, &m->outcome.record, names, true, plain, add_line, &t);
	knot_timeline_of_run(finding, &m->outcome.record, names, t.data, ret_timeline);
	ret_timeline->minimized = true;
	return knot_text_steal(&t);
}

int knot_shrink(struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_schedule *schedule, uint64_t run_ns, const struct knot_finding *finding,
	struct knot_crash *crash, struct knot_shrunk *ret, struct knot_error *err)
{
	struct asked asked = {.c = c, .finding = finding};
	const uint64_t budget_ns = knot_replayer_left_ns(c->replayer, c->options.minimize_ns);
	const struct knot_minimize_options o = {.budget_ns = budget_ns,
		.replays = KNOT_SHRINK_REPLAYS,
		.same = is_same,
		.arg = &asked};
	int rc;

	*ret = (struct knot_shrunk){0};
	if (run_ns > budget_ns / RUNS_MIN) {
		ret->m.end = KNOT_MINIMIZE_SLOW;
		return 0;
	}
	knot_sitenames_learn(c->names); /* those of the verified run, which go with its process */
	rc = knot_minimize(c->replayer, &s->target->run, schedule, &o, &ret->m, err);
	knot_sitenames_use(c->names, knot_replayer_shm(c->replayer));
	if (rc == KNOT_EUSAGE && c->options.cancel && *c->options.cancel)
		return 0;
	ret->smaller = !rc && knot_minimized_is_smaller(&ret->m);
	if (ret->smaller) {
		judge(c, finding, &ret->m.outcome, &ret->finding);
		knot_shrink_describe(&ret->m, &ret->finding, c->names, c->project, crash);
		ret->explanation =
			knot_shrink_explain(&ret->m, &ret->finding, c->names, &ret->timeline);
		knot_record_drop_events(&ret->m.outcome.record);
	}
	return rc;
}

void knot_shrunk_free(struct knot_shrunk *s)
{
	knot_minimized_free(&s->m);
	knot_finding_free(&s->finding);
	knot_timeline_free(&s->timeline);
	free(s->explanation);
	*s = (struct knot_shrunk){0};
}
