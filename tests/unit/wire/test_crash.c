/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/crash.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/rng.h"
#include "wire/envelope.h"
#include "wire/text.h"

#include <criterion/criterion.h>
#include <string.h>

/* A file as goknot writes it, without the end line. */
static const char known_body[] =
	"goknot crash 7\n"
	"goknot: 0.1.0\n"
	"target: example.org/m/statusmanager\n"
	"dir: statusmanager\n"
	"module: example.org/m\n"
	"test: TestStatusManager\n"
	"go: go1.26.8\n"
	"tags:\n"
	"race: no\n"
	"short: yes\n"
	"args: 3\n"
	"  -\n"
	"  \\x2d\n"
	"  two words\n"
	"policy: pct\n"
	"seed: 18446744073709551615\n"
	"depth: 3\n"
	"steps_hint: 40\n"
	"step_limit: 100000\n"
	"fair_after: 50000\n"
	"salt: 00000000000000ff\n"
	"start_ns: 1700000000000000000\n"
	"request_flags: 00000004\n"
	"config_flags: 00000000\n"
	"verdict: deadlock\n"
	"message: all\\nasleep\n"
	"proof: reachable\n"
	"bucket: 0123456789abcdef\n"
	"end: deadlock\n"
	"run_flags: 00000002\n"
	"steps: 26\n"
	"virtual_ns: 0\n"
	"schedule_hash: fedcba9876543210\n"
	"signature: 2\n"
	"  lock manager.go:31\n"
	"  send manager.go:57\n"
	"chain: 2\n"
	"  send 1a2b3c4d 0123456789abcdef T/manager.go:26#0 manager.go:57 m.ch\n"
	"  any 00000001 0000000000000000 - - m.locks[i + 1]\n"
	"goroutines: 2\n"
	"  0 0000000000000054 T\n"
	"  3 0123456789abcdef T/manager.go:26#0\n"
	"decisions: 26\n"
	"  3*17 5 3 t*2 0*5\n";

static struct knot_text sealed(const char *body)
{
	struct knot_text t = {0};
	knot_text_adds(&t, body);
	knot_envelope_end(&t);
	return t;
}

static struct knot_text replaced(const char *from, const char *to)
{
	struct knot_text t = {0};
	const char *at = strstr(known_body, from);
	cr_assert_not_null(at, "%s", from);
	knot_text_add(&t, known_body, (size_t)(at - known_body));
	knot_text_adds(&t, to);
	knot_text_adds(&t, at + strlen(from));
	knot_envelope_end(&t);
	return t;
}

Test(crash, limits_may_be_missing)
{
	struct knot_crash c = {0};
	struct knot_text t = replaced("policy:", "memory_limit: 536870912\ntimeout_ns: 5\npolicy:");

	cr_assert_eq(knot_crash_decode(knot_span_of(t.data, t.len), &c, NULL), 0);
	cr_expect_eq(c.memory_limit, 512u << 20);
	cr_expect_eq(c.timeout_ns, 5);
	knot_crash_free(&c);
	free(t.data);
	t = replaced("policy:", "timeout_ns: 0\npolicy:");
	cr_expect_eq(knot_crash_decode(knot_span_of(t.data, t.len), &c, NULL), KNOT_EINPUT);
	free(t.data);
}

Test(crash, of_some_subtests)
{
	struct knot_crash c = {0};
	struct knot_text t = replaced("go: ", "run: ^TestA$/x\nskip: ^TestA$/y|/z\ngo: ");

	cr_assert_eq(knot_crash_decode(knot_span_of(t.data, t.len), &c, NULL), 0);
	cr_expect_str_eq(c.run, "^TestA$/x");
	cr_expect_str_eq(c.skip, "^TestA$/y|/z");
	knot_crash_free(&c);
	free(t.data);
}

Test(crash, deps_stand_there_when_there_are_any)
{
	struct knot_crash c = {0};
	struct knot_text t = replaced("race: no\n", "deps: example.org/a/...,b\nrace: no\n");

	cr_assert_eq(knot_crash_decode(knot_span_of(t.data, t.len), &c, NULL), 0);
	cr_expect_str_eq(c.deps, "example.org/a/...,b");
	knot_crash_free(&c);
	free(t.data);
	t = sealed(known_body);
	cr_assert_eq(knot_crash_decode(knot_span_of(t.data, t.len), &c, NULL), 0);
	cr_expect_null(c.deps);
	knot_crash_free(&c);
	free(t.data);
}

