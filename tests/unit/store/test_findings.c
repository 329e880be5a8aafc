/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/finding.h"

#include "store/target.h"
#include "scratch.h"

#include <string.h>

TestSuite(findings, .init = make_scratch, .fini = remove_scratch);

static int64_t add_target(struct knot_store *store, const char *test)
{
	struct knot_store_target target = {.import_path = "example.org/m/p",
		.test = test,
		.dir = "/src/p",
		.go_version = "go1.26.1",
		.flags = ""};
	struct knot_error err = {0};
	cr_assert_eq(knot_store_target_upsert(store, &target, &err), 0, "%s", err.message);
	return target.id;
}

struct seen {
	uint64_t build, fixed_ns;
	char outcome[64];
	int calls;
	int stop_after; /* 0 = never */
	char text[256];
	uint64_t numbers[16];
};

static int see_finding(void *arg, const struct knot_store_finding *f, struct knot_error *err)
{
	(void)err;
	struct seen *seen = arg;
	snprintf(seen->text, sizeof(seen->text), "%s|%s|%s|%s|%s|%s", f->verdict, f->title,
		f->signature, f->crash_file, f->places, f->ignored);
	seen->numbers[0] = f->bucket;
	seen->numbers[1] = f->state;
	seen->numbers[2] = f->hits;
	seen->numbers[3] = f->replays;
	seen->numbers[4] = f->reproduced;
	seen->numbers[5] = f->first_ns;
	seen->numbers[6] = f->last_ns;
	seen->numbers[7] = f->first_seed;
	seen->numbers[8] = f->policy;
	seen->build = f->build;
	seen->fixed_ns = f->fixed_ns;
	snprintf(seen->outcome, sizeof(seen->outcome), "%s", f->outcome);
	return ++seen->calls == seen->stop_after ? 77 : 0;
}

Test(findings, findings_count_hits_per_bucket)
{
	struct knot_store *store = open_store(KNOT_STORE_WRITE);
	struct knot_error err = {0};
	const int64_t target = add_target(store, "TestA");
	struct knot_store_finding f = {.target = target,
		.bucket = UINT64_MAX,
		.verdict = "deadlock",
		.title = "all asleep",
		.signature = "a.go:3 lock",
		.first_seed = 1ull << 63,
		.policy = 2,
		.crash_file = "",
		.hits = 1,
		.first_ns = 10,
		.last_ns = 10};
	cr_assert_eq(knot_store_finding_upsert(store, &f, &err), 0, "%s", err.message);
	cr_assert_eq(f.state, KNOT_FINDING_CANDIDATE);
	cr_assert_eq(f.hits, 1);
	f.state = KNOT_FINDING_VERIFIED;
	f.crash_file = "deadlock-1";
	f.places = "m.F a.go:3\n";
	f.replays = f.reproduced = 3;
	f.last_ns = 11;
	cr_assert_eq(knot_store_finding_update(store, &f, &err), 0);
	struct knot_store_finding hit = f;
	hit.id = 0;
	hit.state = KNOT_FINDING_CANDIDATE;
	hit.crash_file = "";
	hit.hits = 5;
	hit.first_ns = hit.last_ns = 20;
	hit.first_seed = 2;
	cr_assert_eq(knot_store_finding_upsert(store, &hit, &err), 0);
	cr_assert_eq(hit.id, f.id);
	cr_assert_eq(hit.state, KNOT_FINDING_VERIFIED, "a hit undid the verification");
	cr_assert_eq(hit.hits, 6);
	store = reopen(store);
	struct seen seen = {0};
	cr_assert_eq(knot_store_finding_each(store, target, see_finding, &seen, &err), 0);
	cr_assert_eq(seen.calls, 1);
	cr_assert_str_eq(seen.text, "deadlock|all asleep|a.go:3 lock|deadlock-1|m.F a.go:3\n|");
	const uint64_t want[] = {UINT64_MAX, 1, 6, 3, 3, 10, 20, 1ull << 63, 2};
	cr_assert_arr_eq(seen.numbers, want, sizeof(want));
	seen = (struct seen){0};
	cr_assert_eq(knot_store_finding_each(store, 0, see_finding, &seen, &err), 0);
	cr_assert_eq(seen.calls, 1);
	cr_assert_eq(knot_store_finding_each(store, target + 1, see_finding, &seen, &err), 0);
	cr_assert_eq(seen.calls, 1);
	cr_assert_eq(knot_store_finding_ignore(store, f.id, "known", &err), 0);
	cr_assert_eq(knot_store_finding_each(store, target, see_finding, &seen, &err), 0);
	cr_assert_eq(seen.numbers[1], KNOT_FINDING_IGNORED);
	cr_assert_not_null(strstr(seen.text, "|known"));
	cr_assert_eq(knot_store_finding_ignore(store, f.id, "", &err), 0);
	cr_assert_eq(knot_store_finding_each(store, target, see_finding, &seen, &err), 0);
	cr_assert_eq(seen.numbers[1], KNOT_FINDING_VERIFIED);
	knot_store_close(store);
}

