/* SPDX-License-Identifier: BSD-2-Clause */
/* Replays the schedules that are kept beside the code: none of them may reproduce what it was kept for. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "cmd/cmd.h"
#include "cmd/changed.h"
#include "cmd/ignoring.h"
#include "cmd/options_crash.h"
#include "sys/clock.h"
#include "view/emit.h"

#include <errno.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>

struct schedule {
	char *file;
	struct knot_crash_run run;
};

struct testing {
	const struct knot_test_options *options;
	const struct knot_emit_ops *emit;
	struct knot_session session;
	struct knot_ignore ignore;
	KNOT_VEC(struct schedule *) schedules;
	struct knot_emit_tested sum;
	bool bad; /* a file cannot be read, or code does not build */
};

static void say(struct testing *t, const struct schedule *s, const char *outcome, const char *title,
	const char *why, const char *text, uint32_t step)
{
	const struct knot_crash *c = &s->run.crash;
	const size_t cwd = strlen(t->session.cwd);
	const bool below = !strncmp(s->file, t->session.cwd, cwd) && s->file[cwd] == '/';
	const struct knot_emit_schedule e = {.file = below ? s->file + cwd + 1 : s->file,
		.package = c->target ? c->target : "",
		.test = c->test ? c->test : "",
		.expected = c->verdict ? c->verdict : "",
		.outcome = outcome,
		.title = title,
		.why = why,
		.step = step,
		.text = text};
	const bool fine = !strcmp(outcome, "clean") || !strcmp(outcome, "fixed") ||
		!strcmp(outcome, "diverged") || !strcmp(outcome, "ignored");

	if (!fine || t->options->verbose || t->options->json)
		t->emit->schedule(stdout, &e);
}

static void stale(struct testing *t, const struct schedule *s, const char *why)
{
	t->sum.stale++;
	say(t, s, "stale", "", why, NULL, 0);
}

/* What go's own tools skip: vendored code, other modules, and what begins with a dot or an underscore. */
static bool is_skipped(const FTSENT *e)
{
	knot_auto_free char *gomod = knot_xasprintf("%s/go.mod", e->fts_accpath);
	struct stat st;

	return e->fts_level > 0 &&
		(*e->fts_name == '.' || *e->fts_name == '_' || !strcmp(e->fts_name, "vendor") ||
			!stat(gomod, &st));
}

static bool is_kept(const char *path)
{
	static const char end[] = ".crash";
	const size_t len = strlen(path);

	return len > strlen(end) && !strcmp(path + len - strlen(end), end) &&
		strstr(path, "/testdata/goknot/");
}

static void add(struct testing *t, const char *path)
{
	struct schedule *s = knot_xalloc(sizeof(*s));
	struct knot_error err = {0};

	s->file = knot_xstrdup(path);
	t->sum.schedules++;
	if (knot_crash_read(path, &s->run.crash, &err)) {
		t->bad = true;
		stale(t, s, err.message);
	}
	knot_vec_push(&t->schedules, s);
}

/* "./x/..." is x and all below, "./x" only the package there. */
static int collect(struct testing *t, const char *pattern, struct knot_error *err)
{
	static const char all[] = "/...";
	size_t len = strlen(pattern);
	const bool below = !strcmp(pattern, "...") ||
		(len >= strlen(all) && !strcmp(pattern + len - strlen(all), all));

	if (below)
		len = !strcmp(pattern, "...") ? 0 : len - strlen(all);
	knot_auto_free char *dir = *pattern == '/'
		? knot_xasprintf("%.*s", (int)len, pattern)
		: knot_xasprintf("%s/%.*s", t->session.dir, (int)len, pattern);
	knot_auto_free char *real = realpath(dir, NULL);

	if (!real)
		return knot_error_set(err, KNOT_EUSAGE,
			"%s: %s (packages are named by their directories here)", pattern,
			strerror(errno));
	knot_auto_free char *only = below ? NULL : knot_xasprintf("%s/testdata/goknot", real);
	char *roots[] = {below ? real : only, NULL};
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);

	if (!walk)
		return knot_error_sys(err, "%s", pattern);
	for (FTSENT *e; (e = fts_read(walk));) {
		if (e->fts_info == FTS_D && is_skipped(e))
			fts_set(walk, e, FTS_SKIP);
		else if (e->fts_info == FTS_F && is_kept(e->fts_path))
			add(t, e->fts_path);
	}
	fts_close(walk);
	return 0;
}

static int order(const void *a, const void *b)
{
	const struct schedule *const *x = a, *const *y = b;
	const struct knot_crash *p = &(*x)->run.crash, *q = &(*y)->run.crash;

	/* Those that could not be read come first. */
	if (!p->target || !q->target)
		return (p->target != NULL) - (q->target != NULL);
	const int c = knot_crash_alike(p, q);

	return c ? c : strcmp((*x)->file, (*y)->file);
}

static void count(struct testing *t, const struct schedule *s, const char *outcome,
	const char *title, const char *text, uint32_t step)
{
	t->sum.reproduced += !strcmp(outcome, "reproduced");
	t->sum.other += !strcmp(outcome, "other");
	t->sum.diverged += !strcmp(outcome, "diverged");
	t->sum.fixed += !strcmp(outcome, "fixed");
	say(t, s, outcome, title, NULL, text, step);
}

