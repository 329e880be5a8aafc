/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/session.h"
#include "engine/finding.h"
#include "engine/interleaving.h"
#include "engine/native.h"
#include "engine/project.h"
#include "engine/replay.h"
#include "engine/sitenames.h"
#include "sys/clock.h"
#include "sys/herd.h"
#include "sys/proc.h"
#include "sys/sandbox.h"
#include "sys/warden.h"
#include "view/emit.h"
#include "wire/ops.h"
#include "wire/gomod.h"

#include <errno.h>
#include <string.h>

/* Longer than the run took when it was found: this machine may be slower. */
#define TIMEOUT_NS (30 * KNOT_NS_PER_S)
/* Runs of a native crash file, which may need several, when -n does not say. */
#define NATIVE_TIMES 10
/* Lines of the interleaving that are printed; -trace writes all of them. */
#define LINES_SHOWN 400

struct printing {
	const struct knot_emit_ops *emit;
	FILE *trace;
	size_t shown, left_out;
	bool quiet;
};

static int read_crash(const char *file, struct knot_crash *ret, struct knot_error *err)
{
	knot_auto_free char *text = NULL;
	size_t len;
	int rc = knot_file_read(file, KNOT_CRASH_MAX_BYTES, &text, &len, err);

	if (!rc && (rc = knot_crash_decode(knot_span_of(text, len), ret, err)))
		knot_error_wrap(err, "%s", file);
	return rc;
}

static bool is_module(const char *dir, const char *module)
{
	knot_auto_free char *path = knot_xasprintf("%s/go.mod", dir);
	knot_auto_free char *text = NULL;
	struct knot_span found;
	size_t len;

	return knot_file_exists(path) && !knot_file_read(path, 16u << 20, &text, &len, NULL) &&
		knot_gomod_module(knot_span_of(text, len), &found) && knot_span_eq(found, module);
}

/* The module of a crash file: where we are, or a directory above us or above the file. Caller frees. */
static char *find_module(const char *file, const char *module)
{
	knot_auto_free char *here = realpath(".", NULL);
	knot_auto_free char *real = realpath(file, NULL);
	char *const starts[] = {here, real};

	for (size_t i = 0; i < 2; i++) {
		for (char *slash; starts[i] && *starts[i]; *slash = '\0') {
			if (is_module(starts[i], module))
				return knot_xstrdup(starts[i]);
			slash = strrchr(starts[i], '/');
			if (!slash)
				break;
		}
	}
	return NULL;
}

static void on_line(void *arg, const char *text, bool is_event)
{
	struct printing *p = arg;

	if (p->trace)
		fprintf(p->trace, "%s%s\n", is_event ? "                " : "", text);
	if (p->quiet)
		return;
	if (p->shown < LINES_SHOWN) {
		p->emit->step(stdout, text, is_event);
		p->shown++;
	} else {
		p->left_out++;
	}
}

static void print_run(struct printing *p, const struct knot_outcome *o,
	const struct knot_finding *f, struct knot_sitenames *names)
{
	knot_interleaving(&o->record, knot_sitenames_view(names), on_line, p);
	if (p->left_out)
		printf("                ... %zu more lines: -trace FILE writes them all\n",
			p->left_out);
	for (size_t i = 0; i < knot_finding_lines(f) && !p->quiet; i++) {
		knot_auto_free char *line = knot_finding_line(f, i, &o->record, names);

		p->emit->step(stdout, line, false);
	}
}

struct replaying {
	const struct knot_replay_options *options;
	const struct knot_crash *crash;
	struct knot_session session;
	struct knot_project project;
	struct knot_sandbox *sandbox;
	struct knot_warden *warden;
	struct knot_replayer *replayer;
	struct knot_sitenames *names;
	struct printing printing;
	struct knot_emit_replay sum;
	char *title, *message;
	const char **args; /* NULL-terminated */
};

static bool is_race(const struct knot_crash *c)
{
	return !strcmp(c->verdict, knot_verdict_name(KNOT_VERDICT_RACE));
}

/* What a run ended in is not what is asked for when the file tells of a race in it. */
static void judge(struct replaying *r, const struct knot_outcome *o, struct knot_finding *ret)
{
	const struct knot_crash *c = r->crash;
	const struct knot_race *race =
		is_race(c) ? knot_finding_race(&o->record, c->bucket, r->names) : NULL;

	if (is_race(c) && !race && o->record.races.len)
		race = &o->record.races.data[0];
	knot_finding_judge(
		&o->record, race, o->out, o->out_len, o->err, o->err_len, false, r->names, ret);
}