Test(crash, of_a_minimised_schedule)
{
	static const char one[] = "T is stopped before lock a.go:4 (mu) while T/a.go:2#0 runs";
	struct knot_crash c = {0};
	struct knot_text t = {0};
	char lines[128];

	snprintf(lines, sizeof(lines), "switches: 1\n  %s\ngoroutines: 2\n", one);
	t = replaced("goroutines: 2\n", lines);
	cr_assert_eq(knot_crash_decode(knot_span_of(t.data, t.len), &c, NULL), 0);
	cr_assert_eq(c.switches.len, 1);
	cr_expect_str_eq(c.switches.data[0], one);
	const size_t args = c.args.len, chain = c.chain.len;

	knot_crash_forget_run(&c);
	cr_expect_eq(c.switches.len + c.decisions.len + c.goroutines.len + c.signature.len, 0);
	cr_expect_null(c.verdict);
	cr_expect_eq(c.args.len, args);
	cr_expect_eq(c.chain.len, chain);
	knot_crash_free(&c);
	free(t.data);
}

Test(crash, of_a_run_that_does_not_end)
{
	struct knot_crash c = {0};
	struct knot_text t =
		replaced("chain: 2\n", "at_end: 1\n  G1 (T) spins, took 5 of 9\nchain: 2\n");

	cr_assert_eq(knot_crash_decode(knot_span_of(t.data, t.len), &c, NULL), 0);
	cr_assert_eq(c.at_end.len, 1);
	cr_expect_str_eq(c.at_end.data[0], "G1 (T) spins, took 5 of 9");
	knot_crash_free(&c);
	free(t.data);
	t = replaced("5 3 t*2 0*5", "5 p t*2 0*2 p*3");
	cr_assert_eq(knot_crash_decode(knot_span_of(t.data, t.len), &c, NULL), 0);
	cr_expect_eq(c.decisions.data[18], KNOT_DECISION_PREEMPT);
	cr_expect_eq(c.decisions.data[25], KNOT_DECISION_PREEMPT);
	knot_crash_free(&c);
	free(t.data);
}

