/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/explain.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "tests/unit/explore/two_children.h"
#include "wire/text.h"

#include <criterion/criterion.h>
#include <string.h>

static char *source(void *arg, const char *path, uint32_t line)
{
	(void)arg;
	cr_assert_str_eq(path, "/m/a.go");
	return line == 40 ? knot_xstrdup("s.mu.Lock()") : NULL;
}

struct lines {
	struct knot_text text;
	size_t count;
};

static void add(void *arg, const char *text)
{
	struct lines *l = arg;

	knot_text_addf(&l->text, "%s\n", text);
	l->count++;
}

Test(explain, a_short_run_is_told_whole)
{
	const struct knot_shm_event e[] = {event(KNOT_EV_SPAWN, 0, 0, 0, 26, 1),
		event(KNOT_EV_STEP, 1, 0, KNOT_OP_GO, 26, 0), event(KNOT_EV_SPAWN, 1, 0, 0, 27, 2),
		event(KNOT_EV_STEP, 2, 0, KNOT_OP_GO, 27, 0),
		event(KNOT_EV_SWITCH, 2, 0, KNOT_OP_LOCK, 40, 2),
		event(KNOT_EV_STEP, 3, 2, KNOT_OP_START, 27, 0),
		event(KNOT_EV_STEP, 4, 2, KNOT_OP_LOCK, 40, 0), event(KNOT_EV_EXIT, 4, 2, 0, 0, 0),
		event(KNOT_EV_STEP, 5, 0, KNOT_OP_LOCK, 40, 0),
		event(KNOT_EV_BLOCK, 5, 0, KNOT_OP_LOCK, 40, 0)};
	const struct knot_run_view run = {.events = e, .len = 10, .gs = gs, .gs_len = 3};
	const char *const ends[] = {"G0 (T) blocked"};
	const struct knot_explain_input in = {.run = &run,
		.names = &names,
		.title = "deadlock: lock a.go:40",
		.message = "",
		.ends = ends,
		.ends_len = 1,
		.plain = "it ends well otherwise",
		.source = source};
	struct lines l = {0};

	knot_explain(&in, add, &l);
	cr_expect_str_eq(l.text.data,
		"deadlock: lock a.go:40\n"
		"G0   T, the test itself\n"
		"G2   T/a.go:27#0, created at a.go:27 by G0; and 1 more\n"
		"     steps G0   G2  \n"
		"       1-2 *    .   go a.go:26 ... go a.go:27; STOPPED before lock a.go:40 "
		"(s.mu)\n"
		"       3-4 .    *   lock a.go:40 (s.mu), ends\n"
		"         5 *        lock a.go:40 (s.mu), blocks\n"
		"G0 (T) blocked\n"
		"a.go:40: s.mu.Lock()\n"
		"it ends well otherwise\n");
	knot_text_free(&l.text);
}

/* A sleep is no step, and a go statement is one behind the other goroutine's first. */
Test(explain, a_sleep_has_its_line_and_a_go_statement_is_behind_what_it_made)
{
	const struct knot_shm_event e[] = {event(KNOT_EV_STEP, 1, 0, KNOT_OP_LOCK, 40, 0),
		event(KNOT_EV_SPAWN, 1, 0, 0, 26, 1),
		event(KNOT_EV_SWITCH, 1, 0, KNOT_OP_GO, 26, 1),
		event(KNOT_EV_STEP, 2, 1, KNOT_OP_START, 26, 0),
		event(KNOT_EV_STEP, 3, 1, KNOT_OP_SEND, 50, 0),
		event(KNOT_EV_BLOCK, 3, 1, KNOT_OP_SLEEP, 51, 0),
		event(KNOT_EV_STEP, 4, 0, KNOT_OP_GO, 26, 0), event(KNOT_EV_EXIT, 4, 0, 0, 0, 0),
		event(KNOT_EV_STEP, 5, 1, KNOT_OP_RESUME, 50, 0),
		event(KNOT_EV_BLOCK, 5, 1, KNOT_OP_SLEEP, 52, 0)};
	const struct knot_run_view run = {.events = e, .len = 10, .gs = gs, .gs_len = 3};
	const struct knot_explain_input in = {.run = &run, .names = &names};
	struct lines l = {0};

	knot_explain(&in, add, &l);
	cr_expect_str_eq(l.text.data,
		"G0   T, the test itself\n"
		"G1   T/a.go:26#0, created at a.go:26 by G0; and 1 more\n"
		"     steps G0   G1  \n"
		"         1 *    .   lock a.go:40 (s.mu); STOPPED behind go a.go:26\n"
		"       2-3 .    *   send a.go:50, blocks in sleep a.go:51\n"
		"         4 *    -   behind go a.go:26, ends\n"
		"         5      *   goes on, blocks in sleep a.go:52\n");
	knot_text_free(&l.text);
}

