/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "cmd/cmd.h"
#include "cmd/crash_run.h"
#include "cmd/options_crash.h"
#include "engine/shrink.h"
#include "view/emit.h"

#include <string.h>

/* What the result has to stand. */
/* Schedules that -prove tries at most. */
#define PROVE_RUNS 200000

struct minimizing {
	const struct knot_minimize_command *options;
	struct knot_crash_run run;
	struct knot_minimized m;
	char *file; /* the result */
};

static bool is_same(void *arg, const struct knot_outcome *o)
{
	struct minimizing *z = arg;

	return knot_crash_run_same(&z->run, o);
}

static int write_result(struct minimizing *z, struct knot_error *err)
{
	struct knot_crash *c = &z->run.crash;
	struct knot_finding f = {0};
	knot_auto_free char *text = NULL;
	size_t len;

	knot_crash_run_judge(&z->run, &z->m.outcome, &f);
	knot_shrink_describe(&z->m, &f, z->run.names, c);
	knot_finding_free(&f);
	z->file = z->options->result ? knot_xstrdup(z->options->result)
				     : knot_crash_beside(z->options->file, ".min.crash");
	const int rc = knot_crash_encode(c, &text, &len, err);

	return rc ? rc : knot_file_write(z->file, text, len, err);
}

static int report(struct minimizing *z, struct knot_error *err)
{
	const struct knot_emit_ops *emit = z->options->json ? &knot_emit_json : &knot_emit_text;
	const struct knot_minimized *m = &z->m;
	const bool smaller = knot_minimized_is_smaller(m);
	struct knot_emit_minimized e = {
		.file = z->options->file,
		.why = knot_minimize_end_text(m->end),
		.smaller = smaller,
		.preemptions_before = m->before.preemptions,
		.switches_before = m->before.switches,
		.timers_before = m->before.timers,
		.steps_before = m->steps_before,
		.preemptions = m->after.preemptions,
		.switches = m->after.switches,
		.timers = m->after.timers,
		.steps = m->outcome.record.result.steps,
		.runs = m->runs,
		.tries = m->tries,
		.ns = m->ns,
		.replays = m->replays,
		.replays_same = m->replays_same,
		.proof_runs = m->proof_runs,
		.proved = m->proved,
	};
	int rc = smaller ? write_result(z, err) : 0;

	if (rc)
		return rc;
	e.result = z->file;
	if (smaller) {
		e.lines = (const char *const *)z->run.crash.switches.data;
		e.lines_len = z->run.crash.switches.len;
	}
	emit->minimized(stdout, &e);
	return smaller ? KNOT_EXIT_CLEAN : KNOT_EXIT_INCONCLUSIVE;
}

static int minimize(struct minimizing *z, struct knot_error *err)
{
	uint32_t memory[KNOT_MEM_MAX];
	const struct knot_minimize_options options = {
		.budget_ns = z->options->fuzztime_ns,
		.replays = KNOT_SHRINK_REPLAYS,
		.prove_runs = z->options->prove ? PROVE_RUNS : 0,
		.same = is_same,
		.arg = z,
	};

	if (z->run.crash.native)
		return knot_error_set(err, KNOT_EUSAGE,
			"%s is of a native run, which has no schedule to make smaller%s%s",
			z->options->file, *z->run.crash.controlled ? ": see " : "",
			z->run.crash.controlled);
	const struct knot_schedule schedule = knot_crash_run_schedule(&z->run, memory);
	const int rc =
		knot_minimize(z->run.replayer, z->run.target, &schedule, &options, &z->m, err);

	return rc ? rc : report(z, err);
}

int knot_cmd_minimize(int argc, char **argv)
{
	struct knot_error err = {0};
	struct knot_minimize_command o;
	struct minimizing z = {.options = &o};
	int rc = knot_options_minimize(argc, argv, &o, &err);
	const struct knot_crash_run_options ro = {
		.dir = o.dir, .output = o.output, .memory_bytes = o.memory_bytes};

	if (!rc)
		rc = knot_crash_run_read(&z.run, o.file, &ro, &err);
	if (!rc)
		rc = knot_crash_run_open(&z.run, &ro, &err);
	if (!rc)
		rc = minimize(&z, &err);
	knot_minimized_free(&z.m);
	knot_crash_run_close(&z.run);
	free(z.file);
	return rc < 0 ? knot_cmd_fail("minimize", &err) : rc;
}
