/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/regress.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "engine/campaign_internal.h"
#include "engine/known.h"
#include "engine/verified.h"
#include "explore/moved.h"
#include "store/finding.h"
#include "sys/clock.h"

#include <string.h>
#include <xxhash.h>

/* A run that takes longer is one that hangs, or a machine that is busy: it can be looked for another time. */
#define EACH_NS (500 * KNOT_NS_PER_MS)
#define ALL_NS (2 * KNOT_NS_PER_S)
#define BINARY_MAX_BYTES (2ull << 30)

uint64_t knot_regress_build(struct knot_campaign *c, struct knot_target_state *s)
{
	for (size_t i = 0; i < c->project->targets.len && !s->build; i++)
		if (!strcmp(c->states[i].target->binary, s->target->binary))
			s->build = c->states[i].build;
	if (!s->build) {
		knot_auto_free char *data = NULL;
		size_t len;

		if (!knot_file_read(s->target->binary, BINARY_MAX_BYTES, &data, &len, NULL))
			s->build = XXH3_64bits(data, len);
	}
	return s->build;
}

/* One to be looked for. */
struct known {
	struct knot_target_state *s;
	int64_t id;
	uint64_t bucket, fixed_ns;
	bool is_fixed;
	char *title;
	char *file; /* absolute */
};

struct looking {
	struct knot_campaign *c;
	struct knot_target_state *s;
	KNOT_VEC(struct known) list;
	struct knot_replayer *replayer;
};

static int on_finding(void *arg, const struct knot_store_finding *f, struct knot_error *err)
{
	struct looking *l = arg;

	(void)err;
	if ((f->state != KNOT_FINDING_VERIFIED && f->state != KNOT_FINDING_FIXED) ||
		!*f->crash_file || strchr(f->crash_file, '/') ||
		f->build == knot_regress_build(l->c, l->s))
		return 0;
	/* Of what would be ignored nobody is told that it is back. */
	knot_auto_free char *ignored = knot_known_reason(l->c, f);

	if (ignored)
		return 0;
	knot_vec_push(&l->list,
		((struct known){
			.s = l->s,
			.id = f->id,
			.bucket = f->bucket,
			.fixed_ns = f->fixed_ns,
			.is_fixed = f->state == KNOT_FINDING_FIXED,
			.title = knot_xstrdup(f->title),
			.file = knot_xasprintf(
				"%s/crashes/%s", l->c->options.campaign_dir, f->crash_file),
		}));
	return 0;
}

/* What a user has taken away or changed is nobody's fault; nor is a file that another goknot wrote. */
static bool read_file(const struct looking *l, const struct known *k, struct knot_crash *ret)
{
	knot_auto_free char *text = NULL;
	size_t len;

	if (knot_file_read(k->file, KNOT_CRASH_MAX_BYTES, &text, &len, NULL) ||
		knot_crash_decode(knot_span_of(text, len), ret, NULL))
		return false;
	return !ret->native && ret->bucket == k->bucket &&
		knot_crash_config(ret) == l->c->options.cfg_flags;
}

static int replay(struct looking *l, const struct known *k, const struct knot_crash *crash,
	struct knot_outcome *ret, struct knot_error *err)
{
	uint32_t memory[KNOT_MEM_MAX];
	struct knot_worker_target target = k->s->target->run;
	struct knot_schedule schedule = knot_schedule_of(crash, memory);
	struct knot_moved *m = knot_moved_new(crash, l->c->project->sites);
	knot_alias_slots aliases = {0};

	knot_moved_aliases(m, &aliases);
	schedule.aliases = aliases.data;
	schedule.aliases_len = aliases.len;
	target.salt = crash->salt;
	target.start_ns = crash->start_ns;
	const int rc = knot_replay_tolerant(l->replayer, &target, &schedule, ret, err);
	knot_vec_free(&aliases);
	knot_moved_free(m);

	knot_sitenames_use(l->c->names, knot_replayer_shm(l->replayer));
	return rc;
}

static int keep(struct looking *l, const struct known *k, enum knot_finding_state state,
	uint64_t fixed_ns, struct knot_error *err)
{
	return knot_store_finding_settle(
		l->c->store, k->id, state, knot_regress_build(l->c, k->s), fixed_ns, err);
}

static struct knot_bucket *bucket_of(const struct looking *l, const struct known *k)
{
	const uint64_t key[2] = {k->s->index, k->bucket};
	struct knot_bucket *b;

