/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/gostack.h"
#include "wire/text.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct knot_gostack parsed(const char *text)
{
	struct knot_gostack s;
	knot_gostack_parse(knot_span_str(text), &s);
	return s;
}

Test(gostack, deadlock_with_two_goroutines)
{
	struct knot_gostack s = parsed("fatal error: all goroutines are asleep - deadlock!\n"
				       "\n"
				       "goroutine 1 [chan receive, 2 minutes]:\n"
				       "main.main()\n"
				       "\t/src/main.go:8 +0x175\n"
				       "\n"
				       "goroutine 18 [sync.Mutex.Lock, locked to thread]:\n"
				       "internal/sync.runtime_SemacquireMutex(0x0?, 0x0?, 0x0?)\n"
				       "\t/go/src/runtime/sema.go:95 +0x25\n"
				       "sync.(*Mutex).Lock(...)\n"
				       "\t/go/src/sync/mutex.go:46\n"
				       "main.(*T).run(0x0?, 0x247d40800070, {0x1, 0x2, 0x3})\n"
				       "\t/with space/main.go:4 +0x5d\n"
				       "created by main.main in goroutine 1\n"
				       "\t/src/main.go:8 +0x169\n"
				       "exit status 2\n");
	cr_expect_eq(s.kind, KNOT_GOSTACK_DEADLOCK);
	cr_expect(s.confirmed);
	cr_expect_str_eq(s.message, "all goroutines are asleep - deadlock!");
	cr_expect_eq(s.exit_status, 2);
	cr_assert_eq(s.goroutines.len, 2);
	const struct knot_gostack_g *g = &s.goroutines.data[0];
	cr_expect_eq(g->id, 1);
	cr_expect_str_eq(g->state, "chan receive");
	cr_expect_eq(g->wait_minutes, 2);
	cr_expect_not(g->locked);
	cr_expect_not(g->created);
	cr_assert_eq(g->frames.len, 1);
	cr_expect_str_eq(g->frames.data[0].func, "main.main");
	cr_expect_str_eq(g->frames.data[0].file, "/src/main.go");
	cr_expect_eq(g->frames.data[0].line, 8);
	g = &s.goroutines.data[1];
	cr_expect_str_eq(g->state, "sync.Mutex.Lock");
	cr_expect(g->locked);
	cr_assert_eq(g->frames.len, 3);
	cr_expect_str_eq(g->frames.data[1].func, "sync.(*Mutex).Lock");
	cr_expect_eq(g->frames.data[1].line, 46);
	cr_expect_str_eq(g->frames.data[2].func, "main.(*T).run");
	cr_expect_str_eq(g->frames.data[2].file, "/with space/main.go");
	cr_assert(g->created);
	cr_expect_str_eq(g->creator.func, "main.main");
	cr_expect_eq(g->creator.line, 8);
	cr_expect_eq(g->creator_id, 1);
	knot_gostack_free(&s);
	knot_gostack_free(&s);
	knot_gostack_free(NULL);
}

