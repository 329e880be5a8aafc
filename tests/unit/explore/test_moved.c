/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/moved.h"

#include "base/hash.h"
#include "base/error.h"
#include "explore/names.h"
#include "explore/verdict.h"
#include "wire/abi.h"
#include "wire/ops.h"
#include "wire/sites.h"
#include "wire/text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line of a table: site, line, operation, primitive, function. */
struct line {
	uint32_t id, line;
	const char *op, *prim, *func;
};

static struct knot_sites *table(const struct line *lines, size_t len)
{
	struct knot_text t = {0};
	struct knot_sites *s = NULL;
	struct knot_error err = {0};

	knot_text_adds(&t, "{\"version\":1,\"module\":\"m\",\"sites\":[");
	for (size_t i = 0; i < len; i++)
		knot_text_addf(&t,
			"%s{\"id\":%u,\"pkg\":\"m/p\",\"file\":\"/src/p/a.go\",\"line\":%u,"
			"\"col\":1,\"op\":\"%s\",\"prim\":\"%s\",\"func\":\"%s\",\"parent\":0,"
			"\"after\":true}",
			i ? "," : "", lines[i].id, lines[i].line, lines[i].op, lines[i].prim,
			lines[i].func);
	knot_text_adds(&t, "],\"unplaced\":[],\"packages\":[]}");
	cr_assert_eq(
		knot_sites_decode(knot_span_of(t.data, t.len), &s, &err), 0, "%s", err.message);
	free(t.data);
	return s;
}
#define TABLE(...) \
	table((const struct line[]){__VA_ARGS__}, \
		sizeof((const struct line[]){__VA_ARGS__}) / sizeof(struct line))

static const struct knot_site_name *name_site(void *arg, uint32_t site)
{
	static struct knot_site_name name;

	(void)arg;
	name = (struct knot_site_name){
		.file = "a.go", .line = site, .function = site >= 900 ? "m/p.TestA" : NULL};
	return &name;
}

static const struct knot_names names = {.site = name_site};

/* A crash file that names these sites of a table. Caller frees. */
static struct knot_crash crash_of(const struct knot_sites *sites, size_t len, const uint32_t *ids)
{
	struct knot_crash c = {.target = strdup("m/p"),
		.verdict = strdup(knot_verdict_name(KNOT_VERDICT_DEADLOCK)),
		.message = strdup("")};

	for (size_t i = 0; i < len; i++) {
		struct knot_crash_name n = knot_moved_name(sites, &names, ids[i]);

		n.pkg = n.pkg ? n.pkg : strdup("");
		n.func = n.func ? n.func : strdup("");
		n.prim = n.prim ? n.prim : strdup("");
		knot_vec_push(&c.names, n);
	}
	return c;
}
#define CRASH(sites, ...) \
	crash_of(sites, sizeof((const uint32_t[]){__VA_ARGS__}) / 4, \
		(const uint32_t[]){__VA_ARGS__})

Test(moved, a_name_says_which_of_those_alike_it_is)
{
	struct knot_sites *s = TABLE({12, 12, "lock", "b", "F"}, {10, 10, "lock", "a", "F"},
		{14, 14, "lock", "a", "F"}, {16, 16, "lock", "a", "G"}, {18, 18, "send", "a", "F"});
	struct knot_crash c = CRASH(s, 14, 12, 99);

	cr_expect_eq(c.names.data[0].op, KNOT_OP_LOCK);
	cr_expect_eq(c.names.data[0].nth, 1);
	cr_expect_eq(c.names.data[0].of, 2);
	cr_expect_eq(c.names.data[0].op_nth, 2);
	cr_expect_eq(c.names.data[0].op_of, 3);
	cr_expect_str_eq(c.names.data[0].pos, "a.go:14");
	cr_expect_eq(c.names.data[1].nth, 0);
	cr_expect_eq(c.names.data[1].of, 1);
	cr_expect_eq(c.names.data[2].of, 0);
	knot_crash_free(&c);
	knot_sites_free(s);
}

