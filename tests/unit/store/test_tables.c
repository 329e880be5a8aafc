/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/hash.h"
#include "store/corpus.h"
#include "store/listed.h"
#include "store/live.h"
#include "store/pair.h"
#include "store/position.h"
#include "store/run.h"
#include "store/target.h"
#include "scratch.h"

#include <sqlite3.h>
#include <string.h>

TestSuite(tables, .init = make_scratch, .fini = remove_scratch);

static struct knot_store_target some_target(const char *test)
{
	return (struct knot_store_target){.import_path = "example.org/m/p",
		.test = test,
		.dir = "/src/p",
		.go_version = "go1.26.1",
		.flags = "-race",
		.salt = UINT64_MAX - 5};
}

static int64_t add_target(struct knot_store *store, const char *test)
{
	struct knot_store_target target = some_target(test);
	struct knot_error err = {0};
	cr_assert_eq(knot_store_target_upsert(store, &target, &err), 0, "%s", err.message);
	cr_assert_gt(target.id, 0);
	return target.id;
}

struct seen {
	int calls;
	int stop_after; /* 0 = never */
	char text[256];
	uint64_t numbers[16];
};

static int ended(struct seen *seen)
{
	return ++seen->calls == seen->stop_after ? 77 : 0;
}

static int see_target(void *arg, const struct knot_store_target *t, struct knot_error *err)
{
	(void)err;
	struct seen *seen = arg;
	snprintf(seen->text, sizeof(seen->text), "%s %s %s %s %s", t->import_path, t->test, t->dir,
		t->go_version, t->flags);
	seen->numbers[0] = t->salt;
	seen->numbers[1] = t->state;
	seen->numbers[2] = t->runs;
	seen->numbers[3] = t->steps;
	seen->numbers[4] = t->last_new_pair_run;
	return ended(seen);
}

Test(tables, targets_keep_their_identity_and_salt)
{
	struct knot_store *store = open_store(KNOT_STORE_WRITE);
	struct knot_error err;
	const int64_t first = add_target(store, "TestA");
	const int64_t second = add_target(store, "TestB");
	cr_assert_neq(first, second);
	struct knot_store_target update = {
		.id = first, .state = 3, .runs = 1ull << 40, .steps = 9, .last_new_pair_run = 8};
	cr_assert_eq(knot_store_target_update(store, &update, &err), 0);
	store = reopen(store);
	struct knot_store_target again = some_target("TestA");
	again.salt = 1;
	again.go_version = "go1.27.0";
	cr_assert_eq(knot_store_target_upsert(store, &again, &err), 0);
	cr_assert_eq(again.id, first);
	cr_assert_eq(again.salt, UINT64_MAX - 5);
	cr_assert_eq(again.runs, 1ull << 40);
	cr_assert_eq(again.state, 3);
	struct knot_store_target plain = some_target("TestA");
	plain.flags = "";
	cr_assert_eq(knot_store_target_upsert(store, &plain, &err), 0);
	cr_assert_neq(plain.id, first);
	cr_assert_neq(plain.build, again.build);
	struct seen seen = {.stop_after = 1};
	cr_assert_eq(knot_store_target_each(store, see_target, &seen, &err), 77);
	cr_assert_str_eq(seen.text, "example.org/m/p TestA /src/p go1.27.0 -race");
	cr_assert_eq(seen.numbers[0], UINT64_MAX - 5);
	cr_assert_eq(seen.numbers[4], 8);
	seen = (struct seen){0};
	cr_assert_eq(knot_store_target_each(store, see_target, &seen, &err), 0);
	cr_assert_eq(seen.calls, 3);
	knot_store_close(store);
}

static int see_site(void *arg, const struct knot_store_site *s, struct knot_error *err)
{
	(void)err;
	struct seen *seen = arg;
	snprintf(seen->text, sizeof(seen->text), "%s:%u:%u %u %s %s", s->file, s->line, s->col,
		s->op, s->prim, s->func);
	seen->numbers[0] = s->hash;
	return ended(seen);
}

