/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "cmd/cmd.h"
#include "cmd/json.h"
#include "cmd/options.h"
#include "store/finding.h"
#include "store/pair.h"
#include "store/position.h"
#include "store/run.h"
#include "store/store.h"
#include "store/target.h"
#include "wire/text.h"

#include <inttypes.h>
#include <string.h>

struct status_options {
	bool json;
};

static const struct knot_option status_flags[] = {
	{.name = "json", .kind = KNOT_OPTION_BOOL, .offset = offsetof(struct status_options, json)},
};

static const struct knot_option_table status_table = {
	.options = status_flags,
	.count = sizeof(status_flags) / sizeof(status_flags[0]),
};

struct shown {
	struct knot_store *store;
	bool json;
	uint64_t targets, runs, steps, findings;
};

static int on_runs(void *arg, const struct knot_store_runs *r, struct knot_error *err)
{
	struct knot_store_runs *sum = arg;

	(void)err;
	sum->runs += r->runs;
	sum->steps += r->steps;
	sum->chain_runs += r->chain_runs;
	sum->chain_any += r->chain_any;
	sum->chain_all += r->chain_all;
	return 0;
}

struct positions {
	uint64_t raced, shared;
};

static int on_position(void *arg, const struct knot_store_position *p, struct knot_error *err)
{
	struct positions *sum = arg;

	(void)err;
	if (p->raced)
		sum->raced++;
	else
		sum->shared++;
	return 0;
}

static int on_target(void *arg, const struct knot_store_target *t, struct knot_error *err)
{
	struct shown *s = arg;
	struct knot_store_runs sum = {0};
	struct positions at = {0};
	uint64_t pairs;
	int rc = knot_store_runs_each(s->store, t->id, on_runs, &sum, err);

	if (rc || (rc = knot_store_pair_count(s->store, t->id, &pairs, err)) ||
		(rc = knot_store_position_each(s->store, t->id, on_position, &at, err)))
		return rc;
	s->targets++;
	s->runs += sum.runs;
	s->steps += sum.steps;
	if (s->json) {
		struct knot_json_line line = {.out = stdout};

		knot_json_line_text(&line, "event", "target");
		knot_json_line_text(&line, "package", t->import_path);
		knot_json_line_text(&line, "test", t->test);
		knot_json_line_number(&line, "runs", sum.runs);
		knot_json_line_number(&line, "steps", sum.steps);
		knot_json_line_number(&line, "pairs", pairs);
		knot_json_line_number(&line, "chain_runs", sum.chain_runs);
		knot_json_line_number(&line, "chain_any", sum.chain_any);
		knot_json_line_number(&line, "chain_all", sum.chain_all);
		knot_json_line_number(&line, "last_new_pair_run", t->last_new_pair_run);
		knot_json_line_number(&line, "positions_raced", at.raced);
		knot_json_line_number(&line, "positions_shared", at.shared);
		knot_json_line_bool(&line, "set_aside", t->state != 0);
		knot_json_line_end(&line);
		return 0;
	}
	printf("%12" PRIu64 " %8" PRIu64 " %6.0f%%  %s %s%s\n", sum.runs, pairs,
		sum.chain_runs ? 100.0 * (double)sum.chain_any / (double)sum.chain_runs : 0.0,
		t->import_path, t->test, t->state ? "  (set aside)" : "");
	if (at.raced || at.shared)
		printf("%32smemory: %" PRIu64 " racing accesses, %" PRIu64 " shared ones\n", "",
			at.raced, at.shared);
	return 0;
}

static int on_finding(void *arg, const struct knot_store_finding *f, struct knot_error *err)
{
	struct shown *s = arg;

	(void)err;
	s->findings += f->state == KNOT_FINDING_VERIFIED;
	if (s->json) {
		struct knot_json_line line = {.out = stdout};

		knot_json_line_text(&line, "event", "finding");
		knot_json_line_text(&line, "verdict", f->verdict);
		knot_json_line_text(&line, "title", f->title);
		knot_json_line_text(&line, "state", knot_finding_state_name(f->state));
		knot_json_line_text(&line, "crash_file", f->crash_file);
		knot_json_line_number(&line, "hits", f->hits);
		knot_json_line_number(&line, "replays", f->replays);
		knot_json_line_number(&line, "reproduced", f->reproduced);
		knot_json_line_end(&line);
		return 0;
	}
	printf("  %s\n      crashes/%s, %s by %" PRIu64 " of %" PRIu64 " replays\n", f->title,
		f->crash_file, knot_finding_state_name(f->state), f->reproduced, f->replays);
	return 0;
}