Test(moved, lines_functions_and_names_of_primitives_may_change)
{
	struct knot_sites *was = TABLE({10, 10, "lock", "a", "F"}, {12, 12, "lock", "a", "F"},
		{20, 20, "send", "c", "G"}, {22, 22, "go", "func", "G"},
		{30, 30, "recv", "c", "H.func1"}, {40, 40, "close", "c", "I"});
	struct knot_crash c = CRASH(was, 12, 10, 20, 30, 40);
	/* G stands first now, its channel is called d; H has another closure before that one; I is gone. */
	struct knot_sites *now = TABLE({3, 3, "send", "d", "G"}, {5, 5, "go", "func", "G"},
		{12, 12, "lock", "a", "F"}, {17, 17, "lock", "a", "F"},
		{35, 35, "recv", "c", "H.func2"});
	struct knot_moved *m = knot_moved_new(&c, now);

	cr_expect_eq(knot_moved_now(m, 10), 12);
	cr_expect_eq(knot_moved_now(m, 12), 17);
	cr_expect_eq(knot_moved_now(m, 20), 3);
	cr_expect_eq(knot_moved_now(m, 30), 35);
	cr_expect_eq(knot_moved_now(m, 40), 0);
	cr_expect_eq(knot_moved_now(m, 77), 77, "what the file does not name is where it was");
	cr_expect_eq(knot_moved_was(m, 12), 10);
	cr_expect_eq(knot_moved_was(m, 17), 12);
	cr_expect_eq(knot_moved_was(m, 40), 0, "another one stands there");
	cr_expect_eq(knot_moved_was(m, 5), 5);
	cr_expect(knot_moved_any(m));
	knot_moved_free(m);
	m = knot_moved_new(&c, was);
	cr_expect_not(knot_moved_any(m));
	knot_moved_free(m);
	knot_moved_free(NULL);
	knot_crash_free(&c);
	knot_sites_free(was);
	knot_sites_free(now);
}

Test(moved, one_that_came_or_went_is_not_taken_for_another)
{
	struct knot_sites *was = TABLE({10, 10, "lock", "a", "F"}, {12, 12, "lock", "b", "F"});
	struct knot_crash c = CRASH(was, 10, 12);
	struct knot_sites *gone = TABLE({10, 10, "lock", "a", "F"});
	struct knot_sites *more = TABLE(
		{8, 8, "lock", "a", "F"}, {10, 10, "lock", "a", "F"}, {12, 12, "lock", "b", "F"});
	struct knot_moved *m = knot_moved_new(&c, gone);

	cr_expect_eq(knot_moved_now(m, 10), 10);
	cr_expect_eq(knot_moved_now(m, 12), 0);
	knot_moved_free(m);
	/* Of two where there was one, the one that stands where it stood. */
	m = knot_moved_new(&c, more);
	cr_expect_eq(knot_moved_now(m, 10), 10);
	cr_expect_eq(knot_moved_now(m, 12), 12);
	knot_moved_free(m);
	knot_crash_free(&c);
	knot_sites_free(was);
	knot_sites_free(gone);
	knot_sites_free(more);
}

static uint32_t alias_of(const knot_alias_slots *a, uint32_t site)
{
	for (size_t i = 0; i + KNOT_ALIAS_SLOTS <= a->len; i += KNOT_ALIAS_SLOTS)
		if ((a->data[i] | (uint32_t)a->data[i + 1] << 16) == site)
			return a->data[i + 2] | (uint32_t)a->data[i + 3] << 16;
	return site;
}