static struct knot_store_finding add_finding(
	struct knot_store *store, int64_t target, uint64_t bucket, const char *title)
{
	struct knot_error err = {0};
	struct knot_store_finding f = {.target = target,
		.bucket = bucket,
		.verdict = "leak",
		.title = title,
		.signature = "send a.go:3",
		.state = KNOT_FINDING_VERIFIED,
		.crash_file = "a.crash",
		.hits = 1,
		.first_ns = 10,
		.last_ns = 10};

	cr_assert_eq(knot_store_finding_upsert(store, &f, &err), 0, "%s", err.message);
	return f;
}

Test(findings, what_became_of_a_finding_is_kept_until_it_is_found_again)
{
	struct knot_store *store = open_store(KNOT_STORE_WRITE);
	struct knot_error err = {0};
	const int64_t target = add_target(store, "TestA");
	struct knot_store_finding f = add_finding(store, target, 5, "a bug");
	struct seen seen = {0};

	f.state = KNOT_FINDING_INCONCLUSIVE;
	f.build = UINT64_MAX;
	f.fixed_ns = 77;
	f.outcome = "another bug";
	cr_assert_eq(knot_store_finding_settle(store, &f, &err), 0, "%s", err.message);
	cr_assert_eq(knot_store_finding_each(store, target, see_finding, &seen, &err), 0);
	cr_assert_eq(seen.numbers[1], KNOT_FINDING_INCONCLUSIVE);
	cr_assert(knot_finding_is_unclear((enum knot_finding_state)seen.numbers[1]));
	cr_assert_eq(seen.build, UINT64_MAX);
	cr_assert_eq(seen.fixed_ns, 77);
	cr_assert_str_eq(seen.outcome, "another bug");
	f.state = KNOT_FINDING_VERIFIED;
	cr_assert_eq(knot_store_finding_update(store, &f, &err), 0);
	cr_assert_eq(knot_store_finding_each(store, target, see_finding, &seen, &err), 0);
	cr_assert_str_eq(seen.outcome, "");
	cr_assert_not(knot_finding_is_unclear((enum knot_finding_state)seen.numbers[1]));
	knot_store_close(store);
}

Test(findings, a_finding_that_moves_to_the_bucket_of_another_keeps_both)
{
	struct knot_store *store = open_store(KNOT_STORE_WRITE);
	struct knot_error err = {0};
	const int64_t target = add_target(store, "TestA");
	const int64_t other_target = add_target(store, "TestB");
	struct knot_store_finding f = add_finding(store, target, 5, "a.go:3");
	struct seen seen = {0};

	add_finding(store, target, 6, "a.go:4");
	add_finding(store, other_target, 6, "b.go:4");
	f.bucket = 6;
	f.title = "a.go:4";
	f.signature = "send a.go:4";
	f.places = "m.F a.go:4\n";
	cr_assert_eq(knot_store_finding_move(store, &f, &err), 0, "%s", err.message);
	seen.stop_after = 1;
	knot_store_finding_each(store, target, see_finding, &seen, &err);
	cr_assert_eq(seen.numbers[0], 6);
	cr_assert_eq(seen.numbers[1], KNOT_FINDING_VERIFIED);
	cr_assert_eq(seen.numbers[5], 10, "its history is gone");
	cr_assert_str_eq(seen.text, "leak|a.go:4|send a.go:4|a.crash|m.F a.go:4\n|");
	seen = (struct seen){0};
	cr_assert_eq(knot_store_finding_each(store, target, see_finding, &seen, &err), 0);
	cr_assert_eq(seen.calls, 2);
	cr_assert_neq(seen.numbers[0], 6, "who was there before has the bucket still");
	cr_assert_eq(knot_store_finding_each(store, other_target, see_finding, &seen, &err), 0);
	cr_assert_eq(seen.numbers[0], 6, "another test's finding was driven away");
	/* It moves on to its own. */
	f = (struct knot_store_finding){.id = f.id + 1,
		.target = target,
		.bucket = 7,
		.title = "a.go:5",
		.signature = "send a.go:5"};
	cr_assert_eq(knot_store_finding_move(store, &f, &err), 0, "%s", err.message);
	cr_assert_eq(knot_store_finding_each(store, target, see_finding, &seen, &err), 0);
	cr_assert_eq(seen.numbers[0], 7);
	knot_store_close(store);
}
