/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cmd/cmd.h"
#include "cmd/finding_state.h"
#include "cmd/json.h"
#include "cmd/listed_lines.h"
#include "cmd/options.h"
#include "cmd/overview.h"
#include "engine/project.h"
#include "store/finding.h"
#include "store/pair.h"
#include "store/position.h"
#include "store/run.h"
#include "store/store.h"
#include "store/target.h"
#include "wire/text.h"

#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

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
	uint64_t targets, programs, runs, steps, findings, shown;
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
	const char *why = knot_target_state_why(t->state);

	s->targets++;
	s->programs += !strcmp(t->test, KNOT_PROGRAM_NAME);
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
		knot_json_line_number(&line, "used_ns", t->used_ns);
		knot_json_line_number(&line, "positions_raced", at.raced);
		knot_json_line_number(&line, "positions_shared", at.shared);
		knot_json_line_bool(&line, "set_aside", t->state != 0);
		if (why)
			knot_json_line_text(&line, "why_aside", why);
		knot_json_line_end(&line);
		return 0;
	}
	if (why)
		printf(" set aside: %s %s (%s)\n", t->test, t->import_path, why);
	if (at.raced || at.shared)
		printf(" memory: %" PRIu64 " racing accesses, %" PRIu64 " shared ones in %s %s\n",
			at.raced, at.shared, t->test, t->import_path);
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
		knot_finding_state_json(f, &line);
		knot_json_line_text(&line, "crash_file", f->crash_file);
		knot_json_line_number(&line, "hits", f->hits);
		knot_json_line_number(&line, "replays", f->replays);
		knot_json_line_number(&line, "reproduced", f->reproduced);
		knot_json_line_end(&line);
		return 0;
	}
	knot_auto_free char *state = knot_finding_state_text(f);

	s->shown++;
	printf("  %s\n      crashes/%s, %s\n", f->title, f->crash_file, state);
	knot_finding_state_print(f, "      ");
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

/* As wide as the terminal; wide enough for long names where there is none. */
static unsigned width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	return 160;
}

static void print_page(const struct knot_overview *o)
{
	const struct knot_overview_shape shape = {.cols = width(), .keys = ""};
	struct knot_overview_lines lines = {0};

	knot_overview_layout(o, &shape, &lines);
	for (size_t i = 0; i < lines.list.len; i++)
		puts(lines.list.data[i].text);
	knot_overview_free(&lines);
}

static void json_live(const struct knot_overview *o)
{
	for (size_t i = 0; i < o->arms_len; i++) {
		struct knot_json_line line = {.out = stdout};

		knot_json_line_text(&line, "event", "policy");
		knot_json_line_text(&line, "policy", o->arms[i].name);
		knot_json_line_number(&line, "runs", o->arms[i].runs);
		knot_json_line_number(&line, "steps", o->arms[i].steps);
		knot_json_line_number(&line, "pairs", o->arms[i].pairs);
		knot_json_line_number(&line, "findings", o->arms[i].findings);
		knot_json_line_end(&line);
	}
	for (size_t i = 0; i < o->workers_len; i++) {
		struct knot_json_line line = {.out = stdout};

		knot_json_line_text(&line, "event", "worker");
		knot_json_line_number(&line, "worker", i + 1);
		knot_json_line_text(&line, "test", o->workers[i].test ? o->workers[i].test : "");
		knot_json_line_number(&line, "pid", (uint64_t)o->workers[i].pid);
		knot_json_line_number(&line, "runs", o->workers[i].runs);
		knot_json_line_end(&line);
	}
}