static bool is_known(void *arg, const struct knot_crash_run *run, const struct knot_finding *f,
	const struct knot_outcome *o)
{
	struct testing *t = arg;
	knot_auto_free char *reason =
		knot_ignoring_reason(&t->ignore, &run->place->project, run, f, &o->record);

	return reason;
}

/* The code has changed, and the decisions do not end in a bug. */
static int follow(struct testing *t, struct schedule *s, struct knot_error *err)
{
	const struct knot_changed_options o = {
		.continuations = t->options->continuations, .known = is_known, .arg = t};
	struct knot_changed c = {0};
	const int rc = knot_changed_follow(&s->run, &o, &c, err);

	if (!rc)
		count(t, s, knot_changed_outcome(&c), c.title ? c.title : "", c.text,
			c.followed.step);
	knot_changed_free(&c);
	return rc;
}

static int replay_one(struct testing *t, struct schedule *s, const struct knot_project *project,
	struct knot_error *err)
{
	uint32_t memory[KNOT_MEM_MAX];
	const struct knot_schedule schedule = knot_changed_schedule(&s->run, memory);
	struct knot_outcome o = {0};
	struct knot_finding f = {0};
	const int rc = knot_replay(s->run.replayer, s->run.target, &schedule, &o, err);

	if (rc)
		return rc;
	if (!o.ran) {
		stale(t, s, "the process ends before the run begins");
		knot_outcome_free(&o);
		return 0;
	}
	knot_crash_run_judge(&s->run, &o, &f);
	knot_auto_free char *known =
		knot_ignoring_reason(&t->ignore, project, &s->run, &f, &o.record);
	const struct knot_shm_result *r = &o.record.result;
	const bool diverged = r->flags & KNOT_RUN_DIVERGED;
	const uint32_t step = diverged ? r->diverged_at : 0;
	const bool same = knot_changed_is_same(&s->run, &f);
	const bool changed = !known && !same && !f.verdict.finding &&
		knot_changed_may_be_why(&s->run, diverged, r->hash == s->run.crash.schedule_hash);

	knot_outcome_free(&o); /* its trace may be long, and others follow */
	if (changed) {
		knot_finding_free(&f);
		return follow(t, s, err);
	}
	t->sum.ignored += known != NULL;
	if (known)
		say(t, s, "ignored", f.title, known, NULL, 0);
	else if (same)
		count(t, s, "reproduced", f.title, NULL, 0);
	else if (f.verdict.finding)
		count(t, s, "other", f.title, NULL, 0);
	else
		count(t, s, diverged ? "diverged" : "clean", "", NULL, step);
	knot_finding_free(&f);
	return 0;
}

/* Those of one build. */
static int replay_group(struct testing *t, size_t from, size_t to, struct knot_error *err)
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
			stale(t, t->schedules.data[i], err->message);
		t->bad |= rc == KNOT_EBUILD;
		rc = *t->session.cancel ? rc : 0;
	} else {
		for (size_t i = from; i < to && !rc; i++) {
			struct schedule *s = t->schedules.data[i];

			rc = knot_crash_run_attach(&s->run, &place, &ro, t->session.cancel, err);
			if (rc == KNOT_EUSAGE) {
				stale(t, s, err->message);
				rc = 0;
				continue;
			}
			if (!rc)
				rc = replay_one(t, s, &place.project, err);
			knot_crash_run_detach(&s->run);
		}
	}
	t->sum.replay_ns += knot_clock_mono_ns() - built_ns;
	knot_crash_place_close(&place);
	free(crashes);
	return rc;
}

static int test(struct testing *t, struct knot_error *err)
{
	const struct knot_option_words *w = &t->options->words;
	int rc = w->words_len ? 0 : collect(t, ".", err);

	for (size_t i = 0; i < w->words_len && !rc; i++)
		rc = collect(t, w->words[i], err);
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

static int exit_code(const struct testing *t)
{
	if (t->sum.reproduced + t->sum.other)
		return KNOT_EXIT_BUG;
	if (t->bad)
		return KNOT_EXIT_USAGE;
	return t->sum.stale ? KNOT_EXIT_INCONCLUSIVE : KNOT_EXIT_CLEAN;
}

int knot_cmd_test(int argc, char **argv)
{
	struct knot_error err = {0};
	struct knot_test_options o;
	struct testing t = {.options = &o};
	int rc = knot_options_test(argc, argv, &o, &err);

	if (!rc)
		rc = knot_session_open(o.dir, o.output, &t.session, &err);
	if (!rc) {
		t.emit = o.json ? &knot_emit_json : &knot_emit_text;
		rc = knot_ignoring_open(&t.session, o.ignore, &t.ignore, &err);
	}
	if (!rc) {
		knot_ignoring_warn(&t.ignore, "test");
		rc = test(&t, &err);
	}
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
	knot_ignore_free(&t.ignore);
	if (!t.sum.schedules)
		knot_session_abandon(&t.session);
	knot_session_close(&t.session);
	return rc < 0 ? knot_cmd_fail("test", &err) : rc;
}
