/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "cmd/cmd.h"
#include "cmd/fuzz_view.h"
#include "cmd/ignoring.h"
#include "cmd/options.h"
#include "cmd/reports_campaign.h"
#include "cmd/reports.h"
#include "cmd/session.h"
#include "engine/campaign.h"
#include "instrument/since.h"
#include "sys/clock.h"
#include "sys/machine.h"
#include "view/emit.h"
#include "wire/ops.h"
#include "wire/text.h"

#include <string.h>

#define SINCE_SHOWN 20 /* packages that are named */
#define DEFAULT_TIMEOUT_NS (10 * KNOT_NS_PER_S)

static struct knot_campaign_options campaign_options(const struct knot_fuzz_options *o,
	const struct knot_session *session, struct knot_ignore *ignore, const char *command_line)
{
	uint32_t policy = KNOT_POLICY_COUNT;
	const uint32_t cores = knot_machine_cores();
	/* A native run uses several cores by itself. */
	const uint32_t workers = o->sched == KNOT_SCHED_NATIVE ? (cores + 1) / 2 : cores;

	if (o->policy)
		knot_policy_parse(knot_span_str(o->policy), &policy);
	return (struct knot_campaign_options){
		.fuzztime_ns = o->fuzztime_ns,
		.fuzztime_runs = o->fuzztime_runs,
		.parallel = o->parallel ? o->parallel : workers,
		.seed = o->seed_set ? o->seed : knot_hash_mix(knot_clock_wall_ns()) >> 1,
		.policy = policy < KNOT_POLICY_COUNT ? (int32_t)policy : -1,
		.gopie = o->policy && !strcmp(o->policy, "gopie"),
		.depth = o->depth,
		.native = o->sched == KNOT_SCHED_NATIVE,
		.mutate = o->mutate,
		.feedback = (enum knot_feedback_kind)o->feedback,
		.first = o->first,
		.timeout_ns = o->timeout_ns ? o->timeout_ns : DEFAULT_TIMEOUT_NS,
		.memory_bytes = o->memory_bytes ? o->memory_bytes : KNOT_OPTION_MEMORY_BYTES,
		.disk_bytes = o->disk_bytes,
		.fresh_every = o->fresh_every,
		.minimize_ns = o->minimize_ns,
		.audit = o->audit,
		.trials = o->trials,
		.tries = o->tries,
		.cfg_flags = o->hooks ? 0 : KNOT_CFG_NO_HOOKS,
		.campaign_dir = session->campaign_dir,
		.command_line = command_line,
		.packages_dir = session->dir,
		.ignore = ignore,
		.cancel = session->cancel,
	};
}

static void tell_disk(struct knot_fuzz_view *v, const struct knot_campaign_status *st)
{
	knot_auto_free char *limit = knot_text_size(st->disk_limit_bytes);
	knot_auto_free char *builds = knot_text_size(st->disk_builds_bytes);
	knot_auto_free char *left = knot_text_size(st->disk_free_bytes);
	knot_auto_free char *line = knot_xasprintf(
		"disk: at most %s (-disk), %s of it for builds; %s are free", limit, builds, left);

	knot_fuzz_view_note(v, line);
}

/* Packages that do not build would look like packages without a bug. */
static void report_failed(struct knot_reports *reports, const struct knot_project *project)
{
	for (size_t i = 0; i < project->failed.len; i++) {
		const char *why = project->failed.data[i];
		knot_auto_free char *package = knot_xstrndup(why, strcspn(why, " :"));

		knot_reports_outcome(reports, knot_reports_case(reports, package, "build", 0),
			KNOT_RESULTS_ERROR, why);
	}
}

static int write_reports(const struct knot_fuzz_options *o, const struct knot_session *session,
	const struct knot_project *project, struct knot_reports *reports, uint64_t since_ns,
	bool whole, struct knot_error *err)
{
	knot_auto_free char *flags = knot_session_replay_flags(o->dir, o->output);
	const struct knot_reports_campaign_options ro = {
		.dir = session->campaign_dir,
		.shown = knot_session_shown(session, session->campaign_dir),
		.replay_flags = flags,
		.since_ns = since_ns,
	};

	knot_reports_in(reports, session->dir);
	report_failed(reports, project);
	const int rc = knot_reports_campaign(reports, &ro, err);
	/* Without a limit an interruption is the way to end. */
	const bool cut = *session->cancel && (o->fuzztime_ns || o->fuzztime_runs);

	return rc ? rc : knot_reports_write(reports, whole && !project->failed.len && !cut, err);
}