Test(crash, reads_every_member)
{
	struct knot_error err = {0};
	struct knot_crash c = {0};
	struct knot_text t = sealed(known_body);
	cr_assert_eq(
		knot_crash_decode(knot_span_of(t.data, t.len), &c, &err), 0, "%s", err.message);
	cr_expect_str_eq(c.goknot, "0.1.0");
	cr_expect_str_eq(c.target, "example.org/m/statusmanager");
	cr_expect_str_eq(c.dir, "statusmanager");
	cr_expect_str_eq(c.module, "example.org/m");
	cr_expect_str_eq(c.test, "TestStatusManager");
	cr_expect_str_eq(c.go, "go1.26.8");
	cr_expect_str_eq(c.tags, "");
	cr_expect_not(c.race);
	cr_expect(c.is_short);
	cr_assert_eq(c.args.len, 3);
	cr_expect_str_eq(c.args.data[0], "");
	cr_expect_str_eq(c.args.data[1], "-");
	cr_expect_str_eq(c.args.data[2], "two words");
	cr_expect_str_eq(c.policy, "pct");
	cr_expect_eq(c.seed, UINT64_MAX);
	cr_expect_eq(c.depth, 3);
	cr_expect_eq(c.steps_hint, 40);
	cr_expect_eq(c.step_limit, 100000);
	cr_expect_eq(c.fair_after, 50000);
	cr_expect_eq(c.salt, 0xff);
	cr_expect_eq(c.start_ns, 1700000000000000000ull);
	cr_expect_eq(c.request_flags, KNOT_REQ_NO_TIMER);
	cr_expect_eq(c.config_flags, 0);
	cr_expect_str_eq(c.verdict, "deadlock");
	cr_expect_str_eq(c.message, "all\nasleep");
	cr_expect_str_eq(c.proof, "reachable");
	cr_expect_eq(c.bucket, 0x0123456789abcdefull);
	cr_expect_eq(c.end, KNOT_END_DEADLOCK);
	cr_expect_eq(c.run_flags, KNOT_RUN_HELD);
	cr_expect_eq(c.steps, 26);
	cr_expect_eq(c.virtual_ns, 0);
	cr_expect_eq(c.schedule_hash, 0xfedcba9876543210ull);
	cr_assert_eq(c.signature.len, 2);
	cr_expect_str_eq(c.signature.data[1], "send manager.go:57");
	cr_assert_eq(c.chain.len, 2);
	cr_expect_eq(c.chain.data[0].op.op, KNOT_OP_SEND);
	cr_expect_eq(c.chain.data[0].op.site, 0x1a2b3c4d);
	cr_expect_eq(c.chain.data[0].op.gpath, 0x0123456789abcdefull);
	cr_expect_str_eq(c.chain.data[0].gpath, "T/manager.go:26#0");
	cr_expect_str_eq(c.chain.data[0].pos, "manager.go:57");
	cr_expect_str_eq(c.chain.data[0].prim, "m.ch");
	cr_expect_eq(c.chain.data[1].op.op, KNOT_OP_NONE);
	cr_expect_str_eq(c.chain.data[1].gpath, "");
	cr_expect_str_eq(c.chain.data[1].prim, "m.locks[i + 1]");
	cr_assert_eq(c.goroutines.len, 2);
	cr_expect_eq(c.goroutines.data[1].g, 3);
	cr_expect_eq(c.goroutines.data[1].path, 0x0123456789abcdefull);
	cr_expect_str_eq(c.goroutines.data[0].gpath, "T");
	cr_assert_eq(c.decisions.len, 26);
	cr_expect_eq(c.decisions.data[16], 3);
	cr_expect_eq(c.decisions.data[17], 5);
	cr_expect_eq(c.decisions.data[18], 3);
	cr_expect_eq(c.decisions.data[19], KNOT_DECISION_TIMER);
	cr_expect_eq(c.decisions.data[20], KNOT_DECISION_TIMER);
	cr_expect_eq(c.decisions.data[25], 0);

	knot_auto_free char *again = NULL;
	size_t len;
	cr_assert_eq(knot_crash_encode(&c, &again, &len, &err), 0);
	cr_assert_str_eq(again, t.data);
	knot_crash_free(&c);
	knot_crash_free(&c);
	knot_crash_free(NULL);
	knot_text_free(&t);
}

static char *random_text(struct knot_rng *rng)
{
	size_t len = knot_rng_below(rng, 12);
	char *s = knot_xalloc(len + 1);
	for (size_t i = 0; i < len; i++)
		s[i] = (char)(1 + knot_rng_below(rng, 255));
	return s;
}

static struct knot_crash random_crash(struct knot_rng *rng)
{
	struct knot_crash c = {
		.target = random_text(rng),
		.test = random_text(rng),
		.message = random_text(rng),
		.proof = random_text(rng),
		.seed = knot_rng_next(rng),
		.end = (uint32_t)knot_rng_below(rng, KNOT_END_COUNT),
		.race = knot_rng_below(rng, 2),
	};
	for (uint64_t n = knot_rng_below(rng, 5); n--;)
		knot_vec_push(&c.args, random_text(rng));
	for (uint64_t n = knot_rng_below(rng, 3); n--;)
		knot_vec_push(&c.at_end, random_text(rng));
	for (uint64_t n = knot_rng_below(rng, KNOT_CHAIN_MAX + 1); n--;) {
		struct knot_crash_op op = {
			.op = {.gpath = knot_rng_next(rng),
				.site = (uint32_t)knot_rng_next(rng),
				.op = (uint32_t)knot_rng_below(rng, KNOT_OP_LAST)},
			.gpath = random_text(rng),
			.pos = random_text(rng),
			.prim = random_text(rng)};
		knot_vec_push(&c.chain, op);
	}
	for (uint64_t n = knot_rng_below(rng, 4); n--;) {
		struct knot_crash_goroutine g = {.g = (uint32_t)knot_rng_below(rng, 65536),
			.path = knot_rng_next(rng),
			.gpath = random_text(rng)};
		knot_vec_push(&c.goroutines, g);
	}
	for (uint64_t n = knot_rng_below(rng, 3); n--;)
		knot_vec_push(&c.memory,
			knot_xasprintf("memwrite %08x a.go:%u", (unsigned)knot_rng_next(rng),
				(unsigned)knot_rng_below(rng, 99)));
	uint64_t kinds = 1 + knot_rng_below(rng, 8);
	for (uint64_t n = knot_rng_below(rng, 300); n--;)
		knot_vec_push(&c.decisions, (uint16_t)(UINT16_MAX - knot_rng_below(rng, kinds)));
	return c;
}