Test(tables, sites_are_replaced_by_hash)
{
	struct knot_store *store = open_store(KNOT_STORE_WRITE);
	struct knot_error err;
	struct knot_store_target target = some_target("TestA");
	cr_assert_eq(knot_store_target_upsert(store, &target, &err), 0);
	struct knot_store_site sites[] = {
		{.hash = 0xffffffff,
			.file = "a.go",
			.line = 3,
			.col = 2,
			.op = 4,
			.prim = "ch",
			.func = "F"},
		{.hash = 5,
			.file = "b.go",
			.line = 1,
			.col = 1,
			.op = 12,
			.prim = "m.mu",
			.func = "G"},
	};
	cr_assert_eq(knot_store_site_upsert(store, target.build, sites, 2, &err), 0);
	sites[0].prim = "s.ch";
	cr_assert_eq(knot_store_site_upsert(store, target.build, sites, 1, &err), 0);
	store = reopen(store);
	struct seen seen = {.stop_after = 1};
	cr_assert_eq(knot_store_site_each(store, target.build, see_site, &seen, &err), 77);
	cr_assert_str_eq(seen.text, "a.go:3:2 4 s.ch F");
	cr_assert_eq(seen.numbers[0], 0xffffffff);
	seen = (struct seen){0};
	cr_assert_eq(knot_store_site_each(store, target.build, see_site, &seen, &err), 0);
	cr_assert_eq(seen.calls, 2);
	cr_assert_lt(knot_store_site_upsert(store, 999, sites, 1, &err), 0, "no such build");
	knot_store_close(store);
}

static int see_position(void *arg, const struct knot_store_position *p, struct knot_error *err)
{
	(void)err;
	struct seen *seen = arg;
	snprintf(seen->text, sizeof(seen->text), "%s:%u %s %u%s", p->file, p->line, p->func, p->op,
		p->raced ? " raced" : "");
	seen->numbers[0] = p->site;
	return ended(seen);
}

Test(tables, positions_only_ever_get_worse)
{
	struct knot_store *store = open_store(KNOT_STORE_WRITE);
	struct knot_error err;
	const int64_t target = add_target(store, "TestA");
	const int64_t other = add_target(store, "TestB");
	struct knot_store_position p = {
		.site = 0xfffffffe, .op = KNOT_OP_MEMWRITE, .file = "", .func = ""};
	const struct knot_store_position shared = {
		.site = 3, .op = KNOT_OP_MEMREAD, .file = "b.go", .line = 4, .func = "m.G"};
	cr_assert_eq(knot_store_position_upsert(store, target, &p, &err), 0);
	cr_assert_eq(knot_store_position_upsert(store, target, &shared, &err), 0);
	p.raced = true;
	p.file = "a.go";
	p.line = 12;
	p.func = "m.F";
	cr_assert_eq(knot_store_position_upsert(store, target, &p, &err), 0);
	p.raced = false;
	p.file = "late.go";
	cr_assert_eq(knot_store_position_upsert(store, target, &p, &err), 0);
	store = reopen(store);
	struct seen seen = {.stop_after = 1};
	cr_assert_eq(knot_store_position_each(store, target, see_position, &seen, &err), 77);
	cr_assert_str_eq(seen.text, "a.go:12 m.F 37 raced", "what raced comes first");
	cr_assert_eq(seen.numbers[0], 0xfffffffe);
	seen = (struct seen){0};
	cr_assert_eq(knot_store_position_each(store, target, see_position, &seen, &err), 0);
	cr_assert_eq(seen.calls, 2);
	cr_assert_str_eq(seen.text, "b.go:4 m.G 36");
	seen = (struct seen){0};
	cr_assert_eq(knot_store_position_each(store, other, see_position, &seen, &err), 0);
	cr_assert_eq(seen.calls, 0);
	cr_assert_lt(knot_store_position_upsert(store, 999, &p, &err), 0, "no such target");
	knot_store_close(store);
}

static int see_listed(void *arg, const struct knot_store_listed *l, struct knot_error *err)
{
	(void)err;
	struct seen *seen = arg;
	const size_t len = strlen(seen->text);
	snprintf(seen->text + len, sizeof(seen->text) - len, "%s %s %s %u %s %s\n", l->package,
		l->test, l->verdict, l->note, l->title, l->message);
	seen->numbers[0] = (uint64_t)l->target;
	seen->numbers[1] = (uint64_t)l->binary;
	seen->numbers[2] = l->build;
	seen->numbers[3] = l->bucket;
	seen->numbers[4] = l->end;
	return ended(seen);
}