struct hooks {
	uint64_t placed, unplaced, missed;
};

static int get_hooks(const struct shown *s, struct hooks *ret, struct knot_error *err)
{
	int rc = knot_store_meta_get_u64(s->store, "hooks_placed", 0, &ret->placed, err);

	if (!rc)
		rc = knot_store_meta_get_u64(s->store, "hooks_unplaced", 0, &ret->unplaced, err);
	return rc ? rc : knot_store_meta_get_u64(s->store, "hooks_missed", 0, &ret->missed, err);
}

static int show(struct shown *s, const char *dir, struct knot_error *err)
{
	knot_auto_free char *command = NULL;
	uint64_t elapsed;
	struct hooks hooks;
	int rc;

	if ((rc = get_hooks(s, &hooks, err)) ||
		(rc = knot_store_meta_get(s->store, "command_line", &command, err)) ||
		(rc = knot_store_meta_get_u64(s->store, "elapsed_ns", 0, &elapsed, err)))
		return rc;
	if (!s->json) {
		printf("campaign %s\n  %s\n\n        runs    pairs  chains  test\n", dir,
			command ? command : "");
	}
	if ((rc = knot_store_target_each(s->store, on_target, s, err)))
		return rc;
	if (!s->json)
		printf("\nfindings\n");
	if ((rc = knot_store_finding_each(s->store, 0, on_finding, s, err)))
		return rc;
	if (s->json) {
		struct knot_json_line line = {.out = stdout};

		knot_json_line_text(&line, "event", "status");
		knot_json_line_text(&line, "command_line", command ? command : "");
		knot_json_line_number(&line, "elapsed_ns", elapsed);
		knot_json_line_number(&line, "targets", s->targets);
		knot_json_line_number(&line, "runs", s->runs);
		knot_json_line_number(&line, "steps", s->steps);
		knot_json_line_number(&line, "findings", s->findings);
		knot_json_line_number(&line, "hooks_placed", hooks.placed);
		knot_json_line_number(&line, "hooks_unplaced", hooks.unplaced);
		knot_json_line_number(&line, "hooks_missed", hooks.missed);
		knot_json_line_end(&line);
	} else {
		if (!s->findings)
			printf("  none\n");
		printf("\n%" PRIu64 " runs of %" PRIu64 " tests in %.0f s, %" PRIu64 " findings\n",
			s->runs, s->targets, (double)elapsed / 1e9, s->findings);
		printf("%" PRIu64 " operations with a hook, %" PRIu64
		       " without (goknot list -sites says which and why)",
			hooks.placed, hooks.unplaced);
		if (hooks.missed)
			printf(", %" PRIu64 " hooks missed in runs", hooks.missed);
		putchar('\n');
	}
	return KNOT_EXIT_CLEAN;
}

int knot_cmd_status(int argc, char **argv)
{
	struct knot_error err = {0};
	struct status_options o = {0};
	struct knot_option_words words;
	struct shown s = {0};
	const char *dir;
	int rc = knot_options_parse(&status_table, argc, argv, &o, &words, &err);

	if (!rc && words.words_len > 1)
		rc = knot_error_set(
			&err, KNOT_EUSAGE, "one campaign directory, not %zu", words.words_len);
	dir = !rc && words.words_len ? words.words[0] : ".goknot";
	knot_auto_free char *db = knot_xasprintf("%s/goknot.db", dir);

	if (!rc && !knot_file_exists(db))
		rc = knot_error_set(
			&err, KNOT_EUSAGE, "%s is no campaign directory: it has no goknot.db", dir);
	if (!rc)
		rc = knot_store_open(dir, KNOT_STORE_READ, &s.store, &err);
	if (!rc) {
		s.json = o.json;
		rc = show(&s, dir, &err);
	}
	knot_store_close(s.store);
	return rc < 0 ? knot_cmd_fail("status", &err) : rc;
}
