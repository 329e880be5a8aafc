/* SPDX-License-Identifier: BSD-2-Clause */
/* What is listed, over sessions on one store. The test binary is a file of a few bytes. */
#include "engine/listed.h"

#include "base/error.h"
#include "base/file.h"
#include "engine/campaign_internal.h"
#include "engine/finding.h"
#include "engine/listed_rows.h"
#include "engine/project.h"
#include "store/listed.h"
#include "store/store.h"
#include "store/target.h"
#include "sys/tree.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char dir[64], binary[96];

struct session {
	struct knot_store *store;
	struct knot_project project;
	struct knot_target targets[3];
	struct knot_target_state states[3];
	struct knot_campaign c;
	unsigned news;
};

static void make_dir(void)
{
	strcpy(dir, "/tmp/knot-listed-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	snprintf(binary, sizeof(binary), "%s/m.test", dir);
}

static void remove_dir(void)
{
	(void)knot_tree_remove(dir, NULL);
}

TestSuite(listed, .init = make_dir, .fini = remove_dir);

static void on_news(void *arg, const struct knot_campaign_news_item *item)
{
	struct session *x = arg;

	x->news += item->kind == KNOT_NEWS_LISTED;
}

/* A session with these tests, up to three, of a test binary that is as the text says; NULL = it cannot be read. */
static void begin(struct session *x, const char *code, const char *const *tests, size_t len)
{
	struct knot_error err = {0};

	*x = (struct session){0};
	if (code)
		cr_assert_eq(
			knot_file_write(binary, code, strlen(code), &err), 0, "%s", err.message);
	else
		remove(binary);
	cr_assert_eq(knot_store_open(dir, KNOT_STORE_WRITE, &x->store, &err), 0, "%s", err.message);
	for (size_t i = 0; i < len; i++) {
		struct knot_store_target t = {.import_path = "m",
			.test = tests[i],
			.dir = "/m",
			.go_version = "go1.26.1",
			.flags = ""};

		cr_assert_eq(knot_store_target_upsert(x->store, &t, &err), 0, "%s", err.message);
		x->targets[i] = (struct knot_target){.binary = binary};
		x->targets[i].run.program = !strcmp(tests[i], KNOT_PROGRAM_NAME);
		x->states[i] = (struct knot_target_state){
			.target = &x->targets[i], .store_id = t.id, .store_binary = t.build};
		knot_vec_push(&x->project.targets, &x->targets[i]);
	}
	x->c = (struct knot_campaign){.store = x->store,
		.project = &x->project,
		.states = x->states,
		.view = {.news = on_news, .arg = x}};
	cr_assert_eq(knot_listed_rows_restore(&x->c, &err), 0, "%s", err.message);
}

static void save(struct session *x)
{
	struct knot_error err = {0};

	for (size_t i = 0; i < x->project.targets.len; i++)
		cr_assert_eq(
			knot_listed_rows_save(&x->c, &x->states[i], &err), 0, "%s", err.message);
}

static void end(struct session *x)
{
	struct knot_error err = {0};

	save(x);
	cr_assert_eq(knot_store_flush(x->store, &err), 0, "%s", err.message);
	save(x);
	cr_expect(!knot_store_dirty(x->store), "written twice");
	for (size_t i = 0; i < x->project.targets.len; i++)
		knot_listed_rows_free(&x->states[i]);
	knot_vec_free(&x->project.targets);
	knot_kinds_free(&x->c.kinds);
	knot_store_close(x->store);
}

/* A run of test i failed, and is of that kind; NULL = what it said is not known. */
static void list(
	struct session *x, size_t i, uint64_t bucket, enum knot_verdict_note note, const char *said)
{
	const struct knot_kind_key key = {.target = i, .bucket = bucket, .end = KNOT_END_FAIL};
	const struct knot_record rec = {.result.end = KNOT_END_FAIL};
	const struct knot_finding f = {.verdict.kind = KNOT_VERDICT_FAIL,
		.title = (char *)"fail: m_test.go:7",
		.message = (char *)said};
	struct knot_listed l = {
		.k = knot_kinds_get(&x->c.kinds, &key), .rec = &rec, .f = &f, .note = note};
	struct knot_error err = {0};

	cr_assert_eq(knot_listed_add(&x->c, &x->states[i], &l, &err), 0, "%s", err.message);
}

static void judge_otherwise(struct session *x, size_t i, uint64_t bucket)
{
	const struct knot_kind_key key = {.target = i, .bucket = bucket, .end = KNOT_END_FAIL};

	knot_listed_remove(&x->states[i], knot_kinds_get(&x->c.kinds, &key));
}

static int add_row(void *arg, const struct knot_store_listed *l, struct knot_error *err)
{
	char *text = arg;
	const size_t len = strlen(text);

	(void)err;
	snprintf(text + len, 200 - len, "%s %u %s;", l->test, l->note, l->message);
	return 0;
}

/* All that the store has; the session may be open. */
static void expect_rows(const char *want)
{
	struct knot_store *store = NULL;
	struct knot_error err = {0};
	char text[200] = "";

	cr_assert_eq(knot_store_open(dir, KNOT_STORE_READ, &store, &err), 0, "%s", err.message);
	cr_assert_eq(knot_store_listed_each(store, add_row, text, &err), 0, "%s", err.message);
	cr_expect_str_eq(text, want);
	knot_store_close(store);
}

static uint32_t count(const struct session *x, bool all)
{
	uint32_t counts[2] = {0};

	for (size_t i = 0; i < x->project.targets.len; i++)
		knot_listed_rows_count(&x->states[i], &counts[0], &counts[1]);
	return counts[all];
}

static const char *const tests[] = {"TestA", "TestB", KNOT_PROGRAM_NAME};

Test(listed, goes_with_the_last_of_its_kind)
{
	struct session x;

	begin(&x, "code", tests, 2);
	list(&x, 0, 1, KNOT_NOTE_ALWAYS, "first");
	list(&x, 0, 2, KNOT_NOTE_ALWAYS, "second");
	list(&x, 0, 2, KNOT_NOTE_ALWAYS, "second");
	list(&x, 1, 2, KNOT_NOTE_TIMING, "other");
	cr_expect_eq(x.news, 2);
	cr_expect_eq(count(&x, false), 2);
	end(&x);
	expect_rows("TestA 6 first;TestB 5 other;");
	begin(&x, "code", tests, 2);
	cr_expect_eq(count(&x, false), 0);
	cr_expect_eq(count(&x, true), 2);
	list(&x, 0, 1, KNOT_NOTE_ALWAYS, "first");
	list(&x, 0, 2, KNOT_NOTE_ALWAYS, "second");
	judge_otherwise(&x, 0, 1);
	cr_expect_eq(count(&x, true), 2);
	judge_otherwise(&x, 0, 2);
	judge_otherwise(&x, 0, 2);
	cr_expect_eq(count(&x, true), 1);
	/* It is another reason now, and then the first again. */
	list(&x, 1, 2, KNOT_NOTE_ALWAYS, "other");
	save(&x);
	list(&x, 1, 2, KNOT_NOTE_TIMING, "other");
	end(&x);
	expect_rows("TestB 5 other;");
}

Test(listed, of_an_earlier_session_holds_until_something_speaks_against_it)
{
	struct session x;

	begin(&x, "code", tests, 2);
	list(&x, 0, 1, KNOT_NOTE_TIMING, "timing");
	list(&x, 0, 2, KNOT_NOTE_ALWAYS, "always");
	list(&x, 1, 3, KNOT_NOTE_ALWAYS, "b");
	end(&x);
	begin(&x, "code", tests, 2);
	end(&x);
	begin(&x, "code", tests, 1);
	/* Another kind, which does not take its place. */
	list(&x, 0, 9, KNOT_NOTE_TIMING, "another");
	judge_otherwise(&x, 0, 9);
	judge_otherwise(&x, 0, 8);
	end(&x);
	expect_rows("TestA 5 timing;TestA 6 always;TestB 6 b;");
	begin(&x, "code", tests, 2);
	judge_otherwise(&x, 0, 1);
	end(&x);
	expect_rows("TestA 6 always;TestB 6 b;");
	begin(&x, "code", tests, 2);
	knot_listed_contradict(&x.states[0], KNOT_VERDICT_PANIC);
	knot_listed_contradict(&x.states[1], KNOT_VERDICT_FAIL);
	cr_expect_eq(count(&x, true), 1);
	end(&x);
	expect_rows("TestA 6 always;");
	begin(&x, "code", tests, 2);
	list(&x, 0, 2, KNOT_NOTE_ALWAYS, "in other words");
	knot_listed_contradict(&x.states[0], KNOT_VERDICT_FAIL);
	list(&x, 0, 4, KNOT_NOTE_ALWAYS, "told before");
	cr_expect_eq(x.news, 1);
	end(&x);
	expect_rows("TestA 6 in other words;");
}

Test(listed, is_of_one_code)
{
	struct session x;

	begin(&x, "code", tests, 3);
	for (size_t i = 0; i < 3; i++)
		list(&x, i, 1, KNOT_NOTE_ALWAYS, "x");
	end(&x);
	/* TestB is of the binary that has changed; the program, which is not asked for, of another one. */
	begin(&x, "changed", tests, 1);
	cr_expect_eq(count(&x, true), 0);
	end(&x);
	expect_rows("main 6 x;");
	begin(&x, "changed", tests + 2, 1);
	list(&x, 0, 1, KNOT_NOTE_ALWAYS, "x");
	end(&x);
	begin(&x, "changed", tests, 3);
	end(&x);
	expect_rows("main 6 x;");
	/* Nobody knows what has become of the code. */
	begin(&x, NULL, tests, 3);
	cr_expect_eq(count(&x, true), 1);
	end(&x);
	expect_rows("main 6 x;");
}