/* However long the run and however many goroutines, and whatever stands in it. */
Test(explain, never_more_lines_than_promised)
{
	enum { LEN = 5000, MANY = 300 };
	struct knot_shm_goroutine *many = knot_xalloc(MANY * sizeof(*many));
	struct knot_shm_event *e = knot_xalloc(LEN * sizeof(*e));
	char *ends[50];

	for (uint32_t i = 0; i < MANY; i++)
		many[i] = (struct knot_shm_goroutine){
			.path = i, .parent = i ? 0 : KNOT_G_NONE, .site = i};
	for (uint32_t seed = 0; seed < 200; seed++) {
		uint64_t x = seed;
		struct lines l = {0};

		for (uint32_t i = 0; i < LEN; i++) {
			x = knot_hash_mix(x + 1);
			e[i] = event((uint8_t)(1 + x % 14), i, (uint16_t)((x >> 8) % (MANY + 20)),
				(uint8_t)((x >> 24) % KNOT_OP_LAST), (uint32_t)(x >> 32) % 100,
				(x >> 40) % (MANY + 20));
		}
		for (size_t i = 0; i < 50; i++)
			ends[i] = "who waits for whom";
		const struct knot_run_view run = {
			.events = e, .len = seed % 3 ? LEN : seed, .gs = many, .gs_len = MANY};
		const struct knot_explain_input in = {.run = &run,
			.names = &names,
			.title = "title",
			.message = "message",
			.ends = (const char *const *)ends,
			.ends_len = 50,
			.plain = "plain",
			.source = source};

		knot_explain(&in, add, &l);
		cr_assert_leq(l.count, KNOT_EXPLAIN_LINES);
		knot_text_free(&l.text);
	}
	free(many);
	free(e);
}

Test(explain, a_run_without_a_trace_has_its_ends)
{
	const struct knot_run_view run = {0};
	const char *const ends[] = {"one", "two"};
	const struct knot_explain_input in = {
		.run = &run, .title = "race: a.go:4", .ends = ends, .ends_len = 2};
	struct lines l = {0};

	knot_explain(&in, add, &l);
	cr_expect_str_eq(l.text.data, "race: a.go:4\none\ntwo\n");
	knot_text_free(&l.text);
}

/* The stacks of a race: both goroutines are told of, however deep the first one's is. */
Test(explain, long_ends_lose_their_details_last_first)
{
	enum { DEPTH = 30 };
	const char *ends[2 * (DEPTH + 1)];
	const struct knot_run_view run = {0};
	struct lines l = {0};

	for (size_t i = 0; i < 2 * (DEPTH + 1); i++)
		ends[i] = "    f";
	ends[0] = "write by goroutine 9";
	ends[1] = "    top of 9";
	ends[DEPTH + 1] = "previous read by goroutine 8";
	ends[DEPTH + 2] = "    top of 8";
	const struct knot_explain_input in = {
		.run = &run, .ends = ends, .ends_len = 2 * (DEPTH + 1), .plain = "plain"};

	knot_explain(&in, add, &l);
	cr_expect(strstr(l.text.data, "write by goroutine 9\n    top of 9\n    f\n"));
	cr_expect(strstr(l.text.data, "    f\nprevious read by goroutine 8\n    top of 8\n"));
	cr_expect(
		strstr(l.text.data, "and 42 more lines of that kind\nplain\n"), "%s", l.text.data);
	cr_expect_leq(l.count, KNOT_EXPLAIN_LINES);
	knot_text_free(&l.text);
}