Test(tables, what_is_listed_is_kept_once_a_reason)
{
	struct knot_store *store = open_store(KNOT_STORE_WRITE);
	struct knot_error err;
	struct knot_store_target other = some_target("TestB");
	struct knot_store_listed l = {.target = add_target(store, "TestA"),
		.verdict = "fail",
		.note = 6,
		.build = UINT64_MAX,
		.bucket = UINT64_MAX - 1,
		.end = 9007,
		.title = "t",
		.message = "want \x1b 2"};
	cr_assert_eq(knot_store_target_upsert(store, &other, &err), 0);
	cr_assert_eq(knot_store_listed_put(store, &l, &err), 0, "%s", err.message);
	l.title = "later";
	cr_assert_eq(knot_store_listed_put(store, &l, &err), 0);
	store = reopen(store);
	struct seen seen = {0};
	cr_assert_eq(knot_store_listed_each(store, see_listed, &seen, &err), 0);
	cr_assert_str_eq(seen.text, "example.org/m/p TestA fail 6 later want \x1b 2\n");
	cr_assert_eq(seen.numbers[0], (uint64_t)l.target);
	cr_assert_eq(seen.numbers[1], (uint64_t)other.build);
	cr_assert_eq(seen.numbers[2], UINT64_MAX);
	cr_assert_eq(seen.numbers[3], UINT64_MAX - 1);
	cr_assert_eq(seen.numbers[4], 9007);
	l.message = "";
	l.note = 5;
	cr_assert_eq(knot_store_listed_put(store, &l, &err), 0);
	l.target = other.id;
	cr_assert_eq(knot_store_listed_put(store, &l, &err), 0);
	seen = (struct seen){.stop_after = 2};
	cr_assert_eq(knot_store_listed_each(store, see_listed, &seen, &err), 77);
	/* Neither another test's nor one of another verdict or note. */
	cr_assert_eq(knot_store_listed_drop(store, other.id, "fail", 6, &err), 0);
	cr_assert_eq(knot_store_listed_drop(store, other.id, "panic", 5, &err), 0);
	cr_assert_eq(knot_store_listed_drop(store, seen.numbers[0], "fail", 6, &err), 0);
	store = reopen(store);
	seen = (struct seen){0};
	cr_assert_eq(knot_store_listed_each(store, see_listed, &seen, &err), 0);
	cr_assert_str_eq(seen.text,
		"example.org/m/p TestA fail 5 later \nexample.org/m/p TestB fail 5 later \n");
	l.target = 999;
	cr_assert_lt(knot_store_listed_put(store, &l, &err), 0, "no such target");
	knot_store_close(store);
}

static int see_runs(void *arg, const struct knot_store_runs *r, struct knot_error *err)
{
	(void)err;
	struct seen *seen = arg;
	seen->numbers[0] = r->runs;
	seen->numbers[1] = r->steps;
	seen->numbers[2] = r->chain_all;
	seen->numbers[3] = r->ends[KNOT_END_LEAK];
	seen->numbers[4] = r->ends[KNOT_END_SKIP];
	seen->numbers[5] = r->wall_ns;
	return ended(seen);
}

Test(tables, runs_are_summed_up)
{
	struct knot_store *store = open_store(KNOT_STORE_WRITE);
	struct knot_error err;
	const int64_t target = add_target(store, "TestA");
	const int64_t other = add_target(store, "TestB");
	struct knot_store_runs delta = {.target = target,
		.policy = KNOT_POLICY_PCT,
		.runs = 100,
		.steps = 1ull << 33,
		.choices = 4,
		.wall_ns = 5,
		.chain_runs = 3,
		.chain_any = 2,
		.chain_all = 1};
	delta.ends[KNOT_END_LEAK] = 99;
	delta.ends[KNOT_END_SKIP] = 1;
	for (int i = 0; i < 3; i++)
		cr_assert_eq(knot_store_runs_add(store, &delta, &err), 0);
	delta.target = other;
	cr_assert_eq(knot_store_runs_add(store, &delta, &err), 0);
	store = reopen(store);
	struct seen seen = {0};
	cr_assert_eq(knot_store_runs_each(store, target, see_runs, &seen, &err), 0);
	cr_assert_eq(seen.calls, 1);
	const uint64_t want[] = {300, 3ull << 33, 3, 297, 3, 15};
	cr_assert_arr_eq(seen.numbers, want, sizeof(want));
	seen = (struct seen){0};
	cr_assert_eq(knot_store_runs_each(store, 0, see_runs, &seen, &err), 0);
	cr_assert_eq(seen.calls, 2);
	knot_store_close(store);
}

