/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/cleanup.h"
#include "cmd/overview.h"

#include "base/error.h"
#include "engine/project.h"
#include "store/corpus.h"
#include "store/finding.h"
#include "store/listed.h"
#include "store/live.h"
#include "store/pair.h"
#include "store/run.h"
#include "store/store.h"
#include "store/target.h"
#include "sys/clock.h"
#include "wire/text.h"

#include <signal.h>
#include <string.h>

/* A campaign writes every second; one that has not for so long is dead, whoever has its number now. */
#define SILENT_NS (10 * KNOT_NS_PER_S)

static void clear(struct knot_overview_page *page)
{
	for (size_t i = 0; i < page->texts.len; i++)
		free(page->texts.data[i]);
	page->texts.len = page->targets.len = page->workers.len = page->arms.len = 0;
	page->overview = (struct knot_overview){0};
	for (uint32_t i = 0; i < KNOT_VERDICT_COUNT; i++)
		page->verdicts[i] =
			(struct knot_overview_count){.name = knot_verdict_name(i), .count = 0};
}

/* The lists have their places now. */
static void point(struct knot_overview_page *page)
{
	struct knot_overview *o = &page->overview;

	o->targets = page->targets.data;
	o->targets_len = page->targets.len;
	o->workers = page->workers.data;
	o->workers_len = page->workers.len;
	o->arms = page->arms.data;
	o->arms_len = page->arms.len;
	o->verdicts = page->verdicts;
	o->verdicts_len = KNOT_VERDICT_COUNT;
	o->findings = 0;
	for (size_t i = 0; i < KNOT_VERDICT_COUNT; i++)
		o->findings += page->verdicts[i].count;
}

void knot_overview_page_free(struct knot_overview_page *page)
{
	clear(page);
	knot_vec_free(&page->texts);
	knot_vec_free(&page->targets);
	knot_vec_free(&page->workers);
	knot_vec_free(&page->arms);
	free(page->what);
	page->what = NULL;
}

/* --- of a running campaign ------------------------------------------------------------------- */

void knot_overview_from_campaign(const struct knot_campaign *c,
	const struct knot_campaign_status *st, const struct knot_campaign_options *options,
	const char *what, struct knot_overview_page *ret_page)
{
	struct knot_overview_page *page = ret_page;

	clear(page);
	page->overview = (struct knot_overview){
		.what = what,
		.campaign_dir = options->campaign_dir,
		.seed = options->seed,
		.running = true,
		.elapsed_ns = st->earlier_ns + st->elapsed_ns,
		.since_pair_ns = st->since_pair_ns,
		.since_finding_ns = st->since_finding_ns,
		.processes = st->earlier[KNOT_LIVE_PROCESSES] + st->processes,
		.pairs = st->pairs,
		.states = st->states,
		.corpus = st->corpus,
		.recorded = st->earlier[KNOT_LIVE_RECORDED] + st->recorded,
		.replays = st->earlier[KNOT_LIVE_REPLAYS] + st->replays,
		.replays_same = st->earlier[KNOT_LIVE_REPLAYS_SAME] + st->replays_same,
		.listed = st->listed_all,
		.rejected = st->earlier[KNOT_LIVE_REJECTED] + st->rejected,
		.duplicates = st->earlier[KNOT_LIVE_DUPLICATES] + st->duplicates,
		.set_aside = st->set_aside,
		.ignored = st->ignored_all,
		.disk_bytes = st->disk_bytes,
		.disk_limit_bytes = st->disk_limit_bytes,
		.not_recorded =
			st->earlier[KNOT_LIVE_NOT_RECORDED] + knot_campaign_not_recorded(st),
	};
	for (size_t i = 0; i < knot_campaign_targets(c); i++) {
		struct knot_campaign_target t;

		knot_campaign_target(c, i, &t);
		page->overview.runs += t.runs;
		page->overview.steps += t.steps;
		page->overview.chain_runs += t.chain_runs;
		page->overview.chain_any += t.chain_any;
		page->overview.chain_all += t.chain_all;
		knot_vec_push(&page->targets,
			((struct knot_overview_target){.package = t.target->package,
				.test = t.target->name,
				.runs = t.runs,
				.pairs = t.pairs,
				.chain_runs = t.chain_runs,
				.chain_any = t.chain_any,
				.used_ns = t.used_ns,
				.findings = t.findings,
				.workers = t.workers,
				.aside = t.aside}));
	}
	for (uint32_t i = 0; i < options->parallel; i++) {
		struct knot_campaign_worker_status w;

		knot_campaign_worker(c, i, &w);
		knot_vec_push(&page->workers,
			((struct knot_overview_worker){.test = w.target ? w.target->name : NULL,
				.runs = w.runs,
				.pid = w.pid}));
	}
	for (enum knot_arm arm = 0; arm < KNOT_ARM_COUNT; arm++) {
		struct knot_arm_stats a;

		knot_campaign_arm(c, arm, &a);
		if (arm == KNOT_ARM_RECORDED && !a.requests)
			continue;
		knot_vec_push(&page->arms,
			((struct knot_overview_arm){.name = knot_portfolio_arm_name(arm),
				.runs = a.runs,
				.steps = a.steps,
				.pairs = a.pairs,
				.findings = a.findings}));
	}
	for (size_t i = 0; i < KNOT_VERDICT_COUNT; i++)
		page->verdicts[i].count = st->verdicts[i];
	point(page);
}

