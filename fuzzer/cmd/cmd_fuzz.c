/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/shell.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/session.h"
#include "engine/campaign.h"
#include "engine/sitenames.h"
#include "sys/clock.h"
#include "sys/machine.h"
#include "view/emit.h"
#include "wire/ops.h"

#include <string.h>

#define DEFAULT_TIMEOUT_NS (10 * KNOT_NS_PER_S)

struct screen {
	const struct knot_emit_ops *emit;
	const char *cwd;
	const char *replay_flags;
	bool quiet;
	struct knot_campaign_status last;
};

/* Nobody reads on, or the disk is full: what is found from here on would go unseen, so the campaign ends. */
static void stop_when_unread(void)
{
	if (ferror(stdout))
		knot_session_cancel();
}

static struct knot_emit_progress convert(struct screen *s, const struct knot_campaign_status *st)
{
	struct knot_emit_progress p = {
		.elapsed_ns = st->elapsed_ns,
		.runs = st->runs,
		.runs_since = st->runs - s->last.runs,
		.since_ns = st->elapsed_ns - s->last.elapsed_ns,
		.pairs = st->pairs,
		.pairs_since = st->pairs - s->last.pairs,
		.chain_runs = st->chain_runs,
		.chain_any = st->chain_any,
		.chain_all = st->chain_all,
		.corpus = st->corpus,
		.processes = st->processes,
		.steps = st->steps,
		.findings = st->findings,
		.duplicates = st->duplicates,
		.rejected = st->rejected,
		.listed = st->listed,
		.targets = st->targets,
		.set_aside = st->set_aside,
		.workers = st->workers,
		.replays = st->replays,
		.replays_same = st->replays_same,
		.audits = st->audits,
		.audits_same = st->audits_same,
		.events_lost = st->events_lost,
		.hooks_missed = st->hooks_missed,
		.pairs_full = st->pairs_full,
		.sites_full = st->sites_full,
		.prims_full = st->prims_full,
		.races_lost = st->races_lost,
		.preempts = st->preempts,
	};

	s->last = *st;
	return p;
}

static void on_progress(void *arg, const struct knot_campaign_status *st)
{
	struct screen *s = arg;
	const struct knot_emit_progress p = convert(s, st);

	if (!s->quiet)
		s->emit->progress(stdout, &p);
	stop_when_unread();
}

/* As seen from here. */
static const char *shown(const struct screen *s, const char *file)
{
	const size_t cwd = strlen(s->cwd);

	return file && !strncmp(file, s->cwd, cwd) && file[cwd] == '/' ? file + cwd + 1 : file;
}

static void on_finding(struct screen *s, const struct knot_campaign_news_item *n)
{
	const struct knot_verdict *v = &n->finding->verdict;
	size_t count = knot_finding_lines(n->finding);
	char **lines = knot_xalloc((count + 1) * sizeof(*lines));

	for (size_t i = 0; i < count; i++)
		lines[i] = knot_finding_line(n->finding, i, n->record, n->names);
	const struct knot_emit_finding f = {
		.package = n->target->package,
		.test = n->target->name,
		.verdict = knot_verdict_name(v->kind),
		.title = n->finding->title,
		.message = n->finding->message,
		.proof = knot_proof_name(v->proof),
		.crash_file = shown(s, n->crash_file),
		.replay_flags = s->replay_flags,
		.lines_are = n->finding->race ? "stacks" : "waits",
		.lines = (const char *const *)lines,
		.lines_len = count,
		.bucket = n->finding->bucket,
		.schedule_hash = n->record->result.hash,
		.early_ns = n->record->result.early_ns,
		.steps = n->record->result.steps,
		.external = n->record->result.flags & KNOT_RUN_EXTERNAL,
		.native = n->native,
		.tries = n->tries,
		.reproduced = n->same,
		.controlled_file = shown(s, n->controlled_file),
	};

	s->emit->finding(stdout, &f);
	for (size_t i = 0; i < count; i++)
		free(lines[i]);
	free(lines);
}

static void on_audit(struct screen *s, const struct knot_campaign_news_item *n)
{
	const struct knot_verdict *v = &n->finding->verdict;
	const struct knot_shm_result *r = &n->record->result;
	const struct knot_emit_audit a = {
		.package = n->target->package,
		.test = n->target->name,
		.verdict = knot_verdict_name(v->kind),
		.end = n->record->timed_out ? "timeout" : knot_end_name(r->end),
		.title = n->finding->title,
		.why = n->text,
		.schedule_hash = r->hash,
		.steps = r->steps,
		.early_ns = r->early_ns,
		.virtual_ns = r->virtual_ns,
		.cpu_ns = n->audit->cpu_ns,
		.wall_ns = n->audit->wall_ns,
		.external = r->flags & KNOT_RUN_EXTERNAL,
		.reproduced = n->audit->reproduced,
		.same_hash = n->audit->same_hash,
	};

	s->emit->audit(stdout, &a);
}