static int one_replay(struct replaying *r, struct knot_error *err)
{
	const struct knot_crash *c = r->crash;
	uint32_t memory[KNOT_MEM_MAX];

	for (size_t i = 0; i < c->memory.len; i++)
		knot_crash_memory_site(c->memory.data[i], &memory[i]);
	const struct knot_schedule schedule = {
		.seed = c->seed,
		.step_limit = c->step_limit,
		.fair_after = c->fair_after,
		.flags = c->request_flags,
		.decisions = c->decisions.data,
		.decisions_len = c->decisions.len,
		.memory = memory,
		.memory_len = c->memory.len,
	};
	struct knot_outcome o = {0};
	struct knot_finding f = {0};
	int rc = knot_replay(r->replayer, &r->project.targets.data[0]->run, &schedule, &o, err);

	if (rc)
		return rc;
	if (!o.ran) {
		knot_outcome_free(&o);
		return knot_error_set(err, KNOT_EUSAGE, "the process ends before the run begins");
	}
	knot_sitenames_use(r->names, knot_replayer_shm(r->replayer));
	judge(r, &o, &f);
	r->sum.times++;
	r->sum.verdict = knot_verdict_name(f.verdict.kind);
	r->sum.schedule_hash = o.record.result.hash;
	r->sum.steps = o.record.result.steps;
	r->sum.reproduced += !strcmp(r->sum.verdict, c->verdict) && f.bucket == c->bucket;
	r->sum.same_hash += o.record.result.hash == c->schedule_hash;
	r->sum.diverged += (o.record.result.flags & KNOT_RUN_DIVERGED) != 0;
	if (r->sum.times == 1) {
		r->sum.preempted = knot_record_preemptions(&o.record);
		r->sum.arrivals = knot_record_arrivals(&o.record);
		print_run(&r->printing, &o, &f, r->names);
		r->sum.proof = knot_proof_name(f.verdict.proof);
		r->title = knot_steal(&f.title);
		r->message = knot_steal(&f.message);
	}
	knot_finding_free(&f);
	knot_outcome_free(&o);
	return 0;
}

static bool ends_as_saved(void *arg, const struct knot_outcome *o)
{
	struct replaying *r = arg;
	struct knot_finding f = {0};

	knot_sitenames_use(r->names, knot_replayer_shm(r->replayer));
	judge(r, o, &f);
	const bool same = !strcmp(knot_verdict_name(f.verdict.kind), r->crash->verdict) &&
		f.bucket == r->crash->bucket;

	knot_finding_free(&f);
	return same;
}

/* What became of each element of the chain in the run that is shown. */
static void print_chain(
	struct printing *p, const struct knot_crash *c, const struct knot_record *rec)
{
	const struct knot_shm_result *r = &rec->result;

	for (size_t i = 0; i < c->chain.len && !p->quiet; i++) {
		const struct knot_crash_op *op = &c->chain.data[i];
		const unsigned bit = 1u << i;
		const char *what = !(r->chain_reached & bit) ? "not reached"
			: r->chain_ordered & bit             ? "executed in order"
			: r->chain_expired & bit             ? "waited in vain"
			: r->chain_waited & bit              ? "waited until the end"
							     : "reached, not executed";
		knot_auto_free char *line = knot_xasprintf("chain: %s %s of %s: %s%s",
			knot_op_name(op->op.op), op->pos, *op->gpath ? op->gpath : "any goroutine",
			what, r->chain_ordered & r->chain_waited & bit ? ", after waiting" : "");

		p->emit->step(stdout, line, false);
	}
}

