/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/crash_run.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "cmd/crash_module.h"
#include "cmd/options.h"
#include "engine/crashfile.h"
#include "engine/crashnames.h"
#include "engine/sitenames.h"
#include "sys/clock.h"
#include "sys/herd.h"
#include "sys/proc.h"
#include "sys/sandbox.h"
#include "sys/warden.h"
#include "wire/text.h"

#include <string.h>

/* Longer than the run took when it was found: this machine may be slower. */
#define TIMEOUT_NS (30 * KNOT_NS_PER_S)

int knot_crash_run_read(struct knot_crash_run *r, const char *file,
	const struct knot_crash_run_options *options, struct knot_error *err)
{
	const int rc = knot_crashfile_read(file, &r->crash, err);

	if (rc)
		return rc;
	if (!options->dir)
		return knot_crash_module_find(&r->crash, file, &r->module_dir, &r->dir, err);
	/* Where it is not to be found, and not needed, what is built tells. */
	r->module_dir = knot_crash_module_at(&r->crash, options->dir);
	return 0;
}

struct knot_schedule knot_crash_run_native_schedule(const struct knot_crash_run *r)
{
	const struct knot_crash *c = &r->crash;
	struct knot_schedule s = {.seed = c->seed, .wait_us = c->wait_us};

	for (size_t i = 0; i < c->chain.len; i++)
		knot_chain_push(&s.chain, c->chain.data[i].op);
	return s;
}

struct knot_again knot_crash_run_again(const struct knot_crash_run *r)
{
	return (struct knot_again){.crash = &r->crash,
		.moved = r->moved,
		.aliases = &r->aliases,
		.names = r->names,
		.is_same_code = r->code == KNOT_CODE_SAME};
}

void knot_crash_run_judge(
	struct knot_crash_run *r, const struct knot_outcome *o, struct knot_finding *ret)
{
	const struct knot_again again = knot_crash_run_again(r);

	knot_sitenames_use(r->names, knot_replayer_shm(r->replayer));
	knot_again_judge(&again, o, ret);
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

static bool is_program(const struct knot_crash *c)
{
	return !strcmp(c->test, KNOT_PROGRAM_NAME);
}

static int by_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

int knot_crash_alike(const struct knot_crash *a, const struct knot_crash *b)
{
	int c = by_text(a->tags, b->tags);

	c = c ? c : by_text(a->deps, b->deps);
	c = c ? c : a->race - b->race;
	c = c ? c : a->is_short - b->is_short;
	/* A program, and a choice of subtests, are for one file each. */
	c = c ? c : is_program(a) - is_program(b);
	if (is_program(a) && !c)
		c = by_text(a->target, b->target);
	c = c ? c : by_text(a->run, b->run);
	c = c ? c : by_text(a->skip, b->skip);
	c = c ? c : (a->args.len > b->args.len) - (a->args.len < b->args.len);
	for (size_t i = 0; i < a->args.len && !c; i++)
		c = strcmp(a->args.data[i], b->args.data[i]);
	return c;
}

/* "^(TestA|TestB)$" */
static char *tests_of(const struct knot_crash *const *crashes, size_t len)
{
	struct knot_text t = {0};

	knot_text_adds(&t, "^(");
	for (size_t i = 0; i < len; i++)
		knot_text_addf(&t, "%s%s", i ? "|" : "", crashes[i]->test);
	knot_text_adds(&t, ")$");
	return knot_text_steal(&t);
}

static int open_sandbox(
	struct knot_crash_place *p, const struct knot_session *session, struct knot_error *err)
{
	knot_auto_free char *state =
		knot_xasprintf("%s/work/replay-%d", session->campaign_dir, getpid());
	const char *copy[KNOT_SANDBOX_COPY_MAX];
	const struct knot_sandbox_options so = {.state_dir = state,
		.shared_dir = session->campaign_dir,
		.copy_dirs = copy,
		.copy_len = knot_project_copies(&p->project, copy, KNOT_SANDBOX_COPY_MAX)};
	int rc = knot_warden_open(&p->warden, err);

	if (rc || (rc = knot_sandbox_open(&so, &p->sandbox, err)))
		return rc;
	const struct knot_herd herd = knot_herd_of(p->sandbox);

