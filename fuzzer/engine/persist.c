/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The campaign's side of the store. Written once a second and at the end: what a SIGKILL takes is at most
 * that second; a verified finding is committed at once. A campaign that starts in a directory with a store
 * goes on with the pairs, chains and findings it holds.
 */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "engine/campaign_internal.h"
#include "engine/known.h"
#include "engine/listed_rows.h"
#include "engine/persist.h"
#include "engine/regress.h"
#include "engine/verified.h"
#include "explore/corpus.h"
#include "explore/names.h"
#include "explore/sharing.h"
#include "store/corpus.h"
#include "store/finding.h"
#include "store/pair.h"
#include "store/position.h"
#include "store/run.h"
#include "store/store.h"
#include "store/target.h"
#include "sys/clock.h"
#include "wire/ops.h"
#include "wire/sites.h"
#include "wire/text.h"

#include <string.h>

struct restoring {
	struct knot_target_state *s;
	struct knot_campaign *c;
	KNOT_VEC(struct knot_cpop_op) ops;
	KNOT_VEC(struct knot_cpop_pair) pairs;
};

static int on_op(void *arg, uint64_t key, const struct knot_store_op *op, struct knot_error *err)
{
	struct restoring *r = arg;

	(void)err;
	knot_vec_push(&r->ops,
		((struct knot_cpop_op){
			.key = key, .gpath = op->gpath, .site = op->site, .op = op->op}));
	return 0;
}

static int on_pair(void *arg, const struct knot_store_pair *pair, struct knot_error *err)
{
	struct restoring *r = arg;

	(void)err;
	knot_vec_push(&r->pairs,
		((struct knot_cpop_pair){.a = pair->a,
			.b = pair->b,
			.type = pair->type,
			.count = (uint32_t)pair->count}));
	return 0;
}

static int on_entry(void *arg, const struct knot_store_entry *e, struct knot_error *err)
{
	struct restoring *r = arg;
	struct knot_pool_entry entry = {
		.parent = KNOT_POOL_NONE,
		.new_pairs = (uint32_t)e->new_pairs,
		.runs = 1,
		.runs_all = 1,
		.prefix = e->prefix,
		.prefix_len = (uint32_t)e->prefix_len,
		.head_len = (uint32_t)e->prefix_len,
	};

	(void)err;
	if (!knot_chain_take(knot_span_str(e->chain), &entry.chain))
		return 0; /* of another version: leave it */
	if (entry.chain.len) {
		knot_pool_add(knot_portfolio_pool(r->s->portfolio), &entry);
		knot_mutator_mark(knot_portfolio_mutator(r->s->portfolio), &entry.chain);
	}
	return 0;
}

static int on_import(void *arg, uint64_t hash, bool dropped, struct knot_error *err)
{
	struct restoring *r = arg;

	(void)err;
	(void)dropped;
	knot_mutator_mark_hash(knot_portfolio_mutator(r->s->portfolio), hash);
	return 0;
}

static int on_position(void *arg, const struct knot_store_position *p, struct knot_error *err)
{
	struct restoring *r = arg;

	(void)err;
	if (!p->site || (p->op != KNOT_OP_MEMREAD && p->op != KNOT_OP_MEMWRITE))
		return 0;
	knot_sharing_add(knot_portfolio_sharing(r->s->portfolio), p->site, p->op, p->raced);
	if (*p->file)
		knot_sitenames_name(r->c->names, p->site, p->file, p->line, p->func);
	return 0;
}

static int on_runs(void *arg, const struct knot_store_runs *runs, struct knot_error *err)
{
	struct restoring *r = arg;

	(void)err;
	r->s->good_runs += runs->ends[KNOT_END_OK];
	r->s->earlier_chain_runs += runs->chain_runs;
	r->s->earlier_chain_any += runs->chain_any;
	r->s->earlier_chain_all += runs->chain_all;
	return 0;
}