/* Two go statements that moved by their distance: each has the name that the other one had, or none. */
Test(moved, go_statements_count_as_what_they_were)
{
	struct knot_sites *was = TABLE({70010, 10, "go", "f", "F"}, {70012, 12, "go", "g", "F"},
		{70014, 14, "go", "h", "G"}, {70020, 20, "lock", "a", "G"});
	struct knot_crash c = CRASH(was, 70010, 70014, 70020);
	struct knot_sites *now = TABLE({70012, 12, "go", "f", "F"}, {70014, 14, "go", "g", "F"},
		{70016, 16, "go", "h", "G"}, {70022, 22, "lock", "a", "G"});
	struct knot_moved *m = knot_moved_new(&c, now);
	knot_alias_slots a = {0};

	knot_moved_aliases(m, &a);
	cr_expect_eq(alias_of(&a, 70012), 70010);
	cr_expect_eq(alias_of(&a, 70016), 70014);
	cr_expect_neq(alias_of(&a, 70014), 70014, "g is not h, which stood there");
	cr_expect_neq(alias_of(&a, 70014), 70010);
	cr_expect_eq(alias_of(&a, 70022), 70022, "no go statement");
	knot_vec_free(&a);
	knot_moved_free(m);
	knot_crash_free(&c);
	knot_sites_free(was);
	knot_sites_free(now);
}

Test(moved, accesses_to_memory_move_with_what_is_near)
{
	struct knot_sites *was = TABLE({10, 10, "lock", "a", "F"}, {50, 50, "lock", "a", "G"});
	struct knot_crash c = CRASH(was, 10, 50);
	struct knot_sites *now = TABLE({13, 13, "lock", "a", "F"}, {60, 60, "lock", "a", "G"});
	struct knot_moved *m = knot_moved_new(&c, now);
	const struct {
		const char *was, *now;
		int line;
	} cases[] = {{"m/p/a.go:12:37:0", "m/p/a.go:15:37:0", 12},
		{"m/p_test/a.go:48:37:0", "m/p_test/a.go:58:37:0", 48},
		{"elsewhere/a.go:48:37:0", "elsewhere/a.go:48:37:0", 48}};

	cr_assert_eq(KNOT_OP_MEMWRITE, 37);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char entry[64];

		snprintf(entry, sizeof(entry), "memwrite %08x a.go:%d",
			knot_hash_fnv32(cases[i].was, strlen(cases[i].was)), cases[i].line);
		cr_expect_eq(knot_moved_memory(m, entry),
			knot_hash_fnv32(cases[i].now, strlen(cases[i].now)), "%s", cases[i].was);
	}
	cr_expect_eq(knot_moved_memory(m, "memwrite what"), 0);
	knot_moved_free(m);
	knot_crash_free(&c);
	knot_sites_free(was);
	knot_sites_free(now);
}

static bool is_same(
	const struct knot_moved *m, uint32_t kind, uint32_t op, uint32_t site, const char *message)
{
	struct knot_verdict v = {.kind = kind};

	knot_vec_push(&v.sites, ((struct knot_verdict_site){.op = op, .site = site}));
	const bool same = knot_moved_same(m, &v, message, &names);

	knot_vec_free(&v.sites);
	return same;
}

Test(moved, the_same_bug_elsewhere)
{
	struct knot_sites *was = TABLE({10, 10, "lock", "a", "F"}, {12, 12, "lock", "b", "F"});
	struct knot_crash c = CRASH(was, 10);
	struct knot_sites *now = TABLE({12, 12, "lock", "a", "F"}, {14, 14, "lock", "b", "F"});
	struct knot_moved *m = knot_moved_new(&c, now);

	knot_vec_push(&c.about, ((struct knot_crash_about){.op = KNOT_OP_LOCK, .site = 10}));
	cr_expect(knot_moved_has_about(m));
	cr_expect(is_same(m, KNOT_VERDICT_DEADLOCK, KNOT_OP_LOCK, 12, ""));
	cr_expect_not(is_same(m, KNOT_VERDICT_DEADLOCK, KNOT_OP_LOCK, 14, ""));
	cr_expect_not(is_same(m, KNOT_VERDICT_DEADLOCK, KNOT_OP_RLOCK, 12, ""));
	cr_expect_not(is_same(m, KNOT_VERDICT_LEAK, KNOT_OP_LOCK, 12, ""));
	cr_expect_not(is_same(m, KNOT_VERDICT_DEADLOCK, KNOT_OP_LOCK, 10, ""));
	/* An older file has only the words. */
	c.about.len = 0;
	knot_vec_push(&c.signature, strdup("lock a.go:10"));
	cr_expect(is_same(m, KNOT_VERDICT_DEADLOCK, KNOT_OP_LOCK, 14, ""));
	cr_expect_not(is_same(m, KNOT_VERDICT_DEADLOCK, KNOT_OP_RLOCK, 14, ""));
	knot_moved_free(m);
	knot_crash_free(&c);
	knot_sites_free(was);
	knot_sites_free(now);
}