	/* NOLINTNEXTLINE(clang-analyzer-*) */
	HASH_FIND(hh, l->c->buckets, key, sizeof(key), b);
	return b;
}

/* It does not come any more: from here on it is fixed, and when it is met again a regression. */
static int is_gone(struct looking *l, const struct known *k, const struct knot_crash *crash,
	struct knot_error *err)
{
	struct knot_campaign *c = l->c;
	struct knot_bucket *b = bucket_of(l, k);
	const uint64_t now = knot_clock_wall_ns();
	const struct knot_finding f = {.title = k->title};

	if (k->is_fixed)
		return keep(l, k, KNOT_FINDING_FIXED, k->fixed_ns, err);
	const struct knot_campaign_news_item item = {
		.kind = KNOT_NEWS_FIXED, .target = k->s->target, .finding = &f, .names = c->names};

	if (b)
		b->fixed_ns = now;
	knot_judge_uncount(c, k->s, crash->verdict);
	c->status.fixed++;
	if (c->view.news)
		c->view.news(c->view.arg, &item);
	return keep(l, k, KNOT_FINDING_FIXED, now, err);
}

/* It comes as it did before. */
static int is_there(struct looking *l, const struct known *k, const struct knot_outcome *o,
	const struct knot_finding *f, struct knot_error *err)
{
	struct knot_bucket *b = bucket_of(l, k);

	if (k->is_fixed) {
		if (b)
			b->fixed_ns = 0;
		knot_verified_back(l->c, k->s, f, o, k->file, k->fixed_ns);
	}
	return keep(l, k, KNOT_FINDING_VERIFIED, k->fixed_ns, err);
}

/* What the replay says of it. */
static int settle(struct looking *l, const struct known *k, const struct knot_crash *crash,
	const struct knot_outcome *o, struct knot_error *err)
{
	const bool is_race = !strcmp(crash->verdict, knot_verdict_name(KNOT_VERDICT_RACE));
	const struct knot_race *race =
		is_race ? knot_finding_race(&o->record, k->bucket, l->c->names) : NULL;
	struct knot_finding f = {0};
	int rc = 0;

	knot_finding_judge(
		&o->record, race, o->out, o->out_len, o->err, o->err_len, false, l->c->names, &f);
	if (f.verdict.finding && f.bucket == k->bucket)
		rc = is_there(l, k, o, &f, err);
	else if (f.verdict.kind == KNOT_VERDICT_OK && o->record.result.end == KNOT_END_OK &&
		!o->record.races.len && !(o->record.result.flags & KNOT_RUN_DIVERGED))
		rc = is_gone(l, k, crash, err);
	knot_finding_free(&f);
	return rc;
}

static int look_for(struct looking *l, const struct known *k, struct knot_error *err)
{
	struct knot_crash crash = {0};
	struct knot_outcome o = {0};
	int rc = 0;

	if (read_file(l, k, &crash))
		rc = replay(l, k, &crash, &o, err);
	if (!rc && o.ran && !o.record.timed_out)
		rc = settle(l, k, &crash, &o, err);
	knot_outcome_free(&o);
	knot_crash_free(&crash);
	return rc;
}

static int look_for_all(struct looking *l, struct knot_error *err)
{
	struct knot_campaign *c = l->c;
	const uint64_t end_ns = knot_clock_mono_ns() + ALL_NS;
	struct knot_worker_options o = knot_campaign_worker_options(c, c->replay_sandbox);

	o.timeout_ns = EACH_NS;
	int rc = knot_replayer_open(&o, c->options.cancel, &l->replayer, err);

	for (size_t i = 0; i < l->list.len && !rc && knot_clock_mono_ns() < end_ns; i++)
		rc = look_for(l, &l->list.data[i], err);
	/* Its region goes with it. */
	if (l->replayer)
		knot_sitenames_learn(c->names);
	knot_sitenames_use(c->names, NULL);
	knot_replayer_close(l->replayer);
	return rc;
}

int knot_regress(struct knot_campaign *c, struct knot_error *err)
{
	struct looking l = {.c = c};
	int rc = 0;

	if (c->options.native)
		return 0;
	for (size_t i = 0; i < c->project->targets.len && !rc; i++) {
		l.s = &c->states[i];
		rc = knot_store_finding_each(c->store, l.s->store_id, on_finding, &l, err);
	}
	if (!rc && l.list.len)
		rc = look_for_all(&l, err);
	for (size_t i = 0; i < l.list.len; i++) {
		free(l.list.data[i].title);
		free(l.list.data[i].file);
	}
	knot_vec_free(&l.list);
	return rc;
}