/* Version 1 had no proof; what was read as such is written as such. */
Test(crash, an_old_file_stays_an_old_file)
{
	struct knot_error err = {0};
	struct knot_crash c = {0};
	const char *proof = strstr(known_body, "proof:");
	struct knot_text t = {0};
	knot_auto_free char *again = NULL;
	size_t len;
	knot_text_adds(&t, "goknot crash 1\n");
	size_t head = t.len;
	knot_text_add(&t, known_body + head, (size_t)(proof - known_body) - head);
	knot_text_adds(&t, strchr(proof, '\n') + 1);
	knot_envelope_end(&t);
	cr_assert_eq(
		knot_crash_decode(knot_span_of(t.data, t.len), &c, &err), 0, "%s", err.message);
	cr_assert_eq(c.version, 1);
	cr_assert_eq(knot_crash_encode(&c, &again, &len, &err), 0);
	cr_assert_str_eq(again, t.data);
	knot_crash_free(&c);
	knot_text_free(&t);
}

Test(crash, any_value_survives_the_round_trip)
{
	struct knot_error err = {0};
	struct knot_rng rng = {.seed = 4};
	for (int round = 0; round < 300; round++) {
		struct knot_crash c = random_crash(&rng);
		struct knot_crash back = {0};
		knot_auto_free char *data = NULL;
		knot_auto_free char *again = NULL;
		size_t len;
		size_t len_again;
		cr_assert_eq(knot_crash_encode(&c, &data, &len, &err), 0);
		cr_assert_eq(knot_crash_decode(knot_span_of(data, len), &back, &err), 0, "%s\n%s",
			err.message, data);
		cr_assert_str_eq(back.target, c.target);
		cr_assert_str_eq(back.message, c.message);
		cr_assert_eq(back.args.len, c.args.len);
		for (size_t i = 0; i < c.args.len; i++)
			cr_assert_str_eq(back.args.data[i], c.args.data[i]);
		for (size_t i = 0; i < c.chain.len; i++)
			cr_assert_str_eq(back.chain.data[i].prim, c.chain.data[i].prim);
		cr_assert_eq(back.memory.len, c.memory.len);
		for (size_t i = 0; i < c.memory.len; i++)
			cr_assert_str_eq(back.memory.data[i], c.memory.data[i]);
		cr_assert_eq(back.decisions.len, c.decisions.len);
		for (size_t i = 0; i < c.decisions.len; i++)
			cr_assert_eq(back.decisions.data[i], c.decisions.data[i]);
		cr_assert_eq(knot_crash_encode(&back, &again, &len_again, &err), 0);
		cr_assert_str_eq(data, again);
		knot_crash_free(&c);
		knot_crash_free(&back);
	}
}

Test(crash, memory_is_there_only_where_there_is_some)
{
	struct knot_error err = {0};
	struct knot_crash c = {0}, back = {0};
	char *plain = NULL, *data = NULL;
	uint32_t site = 0;
	size_t len;

	cr_assert_eq(knot_crash_encode(&c, &plain, &len, &err), 0);
	cr_expect_null(strstr(plain, "memory:"));
	knot_vec_push(&c.memory, knot_xstrdup("memread 0000abcd a.go:7"));
	cr_assert_eq(knot_crash_encode(&c, &data, &len, &err), 0);
	cr_expect(strstr(data, "\nmemory: 1\n  memread 0000abcd a.go:7\n"), "%s", data);
	free(data);
	cr_expect(knot_crash_memory_site(c.memory.data[0], &site) && site == 0xabcd);
	free(c.memory.data[0]);
	c.memory.data[0] = knot_xstrdup("memread abcd a.go:7");
	cr_assert_eq(knot_crash_encode(&c, &data, &len, &err), 0);
	cr_expect_eq(knot_crash_decode(knot_span_of(data, len), &back, &err), KNOT_EINPUT);
	cr_expect(strstr(err.message, "memory: entry 1"), "%s", err.message);
	free(data);
	free(plain);
	knot_crash_free(&c);
}

