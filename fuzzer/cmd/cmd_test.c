/* SPDX-License-Identifier: BSD-2-Clause */
/* Replays the schedules that are kept beside the code: none of them may reproduce what it was kept for. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "cmd/cmd.h"
#include "cmd/changed.h"
#include "cmd/ignoring.h"
#include "cmd/kept.h"
#include "cmd/options_crash.h"
#include "cmd/reports_kept.h"
#include "cmd/sources.h"
#include "cmd/testing.h"
#include "engine/crashfile.h"
#include "sys/clock.h"
#include "view/emit.h"
#include "view/emit_schedule.h"

#include <string.h>

static void add(void *arg, const char *path)
{
	struct knot_testing *t = arg;
	struct knot_testing_schedule *s = knot_xalloc(sizeof(*s));
	struct knot_error err = {0};

	s->file = knot_xstrdup(path);
	t->sum.schedules++;
	if (knot_crashfile_read(path, &s->run.crash, &err)) {
		t->bad = true;
		knot_testing_stale(t, s, err.message, true);
	}
	knot_vec_push(&t->schedules, s);
}

static int order(const void *a, const void *b)
{
	const struct knot_testing_schedule *const *x = a, *const *y = b;
	const struct knot_crash *p = &(*x)->run.crash, *q = &(*y)->run.crash;

	/* Those that could not be read come first. */
	if (!p->target || !q->target)
		return (p->target != NULL) - (q->target != NULL);
	const int c = knot_crash_alike(p, q);

	return c ? c : strcmp((*x)->file, (*y)->file);
}

static bool is_known(void *arg, const struct knot_crash_run *run, const struct knot_finding *f,
	const struct knot_outcome *o)
{
	struct knot_testing *t = arg;
	knot_auto_free char *reason =
		knot_ignoring_reason(&t->ignore, &run->place->project, run, f, &o->record);

	return reason;
}

/* The code has changed, and the decisions do not end in a bug. */
static int follow(struct knot_testing *t, struct knot_testing_schedule *s, struct knot_error *err)
{
	const struct knot_changed_options o = {
		.continuations = t->options->continuations, .known = is_known, .arg = t};
	struct knot_changed c = {0};
	const int rc = knot_changed_follow(&s->run, &o, &c, err);
	const struct knot_testing_result r = {.outcome = knot_changed_outcome(&c),
		.title = c.title,
		.text = c.text,
		.step = c.followed.step};

	if (!rc)
		knot_testing_tell(t, s, &r);
	knot_changed_free(&c);
	return rc;
}

static int replay_one(struct knot_testing *t, struct knot_testing_schedule *s,
	const struct knot_project *project, struct knot_error *err)
{
	uint32_t memory[KNOT_MEM_MAX];
	const struct knot_schedule schedule = knot_changed_schedule(&s->run, memory);
	struct knot_outcome o = {0};
	struct knot_finding f = {0};
	const int rc = knot_replay_tolerant(s->run.replayer, s->run.target, &schedule, &o, err);

	if (rc)
		return rc;
	if (!o.ran) {
		knot_testing_stale(t, s,
			o.damaged ? "the target writes over the memory that it shares with goknot"
				  : "the process ends before the run begins",
			false);
		knot_outcome_free(&o);
		return 0;
	}
	knot_crash_run_judge(&s->run, &o, &f);
	knot_auto_free char *known =
		knot_ignoring_reason(&t->ignore, project, &s->run, &f, &o.record);
	const struct knot_shm_result *end = &o.record.result;
	const bool diverged = end->flags & KNOT_RUN_DIVERGED;
	const bool same = knot_changed_is_same(&s->run, &f);
	const bool bug = known || same || f.verdict.finding;
	const bool changed = !bug &&
		knot_changed_may_be_why(&s->run, diverged, end->hash == s->run.crash.schedule_hash);
	const struct knot_testing_result r = {.outcome = known ? "ignored"
			: same                                 ? "reproduced"
			: bug                                  ? "other"
			: diverged                             ? "diverged"
							       : "clean",
		.finding = bug ? &f : NULL,
		.run = &o,
		.why = known,
		.step = !bug && diverged ? end->diverged_at : 0};

	if (!changed)
		knot_testing_tell(t, s, &r);
	knot_finding_free(&f);
	knot_outcome_free(&o); /* its trace may be long, and others follow */
	return changed ? follow(t, s, err) : 0;
}

/* Those of one build. */
static int replay_group(struct knot_testing *t, size_t from, size_t to, struct knot_error *err)
{
	const struct knot_crash_run_options ro = {.memory_bytes = t->options->memory_bytes};
	const struct knot_crash **crashes = knot_xalloc((to - from) * sizeof(*crashes));
	struct knot_crash_place place = {0};
	const uint64_t start_ns = knot_clock_mono_ns();
	int rc;

	for (size_t i = from; i < to; i++)
		crashes[i - from] = &t->schedules.data[i]->run.crash;
	rc = knot_crash_place_open(&place, &t->session, crashes, to - from, err);
	const uint64_t built_ns = knot_clock_mono_ns();

	t->sum.build_ns += built_ns - start_ns;
	if (rc == KNOT_EUSAGE || rc == KNOT_EBUILD) {
		/* Nothing of the group can be tried; the others can. */
		for (size_t i = from; i < to && !*t->session.cancel; i++)
			knot_testing_stale(
				t, t->schedules.data[i], err->message, rc == KNOT_EBUILD);
		t->bad |= rc == KNOT_EBUILD;
		rc = *t->session.cancel ? rc : 0;
	} else {
		t->places = t->reports && !rc ? knot_reports_kept_sources(&place) : NULL;
		for (size_t i = from; i < to && !rc; i++) {
			struct knot_testing_schedule *s = t->schedules.data[i];

			rc = knot_crash_run_attach(&s->run, &place, &ro, t->session.cancel, err);
			if (rc == KNOT_EUSAGE) {
				knot_testing_stale(t, s, err->message, false);
				rc = 0;
				continue;
			}
			if (!rc)
				rc = replay_one(t, s, &place.project, err);
			knot_crash_run_detach(&s->run);
		}
	}
	t->sum.replay_ns += knot_clock_mono_ns() - built_ns;
	knot_sources_free(t->places);
	t->places = NULL;
	knot_crash_place_close(&place);
	free(crashes);
	return rc;
}