static int see_pair(void *arg, const struct knot_store_pair *p, struct knot_error *err)
{
	(void)err;
	struct seen *seen = arg;
	seen->numbers[0] = p->a;
	seen->numbers[1] = p->b;
	seen->numbers[2] = p->type;
	seen->numbers[3] = p->first_run;
	seen->numbers[4] = p->count;
	return ended(seen);
}

static int see_op(void *arg, uint64_t key, const struct knot_store_op *op, struct knot_error *err)
{
	(void)err;
	struct seen *seen = arg;
	cr_assert_eq(key, knot_hash_op(op->gpath, op->site, op->op));
	cr_assert_str_eq(op->gpath_text, op->gpath == 1 ? "T" : "T/go@a.go:3#0");
	return ended(seen);
}

Test(tables, pairs_refer_to_operations)
{
	struct knot_store *store = open_store(KNOT_STORE_WRITE);
	struct knot_error err;
	const int64_t target = add_target(store, "TestA");
	const int64_t other = add_target(store, "TestB");
	const struct knot_store_op ops[] = {
		{.gpath = 1, .gpath_text = "T", .site = 10, .op = 4},
		{.gpath = UINT64_MAX, .gpath_text = "T/go@a.go:3#0", .site = UINT32_MAX, .op = 5},
		{.gpath = 1, .gpath_text = "T", .site = 11, .op = 5},
	};
	const uint64_t a = knot_hash_op(1, 10, 4);
	const uint64_t b = knot_hash_op(UINT64_MAX, UINT32_MAX, 5);
	const struct knot_store_pair pairs[] = {
		{.type = 2, .a = a, .b = b, .first_run = 12, .count = 2},
		{.type = 1, .a = a, .b = b, .first_run = 13, .count = 1},
	};
	cr_assert_lt(knot_store_pair_add(store, target, pairs, 1, &err), 0, "operations missing");
	cr_assert_eq(knot_store_op_add(store, ops, 3, &err), 0);
	cr_assert_eq(knot_store_op_add(store, ops, 3, &err), 0);
	cr_assert_eq(knot_store_pair_add(store, target, pairs, 2, &err), 0, "%s", err.message);
	cr_assert_eq(knot_store_pair_add(store, target, pairs, 1, &err), 0);
	cr_assert_eq(knot_store_pair_add(store, other, pairs, 1, &err), 0);
	store = reopen(store);
	uint64_t count = 0;
	cr_assert_eq(knot_store_pair_count(store, target, &count, &err), 0);
	cr_assert_eq(count, 2);
	struct seen seen = {0};
	cr_assert_eq(knot_store_pair_each(store, target, see_pair, &seen, &err), 0);
	cr_assert_eq(seen.calls, 2);
	const uint64_t want[] = {a, b, 2, 12, 4};
	cr_assert_arr_eq(seen.numbers, want, sizeof(want));
	seen = (struct seen){0};
	cr_assert_eq(knot_store_op_each(store, target, see_op, &seen, &err), 0);
	cr_assert_eq(seen.calls, 2, "the third is in no pair");
	knot_store_close(store);
}

static int see_entry(void *arg, const struct knot_store_entry *e, struct knot_error *err)
{
	(void)err;
	struct seen *seen = arg;
	snprintf(seen->text, sizeof(seen->text), "%s %g", e->chain, e->energy);
	seen->numbers[0] = (uint64_t)e->parent;
	seen->numbers[1] = e->prefix_len;
	seen->numbers[2] = e->prefix_len ? e->prefix[e->prefix_len - 1] : 0;
	seen->numbers[3] = e->picks;
	seen->numbers[4] = e->created_ns;
	seen->numbers[5] = e->hash;
	return ended(seen);
}