	knot_warden_watch(p->warden, &herd);
	return 0;
}

int knot_crash_place_open(struct knot_crash_place *place, const struct knot_session *session,
	const struct knot_crash *const *crashes, size_t len, struct knot_error *err)
{
	const struct knot_crash *c = crashes[0];
	const char **patterns = knot_xalloc(len * sizeof(*patterns));
	size_t patterns_len = 0;
	int rc;

	place->args = knot_xalloc((c->args.len + 1) * sizeof(*place->args));
	for (size_t i = 0; i < c->args.len; i++)
		place->args[i] = c->args.data[i];
	for (size_t i = 0; i < len; i++) {
		size_t k = 0;

		while (k < patterns_len && strcmp(patterns[k], crashes[i]->target))
			k++;
		if (k == patterns_len)
			patterns[patterns_len++] = crashes[i]->target;
	}
	place->tests = tests_of(crashes, len);
	const struct knot_project_options po = {
		.dir = session->dir,
		.patterns = patterns,
		.patterns_len = patterns_len,
		.run = is_program(c) ? NULL
			: c->run     ? c->run
				     : place->tests,
		.skip = c->skip,
		.tags = *c->tags ? c->tags : NULL,
		.deps = c->deps && *c->deps ? c->deps : NULL,
		.race = c->race,
		.is_short = c->is_short,
		.args = place->args,
		.program = is_program(c),
		.program_dir = is_program(c) ? c->dir : NULL,
		.module = c->module,
		.campaign_dir = session->campaign_dir,
		.aside = true,
		.debug = place->debug,
		.cancel_fd = session->cancel_fd,
	};

	rc = knot_project_open(&po, NULL, NULL, &place->project, err);
	free(patterns);
	if (rc == KNOT_EUSAGE && !strncmp(err->message, "no ", 3))
		return knot_error_wrap(err, "%s of %s is not there any more", c->test, c->target);
	if (rc || (rc = open_sandbox(place, session, err)))
		return rc;
	place->names = knot_sitenames_new(place->project.sites);
	return knot_proc_become_subreaper(err);
}

void knot_crash_place_close(struct knot_crash_place *place)
{
	knot_warden_close(place->warden);
	if (place->names)
		(void)knot_proc_reap_orphans(NULL, 0, NULL, NULL);
	knot_sandbox_close(place->sandbox);
	knot_sitenames_free(place->names);
	knot_project_close(&place->project);
	free(place->args);
	free(place->tests);
	*place = (struct knot_crash_place){0};
}

static struct knot_target *find_target(struct knot_crash_place *place, const struct knot_crash *c)
{
	for (size_t i = 0; i < place->project.targets.len; i++) {
		struct knot_target *t = place->project.targets.data[i];

		if (!strcmp(t->package, c->target) && !strcmp(t->test, c->test))
			return t;
	}
	return NULL;
}

int knot_crash_run_attach(struct knot_crash_run *r, struct knot_crash_place *place,
	const struct knot_crash_run_options *options, const volatile int *cancel,
	struct knot_error *err)
{
	const struct knot_crash *c = &r->crash;
	struct knot_target *target = find_target(place, c);

	if (!target)
		return knot_error_set(
			err, KNOT_EUSAGE, "%s of %s is not there any more", c->test, c->target);
	target->run.start_ns = c->start_ns;
	target->run.salt = c->salt;
	const struct knot_worker_options wo = {
		.sandbox = place->sandbox,
		.timeout_ns = time_limit(c),
		.memory_bytes = memory_limit(r, options),
		.processes = KNOT_WORKER_PROCESSES,
		.cfg_flags = knot_crash_config(c),
		.stdout_fd = KNOT_PROC_NULL,
		.stderr_fd = KNOT_PROC_NULL,
	};

	r->place = place;
	r->names = place->names;
	r->target = &target->run;
	r->moved = knot_moved_new(c, place->project.sites);
	knot_moved_aliases(r->moved, &r->aliases);
	r->code = !c->code                                            ? KNOT_CODE_UNKNOWN
		: c->code == knot_crashnames_code(c, &place->project) ? KNOT_CODE_SAME
								      : KNOT_CODE_CHANGED;
	return knot_replayer_open(&wo, cancel, &r->replayer, err);
}

int knot_crash_run_open(struct knot_crash_run *r, const struct knot_crash_run_options *options,
	struct knot_error *err)
{
	const struct knot_crash *const crashes[] = {&r->crash};
	int rc = knot_session_open(
		options->dir ? options->dir : r->dir, options->output, &r->session, err);

	r->own.debug = options->debug;
	if (!rc)
		rc = knot_crash_place_open(&r->own, &r->session, crashes, 1, err);
	return rc ? rc : knot_crash_run_attach(r, &r->own, options, r->session.cancel, err);
}

void knot_crash_run_detach(struct knot_crash_run *r)
{
	knot_replayer_close(r->replayer);
	r->replayer = NULL;
	knot_moved_free(r->moved);
	r->moved = NULL;
	knot_vec_free(&r->aliases);
}

void knot_crash_run_close(struct knot_crash_run *r)
{
	knot_crash_run_detach(r);
	knot_crash_place_close(&r->own);
	knot_session_close(&r->session);
	knot_crash_free(&r->crash);
	free(r->module_dir);
	free(r->dir);
	*r = (struct knot_crash_run){0};
}

struct knot_schedule knot_crash_run_schedule(const struct knot_crash_run *r, uint32_t *memory)
{
	return knot_schedule_of(&r->crash, memory);
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