Test(gostack, the_message)
{
	const struct {
		const char *text, *message;
		enum knot_gostack_kind kind;
		bool recovered;
	} cases[] = {
		{"all is well\n", "", KNOT_GOSTACK_NONE, false},
		{"panic: send on closed channel\n", "send on closed channel", KNOT_GOSTACK_PANIC,
			false},
		{"panic: boom [recovered]\n\tpanic: boom\n", "boom", KNOT_GOSTACK_PANIC, true},
		{"panic: boom [recovered, repanicked]\n", "boom", KNOT_GOSTACK_PANIC, true},
		{"panic: first\n\tsecond [recovered]\n\tpanic: again\n", "first",
			KNOT_GOSTACK_PANIC, true},
		{"panic: first\n\tpanic: again [recovered]\n", "first", KNOT_GOSTACK_PANIC, false},
		{"panic: a \x1b[2J\xff b\r\n", "a \\x1b[2J\\xff b", KNOT_GOSTACK_PANIC, false},
		{"fatal error: concurrent map writes\n", "concurrent map writes",
			KNOT_GOSTACK_FATAL, false},
		{"panic: test timed out after 1s\n", "test timed out after 1s",
			KNOT_GOSTACK_TIMEOUT, false},
		{"SIGQUIT: quit\nPC=0x1 m=0\n", "SIGQUIT: quit", KNOT_GOSTACK_SIGNAL, false},
		{"SIGNIFICANT: no\n", "SIGNIFICANT: no", KNOT_GOSTACK_SIGNAL, false},
		{"SIGH of relief: no\n", "", KNOT_GOSTACK_NONE, false},
		{"WARNING: DATA RACE\nRead at 0x0\n", "data race", KNOT_GOSTACK_RACE, false},
		{"panic: x\nWARNING: DATA RACE\n", "x", KNOT_GOSTACK_PANIC, false},
		{"WARNING: DATA RACE\npanic: x\n", "x", KNOT_GOSTACK_PANIC, false},
		{"not panic: x\n  panic: y\n", "", KNOT_GOSTACK_NONE, false},
		{"panic: ", "", KNOT_GOSTACK_PANIC, false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct knot_gostack s = parsed(cases[i].text);
		cr_expect_eq(s.kind, cases[i].kind, "%s: %s", cases[i].text,
			knot_gostack_kind_name(s.kind));
		cr_expect_str_eq(s.message, cases[i].message, "%s: %s", cases[i].text, s.message);
		cr_expect_eq(s.recovered, cases[i].recovered, "%s", cases[i].text);
		cr_expect_not(s.confirmed);
		knot_gostack_free(&s);
	}
}

/* What the program printed before the runtime did, or inside a dump, must not become the verdict. */
Test(gostack, forged_messages)
{
	struct knot_gostack s = parsed("panic: forged before\n"
				       "panic: real\n"
				       "[signal SIGSEGV: segmentation violation code=0x1]\n"
				       "\n"
				       "goroutine 7 [running]:\n"
				       "main.main()\n"
				       "\t/src/main.go:8 +0x175\n"
				       "\n"
				       "panic: forged after\n"
				       "goroutine 8 [running]:\n");
	cr_expect_str_eq(s.message, "real");
	cr_expect(s.confirmed);
	cr_expect_str_eq(s.detail, "[signal SIGSEGV: segmentation violation code=0x1]");
	cr_expect_eq(s.goroutines.len, 2);
	knot_gostack_free(&s);
}

Test(gostack, headers_of_all_kinds)
{
	const struct {
		const char *text, *state;
		uint32_t minutes;
		bool locked, leaked;
	} cases[] = {
		{"goroutine 5 [running]:\n", "running", 0, false, false},
		{"goroutine 5 [runnable (scan)]:\n", "runnable", 0, false, false},
		{"goroutine 5 [chan receive (nil chan)]:\n", "chan receive (nil chan)", 0, false,
			false},
		{"goroutine 5 [select (no cases), 12 minutes]:\n", "select (no cases)", 12, false,
			false},
		{"goroutine 5 [chan send (leaked)]:\n", "chan send", 0, false, true},
		{"goroutine 5 [chan send, 3 minutes, locked to thread]:\n", "chan send", 3, true,
			false},
		{"goroutine 5 gp=0xc000002380 m=0 mp=0x5 [select, synctest bubble 1]:\n", "select",
			0, false, false},
		{"goroutine 5 [IO wait]{a: b}:\r\n", "IO wait", 0, false, false},
		{"goroutine 5 [,,,]:\n", "", 0, false, false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct knot_gostack s = parsed(cases[i].text);
		cr_assert_eq(s.goroutines.len, 1, "%s", cases[i].text);
		const struct knot_gostack_g *g = &s.goroutines.data[0];
		cr_expect_eq(g->id, 5);
		cr_expect_str_eq(g->state, cases[i].state, "%s: %s", cases[i].text, g->state);
		cr_expect_eq(g->wait_minutes, cases[i].minutes);
		cr_expect_eq(g->locked, cases[i].locked);
		cr_expect_eq(g->leaked, cases[i].leaked);
		knot_gostack_free(&s);
	}
	const char *none[] = {"goroutine x [running]:\n", "goroutine 5 running:\n",
		"goroutine 5 [running]\n", "goroutine 5 ]running[:\n", "Goroutine 5 [running]:\n",
		"goroutine 99999999999999999999 [running]:\n", "goroutine 5[running]:\n"};
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct knot_gostack s = parsed(none[i]);
		cr_expect_eq(s.goroutines.len, 0, "%s", none[i]);
		knot_gostack_free(&s);
	}
}

Test(gostack, odd_frames)
{
	struct knot_gostack s = parsed("goroutine 5 [running]:\n"
				       "\tgoroutine running on other thread; stack unavailable\n"
				       "main.generic[...](0x1)\n"
				       "\tno position here\n"
				       "main.f.func1()\n"
				       "main.g(0x1))\n"
				       "\t/a:b.go:12\n"
				       "...additional frames elided...\n"
				       "created by main.main\n"
				       "\t/src/main.go:99999999999\n"
				       "created by main.twice in goroutine 4\n"
				       "\n"
				       "main.after.the.end()\n");
	cr_assert_eq(s.goroutines.len, 1);
	const struct knot_gostack_g *g = &s.goroutines.data[0];
	cr_assert_eq(g->frames.len, 3);
	cr_expect_str_eq(g->frames.data[0].func, "main.generic[...]");
	cr_expect_str_eq(g->frames.data[0].file, "");
	cr_expect_str_eq(g->frames.data[1].func, "main.f.func1");
	cr_expect_str_eq(g->frames.data[2].func, "main.g(0x1))");
	cr_expect_str_eq(g->frames.data[2].file, "/a:b.go");
	cr_expect_eq(g->frames.data[2].line, 12);
	cr_expect_str_eq(g->creator.func, "main.main");
	cr_expect_str_eq(g->creator.file, "");
	cr_expect_eq(g->creator_id, 0);
	knot_gostack_free(&s);
}

Test(gostack, limits_are_kept_and_counted)
{
	struct knot_text t = {0};
	knot_text_adds(&t, "goroutine 1 [running]:\n");
	for (int i = 0; i < KNOT_GOSTACK_MAX_FRAMES + 5; i++)
		knot_text_adds(&t, "f()\n\t/a.go:1\n");
	knot_text_adds(&t, "\n");
	for (int i = 0; i < KNOT_GOSTACK_MAX_GOROUTINES; i++)
		knot_text_addf(&t, "goroutine %d [select]:\nf()\n\n", i + 2);
	struct knot_gostack s = parsed(t.data);
	cr_assert_eq(s.goroutines.len, KNOT_GOSTACK_MAX_GOROUTINES);
	cr_assert_eq(s.goroutines.data[0].frames.len, KNOT_GOSTACK_MAX_FRAMES);
	cr_assert_eq(s.lost, 5 + 1);
	knot_gostack_free(&s);

	t.len = 0;
	knot_text_adds(&t, "panic: ");
	for (int i = 0; i < 3000; i++)
		knot_text_adds(&t, "x");
	s = parsed(t.data);
	cr_assert_eq(strlen(s.message), KNOT_GOSTACK_MAX_TEXT + 3);
	knot_gostack_free(&s);
	knot_text_free(&t);
}

Test(gostack, exit_status)
{
	struct knot_gostack s = parsed("exit status 1\nexit status 300\nexit status 2x\n");
	cr_assert_eq(s.exit_status, 1);
	knot_gostack_free(&s);
	s = parsed("");
	cr_assert_eq(s.exit_status, -1);
	knot_gostack_free(&s);
}

/* What goknot's own functions add to a dump is of no use to whom reads it. */
Test(gostack, the_shims_frames_are_left_out)
{
	static const char dump[] = "goroutine 7 [running]:\n"
				   "runtime.knotDumpStacks(...)\n"
				   "\t/go/src/runtime/knot_end.go:294\n"
				   "runtime.knotReporter()\n"
				   "\t/go/src/runtime/knot_end.go:35 +0xac\n"
				   "runtime.goexit({})\n"
				   "\t/go/src/runtime/asm_amd64.s:1771 +0x1\n"
				   "\n"
				   "goroutine 8 [sync.Mutex.Lock]:\n"
				   "internal/sync.(*Mutex).Lock(...)\n"
				   "\t/go/src/internal/sync/mutex.go:70\n"
				   "sync.(*Mutex).knotOrigLock(...)\n"
				   "\t/go/src/sync/mutex.go:46\n"
				   "sync.(*Mutex).knotLock(0xc000016298)\n"
				   "\t/go/src/sync/knot.go:63 +0x52\n"
				   "sync.(*Mutex).Lock(...)\n"
				   "\t/go/src/sync/knot.go:54\n"
				   "structs.DM[...](...)\n"
				   "\t/go/src/structs/knot.go:104\n"
				   "example.org/knots.knotOrigTie(0x1)\n"
				   "\t/m/knot.go:96 +0x2df\n"
				   "created by sync.(*WaitGroup).knotOrigGo in goroutine 1\n"
				   "\t/go/src/sync/waitgroup.go:238 +0x4c9\n";
	char *plain = knot_gostack_plain(knot_span_str(dump));

	cr_expect_str_eq(plain,
		"goroutine 8 [sync.Mutex.Lock]:\n"
		"internal/sync.(*Mutex).Lock(...)\n"
		"\t/go/src/internal/sync/mutex.go:70\n"
		"sync.(*Mutex).Lock(...)\n"
		"\t/go/src/sync/mutex.go:46\n"
		"example.org/knots.knotOrigTie(0x1)\n"
		"\t/m/knot.go:96 +0x2df\n"
		"created by sync.(*WaitGroup).Go in goroutine 1\n"
		"\t/go/src/sync/waitgroup.go:238 +0x4c9\n");
	free(plain);
	plain = knot_gostack_plain(knot_span_str("goroutine 1 [x]:\nruntime.knotReporter("));
	cr_expect_str_eq(plain, "");
	free(plain);
}