static const char native_keys[] = "sched: native\n"
				  "wait_us: 10000\n"
				  "tries: 24\n"
				  "reproduced: 22\n"
				  "controlled: TestX-leak-01234567.crash\n";

Test(crash, a_native_run_has_keys_of_its_own)
{
	struct knot_error err = {0};
	struct knot_crash c = {0};
	knot_auto_free char *keys = knot_xasprintf("%spolicy: pct\n", native_keys);
	struct knot_text t = replaced("policy: pct\n", keys);
	knot_auto_free char *again = NULL;
	size_t len;

	cr_assert_eq(
		knot_crash_decode(knot_span_of(t.data, t.len), &c, &err), 0, "%s", err.message);
	cr_expect(c.native);
	cr_expect_eq(c.wait_us, 10000);
	cr_expect_eq(c.tries, 24);
	cr_expect_eq(c.reproduced, 22);
	cr_expect_str_eq(c.controlled, "TestX-leak-01234567.crash");
	cr_assert_eq(knot_crash_encode(&c, &again, &len, &err), 0);
	cr_expect_str_eq(again, t.data);
	knot_crash_free(&c);
	knot_text_free(&t);
}

static void refuses_native(const char *keys, const char *message)
{
	struct knot_error err = {0};
	struct knot_crash c = {0};
	struct knot_text t = replaced("policy: pct\n", keys);

	cr_expect_lt(knot_crash_decode(knot_span_of(t.data, t.len), &c, &err), 0, "%s", keys);
	cr_expect(strstr(err.message, message), "%s", err.message);
	knot_text_free(&t);
}

Test(crash, native_keys_come_all_or_none)
{
	refuses_native("sched: native\nwait_us: 10000\ntries: 24\nreproduced: 22\npolicy: pct\n",
		"the key \"controlled\" is missing");
	refuses_native("sched: controlled\npolicy: pct\n", "sched: not native");
	refuses_native("tries: 24\npolicy: pct\n", "is not spelled as goknot writes it");
}

Test(crash, what_comes_from_outside_is_spelled_with_letters)
{
	const uint16_t decisions[] = {0, KNOT_DECISION_BLOCKED, 0, 1, KNOT_DECISION_CALL, 1, 77,
		KNOT_DECISION_SIGNAL, KNOT_DECISION_CLOCK, 0x2345, 1, 0, 0, KNOT_DECISION_ARRIVED,
		0, KNOT_DECISION_MOVED, 0, 5, 2, 0, KNOT_DECISION_TIMER};
	knot_auto_free char *text = NULL;
	size_t len;
	struct knot_rng rng = {.seed = 7};
	struct knot_crash c = random_crash(&rng);

	c.decisions.len = 0;
	for (size_t i = 0; i < sizeof(decisions) / sizeof(*decisions); i++)
		knot_vec_push(&c.decisions, decisions[i]);
	cr_assert_eq(knot_crash_encode(&c, &text, &len, NULL), 0);
	cr_expect_not_null(
		strstr(text, "decisions: 21\n  0 b0 1 x1.77 s c74565 a0 m0.131077 0 t\n"), "%s",
		text);
	knot_crash_free(&c);
	cr_assert_eq(knot_crash_decode(knot_span_of(text, len), &c, NULL), 0);
	cr_assert_eq(c.decisions.len, 21);
	cr_expect(!memcmp(c.decisions.data, decisions, sizeof(decisions)));
	knot_crash_free(&c);
}