Test(tables, corpus_entries_are_unique_per_target)
{
	struct knot_store *store = open_store(KNOT_STORE_WRITE);
	struct knot_error err = {0};
	const uint16_t prefix[] = {1, 2, 0xffff};
	const int64_t target = add_target(store, "TestA");
	struct knot_store_entry root = {.target = target,
		.hash = 1ull << 63,
		.chain = "one\ntwo\n",
		.energy = 0.5,
		.created_ns = 77};
	cr_assert_eq(knot_store_corpus_upsert(store, &root, &err), 0, "%s", err.message);
	struct knot_store_entry child = {.target = target,
		.hash = 4,
		.chain = "two",
		.parent = root.id,
		.prefix = prefix,
		.prefix_len = 3,
		.new_pairs = 9,
		.energy = 1.25,
		.created_ns = 78};
	cr_assert_eq(knot_store_corpus_upsert(store, &child, &err), 0);
	struct knot_store_entry again = root;
	again.id = 0;
	again.picks = 6;
	cr_assert_eq(knot_store_corpus_upsert(store, &again, &err), 0);
	cr_assert_eq(again.id, root.id);
	child.picks = 11;
	child.energy = 2.5;
	cr_assert_eq(knot_store_corpus_update(store, &child, &err), 0);
	store = reopen(store);
	struct seen seen = {.stop_after = 1};
	cr_assert_eq(knot_store_corpus_each(store, target, see_entry, &seen, &err), 77);
	cr_assert_str_eq(seen.text, "one\ntwo\n 0.5");
	const uint64_t want_root[] = {0, 0, 0, 6, 77, 1ull << 63};
	cr_assert_arr_eq(seen.numbers, want_root, sizeof(want_root));
	seen = (struct seen){0};
	cr_assert_eq(knot_store_corpus_each(store, target, see_entry, &seen, &err), 0);
	cr_assert_eq(seen.calls, 2);
	cr_assert_str_eq(seen.text, "two 2.5");
	const uint64_t want_child[] = {(uint64_t)root.id, 3, 0xffff, 11, 78, 4};
	cr_assert_arr_eq(seen.numbers, want_child, sizeof(want_child));
	knot_store_close(store);
}

Test(tables, a_prefix_of_odd_size_is_damage)
{
	struct knot_store *store = open_store(KNOT_STORE_WRITE);
	struct knot_error err = {0};
	char path[128];
	sqlite3 *db = NULL;
	struct knot_store_entry entry = {
		.target = add_target(store, "TestA"), .hash = 1, .chain = "c", .created_ns = 1};
	cr_assert_eq(knot_store_corpus_upsert(store, &entry, &err), 0);
	cr_assert_eq(knot_store_flush(store, &err), 0);
	snprintf(path, sizeof(path), "%s/goknot.db", dir);
	cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(db, "UPDATE corpus SET prefix = x'010203'", NULL, NULL, NULL), 0);
	sqlite3_close(db);
	struct seen seen = {0};
	cr_assert_eq(
		knot_store_corpus_each(store, entry.target, see_entry, &seen, &err), KNOT_EINPUT);
	cr_assert_eq(seen.calls, 0);
	knot_store_close(store);
}

static int see_arm(void *arg, const struct knot_store_arm *a, struct knot_error *err)
{
	(void)err;
	struct seen *seen = arg;
	const size_t len = strlen(seen->text);
	snprintf(seen->text + len, sizeof(seen->text) - len, "%s %d %d %d %d;", a->name,
		(int)a->runs, (int)a->steps, (int)a->pairs, (int)a->findings);
	return ended(seen);
}

Test(tables, arms_are_summed_up)
{
	struct knot_store *store = open_store(KNOT_STORE_WRITE);
	struct knot_error err = {0};
	struct seen seen = {0};
	const struct knot_store_arm deltas[] = {
		{.name = "random", .runs = 1, .steps = 2, .pairs = 3, .findings = 4},
		{.name = "chain", .runs = 5},
		{.name = "random", .runs = 10, .steps = 20, .pairs = 30, .findings = 40},
	};
	for (size_t i = 0; i < 3; i++)
		cr_assert_eq(knot_store_arm_add(store, &deltas[i], &err), 0, "%s", err.message);
	cr_assert_eq(knot_store_arm_each(store, see_arm, &seen, &err), 0, "%s", err.message);
	cr_expect_str_eq(seen.text, "chain 5 0 0 0;random 11 22 33 44;");
	seen = (struct seen){.stop_after = 1};
	cr_expect_eq(knot_store_arm_each(store, see_arm, &seen, &err), 77);
	cr_expect_eq(seen.calls, 1);
	knot_store_close(store);
}

static int see_worker(void *arg, const struct knot_store_worker *w, struct knot_error *err)
{
	(void)err;
	struct seen *seen = arg;
	const size_t len = strlen(seen->text);
	snprintf(seen->text + len, sizeof(seen->text) - len, "%d %d %d %d;", (int)w->worker,
		(int)w->target, (int)w->pid, (int)w->runs);
	return ended(seen);
}