/* --- of a database --------------------------------------------------------------------------- */

struct reading {
	struct knot_store *store;
	struct knot_overview_page *page;
	KNOT_VEC(int64_t) ids; /* of the targets, in their order */
};

static const char *own(struct knot_overview_page *page, const char *text)
{
	char *copy = knot_xstrdup(text);

	knot_vec_push(&page->texts, copy);
	return copy;
}

static struct knot_overview_target *target_of(struct reading *r, int64_t id)
{
	for (size_t i = 0; i < r->ids.len; i++)
		if (r->ids.data[i] == id)
			return &r->page->targets.data[i];
	return NULL;
}

static int on_target(void *arg, const struct knot_store_target *t, struct knot_error *err)
{
	struct reading *r = arg;
	struct knot_overview_target row = {
		.package = own(r->page, t->import_path),
		.test = own(r->page, t->test),
		.used_ns = t->used_ns,
		.aside = t->state != 0,
	};
	uint64_t states = 0;
	int rc = knot_store_pair_count(r->store, t->id, &row.pairs, err);

	if (!rc)
		rc = knot_store_pair_states(r->store, t->id, &states, err);
	r->page->overview.states += states;
	r->page->overview.pairs += row.pairs;
	r->page->overview.set_aside += row.aside;
	knot_vec_push(&r->ids, t->id);
	knot_vec_push(&r->page->targets, row);
	return rc;
}

static int on_runs(void *arg, const struct knot_store_runs *runs, struct knot_error *err)
{
	struct reading *r = arg;
	struct knot_overview *o = &r->page->overview;
	struct knot_overview_target *t = target_of(r, runs->target);

	(void)err;
	o->runs += runs->runs;
	o->steps += runs->steps;
	o->chain_runs += runs->chain_runs;
	o->chain_any += runs->chain_any;
	o->chain_all += runs->chain_all;
	if (t) {
		t->runs += runs->runs;
		t->chain_runs += runs->chain_runs;
		t->chain_any += runs->chain_any;
	}
	return 0;
}

static int on_finding(void *arg, const struct knot_store_finding *f, struct knot_error *err)
{
	struct reading *r = arg;
	struct knot_overview_target *t = target_of(r, f->target);
	const uint64_t now = knot_clock_wall_ns();
	const uint64_t since = now > f->first_ns ? now - f->first_ns : 0;

	(void)err;
	r->page->overview.ignored += f->state == KNOT_FINDING_IGNORED;
	if (f->state != KNOT_FINDING_VERIFIED)
		return 0;
	for (size_t i = 0; i < KNOT_VERDICT_COUNT; i++)
		if (!strcmp(f->verdict, r->page->verdicts[i].name))
			r->page->verdicts[i].count++;
	if (since < r->page->overview.since_finding_ns)
		r->page->overview.since_finding_ns = since;
	if (t)
		t->findings++;
	return 0;
}

static int on_listed(void *arg, const struct knot_store_listed *l, struct knot_error *err)
{
	struct reading *r = arg;

	(void)l;
	(void)err;
	r->page->overview.listed++;
	return 0;
}