Test(crash, lines_of_decisions_are_wrapped)
{
	struct knot_error err = {0};
	struct knot_crash c = {0};
	for (int i = 0; i < 3000; i++)
		knot_vec_push(&c.decisions, (uint16_t)(i * 7919 % 1000));
	knot_auto_free char *data = NULL;
	size_t len;
	cr_assert_eq(knot_crash_encode(&c, &data, &len, &err), 0);
	struct knot_span rest = knot_span_of(data, len);
	struct knot_span line;
	size_t longest = 0;
	while (knot_span_take_line(&rest, &line))
		longest = line.len > longest ? line.len : longest;
	cr_assert(longest <= 100 && longest > 90, "%zu", longest);
	knot_crash_free(&c);
}

Test(crash, long_texts_are_cut_and_long_lists_refused)
{
	struct knot_error err = {0};
	struct knot_crash c = {.message = knot_xalloc(KNOT_CRASH_MAX_TEXT + 2)};
	memset(c.message, 'x', KNOT_CRASH_MAX_TEXT + 1);
	knot_auto_free char *data = NULL;
	size_t len;
	struct knot_crash back = {0};
	cr_assert_eq(knot_crash_encode(&c, &data, &len, &err), 0);
	cr_assert_eq(knot_crash_decode(knot_span_of(data, len), &back, &err), 0, "%s", err.message);
	cr_assert_eq(strlen(back.message), KNOT_CRASH_MAX_TEXT);
	cr_assert_str_eq(back.message + KNOT_CRASH_MAX_TEXT - 4, "x...");
	knot_crash_free(&back);

	struct knot_crash_op op = {0};
	for (int i = 0; i <= KNOT_CHAIN_MAX; i++)
		knot_vec_push(&c.chain, op);
	char *none = NULL;
	cr_assert_eq(knot_crash_encode(&c, &none, &len, &err), KNOT_EINTERNAL);
	cr_assert_str_eq(err.message, "a crash file holds at most 16 chain, not 17");
	cr_assert_null(none);
	knot_crash_free(&c);
}

struct refusal {
	const char *from, *to, *why;
};

static const struct refusal refusals[] = {
	{"goknot crash 7", "goknot crash 8",
		"written by a newer goknot (format 8; this one reads formats up to 7): update "
		"goknot"},
	{"goknot: 0.1.0", "gonot: 0.1.0", "line 2: unknown key \"gonot\""},
	{"goknot: 0.1.0", "\x1b[2J: 0.1.0", "line 2: unknown key \"\\x1b[2J\""},
	{"goknot: 0.1.0\n", "goknot 0.1.0\n", "line 2 is not \"key: value\""},
	{"goknot: 0.1.0\n", "", "the key \"goknot\" is missing"},
	{"race: no", "goknot: 1", "line 9: goknot stands there twice"},
	{"race: no", "race: maybe", "line 9: race: neither yes nor no"},
	{"race: no", "race:no", "line 9: race: no space after the colon"},
	{"args: 3", "args: 4", "line 15: args: the list is shorter than its count"},
	{"args: 3", "args: 99999", "line 11: args: 99999 entries, more than the 65536 allowed"},
	{"args: 3", "args: three", "line 11: args: not a count"},
	{"  two words", " two words", "line 14: args: the list is shorter than its count"},
	{"seed: 18446744073709551615", "seed: 18446744073709551616",
		"line 16: seed: not a decimal number of 64 bits"},
	{"depth: 3", "depth: 4294967296", "line 17: depth: not a decimal number"},
	{"depth: 3", "depth: 03", "line 17 is not spelled as goknot writes it"},
	{"salt: 00000000000000ff", "salt: ff", "line 21: salt: not 16 hexadecimal digits"},
	{"config_flags: 00000000", "config_flags: 0000000G", "config_flags: not 8 hexadecimal"},
	{"message: all\\nasleep", "message: all\\qasleep", "message: broken escape"},
	{"message: all\\nasleep", "message: all\x1b", "is not spelled as goknot writes it"},
	{"message: all\\nasleep", "message: ", "is not spelled as goknot writes it"},
	{"end: deadlock\n", "end: sleepy\n", "end: unknown end"},
	{"  send 1a2b3c4d", "  jump 1a2b3c4d",
		"chain: not \"<operation> <site> <goroutine path>\""},
	{" T/manager.go:26#0 manager.go:57 m.ch", "", "chain: a word is missing"},
	{"  0 0000000000000054 T", "  65536 0000000000000054 T", "goroutines: not \"<number>"},
	{"decisions: 26", "decisions: 25", "decisions: more decisions than its count says"},
	{"decisions: 26", "decisions: 27", "decisions: the list is shorter than its count"},
	{"decisions: 26", "decisions: 4194305", "more than the 4194304 allowed"},
	{"3*17 5", "3*4294967296 5", "decisions: a repetition"},
	{"3*17 5", "3*17 5*1", "decisions: a repetition"},
	{"3*17 5 3", "3*17 b3*2", "decisions: no space between two decisions"},
	{"3*17 5 3", "3*17 b", "decisions: b, x, a, c or m without its numbers"},
	{"3*17 5 3", "3*17 x3", "decisions: b, x, a, c or m without its numbers"},
	{"3*17 5 3", "3*17 m3", "decisions: b, x, a, c or m without its numbers"},
	{"3*17 5 3", "3*17 m3.4294967296", "decisions: b, x, a, c or m without its numbers"},
	{"3*17 5 3", "3*17 a65536", "decisions: b, x, a, c or m without its numbers"},
	{"3*17 5 3", "3*17 65533 3", "is not spelled as goknot writes it"},
	{"3 t*2 0*5", "3 t*2 0*3 c1", "decisions: more decisions than its count says"},
	{"3*17 5", "3*17 65535", "neither a goroutine number nor one of t, i, p, b, x, a, s, c, m"},
	{"3*17 5", "3*17  5", "neither a goroutine number nor one of t, i, p, b, x, a, s, c, m"},
	{"3*17 5 3", "3*16 3 5 3", "is not spelled as goknot writes it"},
	{"3*17 5 3", "3*17\n  5 3", "is not spelled as goknot writes it"},
	{"tags:\nrace: no\n", "race: no\ntags:\n", "line 8 is not spelled as goknot writes it"},
};