static int restore(struct knot_campaign *c, struct knot_target_state *s, struct knot_error *err)
{
	struct restoring r = {.s = s, .c = c};
	struct knot_cpop *cpop = knot_portfolio_cpop(s->portfolio);
	int rc;

	if ((rc = knot_store_op_each(c->store, s->store_id, on_op, &r, err)) ||
		(rc = knot_store_pair_each(c->store, s->store_id, on_pair, &r, err)) ||
		(rc = knot_cpop_restore_ops(cpop, r.ops.data, r.ops.len, err)) ||
		(rc = knot_cpop_restore_pairs(cpop, r.pairs.data, r.pairs.len, err)) ||
		(rc = knot_store_corpus_each(c->store, s->store_id, on_entry, &r, err)) ||
		(rc = knot_store_import_each(c->store, s->store_id, on_import, &r, err)) ||
		(rc = knot_store_position_each(c->store, s->store_id, on_position, &r, err)) ||
		(rc = knot_known_restore(c, s, err)) ||
		(rc = knot_store_runs_each(c->store, s->store_id, on_runs, &r, err)))
		knot_error_wrap(err, "what %s has found so far", s->target->name);
	knot_vec_free(&r.ops);
	knot_vec_free(&r.pairs);
	s->stored_ops = knot_cpop_op_count(cpop);
	s->stored_pairs = knot_cpop_pair_count(cpop);
	s->stored_pool = knot_pool_len(knot_portfolio_pool(s->portfolio));
	s->stored_changes = knot_portfolio_sharing(s->portfolio)->changes;
	return rc;
}

/* What makes a build another one: runs under different flags must not be mixed. */
static char *build_flags(const struct knot_campaign *c)
{
	const struct knot_project_options *o = &c->project->options;

	return knot_xasprintf("tags=%s%s%s%s%s%s%s", o->tags ? o->tags : "",
		o->deps ? " deps=" : "", o->deps ? o->deps : "", o->race ? " race" : "",
		o->is_short ? " short" : "",
		c->options.cfg_flags & KNOT_CFG_NO_HOOKS ? " nohooks" : "",
		c->options.native ? " native" : "");
}

static int save_sites(
	struct knot_campaign *c, int64_t build, const char *package, struct knot_error *err)
{
	KNOT_VEC(struct knot_store_site) sites = {0};

	for (size_t i = 0; i < knot_sites_count(c->project->sites); i++) {
		const struct knot_site *s = knot_sites_at(c->project->sites, i);

		if (strcmp(s->pkg, package) != 0)
			continue;
		knot_vec_push(&sites,
			((struct knot_store_site){.hash = s->id,
				.file = s->file,
				.line = s->line,
				.col = s->col,
				.op = s->op,
				.prim = s->prim,
				.func = s->func}));
	}
	int rc = knot_store_site_upsert(c->store, build, sites.data, sites.len, err);

	knot_vec_free(&sites);
	return rc;
}

static int open_targets(struct knot_campaign *c, struct knot_error *err)
{
	knot_auto_free char *flags = build_flags(c);
	const char *last = "";
	int rc = 0;

	for (size_t i = 0; i < c->project->targets.len && !rc; i++) {
		struct knot_target_state *s = &c->states[i];
		struct knot_store_target t = {
			.import_path = s->target->package,
			.test = s->target->name,
			.dir = s->target->dir,
			.go_version = c->project->build.go_version,
			.flags = flags,
			.salt = s->target->run.salt,
		};

		rc = knot_store_target_upsert(c->store, &t, err);
		if (!rc && strcmp(last, t.import_path) != 0)
			rc = save_sites(c, t.build, t.import_path, err);
		last = s->target->package;
		s->store_id = t.id;
		s->store_binary = t.build;
		s->runs = t.runs;
		s->steps = t.steps;
		s->last_new_pair_run = t.last_new_pair_run;
		s->earlier_used_ns = t.used_ns;
		if (!rc)
			rc = restore(c, s, err);
	}
	return rc;
}

