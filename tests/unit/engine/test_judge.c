/* SPDX-License-Identifier: BSD-2-Clause */
/* From a bad end to a finding, with targets that end as it is written here. */
#include "base/error.h"
#include "engine/campaign_internal.h"
#include "engine/sitenames.h"
#include "explore/sharing.h"
#include "sys/tree.h"
#include "tests/unit/engine/fake.h"
#include "wire/sites.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SITE 4711u /* where the test fails */
#define REPLAY_SITE 4712u /* met by the replay alone */
#define POINT 4713u /* an access to memory */

static bool is_replay(const struct knot_shm_request *r)
{
	return r->flags & KNOT_REQ_REPLAY;
}

/* Passes once, so that not every schedule fails; then fails, and so does its replay. */
static void fails(struct knot_fake *t, const struct knot_shm_request *r)
{
	if (!t->answered && !is_replay(r)) {
		knot_fake_end(t, r, KNOT_END_OK, 0);
		return;
	}
	if (is_replay(r)) {
		knot_fake_position(t, SITE, "/src/m/m_test.go", 42);
		dprintf(1, "    m_test.go:7: a log line\n    m_test.go:42: the failure\n");
	}
	knot_fake_end(t, r, KNOT_END_FAIL, SITE);
}

/* Fails when it runs a second time in a process, whatever the schedule. */
static void fails_twice_run(struct knot_fake *t, const struct knot_shm_request *r)
{
	if (is_replay(r))
		knot_fake_position(t, REPLAY_SITE, "/src/m/m.go", 43);
	knot_fake_end(t, r, t->answered ? KNOT_END_FAIL : KNOT_END_OK, SITE);
}

/* Fails as above, but its replay writes over the shared memory. */
static void damages_replay(struct knot_fake *t, const struct knot_shm_request *r)
{
	struct knot_shm_request other = *r;

	other.id += is_replay(r) ? 1000 : 0;
	knot_fake_end(t, &other, t->answered || is_replay(r) ? KNOT_END_FAIL : KNOT_END_OK, SITE);
}

/* Every process does a run and then writes over the shared memory. */
static void damages(struct knot_fake *t, const struct knot_shm_request *r)
{
	struct knot_shm_request other = *r;

	other.id += t->answered ? 1000 : 0;
	knot_fake_end(t, &other, KNOT_END_OK, 0);
}

/* Nor does any do a run before. */
static void damages_at_once(struct knot_fake *t, const struct knot_shm_request *r)
{
	struct knot_shm_request other = *r;

	other.id += 1000;
	knot_fake_end(t, &other, KNOT_END_OK, 0);
}

/* Every process says that it did more runs than it was asked for. */
static void boasts(struct knot_fake *t, const struct knot_shm_request *r)
{
	struct knot_shm_request other = *r;

	other.count += 1000000;
	knot_fake_end(t, &other, KNOT_END_OK, 0);
}

/* Every process dies in a run that it says is the millionth of the request. */
static void boasts_and_dies(struct knot_fake *t, const struct knot_shm_request *r)
{
	t->h->cur.request = r->id;
	t->h->cur.seed = r->seed;
	t->h->cur.run = 1000000;
	t->h->cur.end = KNOT_END_FATAL;
	_exit(2);
}

static void passes(struct knot_fake *t, const struct knot_shm_request *r)
{
	knot_fake_end(t, r, KNOT_END_OK, 0);
}

/* Fails where a certain access to memory is a scheduling point. */
static void fails_at_point(struct knot_fake *t, const struct knot_shm_request *r)
{
	bool is_point = false;

	for (uint32_t i = 0; i < r->mem_len; i++)
		is_point |= r->mem[i] == POINT;
	knot_fake_end(t, r, is_point && (t->answered || is_replay(r)) ? KNOT_END_FAIL : KNOT_END_OK,
		SITE);
}

const struct knot_fake_test knot_fake_tests[] = {
	{"TestBoasts", boasts},
	{"TestBoastsAndDies", boasts_and_dies},
	{"TestDamages", damages},
	{"TestDamagesAtOnce", damages_at_once},
	{"TestDamagesReplay", damages_replay},
	{"TestFails", fails},
	{"TestFailsAtPoint", fails_at_point},
	{"TestFailsTwiceRun", fails_twice_run},
	{"TestPasses", passes},
	{NULL, NULL},
};