/* The chain again, on the stock scheduler: the share of runs that end as saved is all that can be said. */
static int replay_native(struct replaying *r, struct knot_error *err)
{
	const struct knot_crash *c = r->crash;
	struct knot_shm_chain_op chain[KNOT_CHAIN_MAX];
	const struct knot_schedule schedule = {
		.seed = c->seed,
		.wait_us = c->wait_us,
		.chain_len = (uint32_t)c->chain.len,
		.chain = chain,
	};
	struct knot_native_trial t = {0};
	struct knot_finding f = {0};

	for (size_t i = 0; i < c->chain.len; i++)
		chain[i] = (struct knot_shm_chain_op){.gpath = c->chain.data[i].op.gpath,
			.site = c->chain.data[i].op.site,
			.op = c->chain.data[i].op.op};
	int rc = knot_native_try(r->replayer, &r->project.targets.data[0]->run, &schedule,
		r->options->times ? r->options->times : NATIVE_TIMES, ends_as_saved, r, &t, err);

	if (!rc && !t.tries)
		rc = knot_error_set(err, KNOT_EUSAGE, "the process ends before the run begins");
	if (!rc) {
		const struct knot_outcome *o = &t.outcome;

		knot_sitenames_use(r->names, knot_replayer_shm(r->replayer));
		judge(r, o, &f);
		print_run(&r->printing, o, &f, r->names);
		print_chain(&r->printing, c, &o->record);
		r->sum.chain_reached = o->record.result.chain_reached;
		r->sum.chain_waited = o->record.result.chain_waited;
		r->sum.chain_ordered = o->record.result.chain_ordered;
		r->sum.chain_expired = o->record.result.chain_expired;
		r->sum.verdict = knot_verdict_name(f.verdict.kind);
		r->sum.schedule_hash = o->record.result.hash;
		r->sum.steps = o->record.result.steps;
		r->sum.times = t.tries;
		r->sum.reproduced = t.same;
		r->sum.proof = knot_proof_name(f.verdict.proof);
		r->title = knot_steal(&f.title);
		r->message = knot_steal(&f.message);
		knot_finding_free(&f);
	}
	knot_outcome_free(&t.outcome);
	return rc;
}

/* The limits that the run was found under; the user's own wish comes first. */
static uint64_t memory_limit(const struct replaying *r)
{
	if (r->options->memory_bytes)
		return r->options->memory_bytes;
	return r->crash->memory_limit ? r->crash->memory_limit : KNOT_OPTION_MEMORY_BYTES;
}

static uint64_t time_limit(const struct knot_crash *c)
{
	/* Whatever was found in it then. */
	const bool timed_out = c->end == KNOT_END_TIMEOUT ||
		!strcmp(c->verdict, knot_verdict_name(KNOT_VERDICT_TIMEOUT));

	return c->timeout_ns && (timed_out || c->timeout_ns > TIMEOUT_NS) ? c->timeout_ns
									  : TIMEOUT_NS;
}

static int prepare(struct replaying *r, struct knot_error *err)
{
	const struct knot_crash *c = r->crash;
	const char *patterns[] = {c->target};
	const bool program = !strcmp(c->test, KNOT_PROGRAM_NAME);
	knot_auto_free char *run = knot_xasprintf("^%s$", c->test);
	knot_auto_free char *state =
		knot_xasprintf("%s/work/replay-%d", r->session.campaign_dir, getpid());

	r->args = knot_xalloc((c->args.len + 1) * sizeof(*r->args));
	for (size_t i = 0; i < c->args.len; i++)
		r->args[i] = c->args.data[i];
	const struct knot_project_options po = {
		.dir = r->session.dir,
		.patterns = patterns,
		.patterns_len = 1,
		.run = program   ? NULL
			: c->run ? c->run
				 : run,
		.skip = c->skip,
		.tags = *c->tags ? c->tags : NULL,
		.deps = c->deps && *c->deps ? c->deps : NULL,
		.race = c->race,
		.is_short = c->is_short,
		.args = r->args,
		.program = program,
		.program_dir = program ? c->dir : NULL,
		.campaign_dir = r->session.campaign_dir,
		.aside = true,
		.cancel_fd = r->session.cancel_fd,
	};

	int rc = knot_project_open(&po, NULL, NULL, &r->project, err);

	if (rc == KNOT_EUSAGE && !strncmp(err->message, "no ", 3))
		return knot_error_wrap(err, "%s of %s is not there any more", c->test, c->target);
	if (rc)
		return rc;
	r->project.targets.data[0]->run.start_ns = c->start_ns;
	r->project.targets.data[0]->run.salt = c->salt;
	const char *copy[] = {r->project.build.module_dir};
	const struct knot_sandbox_options so = {.state_dir = state,
		.shared_dir = r->session.campaign_dir,
		.copy_dirs = copy,
		.copy_len = 1};

	if ((rc = knot_warden_open(&r->warden, err)) ||
		(rc = knot_sandbox_open(&so, &r->sandbox, err)))
		return rc;
	const struct knot_herd herd = knot_herd_of(r->sandbox);

	knot_warden_watch(r->warden, &herd);
	const struct knot_worker_options wo = {
		.sandbox = r->sandbox,
		.timeout_ns = time_limit(c),
		.memory_bytes = memory_limit(r),
		.processes = KNOT_WORKER_PROCESSES,
		/* The hashes and the bucket of an old file are of the old names. */
		.cfg_flags = c->config_flags | (c->version < 2 ? KNOT_CFG_OLD_NAMES : 0) |
			(c->version < 3 ? KNOT_CFG_OLD_IO : 0) |
			(c->version < 4 ? KNOT_CFG_OLD_DESCS : 0),
		.stdout_fd = KNOT_PROC_NULL,
		.stderr_fd = KNOT_PROC_NULL,
	};

	r->names = knot_sitenames_new(r->project.sites);
	if ((rc = knot_proc_become_subreaper(err)))
		return rc;
	return knot_replayer_open(&wo, r->session.cancel, &r->replayer, err);
}