/* What is shown of a campaign, beside its runs: how much of the source carries hooks, and what was lost. */
static int open_hooks(struct knot_campaign *c, struct knot_error *err)
{
	const struct knot_sites *sites = c->project->sites;
	int rc = knot_store_meta_set_u64(c->store, "hooks_placed", knot_sites_count(sites), err);

	if (!rc)
		rc = knot_store_meta_set_u64(
			c->store, "hooks_unplaced", knot_sites_unplaced_count(sites), err);
	return rc ? rc
		  : knot_store_meta_get_u64(
			    c->store, "hooks_missed", 0, &c->earlier_hooks_missed, err);
}

int knot_persist_open(struct knot_campaign *c, struct knot_error *err)
{
	int rc = knot_store_open(c->options.campaign_dir, KNOT_STORE_WRITE, &c->store, err);

	if (rc)
		return rc;
	if ((rc = knot_store_meta_get_u64(c->store, "elapsed_ns", 0, &c->earlier_ns, err)) ||
		(rc = knot_store_meta_set(c->store, "command_line",
			 c->options.command_line ? c->options.command_line : "", err)) ||
		(rc = knot_store_meta_set(c->store, "packages_dir",
			 c->options.packages_dir ? c->options.packages_dir : "", err)) ||
		(rc = knot_store_meta_set_u64(c->store, "seed", c->options.seed, err)) ||
		(rc = knot_store_meta_set_u64(c->store, "started_ns", knot_clock_wall_ns(), err)))
		return rc;
	if ((rc = open_hooks(c, err)) || (rc = knot_persist_live_open(c, err)) ||
		(rc = open_targets(c, err)) || (rc = knot_listed_rows_restore(c, err)))
		return rc;
	return knot_store_flush(c->store, err);
}

static int save_runs(struct knot_campaign *c, struct knot_target_state *s, struct knot_error *err)
{
	for (uint32_t policy = 0; policy < KNOT_POLICY_COUNT; policy++) {
		struct knot_target_totals *now = &s->total[policy], *old = &s->stored[policy];
		struct knot_store_runs delta = {
			.target = s->store_id,
			.policy = policy,
			.runs = now->runs - old->runs,
			.steps = now->steps - old->steps,
			.chain_runs = now->chain_runs - old->chain_runs,
			.chain_any = now->chain_any - old->chain_any,
			.chain_all = now->chain_all - old->chain_all,
		};
		uint64_t told = 0;

		if (now->requests == old->requests)
			continue;
		for (size_t i = 0; i < KNOT_STORE_END_KINDS; i++) {
			delta.ends[i] = now->ends[i] - old->ends[i];
			told += delta.ends[i];
		}
		/* Only runs that matter are told one by one: the others ended well. */
		if (delta.runs > told)
			delta.ends[KNOT_END_OK] += delta.runs - told;
		int rc = knot_store_runs_add(c->store, &delta, err);

		if (rc)
			return rc;
		*old = *now;
	}
	return 0;
}

static int save_pairs(struct knot_campaign *c, struct knot_target_state *s, struct knot_error *err)
{
	struct knot_cpop *cpop = knot_portfolio_cpop(s->portfolio);
	const uint32_t ops_end = knot_cpop_op_count(cpop), pairs_end = knot_cpop_pair_count(cpop);
	KNOT_VEC(struct knot_store_op) ops = {0};
	KNOT_VEC(struct knot_store_pair) pairs = {0};

	for (uint32_t i = s->stored_ops; i < ops_end; i++) {
		struct knot_cpop_op op;

		knot_cpop_get_op(cpop, i, &op);
		knot_vec_push(&ops,
			((struct knot_store_op){.gpath = op.gpath,
				.gpath_text = "",
				.site = op.site,
				.op = op.op}));
	}
	for (uint32_t i = s->stored_pairs; i < pairs_end; i++) {
		struct knot_cpop_pair p;

		knot_cpop_get_pair(cpop, i, &p);
		knot_vec_push(&pairs,
			((struct knot_store_pair){.type = p.type,
				.a = p.a,
				.b = p.b,
				.first_run = s->runs,
				.count = p.count}));
	}
	int rc = ops.len ? knot_store_op_add(c->store, ops.data, ops.len, err) : 0;

	if (!rc && pairs.len)
		rc = knot_store_pair_add(c->store, s->store_id, pairs.data, pairs.len, err);
	knot_vec_free(&ops);
	knot_vec_free(&pairs);
	if (!rc) {
		s->stored_ops = ops_end;
		s->stored_pairs = pairs_end;
	}
	return rc;
}