static int on_arm(void *arg, const struct knot_store_arm *a, struct knot_error *err)
{
	struct reading *r = arg;

	(void)err;
	knot_vec_push(&r->page->arms,
		((struct knot_overview_arm){.name = own(r->page, a->name),
			.runs = a->runs,
			.steps = a->steps,
			.pairs = a->pairs,
			.findings = a->findings}));
	return 0;
}

static int on_worker(void *arg, const struct knot_store_worker *w, struct knot_error *err)
{
	struct reading *r = arg;
	struct knot_overview_target *t = target_of(r, w->target);

	(void)err;
	if (t)
		t->workers++;
	knot_vec_push(&r->page->workers,
		((struct knot_overview_worker){
			.test = t ? t->test : NULL, .runs = w->runs, .pid = w->pid}));
	return 0;
}

/* Either way: the wall clock may have been set back. */
static bool is_near(uint64_t a, uint64_t b)
{
	return (a > b ? a - b : b - a) < SILENT_NS;
}

static int read_facts(struct reading *r, struct knot_error *err)
{
	struct knot_overview *o = &r->page->overview;
	uint64_t pid = 0, started = 0, updated = 0, rate = 0, pair = 0, packages = 0, programs = 0;
	const uint64_t now = knot_clock_wall_ns();
	const struct {
		const char *key;
		uint64_t *value;
	} facts[] = {
		{"seed", &o->seed},
		{"elapsed_ns", &o->elapsed_ns},
		{"processes", &o->processes},
		{"recorded", &o->recorded},
		{"replays", &o->replays},
		{"replays_same", &o->replays_same},
		{"rejected", &o->rejected},
		{"duplicates", &o->duplicates},
		{"not_recorded", &o->not_recorded},
		{"disk_bytes", &o->disk_bytes},
		{"disk_limit_bytes", &o->disk_limit_bytes},
		{"pid", &pid},
		{"started_ns", &started},
		{"updated_ns", &updated},
		{"runs_per_s", &rate},
		{"last_pair_ns", &pair},
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts) && !rc; i++)
		rc = knot_store_meta_get_u64(r->store, facts[i].key, 0, facts[i].value, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < r->page->targets.len; i++)
		programs += !strcmp(r->page->targets.data[i].test, KNOT_PROGRAM_NAME);
	knot_auto_free char *targets = knot_text_targets(r->page->targets.len - programs, programs);

	for (size_t i = 0; i < r->page->targets.len; i++)
		packages += !i ||
			strcmp(r->page->targets.data[i].package,
				r->page->targets.data[i - 1].package) != 0;
	r->page->what = knot_xasprintf("%s in %llu %s", targets, (unsigned long long)packages,
		packages == 1 ? "package" : "packages");
	o->what = r->page->what;
	/* Before its first save a campaign has told of nothing but its start. */
	const bool lately = is_near(now, updated) || is_near(now, started);

	o->running = pid && kill((pid_t)pid, 0) == 0 && lately;
	o->runs_per_s = o->running ? (double)rate
		: o->elapsed_ns    ? (double)o->runs * 1e9 / (double)o->elapsed_ns
				   : 0;
	o->since_pair_ns = !pair ? KNOT_OVERVIEW_NEVER : now > pair ? now - pair : 0;
	return 0;
}

int knot_overview_from_store(struct knot_store *store, const char *dir,
	struct knot_overview_page *ret_page, struct knot_error *err)
{
	struct reading r = {.store = store, .page = ret_page};
	int rc;

	clear(ret_page);
	free(ret_page->what);
	ret_page->what = NULL;
	ret_page->overview.campaign_dir = dir;
	ret_page->overview.since_finding_ns = KNOT_OVERVIEW_NEVER;
	if (!(rc = knot_store_target_each(store, on_target, &r, err)) &&
		!(rc = knot_store_runs_each(store, 0, on_runs, &r, err)) &&
		!(rc = knot_store_finding_each(store, 0, on_finding, &r, err)) &&
		!(rc = knot_store_listed_each(store, on_listed, &r, err)) &&
		!(rc = knot_store_arm_each(store, on_arm, &r, err)) &&
		!(rc = knot_store_worker_each(store, on_worker, &r, err)) &&
		!(rc = knot_store_corpus_count(store, &ret_page->overview.corpus, err)))
		rc = read_facts(&r, err);
	knot_vec_free(&r.ids);
	point(ret_page);
	return rc;
}