Test(crash, bad_files_are_named_by_line_and_key)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *r = &refusals[i];
		struct knot_error err = {0};
		struct knot_crash c = {0};
		struct knot_text t = replaced(r->from, r->to);
		int rc = knot_crash_decode(knot_span_of(t.data, t.len), &c, &err);
		cr_expect_eq(rc, KNOT_EINPUT, "%s", r->to);
		cr_expect(strstr(err.message, r->why), "%s: %s", r->to, err.message);
		cr_expect_null(c.goknot);
		knot_text_free(&t);
	}
}

Test(crash, a_text_over_the_limit_is_refused)
{
	struct knot_error err = {0};
	struct knot_crash c = {0};
	knot_auto_free char *big = knot_xalloc(KNOT_CRASH_MAX_TEXT + 20);
	memcpy(big, "goknot: ", 8);
	memset(big + 8, 'x', KNOT_CRASH_MAX_TEXT + 1);
	struct knot_text t = replaced("goknot: 0.1.0", big);
	cr_assert_eq(knot_crash_decode(knot_span_of(t.data, t.len), &c, &err), KNOT_EINPUT);
	cr_assert_str_eq(
		err.message, "crash file: line 2: goknot: text is longer than 65536 bytes");
	knot_text_free(&t);
}

Test(crash, cut_and_edited_files_are_told_apart)
{
	struct knot_error err = {0};
	struct knot_crash c = {0};
	struct knot_text t = sealed(known_body);
	for (size_t len = 0; len < t.len; len++)
		cr_assert_eq(knot_crash_decode(knot_span_of(t.data, len), &c, &err), KNOT_EINPUT);
	cr_assert(strstr(err.message, "the crash file is cut short"), "%s", err.message);
	char *seed = strstr(t.data, "seed: 1");
	seed[6] = '2';
	cr_assert_eq(knot_crash_decode(knot_span_of(t.data, t.len), &c, &err), KNOT_EINPUT);
	cr_assert(strstr(err.message, "the crash file was changed after it was written"));
	knot_text_free(&t);
	cr_assert_eq(
		knot_crash_decode(knot_span_of("", (size_t)KNOT_CRASH_MAX_BYTES + 1), &c, &err),
		KNOT_EINPUT);
	cr_assert(strstr(err.message, "larger than"));
}