static int replay(struct replaying *r, struct knot_error *err)
{
	int rc = prepare(r, err);

	r->sum.expected = r->crash->verdict;
	r->sum.expected_hash = r->crash->schedule_hash;
	r->sum.native = r->crash->native;
	r->sum.saved_tries = r->crash->tries;
	r->sum.saved_reproduced = r->crash->reproduced;
	if (!rc && r->crash->native)
		rc = replay_native(r, err);
	const uint32_t times = r->options->times ? r->options->times : 1;

	for (uint32_t i = 0; i < times && !rc && !r->crash->native; i++)
		rc = one_replay(r, err);
	if (rc)
		return rc;
	r->sum.title = r->title;
	r->sum.message = r->message;
	r->printing.emit->replay(stdout, &r->sum);
	if (r->sum.reproduced)
		return KNOT_EXIT_BUG;
	return r->sum.diverged || r->sum.native ? KNOT_EXIT_INCONCLUSIVE : KNOT_EXIT_CLEAN;
}

/* What is cut short must not look whole. */
static int finish_trace(FILE *trace, const char *file, struct knot_error *err)
{
	if (!trace)
		return 0;
	if (fflush(trace))
		return knot_error_sys(err, "-trace %s", file);
	/* An earlier write has failed, whose reason is gone. */
	return ferror(trace)
		? knot_error_set(err, KNOT_EFULL, "-trace %s: cannot be written whole", file)
		: 0;
}

int knot_cmd_replay(int argc, char **argv)
{
	struct knot_error err = {0};
	struct knot_replay_options o;
	struct knot_crash crash = {0};
	struct replaying r = {.options = &o, .crash = &crash};
	knot_auto_free char *module = NULL;
	knot_auto_fclose FILE *trace = NULL;
	int rc = knot_options_replay(argc, argv, &o, &err), trace_rc;

	if (!rc)
		rc = read_crash(o.file, &crash, &err);
	if (!rc && !o.dir && !(module = find_module(o.file, crash.module)))
		rc = knot_error_set(&err, KNOT_EUSAGE,
			"the crash file is of module %s, which is neither here nor above the file: "
			"-C names its directory",
			crash.module);
	if (!rc && o.trace && !(trace = fopen(o.trace, "we")))
		rc = knot_error_set(&err, KNOT_EUSAGE, "-trace %s: %s", o.trace, strerror(errno));
	if (!rc)
		rc = knot_session_open(o.dir ? o.dir : module, o.output, &r.session, &err);
	if (!rc) {
		r.printing = (struct printing){.emit = o.json ? &knot_emit_json : &knot_emit_text,
			.trace = trace,
			.quiet = o.quiet || o.json};
		rc = replay(&r, &err);
	}
	if (rc >= 0 && (trace_rc = finish_trace(trace, o.trace, &err)))
		rc = trace_rc;
	knot_replayer_close(r.replayer);
	knot_warden_close(r.warden);
	if (r.replayer)
		(void)knot_proc_reap_orphans(NULL, 0, NULL, NULL);
	knot_sandbox_close(r.sandbox);
	knot_sitenames_free(r.names);
	knot_project_close(&r.project);
	knot_session_close(&r.session);
	knot_crash_free(&crash);
	free(r.title);
	free(r.message);
	free(r.args);
	return rc < 0 ? knot_cmd_fail("replay", &err) : rc;
}