struct seen {
	unsigned findings, listed, rejected, aside, notes;
	char title[200], message[200];
	uint32_t replay_line; /* of REPLAY_SITE, when a bad end was listed */
	volatile int stop; /* at the first news */
};

static void on_news(void *arg, const struct knot_campaign_news_item *item)
{
	struct seen *s = arg;

	s->stop = item->kind != KNOT_NEWS_NOTE;
	switch (item->kind) {
	case KNOT_NEWS_FINDING:
		s->findings++;
		snprintf(s->title, sizeof(s->title), "%s", item->finding->title);
		snprintf(s->message, sizeof(s->message), "%s", item->finding->message);
		break;
	case KNOT_NEWS_LISTED: {
		const struct knot_site_name *name =
			knot_names_site(knot_sitenames_view(item->names), REPLAY_SITE);

		s->listed++;
		snprintf(s->message, sizeof(s->message), "%s", item->text);
		if (name)
			s->replay_line = name->line;
		break;
	}
	case KNOT_NEWS_REJECTED:
		s->rejected++;
		break;
	case KNOT_NEWS_ASIDE:
		s->aside++;
		break;
	default:
		s->notes++;
	}
}

static struct knot_sites *no_sites(void)
{
	static const char text[] = "{\"version\":1,\"module\":\"m\",\"sites\":[],\"unplaced\":[],"
				   "\"packages\":[]}";
	struct knot_sites *sites = NULL;
	struct knot_error err = {0};

	cr_assert_eq(knot_sites_decode(knot_span_str(text), &sites, &err), 0, "%s", err.message);
	return sites;
}

/*
 * Fuzzes the fake test to the first bad end that was judged, or until time is up, which without time is at once. A position is one that raced
 * in this campaign, 0 = none; *ret_raced, unless NULL, is how many were known when it began.
 */
