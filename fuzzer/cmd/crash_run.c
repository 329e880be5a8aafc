/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/crash_run.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "cmd/options.h"
#include "engine/sitenames.h"
#include "sys/clock.h"
#include "sys/herd.h"
#include "sys/proc.h"
#include "sys/sandbox.h"
#include "sys/warden.h"
#include "wire/gomod.h"

#include <string.h>

/* Longer than the run took when it was found: this machine may be slower. */
#define TIMEOUT_NS (30 * KNOT_NS_PER_S)

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

int knot_crash_run_read(struct knot_crash_run *r, const char *file,
	const struct knot_crash_run_options *options, struct knot_error *err)
{
	int rc = read_crash(file, &r->crash, err);

	if (!rc && !options->dir && !(r->module_dir = find_module(file, r->crash.module)))
		rc = knot_error_set(err, KNOT_EUSAGE,
			"the crash file is of module %s, which is neither here nor above the file: "
			"-C names its directory",
			r->crash.module);
	return rc;
}

static bool is_race(const struct knot_crash *c)
{
	return !strcmp(c->verdict, knot_verdict_name(KNOT_VERDICT_RACE));
}

/* What a run ended in is not what is asked for when the file tells of a race in it. */
void knot_crash_run_judge(
	struct knot_crash_run *r, const struct knot_outcome *o, struct knot_finding *ret)
{
	const struct knot_crash *c = &r->crash;

	knot_sitenames_use(r->names, knot_replayer_shm(r->replayer));

	const struct knot_race *race =
		is_race(c) ? knot_finding_race(&o->record, c->bucket, r->names) : NULL;

	if (is_race(c) && !race && o->record.races.len)
		race = &o->record.races.data[0];
	knot_finding_judge(
		&o->record, race, o->out, o->out_len, o->err, o->err_len, false, r->names, ret);
}

/* The limits that the run was found under; the user's own wish comes first. */
static uint64_t memory_limit(
	const struct knot_crash_run *r, const struct knot_crash_run_options *options)
{
	if (options->memory_bytes)
		return options->memory_bytes;
	return r->crash.memory_limit ? r->crash.memory_limit : KNOT_OPTION_MEMORY_BYTES;
}

static uint64_t time_limit(const struct knot_crash *c)
{
	/* Whatever was found in it then. */
	const bool timed_out = c->end == KNOT_END_TIMEOUT ||
		!strcmp(c->verdict, knot_verdict_name(KNOT_VERDICT_TIMEOUT));

	return c->timeout_ns && (timed_out || c->timeout_ns > TIMEOUT_NS) ? c->timeout_ns
									  : TIMEOUT_NS;
}

static int prepare(struct knot_crash_run *r, const struct knot_crash_run_options *options,
	struct knot_error *err)
{
	const struct knot_crash *c = &r->crash;
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
		.memory_bytes = memory_limit(r, options),
		.processes = KNOT_WORKER_PROCESSES,
		/* The hashes and the bucket of an old file are of the old names. */
		.cfg_flags = c->config_flags | (c->version < 2 ? KNOT_CFG_OLD_NAMES : 0) |
			(c->version < 3 ? KNOT_CFG_OLD_IO : 0) |
			(c->version < 4 ? KNOT_CFG_OLD_DESCS : 0) |
			(c->version < 5 ? KNOT_CFG_OLD_RAND : 0),
		.stdout_fd = KNOT_PROC_NULL,
		.stderr_fd = KNOT_PROC_NULL,
	};

	r->names = knot_sitenames_new(r->project.sites);
	if ((rc = knot_proc_become_subreaper(err)))
		return rc;
	return knot_replayer_open(&wo, r->session.cancel, &r->replayer, err);
}

int knot_crash_run_open(struct knot_crash_run *r, const struct knot_crash_run_options *options,
	struct knot_error *err)
{
	const int rc = knot_session_open(
		options->dir ? options->dir : r->module_dir, options->output, &r->session, err);

	return rc ? rc : prepare(r, options, err);
}

void knot_crash_run_close(struct knot_crash_run *r)
{
	knot_replayer_close(r->replayer);
	knot_warden_close(r->warden);
	if (r->replayer)
		(void)knot_proc_reap_orphans(NULL, 0, NULL, NULL);
	knot_sandbox_close(r->sandbox);
	knot_sitenames_free(r->names);
	knot_project_close(&r->project);
	knot_session_close(&r->session);
	knot_crash_free(&r->crash);
	free(r->module_dir);
	free(r->args);
	*r = (struct knot_crash_run){0};
}

const struct knot_worker_target *knot_crash_run_target(const struct knot_crash_run *r)
{
	return &r->project.targets.data[0]->run;
}

struct knot_schedule knot_crash_run_schedule(const struct knot_crash_run *r, uint32_t *memory)
{
	const struct knot_crash *c = &r->crash;

	for (size_t i = 0; i < c->memory.len; i++)
		knot_crash_memory_site(c->memory.data[i], &memory[i]);
	return (struct knot_schedule){
		.seed = c->seed,
		.step_limit = c->step_limit,
		.fair_after = c->fair_after,
		.flags = c->request_flags,
		.decisions = c->decisions.data,
		.decisions_len = c->decisions.len,
		.memory = memory,
		.memory_len = c->memory.len,
	};
}

bool knot_crash_run_same(struct knot_crash_run *r, const struct knot_outcome *o)
{
	struct knot_finding f = {0};

	knot_crash_run_judge(r, o, &f);
	const bool same = !strcmp(knot_verdict_name(f.verdict.kind), r->crash.verdict) &&
		f.bucket == r->crash.bucket;

	knot_finding_free(&f);
	return same;
}