static void on_news(void *arg, const struct knot_campaign_news_item *n)
{
	struct screen *s = arg;
	const char *kind = n->kind == KNOT_NEWS_LISTED ? "listed"
		: n->kind == KNOT_NEWS_REJECTED        ? "rejected"
						       : "set aside";

	if (n->kind == KNOT_NEWS_FINDING)
		on_finding(s, n);
	else if (n->kind == KNOT_NEWS_AUDIT)
		on_audit(s, n);
	else if (n->kind == KNOT_NEWS_NOTE || !n->target)
		s->emit->note(stdout, n->text);
	else
		s->emit->listed(stdout, kind, n->target->package, n->target->name,
			n->finding ? n->finding->title : NULL, n->text);
	stop_when_unread();
}

static void on_build(void *arg, const char *what)
{
	struct screen *s = arg;

	if (!s->quiet)
		s->emit->note(stdout, what);
	stop_when_unread();
}

static struct knot_campaign_options campaign_options(const struct knot_fuzz_options *o,
	const struct knot_session *session, const char *command_line)
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
		.native = o->sched == KNOT_SCHED_NATIVE,
		.mutate = o->mutate,
		.feedback = o->feedback != KNOT_FEEDBACK_NONE,
		.first = o->first,
		.timeout_ns = o->timeout_ns ? o->timeout_ns : DEFAULT_TIMEOUT_NS,
		.memory_bytes = o->memory_bytes ? o->memory_bytes : KNOT_OPTION_MEMORY_BYTES,
		.fresh_every = o->fresh_every,
		.audit = o->audit,
		.cfg_flags = o->hooks ? 0 : KNOT_CFG_NO_HOOKS,
		.campaign_dir = session->campaign_dir,
		.command_line = command_line,
		.packages_dir = session->dir,
		.cancel = session->cancel,
	};
}

static int run_campaign(const struct knot_fuzz_options *o, struct knot_session *session,
	struct knot_project *project, struct screen *s, const char *command_line,
	struct knot_error *err)
{
	const struct knot_campaign_options co = campaign_options(o, session, command_line);
	const struct knot_campaign_view view = {.progress = on_progress, .news = on_news, .arg = s};
	struct knot_campaign *c;
	struct knot_campaign_status st;
	knot_auto_free char *what = o->words.program
		? knot_xstrdup("1 program")
		: knot_xasprintf(
			  "%zu tests in %zu packages", project->targets.len, project->packages);
	knot_auto_free char *line = knot_xasprintf("seed %llu, %u workers, %s, results in %s",
		(unsigned long long)co.seed, co.parallel, what, co.campaign_dir);

	if (!s->quiet)
		s->emit->note(stdout, line);
	int rc = knot_campaign_open(&co, project, &view, &c, err);

	if (rc)
		return rc;
	rc = knot_campaign_run(c, err);
	knot_campaign_status(c, &st);
	const struct knot_emit_progress p = convert(s, &st);

	s->emit->summary(stdout, &p);
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
	knot_auto_free char *command_line = knot_session_command_line(argc, argv);
	int rc = knot_options_fuzz(argc, argv, &o, &err);

	if (!rc)
		rc = knot_session_open(o.dir, o.output, &session, &err);
	if (rc)
		return knot_cmd_fail("fuzz", &err);
	knot_auto_free char *flags = replay_flags(&o);
	struct screen s = {.emit = o.json ? &knot_emit_json : &knot_emit_text,
		.cwd = session.cwd,
		.replay_flags = flags,
		.quiet = o.quiet};
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

	rc = knot_project_open(&po, on_build, &s, &project, &err);
	for (size_t i = 0; i < project.failed.len && !rc; i++)
		fprintf(stderr, "goknot fuzz: %s\n", project.failed.data[i]);
	if (!rc)
		rc = run_campaign(&o, &session, &project, &s, command_line, &err);
	else if (*session.cancel)
		rc = KNOT_EXIT_CLEAN; /* Ctrl-C during the build: nothing was found */
	knot_project_close(&project);
	if (rc < 0)
		knot_session_abandon(&session);
	knot_session_close(&session);
	return rc < 0 ? knot_cmd_fail("fuzz", &err) : rc;
}