static void json_status(const struct shown *s, const struct knot_overview *o,
	const struct hooks *hooks, const char *command)
{
	struct knot_json_line line = {.out = stdout};

	json_live(o);
	knot_json_line_text(&line, "event", "status");
	knot_json_line_text(&line, "command_line", command);
	knot_json_line_bool(&line, "running", o->running);
	knot_json_line_number(&line, "seed", o->seed);
	knot_json_line_number(&line, "elapsed_ns", o->elapsed_ns);
	knot_json_line_number(&line, "targets", s->targets);
	knot_json_line_number(&line, "runs", s->runs);
	knot_json_line_number(&line, "runs_per_s", (uint64_t)o->runs_per_s);
	knot_json_line_number(&line, "steps", s->steps);
	knot_json_line_number(&line, "processes", o->processes);
	knot_json_line_number(&line, "pairs", o->pairs);
	knot_json_line_number(&line, "channel_states", o->states);
	knot_json_line_number(&line, "corpus", o->corpus);
	knot_json_line_number(&line, "recorded", o->recorded);
	knot_json_line_number(&line, "chain_runs", o->chain_runs);
	knot_json_line_number(&line, "chain_any", o->chain_any);
	knot_json_line_number(&line, "chain_all", o->chain_all);
	knot_json_line_number(&line, "findings", s->findings);
	knot_json_line_number(&line, "ignored", o->ignored);
	knot_json_line_number(&line, "listed", o->listed);
	knot_json_line_number(&line, "rejected", o->rejected);
	knot_json_line_number(&line, "replays", o->replays);
	knot_json_line_number(&line, "replays_same", o->replays_same);
	knot_json_line_number(&line, "not_recorded", o->not_recorded);
	knot_json_line_number(&line, "disk_bytes", o->disk_bytes);
	knot_json_line_number(&line, "disk_limit_bytes", o->disk_limit_bytes);
	knot_json_line_number(&line, "hooks_placed", hooks->placed);
	knot_json_line_number(&line, "hooks_unplaced", hooks->unplaced);
	knot_json_line_number(&line, "hooks_missed", hooks->missed);
	knot_json_line_end(&line);
}

static void text_end(
	const struct shown *s, const struct knot_overview *o, const struct hooks *hooks)
{
	knot_auto_free char *targets = knot_text_targets(s->targets - s->programs, s->programs);

	printf("\n%" PRIu64 " run%s of %s in %.0f s, %" PRIu64 " finding%s", s->runs,
		knot_text_s(s->runs), targets, (double)o->elapsed_ns / 1e9, s->findings,
		knot_text_s(s->findings));
	if (o->ignored)
		printf(", %" PRIu64 " ignored", o->ignored);
	putchar('\n');
	printf("%" PRIu64 " operation%s with a hook, %" PRIu64
	       " without (goknot list -sites says which and why)",
		hooks->placed, knot_text_s(hooks->placed), hooks->unplaced);
	if (hooks->missed)
		printf(", %" PRIu64 " hook%s missed in runs", hooks->missed,
			knot_text_s(hooks->missed));
	putchar('\n');
}

static int show(struct shown *s, const char *dir, struct knot_error *err)
{
	struct knot_overview_page page = {0};
	knot_auto_free char *command = NULL;
	struct hooks hooks;
	int rc;

	if ((rc = get_hooks(s, &hooks, err)) ||
		(rc = knot_store_meta_get(s->store, "command_line", &command, err)) ||
		(rc = knot_overview_from_store(s->store, dir, &page, err)))
		goto done;
	if (!s->json) {
		print_page(&page.overview);
		printf("\ncampaign %s\n  %s\n", dir, command ? command : "");
	}
	if ((rc = knot_store_target_each(s->store, on_target, s, err)))
		goto done;
	if (!s->json)
		printf("\nfindings\n");
	if ((rc = knot_store_finding_each(s->store, 0, on_finding, s, err)))
		goto done;
	if (!s->json && !s->shown)
		printf("  none\n");
	if ((rc = knot_listed_lines(s->store, s->json, "\nlisted\n", "  ", err)))
		goto done;
	if (s->json)
		json_status(s, &page.overview, &hooks, command ? command : "");
	else
		text_end(s, &page.overview, &hooks);
	rc = KNOT_EXIT_CLEAN;
done:
	knot_overview_page_free(&page);
	return rc;
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

	if (!rc)
		rc = knot_store_there(dir, &err);
	if (!rc)
		rc = knot_store_open(dir, KNOT_STORE_READ, &s.store, &err);
	if (!rc) {
		s.json = o.json;
		rc = show(&s, dir, &err);
	}
	knot_store_close(s.store);
	return rc < 0 ? knot_cmd_fail("status", &err) : rc;
}