static void fuzz_in(char *dir, const char *test, unsigned seconds, uint32_t position,
	size_t *ret_raced, struct seen *seen)
{
	char self[PATH_MAX] = "";

	cr_assert(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	struct knot_target target = {
		.package = (char *)"m",
		.test = (char *)test,
		.name = (char *)test,
		.rel_dir = (char *)".",
		.module = (char *)"m",
		.module_dir = (char *)"",
		.run = {.binary = self, .dir = dir, .test = test, .salt = 1},
		.binary = self,
		.dir = dir,
	};
	struct knot_project project = {
		.options = {.dir = dir, .campaign_dir = dir, .race = true},
		.build = {.module = (char *)"m",
			.module_dir = (char *)"",
			.go_version = (char *)"go1.26.8"},
		.sites = no_sites(),
	};
	const struct knot_campaign_options options = {
		.fuzztime_ns = seconds * 1000000000ull,
		.parallel = 1,
		.seed = 1,
		.policy = -1,
		.feedback = true,
		.cancel = &seen->stop,
		.timeout_ns = 10000000000,
		.campaign_dir = dir,
	};
	const struct knot_campaign_view view = {.news = on_news, .arg = seen};
	struct knot_campaign *c = NULL;
	struct knot_error err = {0};

	knot_vec_push(&project.targets, &target);
	cr_assert_eq(knot_campaign_open(&options, &project, &view, &c, &err), 0, "%s", err.message);
	seen->notes = 0; /* what this machine's sandbox lacks */
	seen->stop = !seconds;
	struct knot_sharing *sharing = knot_portfolio_sharing(c->states[0].portfolio);

	if (ret_raced)
		*ret_raced = sharing->raced;
	if (position) {
		knot_sharing_add(sharing, position, KNOT_OP_MEMWRITE, true);
		knot_sitenames_name(c->names, position, "/src/m/m.go", 12, "m.F");
	}
	cr_assert_eq(knot_campaign_run(c, &err), 0, "%s", err.message);
	knot_campaign_close(c);
	knot_vec_free(&project.targets);
	knot_sites_free(project.sites);
}

static void fuzz(const char *test, unsigned seconds, struct seen *seen)
{
	char dir[] = "/tmp/knot-judge-XXXXXX";
	struct knot_error err = {0};

	cr_assert_not_null(mkdtemp(dir));
	fuzz_in(dir, test, seconds, 0, NULL, seen);
	cr_assert_eq(knot_tree_remove(dir, &err), 0, "%s", err.message);
}

/* The worker's region holds no position of the failure: then the first log line would be taken for it. */
Test(judge, looks_names_up_where_the_replay_left_them, .timeout = 60)
{
	struct seen seen = {0};

	fuzz("TestFails", 30, &seen);
	cr_expect_eq(seen.findings, 1);
	cr_expect_eq(seen.rejected + seen.listed + seen.aside + seen.notes, 0);
	cr_expect(strstr(seen.title, "m_test.go:42"), "%s", seen.title);
	cr_expect_str_eq(seen.message, "the failure");
}

/* The last replay, that of the plain schedule, has given up the region of those before it. */
Test(judge, looks_names_up_in_the_last_of_several_replays, .timeout = 60)
{
	struct seen seen = {0};

	fuzz("TestFailsTwiceRun", 30, &seen);
	cr_expect_eq(seen.listed, 1);
	cr_expect_eq(seen.findings + seen.rejected + seen.aside + seen.notes, 0);
	cr_expect(strstr(seen.message, "not repeatable"), "%s", seen.message);
	cr_expect_eq(seen.replay_line, 43);
}

/* No fault of the campaign's own process: the candidate is rejected like any that does not replay. */
Test(judge, rejects_a_candidate_whose_replay_writes_over_the_shared_memory, .timeout = 60)
{
	struct seen seen = {0};

	fuzz("TestDamagesReplay", 30, &seen);
	cr_expect_eq(seen.rejected, 1);
	cr_expect_eq(
		seen.findings + seen.listed + seen.aside + seen.notes, 0, "%u notes", seen.notes);
}

Test(judge, sets_a_test_aside_that_only_writes_over_the_shared_memory, .timeout = 60)
{
	struct seen seen = {0};

	fuzz("TestDamagesAtOnce", 30, &seen);
	cr_expect_eq(seen.aside, 1);
	cr_expect_eq(seen.notes, 1, "%u notes", seen.notes);
	cr_expect_eq(seen.findings + seen.listed + seen.rejected, 0);
}

Test(judge, tells_once_of_a_test_that_writes_over_the_shared_memory, .timeout = 60)
{
	struct seen seen = {0};

	fuzz("TestDamages", 1, &seen);
	cr_expect_eq(seen.notes, 1, "%u notes", seen.notes);
	cr_expect_eq(seen.findings + seen.listed + seen.rejected + seen.aside, 0);
}

Test(judge, sets_a_test_aside_that_counts_runs_nobody_asked_for, .timeout = 60)
{
	struct seen seen = {0};

	fuzz("TestBoasts", 3, &seen);
	cr_expect_eq(seen.aside, 1);
	cr_expect_eq(seen.findings + seen.listed + seen.rejected, 0);
}

/* What raced in a campaign is a scheduling point from the first requests of the next one in its directory. */
Test(judge, goes_on_with_the_accesses_that_raced, .timeout = 60)
{
	char dir[] = "/tmp/knot-judge-XXXXXX";
	struct knot_error err = {0};
	struct seen seen = {0};
	size_t raced = 1;

	cr_assert_not_null(mkdtemp(dir));
	fuzz_in(dir, "TestPasses", 1, POINT, &raced, &seen);
	cr_expect_eq(raced, 0);
	fuzz_in(dir, "TestFailsAtPoint", 1, 0, &raced, &seen);
	cr_expect_eq(raced, 0, "of another test");
	cr_expect_eq(seen.findings + seen.listed + seen.rejected + seen.aside + seen.notes, 0);
	fuzz_in(dir, "TestFailsAtPoint", 0, POINT, NULL, &seen);
	fuzz_in(dir, "TestFailsAtPoint", 30, 0, &raced, &seen);
	cr_expect_eq(raced, 1);
	cr_expect_eq(seen.findings, 1);
	cr_assert_eq(knot_tree_remove(dir, &err), 0, "%s", err.message);
}

Test(judge, sets_a_test_aside_that_dies_in_a_run_nobody_asked_for, .timeout = 60)
{
	struct seen seen = {0};

	fuzz("TestBoastsAndDies", 3, &seen);
	cr_expect_eq(seen.aside, 1);
	cr_expect_eq(seen.notes, 1);
	cr_expect_eq(seen.findings + seen.listed + seen.rejected, 0);
}