static int save_corpus(struct knot_campaign *c, struct knot_target_state *s, struct knot_error *err)
{
	struct knot_pool *pool = knot_portfolio_pool(s->portfolio);
	int rc = 0;

	for (uint32_t i = s->stored_pool; i < knot_pool_len(pool) && !rc; i++) {
		const struct knot_pool_entry *e = knot_pool_get(pool, i);
		struct knot_text text = {0};

		for (uint32_t n = 0; n < e->chain.len; n++) {
			knot_chain_op_add(&text, &e->chain.ops[n]);
			knot_text_adds(&text, "\n");
		}
		struct knot_store_entry entry = {
			.target = s->store_id,
			.hash = knot_chain_hash(&e->chain),
			.chain = text.data ? text.data : "",
			.prefix = e->prefix,
			.prefix_len = e->head_len,
			.new_pairs = e->new_pairs,
			.energy = knot_pool_energy(pool, i),
			.picks = e->picks,
			.created_ns = knot_clock_wall_ns(),
		};

		entry.pairs = knot_corpuscover_find(c, s, i, &entry.pairs_len);
		rc = knot_store_corpus_upsert(c->store, &entry, err);
		knot_text_free(&text);
		if (!rc)
			s->stored_pool = i + 1;
		knot_corpusdir_export(c, s, e);
	}
	return rc;
}

/* All of them when one has changed, which soon happens no more: they are in no order of discovery. */
static int save_positions(
	struct knot_campaign *c, struct knot_target_state *s, struct knot_error *err)
{
	const struct knot_sharing *sharing = knot_portfolio_sharing(s->portfolio);
	int rc = 0;

	if (sharing->changes == s->stored_changes)
		return 0;
	for (size_t i = 0; i < sharing->positions.len && !rc; i++) {
		const struct knot_sharing_position *p = &sharing->positions.data[i];
		const struct knot_site_name *name =
			knot_names_site(knot_sitenames_view(c->names), p->site);
		const struct knot_store_position position = {
			.site = p->site,
			.op = p->op,
			.raced = p->raced,
			.file = name ? name->file : "",
			.line = name ? name->line : 0,
			.func = name ? name->function : "",
		};

		rc = knot_store_position_upsert(c->store, s->store_id, &position, err);
	}
	if (!rc)
		s->stored_changes = sharing->changes;
	return rc;
}

static int save_target(struct knot_campaign *c, struct knot_target_state *s, struct knot_error *err)
{
	bool new_pairs = knot_cpop_pair_count(knot_portfolio_cpop(s->portfolio)) > s->stored_pairs;
	struct knot_store_target t = {.id = s->store_id,
		.state = s->is_uneven ? KNOT_TARGET_UNEVEN
			: s->aside    ? KNOT_TARGET_BROKEN
				      : KNOT_TARGET_FINE,
		.runs = s->runs,
		.steps = s->steps,
		.used_ns = knot_target_used_ns(c, s)};
	int rc = save_runs(c, s, err);

	if (rc || (rc = save_pairs(c, s, err)) || (rc = save_corpus(c, s, err)) ||
		(rc = save_positions(c, s, err)) || (rc = knot_listed_rows_save(c, s, err)))
		return rc;
	if (new_pairs)
		s->last_new_pair_run = s->runs;
	t.last_new_pair_run = s->last_new_pair_run;
	/* Of a thousand tests a few have been run since the last time. */
	if (!new_pairs && t.used_ns == s->stored_used_ns && s->aside == s->stored_aside)
		return 0;
	rc = knot_store_target_update(c->store, &t, err);
	if (!rc) {
		s->stored_used_ns = t.used_ns;
		s->stored_aside = s->aside;
	}
	return rc;
}