static int run_campaign(const struct knot_fuzz_options *o, struct knot_session *session,
	struct knot_project *project, struct knot_ignore *ignore, struct knot_fuzz_view *v,
	struct knot_reports *reports, const char *command_line, struct knot_error *err)
{
	const uint64_t since_ns = knot_clock_wall_ns();
	const struct knot_campaign_options co = campaign_options(o, session, ignore, command_line);
	const struct knot_campaign_view view = knot_fuzz_view_campaign(v);
	struct knot_campaign *c;
	struct knot_campaign_status st;
	const bool program = o->words.program;
	knot_auto_free char *targets = knot_text_targets(
		program ? 0 : project->targets.len, program ? project->targets.len : 0);
	knot_auto_free char *what = program
		? knot_xstrdup(targets)
		: knot_xasprintf("%s in %zu package%s", targets, project->packages,
			  knot_text_s(project->packages));
	knot_auto_free char *line = knot_xasprintf("seed %llu, %u worker%s, %s, results in %s",
		(unsigned long long)co.seed, co.parallel, knot_text_s(co.parallel), what,
		co.campaign_dir);

	knot_fuzz_view_note(v, line);
	knot_ignoring_tell(ignore, knot_fuzz_view_note, v);
	int rc = knot_campaign_open(&co, project, &view, &c, err);

	if (rc)
		return rc;
	knot_campaign_status(c, &st);
	tell_disk(v, &st);
	knot_fuzz_view_begin(v, c, &co, what);
	uint64_t *begun = knot_reports_session_begin(c);

	rc = knot_campaign_run(c, err);
	knot_campaign_status(c, &st);
	knot_fuzz_view_end(v, &st);
	knot_reports_session_end(reports, c, begun);
	knot_campaign_close(c);
	/* What was found before something broke is told, too. */
	const int told =
		write_reports(o, session, project, reports, since_ns, !rc, rc ? NULL : err);

	if (rc || told)
		return rc ? rc : told;
	return st.findings || st.known_hits ? KNOT_EXIT_BUG
		: st.runs                   ? KNOT_EXIT_CLEAN
					    : KNOT_EXIT_INCONCLUSIVE;
}

/* Caller frees. */
static char *since_line(const struct knot_since *since, const char *revision)
{
	const bool one = since->named == 1;
	struct knot_text t = {0};

	if (!since->packages.len) {
		knot_text_addf(&t,
			"nothing to fuzz: of %zu package%s none has changed since %s, nor what "
			"%s on",
			since->named, one ? "" : "s", revision, one ? "it depends" : "they depend");
		return knot_text_steal(&t);
	}
	knot_text_addf(&t, "changed since %s: %zu of %zu package%s:", revision, since->packages.len,
		since->named, one ? "" : "s");
	for (size_t i = 0; i < since->packages.len && i < SINCE_SHOWN; i++)
		knot_text_addf(&t, " %s", since->packages.data[i]);
	if (since->packages.len > SINCE_SHOWN)
		knot_text_addf(&t, " and %zu more", since->packages.len - SINCE_SHOWN);
	return knot_text_steal(&t);
}

/* What there is to fuzz: the packages that are named, or those of them that changed. */
static int choose(const struct knot_fuzz_options *o, struct knot_project_options *po,
	struct knot_since *since, struct knot_fuzz_view *v, struct knot_error *err)
{
	knot_auto_free char *work = knot_xasprintf("%s/build", po->campaign_dir);
	const struct knot_instrument_options io = {.dir = po->dir,
		.patterns = po->patterns,
		.patterns_len = po->patterns_len,
		.tags = po->tags,
		.race = po->race,
		.program = po->program,
		.work_dir = work,
		.cancel_fd = po->cancel_fd};

	if (!o->since)
		return 0;
	const int rc = knot_since(&io, o->since, since, err);

	if (rc)
		return rc;
	knot_auto_free char *revision = knot_text_escape(knot_span_str(o->since), 80);
	knot_auto_free char *line = since_line(since, revision);