static void leave_out(void *arg, const char *path)
{
	struct knot_testing *t = arg;

	knot_vec_push(&t->left_out, knot_xstrdup(path));
}

/* Whoever has joined modules in a workspace is not to take it for all of them that nothing is kept in one. */
static int none_kept(const struct knot_testing *t, const char *pattern, struct knot_error *err)
{
	const size_t len = strlen(t->session.dir);

	if (!knot_kept_in_workspace(t->session.dir))
		return 0;
	for (size_t i = 0; i < t->left_out.len; i++) {
		const char *dir = t->left_out.data[i];
		const bool below = !strncmp(dir, t->session.dir, len) && dir[len] == '/';

		if (knot_kept_any(dir))
			return knot_error_set(err, KNOT_EUSAGE,
				"no schedule is kept in %s itself, but in other modules below it, "
				"which it does not stand for: name them, such as %s%s/...",
				pattern, below ? "." : "", below ? dir + len : dir);
	}
	return 0;
}

static int find(struct knot_testing *t, struct knot_error *err)
{
	const struct knot_option_words *w = &t->options->words;
	const char *first = w->words_len ? w->words[0] : ".";
	int rc = knot_kept_find(t->session.dir, first, add, leave_out, t, err);

	for (size_t i = 1; i < w->words_len && !rc; i++)
		rc = knot_kept_find(t->session.dir, w->words[i], add, leave_out, t, err);
	return rc || t->schedules.len ? rc : none_kept(t, first, err);
}

static int test(struct knot_testing *t, struct knot_error *err)
{
	int rc = find(t, err);

	if (rc)
		return rc;
	if (t->schedules.len)
		qsort(t->schedules.data, t->schedules.len, sizeof(*t->schedules.data), order);
	for (size_t from = 0, to; from < t->schedules.len && !rc; from = to) {
		const struct knot_crash *c = &t->schedules.data[from]->run.crash;

		for (to = from + 1; to < t->schedules.len && c->target &&
			!knot_crash_alike(c, &t->schedules.data[to]->run.crash);)
			to++;
		if (c->target)
			rc = replay_group(t, from, to, err);
	}
	return rc;
}

static int exit_code(const struct knot_testing *t)
{
	if (t->sum.reproduced + t->sum.other)
		return KNOT_EXIT_BUG;
	if (t->bad)
		return KNOT_EXIT_USAGE;
	return t->sum.stale ? KNOT_EXIT_INCONCLUSIVE : KNOT_EXIT_CLEAN;
}

static int run(struct knot_testing *t, struct knot_error *err)
{
	const struct knot_test_options *o = t->options;
	const struct knot_reports_options ro = {
		.command = "test", .junit = o->junit, .sarif = o->sarif, .json = o->json};
	int rc = knot_reports_open(&ro, &t->reports, err);

	if (!rc)
		rc = knot_session_open(o->dir, o->output, &t->session, err);
	if (rc)
		return rc;
	t->emit = o->json ? &knot_emit_json : &knot_emit_text;
	t->replay_flags = knot_session_replay_flags(o->dir, o->output);
	knot_reports_in(t->reports, t->session.dir);
	if ((rc = knot_ignoring_open(&t->session, o->ignore, &t->ignore, err)))
		return rc;
	knot_ignoring_warn(&t->ignore, "test");
	rc = test(t, err);

	const int told = knot_testing_write_reports(t, !rc, rc ? NULL : err);

	return rc ? rc : told;
}

int knot_cmd_test(int argc, char **argv)
{
	struct knot_error err = {0};
	struct knot_test_options o = {0};
	struct knot_testing t = {.options = &o};
	int rc = knot_options_test(argc, argv, &o, &err);

	if (!rc)
		rc = run(&t, &err);
	if (!rc) {
		t.emit->tested(stdout, &t.sum);
		rc = exit_code(&t);
	}
	for (size_t i = 0; i < t.schedules.len; i++) {
		knot_crash_run_close(&t.schedules.data[i]->run);
		free(t.schedules.data[i]->file);
		free(t.schedules.data[i]);
	}
	knot_vec_free(&t.schedules);
	for (size_t i = 0; i < t.left_out.len; i++)
		free(t.left_out.data[i]);
	knot_vec_free(&t.left_out);
	knot_ignore_free(&t.ignore);
	if (!t.sum.schedules)
		knot_session_abandon(&t.session);
	knot_session_close(&t.session);
	knot_reports_close(t.reports);
	free(t.replay_flags);
	return rc < 0 ? knot_cmd_fail("test", &err) : rc;
}