Test(tables, workers_are_as_last_set)
{
	struct knot_store *store = open_store(KNOT_STORE_WRITE);
	struct knot_error err = {0};
	struct seen seen = {0};
	for (uint32_t i = 0; i < 3; i++) {
		const struct knot_store_worker w = {
			.worker = i, .target = i, .pid = 100 + i, .runs = 7};
		cr_assert_eq(knot_store_worker_set(store, &w, &err), 0, "%s", err.message);
	}
	const struct knot_store_worker again = {.worker = 1, .target = 9, .pid = 0, .runs = 8};
	cr_assert_eq(knot_store_worker_set(store, &again, &err), 0, "%s", err.message);
	cr_assert_eq(knot_store_worker_trim(store, 2, &err), 0, "%s", err.message);
	cr_assert_eq(knot_store_worker_each(store, see_worker, &seen, &err), 0, "%s", err.message);
	cr_expect_str_eq(seen.text, "0 0 100 7;1 9 0 8;");
	knot_store_close(store);
}

static int see_import(void *arg, uint64_t hash, bool dropped, struct knot_error *err)
{
	(void)err;
	struct seen *seen = arg;
	seen->numbers[0] += hash;
	seen->numbers[1] += dropped;
	return ended(seen);
}

Test(tables, an_import_is_kept_once_per_target)
{
	struct knot_store *store = open_store(KNOT_STORE_WRITE);
	struct knot_error err = {0};
	struct seen seen = {0};
	const int64_t a = add_target(store, "TestA"), b = add_target(store, "TestB");
	cr_assert_eq(knot_store_import_add(store, a, UINT64_MAX, &err), 0, "%s", err.message);
	cr_assert_eq(knot_store_import_add(store, a, UINT64_MAX, &err), 0, "%s", err.message);
	cr_assert_eq(knot_store_import_add(store, b, 7, &err), 0, "%s", err.message);
	cr_assert_eq(knot_store_import_each(store, a, see_import, &seen, &err), 0);
	cr_expect_eq(seen.calls, 1);
	cr_expect_eq(seen.numbers[0], UINT64_MAX);
	cr_expect_eq(seen.numbers[1], 0);
	knot_store_close(store);
}

static int see_covered(void *arg, const struct knot_store_entry *e, struct knot_error *err)
{
	(void)err;
	struct seen *seen = arg;
	seen->numbers[0] = e->hash;
	seen->numbers[1] = (uint64_t)e->parent;
	seen->numbers[2] = e->pairs_len;
	seen->numbers[3] = e->pairs_len ? e->pairs[e->pairs_len - 1] : 0;
	return ended(seen);
}

Test(tables, a_dropped_entry_leaves_its_hash)
{
	struct knot_store *store = open_store(KNOT_STORE_WRITE);
	struct knot_error err = {0};
	const uint64_t pairs[] = {1, UINT64_MAX};
	const int64_t target = add_target(store, "TestA");
	struct knot_store_entry root = {.target = target, .hash = 5, .chain = "one"};
	cr_assert_eq(knot_store_corpus_upsert(store, &root, &err), 0, "%s", err.message);
	struct knot_store_entry child = {.target = target,
		.hash = 6,
		.chain = "two",
		.parent = root.id,
		.pairs = pairs,
		.pairs_len = 2};
	cr_assert_eq(knot_store_corpus_upsert(store, &child, &err), 0);
	child.pairs_len = 0;
	cr_assert_eq(knot_store_corpus_upsert(store, &child, &err), 0, "not known again");
	cr_assert_eq(knot_store_import_add(store, target, 5, &err), 0, "it had come from a file");
	cr_assert_eq(knot_store_corpus_drop(store, &root, &err), 0, "%s", err.message);
	store = reopen(store);
	struct seen seen = {0};
	cr_assert_eq(knot_store_corpus_each(store, target, see_covered, &seen, &err), 0);
	cr_expect_eq(seen.calls, 1);
	const uint64_t want[] = {6, 0, 2, UINT64_MAX};
	cr_expect_arr_eq(seen.numbers, want, sizeof(want));
	seen = (struct seen){0};
	cr_assert_eq(knot_store_import_each(store, target, see_import, &seen, &err), 0);
	cr_expect_eq(seen.calls, 1);
	cr_expect_eq(seen.numbers[0], 5);
	cr_expect_eq(seen.numbers[1], 1);
	/* An import of it changes nothing. */
	cr_assert_eq(knot_store_import_add(store, target, 5, &err), 0);
	seen = (struct seen){0};
	cr_assert_eq(knot_store_import_each(store, target, see_import, &seen, &err), 0);
	cr_expect_eq(seen.numbers[1], 1);
	knot_store_close(store);
}