	if (since->why && since->packages.len)
		knot_fuzz_view_note(v, since->why);
	if (since->packages.len)
		knot_fuzz_view_note(v, line);
	else
		knot_fuzz_view_say(v, line);
	po->patterns = (const char *const *)since->packages.data;
	po->patterns_len = since->packages.len;
	po->maybe_none = true;
	return 0;
}

static int build_and_run(const struct knot_fuzz_options *o, struct knot_session *session,
	const struct knot_project_options *po, struct knot_ignore *ignore, struct knot_fuzz_view *v,
	struct knot_reports *reports, const char *command_line, struct knot_error *err)
{
	struct knot_project project = {0};
	int rc = knot_project_open(po, knot_fuzz_view_note, v, &project, err);

	for (size_t i = 0; i < project.failed.len && !rc; i++)
		fprintf(stderr, "goknot fuzz: %s\n", project.failed.data[i]);
	if (!rc && project.targets.len) {
		rc = run_campaign(o, session, &project, ignore, v, reports, command_line, err);
	} else if (!rc) {
		knot_fuzz_view_say(
			v, "nothing to fuzz: no test of the packages that changed matches");
		rc = knot_reports_write(reports, true, err);
	} else if (*session->cancel) {
		/* Ctrl-C during the build: nothing was found */
		rc = knot_reports_write(reports, false, err);
	}
	knot_project_close(&project);
	return rc;
}

static int fuzz(const struct knot_fuzz_options *o, struct knot_session *session,
	struct knot_ignore *ignore, struct knot_reports *reports, const char *command_line,
	struct knot_error *err)
{
	knot_auto_free char *flags = knot_session_replay_flags(o->dir, o->output);
	const struct knot_fuzz_view_options vo = {
		.emit = o->json ? &knot_emit_json : &knot_emit_text,
		.cwd = session->cwd,
		.replay_flags = flags,
		.metrics = o->metrics,
		.quiet = o->quiet,
		.screen = o->screen && !o->json,
	};
	struct knot_fuzz_view *v = knot_fuzz_view_open(&vo);
	struct knot_since since = {0};
	struct knot_project_options po = {
		.dir = session->dir,
		.patterns = (const char *const *)o->words.words,
		.patterns_len = o->words.words_len,
		.run = o->run,
		.skip = o->skip,
		.tags = o->tags,
		.deps = o->deps,
		.race = o->race,
		.is_short = o->is_short,
		.args = o->words.args_len ? (const char *const *)o->words.args : NULL,
		.program = o->words.program,
		.campaign_dir = session->campaign_dir,
		.cancel_fd = session->cancel_fd,
	};
	int rc = choose(o, &po, &since, v, err);

	if (*session->cancel || (!rc && o->since && !since.packages.len))
		rc = knot_reports_write(reports, !*session->cancel, err);
	else if (!rc)
		rc = build_and_run(o, session, &po, ignore, v, reports, command_line, err);
	knot_fuzz_view_close(v);
	knot_since_free(&since);
	return rc;
}

int knot_cmd_fuzz(int argc, char **argv)
{
	struct knot_error err = {0};
	struct knot_fuzz_options o = {0};
	struct knot_session session = {0};
	struct knot_ignore ignore = {0};
	struct knot_reports *reports = NULL;
	knot_auto_free char *command_line = knot_session_command_line(argc, argv);
	int rc = knot_options_fuzz(argc, argv, &o, &err);
	const struct knot_reports_options ro = {
		.command = "fuzz", .junit = o.junit, .sarif = o.sarif, .json = o.json};

	if (!rc)
		rc = knot_reports_open(&ro, &reports, &err);
	if (!rc)
		rc = knot_session_open(o.dir, o.output, &session, &err);
	if (!rc && (rc = knot_ignoring_open(&session, o.ignore, &ignore, &err))) {
		knot_session_abandon(&session);
		knot_session_close(&session);
	}
	if (rc) {
		knot_reports_close(reports);
		return knot_cmd_fail("fuzz", &err);
	}
	rc = fuzz(&o, &session, &ignore, reports, command_line, &err);
	if (rc < 0 || o.since)
		knot_session_abandon(&session);
	knot_session_close(&session);
	knot_ignore_free(&ignore);
	knot_reports_close(reports);
	return rc < 0 ? knot_cmd_fail("fuzz", &err) : rc;
}