/* Where a test fails is no operation: the function and the words tell. */
Test(moved, a_failure_is_known_by_function_and_words)
{
	struct knot_sites *s = TABLE({10, 10, "lock", "a", "F"});
	struct knot_crash c = CRASH(s, 901);
	struct knot_moved *m = knot_moved_new(&c, s);

	free(c.message);
	c.message = strdup("got 3 at 0xc0001f, want 17");
	knot_vec_push(&c.about, ((struct knot_crash_about){.op = KNOT_OP_NONE, .site = 901}));
	cr_expect(is_same(
		m, KNOT_VERDICT_DEADLOCK, KNOT_OP_NONE, 950, "got 12 at 0xc000de, want 17"));
	cr_expect_not(is_same(m, KNOT_VERDICT_DEADLOCK, KNOT_OP_NONE, 950, "timed out"));
	cr_expect_not(is_same(m, KNOT_VERDICT_DEADLOCK, KNOT_OP_NONE, 10, "got 3 at 0x1, want 17"));
	knot_moved_free(m);
	knot_crash_free(&c);
	knot_sites_free(s);
}

#define MANY 16000
/* Comparisons a name: some times the logarithm, where looking at all sites for each name takes thousands. */
#define COMPARED_MAX 200

/* All in one function and on one primitive, and every second of them is gone. */
Test(moved, many_names_take_no_longer_each)
{
	struct line *lines = calloc(MANY, sizeof(*lines));
	struct knot_crash c = {.target = strdup("m/p")};

	for (uint32_t i = 0; i < MANY; i++)
		lines[i] = (struct line){i + 1, i + 1, "lock", "a", "F"};
	struct knot_sites *s = table(lines, MANY);

	for (uint32_t i = 0; i < MANY; i++) {
		const uint32_t id = i % 2 ? i + 1 : 2 * MANY + i;

		knot_vec_push(&c.names,
			((struct knot_crash_name){.site = id,
				.op = KNOT_OP_LOCK,
				.nth = i,
				.of = i % 3 ? MANY : 1,
				.op_nth = i,
				.op_of = MANY,
				.pkg = strdup("m/p"),
				.func = strdup(i % 2 ? "F" : "G"),
				.pos = strdup("a.go:1"),
				.prim = strdup("a")}));
		knot_vec_push(
			&c.about, ((struct knot_crash_about){.op = KNOT_OP_LOCK, .site = id}));
	}
	struct knot_moved *m = knot_moved_new(&c, s);

	for (uint32_t i = 0; i < MANY; i++)
		cr_assert_eq(knot_moved_now(m, i % 2 ? i + 1 : 2 * MANY + i), i % 2 ? i + 1 : 0);
	cr_expect(knot_moved_has_about(m));
	cr_expect_lt(knot_moved_compared(m), (uint64_t)COMPARED_MAX * MANY);
	cr_expect_gt(knot_moved_compared(m), MANY);
	knot_moved_free(m);
	knot_crash_free(&c);
	knot_sites_free(s);
	free(lines);
}