/* Of a finding that is there the store takes the hits and the time only. */
static int save_hits(struct knot_campaign *c, struct knot_error *err)
{
	struct knot_bucket *b, *next;

	HASH_ITER(hh, c->buckets, b, next) {
		struct knot_store_finding f = {
			.target = c->states[b->key[0]].store_id,
			.bucket = b->key[1],
			.verdict = "",
			.title = "",
			.signature = "",
			.crash_file = "",
			/* cppcheck-suppress uninitvar; it does not see through HASH_ITER */
			.hits = b->hits - b->stored_hits,
			.last_ns = knot_clock_wall_ns(),
		};

		if (!f.hits)
			continue;
		int rc = knot_store_finding_upsert(c->store, &f, err);

		if (rc)
			return rc;
		b->stored_hits = b->hits;
	}
	return 0;
}

int knot_persist_flush(struct knot_campaign *c, struct knot_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < c->project->targets.len && !rc; i++)
		rc = save_target(c, &c->states[i], err);
	knot_corpuscover_clear(c);
	if (!rc)
		rc = save_hits(c, err);
	if (!rc)
		rc = knot_persist_live(c, err);
	if (!rc)
		rc = knot_store_meta_set_u64(c->store, "elapsed_ns",
			c->earlier_ns + knot_clock_mono_ns() - c->start_ns, err);
	if (!rc)
		rc = knot_store_meta_set_u64(c->store, "hooks_missed",
			c->earlier_hooks_missed + c->status.hooks_missed, err);
	if (!rc)
		rc = knot_store_meta_set_u64(c->store, "updated_ns", knot_clock_wall_ns(), err);
	return rc ? rc : knot_store_flush(c->store, err);
}

int knot_persist_finding(struct knot_campaign *c, struct knot_target_state *s,
	const struct knot_verified *v, const struct knot_finding *f, const struct knot_crash *crash,
	const char *file, struct knot_error *err)
{
	const char *slash = strrchr(file, '/');
	struct knot_text signature = {0};
	uint32_t policy = KNOT_POLICY_RANDOM;
	int rc;

	for (size_t i = 0; i < crash->signature.len; i++)
		knot_text_addf(&signature, "%s%s", i ? "\n" : "", crash->signature.data[i]);
	knot_policy_parse(knot_span_str(crash->policy), &policy);
	struct knot_store_finding finding = {
		.target = s->store_id,
		.bucket = f->bucket,
		.verdict = crash->verdict,
		.title = f->title,
		.signature = signature.data ? signature.data : "",
		.state = v->ignored ? KNOT_FINDING_IGNORED : KNOT_FINDING_VERIFIED,
		.first_seed = crash->seed,
		.policy = policy,
		.crash_file = slash ? slash + 1 : file,
		.hits = v->known ? 0 : 1, /* of what is there they are counted elsewhere */
		.replays = v->tries,
		.reproduced = v->same,
		.first_ns = knot_clock_wall_ns(),
		.last_ns = knot_clock_wall_ns(),
		.places = v->places,
		.ignored = v->ignored,
		.build = knot_regress_build(c, s),
		.fixed_ns = v->fixed_ns,
	};
	const enum knot_finding_state state = finding.state;

	rc = knot_store_finding_upsert(c->store, &finding, err);
	finding.state = state;
	if (!rc && v->known)
		rc = knot_store_finding_update(c->store, &finding, err);
	knot_text_free(&signature);
	return rc ? rc : knot_store_flush(c->store, err);
}

void knot_persist_close(struct knot_campaign *c)
{
	knot_corpuscover_clear(c);
	knot_store_close(c->store);
}
