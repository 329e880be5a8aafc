/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/shell.h"
#include "cmd/cmd.h"
#include "cmd/fuzz_view.h"
#include "cmd/ignoring.h"
#include "cmd/options.h"
#include "cmd/session.h"
#include "engine/campaign.h"
#include "sys/clock.h"
#include "sys/machine.h"
#include "view/emit.h"
#include "wire/ops.h"
#include "wire/text.h"

#include <string.h>

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
		.feedback = o->feedback != KNOT_FEEDBACK_NONE,
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

static int run_campaign(const struct knot_fuzz_options *o, struct knot_session *session,
	struct knot_project *project, struct knot_ignore *ignore, struct knot_fuzz_view *v,
	const char *command_line, struct knot_error *err)
{
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
			  project->packages == 1 ? "" : "s");
	knot_auto_free char *line = knot_xasprintf("seed %llu, %u workers, %s, results in %s",
		(unsigned long long)co.seed, co.parallel, what, co.campaign_dir);

	knot_fuzz_view_note(v, line);
	knot_ignoring_tell(ignore, knot_fuzz_view_note, v);
	int rc = knot_campaign_open(&co, project, &view, &c, err);

	if (rc)
		return rc;
	knot_campaign_status(c, &st);
	tell_disk(v, &st);
	knot_fuzz_view_begin(v, c, &co, what);
	rc = knot_campaign_run(c, err);
	knot_campaign_status(c, &st);
	knot_fuzz_view_end(v, &st);
	knot_campaign_close(c);
	if (rc)
		return rc;
	return st.findings || st.known_hits ? KNOT_EXIT_BUG
		: st.runs                   ? KNOT_EXIT_CLEAN
					    : KNOT_EXIT_INCONCLUSIVE;
}

/* What replay has to be told to find the module and the builds where fuzz did. */
static char *replay_flags(const struct knot_fuzz_options *o)
{
	knot_auto_free char *dir = knot_shell_word(o->dir ? o->dir : "");
	knot_auto_free char *output = knot_shell_word(o->output ? o->output : "");

	return knot_xasprintf("%s%s%s%s%s%s", o->dir ? "-C " : "", o->dir ? dir : "",
		o->dir ? " " : "", o->output ? "-o " : "", o->output ? output : "",
		o->output ? " " : "");
}

int knot_cmd_fuzz(int argc, char **argv)
{
	struct knot_error err = {0};
	struct knot_fuzz_options o;
	struct knot_session session = {0};
	struct knot_project project = {0};
	struct knot_ignore ignore = {0};
	knot_auto_free char *command_line = knot_session_command_line(argc, argv);
	int rc = knot_options_fuzz(argc, argv, &o, &err);

	if (!rc)
		rc = knot_session_open(o.dir, o.output, &session, &err);
	if (!rc && (rc = knot_ignoring_open(&session, o.ignore, &ignore, &err))) {
		knot_session_abandon(&session);
		knot_session_close(&session);
	}
	if (rc)
		return knot_cmd_fail("fuzz", &err);
	knot_auto_free char *flags = replay_flags(&o);
	const struct knot_fuzz_view_options vo = {
		.emit = o.json ? &knot_emit_json : &knot_emit_text,
		.cwd = session.cwd,
		.replay_flags = flags,
		.metrics = o.metrics,
		.quiet = o.quiet,
		.screen = o.screen && !o.json,
	};
	struct knot_fuzz_view *v = knot_fuzz_view_open(&vo);
	const struct knot_project_options po = {
		.dir = session.dir,
		.patterns = (const char *const *)o.words.words,
		.patterns_len = o.words.words_len,
		.run = o.run,
		.skip = o.skip,
		.tags = o.tags,
		.deps = o.deps,
		.race = o.race,
		.is_short = o.is_short,
		.args = o.words.args_len ? (const char *const *)o.words.args : NULL,
		.program = o.words.program,
		.campaign_dir = session.campaign_dir,
		.cancel_fd = session.cancel_fd,
	};

	rc = knot_project_open(&po, knot_fuzz_view_note, v, &project, &err);
	for (size_t i = 0; i < project.failed.len && !rc; i++)
		fprintf(stderr, "goknot fuzz: %s\n", project.failed.data[i]);
	if (!rc)
		rc = run_campaign(&o, &session, &project, &ignore, v, command_line, &err);
	else if (*session.cancel)
		rc = KNOT_EXIT_CLEAN; /* Ctrl-C during the build: nothing was found */
	knot_fuzz_view_close(v);
	knot_ignore_free(&ignore);
	knot_project_close(&project);
	if (rc < 0)
		knot_session_abandon(&session);
	knot_session_close(&session);
	return rc < 0 ? knot_cmd_fail("fuzz", &err) : rc;
}
