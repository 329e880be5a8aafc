/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interval.h"
#include "cmd/changed.h"
#include "cmd/cmd.h"
#include "cmd/crash_run.h"
#include "cmd/options_crash.h"
#include "engine/crashnames.h"
#include "engine/shortest.h"
#include "engine/shrink.h"
#include "engine/sitenames.h"
#include "engine/timeline.h"
#include "explore/describe.h"
#include "sys/clock.h"
#include "view/emit.h"
#include "view/emit_minimized.h"
#include "wire/crash_path.h"
#include "wire/ops.h"

#include <string.h>

/* Schedules that -prove tries at most. */
#define PROVE_RUNS 200000

#define CHANGED \
	"the schedule no longer ends as it did, and the code has changed since: goknot replay " \
	"tells " \
	"whether it still can be followed, and goknot fuzz looks for the bug anew"

struct minimizing {
	const struct knot_minimize_command *options;
	struct knot_crash_run run;
	struct knot_minimized m;
	char *file; /* the result */
	char *chain[KNOT_CHAIN_MAX]; /* of it, in words */
};

static bool is_same(void *arg, const struct knot_outcome *o)
{
	struct minimizing *z = arg;
	struct knot_finding f = {0};

	knot_crash_run_judge(&z->run, o, &f);
	const bool same = knot_changed_is_same(&z->run, &f);

	knot_finding_free(&f);
	return same;
}

/*
 * By the decisions alone: with the names of then for its goroutines a run would draw as it did then, and the result, which is
 * a file of the code as it is now, would not.
 */
static struct knot_schedule schedule_now(const struct minimizing *z, uint32_t *memory)
{
	struct knot_schedule s = knot_changed_schedule(&z->run, memory);

	s.aliases = NULL;
	s.aliases_len = 0;
	return s;
}

/* What the file says besides the run that is taken from it: sites of the code as it was. */
static void move_sites(struct minimizing *z)
{
	struct knot_crash *c = &z->run.crash;
	size_t n = 0;

	if (!z->m.chain_does)
		knot_crash_forget_chain(c);
	for (size_t i = 0; i < c->memory.len; i++) {
		char *entry = c->memory.data[i];
		const uint32_t site = knot_moved_memory(z->run.moved, entry);
		knot_auto_free char *at =
			knot_describe_site(knot_sitenames_view(z->run.names), site);

		if (site)
			c->memory.data[n++] = knot_xasprintf(
				"%.*s %08x %s", (int)strcspn(entry, " "), entry, site, at);
		free(entry);
	}
	c->memory.len = n;
}

static int write_result(struct minimizing *z, struct knot_error *err)
{
	struct knot_crash *c = &z->run.crash;
	knot_auto_free char *text = NULL;
	size_t len;

	/* It may have keys now that its version did not know. */
	knot_crash_renew(c);
	z->file = z->options->result ? knot_xstrdup(z->options->result)
				     : knot_crash_path_beside(z->options->file, ".min.crash");
	const int rc = knot_crash_encode(c, &text, &len, err);

	return rc ? rc : knot_file_write(z->file, text, len, err);
}

/* What explains the result lies beside it, as beside the crash files of a campaign. */
static int write_beside(struct minimizing *z, const struct knot_finding *f, struct knot_error *err)
{
	struct knot_timeline timeline = {0};
	knot_auto_free char *explanation = knot_shrink_explain(&z->m, f, z->run.names, &timeline);
	knot_auto_free char *told = knot_crash_path_beside(z->file, ".explanation");
	int rc = knot_file_write(told, explanation, strlen(explanation), err);

	if (!rc)
		rc = knot_timeline_write(&timeline, &z->run.crash, z->file, err);
	knot_timeline_free(&timeline);
	return rc;
}

/* The chain of the crash file, which is the result's by now. */
static void add_chain(struct minimizing *z, struct knot_emit_minimized *e)
{
	const struct knot_crash *c = &z->run.crash;

	for (size_t i = 0; i < c->chain.len; i++) {
		const struct knot_crash_op *op = &c->chain.data[i];
		const bool named = op->prim && *op->prim;

		z->chain[i] = knot_xasprintf("%s %s%s%s%s of %s", knot_op_name(op->op.op), op->pos,
			named ? " (" : "", named ? op->prim : "", named ? ")" : "",
			op->gpath && *op->gpath ? op->gpath : "any goroutine");
	}
	e->chain = (const char *const *)z->chain;
	e->chain_len = c->chain.len;
}

static int report(struct minimizing *z, struct knot_error *err)
{
	const struct knot_emit_ops *emit = z->options->json ? &knot_emit_json : &knot_emit_text;
	const struct knot_minimized *m = &z->m;
	const bool smaller = knot_minimized_is_smaller(m);
	struct knot_emit_minimized e = {
		.file = z->options->file,
		.why = m->end == KNOT_MINIMIZE_GONE && z->run.code == KNOT_CODE_CHANGED
			? CHANGED
			: knot_minimize_end_text(m->end),
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
		.chain_does = m->chain_does,
		.chain_runs = m->chain_runs,
	};
	struct knot_finding f = {0};
	int rc = 0;

	if (smaller) {
		knot_crash_run_judge(&z->run, &z->m.outcome, &f);
		knot_auto_free char *moved = knot_changed_moved_text(&z->run, &f);

		if (moved)
			fprintf(stderr,
				"goknot minimize: the code has changed since: %s; the result is of "
				"the "
				"code as it is now\n",
				moved);
		if (z->run.code == KNOT_CODE_CHANGED)
			move_sites(z);
		knot_shrink_describe(
			&z->m, &f, z->run.names, &z->run.place->project, &z->run.crash);
		rc = write_result(z, err);
		if (!rc)
			rc = write_beside(z, &f, err);
		knot_finding_free(&f);
	}
	if (rc)
		return rc;
	e.result = z->file;
	if (smaller && m->chain_does)
		add_chain(z, &e);
	if (smaller) {
		e.lines = (const char *const *)z->run.crash.switches.data;
		e.lines_len = z->run.crash.switches.len;
	}
	emit->minimized(stdout, &e);
	return smaller ? KNOT_EXIT_CLEAN : KNOT_EXIT_INCONCLUSIVE;
}

/* Of the elements that were left in, those that stand in the file, whose names are known. */
static void keep_chain(struct knot_crash *c, const struct knot_chain *chain)
{
	size_t n = 0;

	for (size_t i = 0; i < c->chain.len; i++) {
		struct knot_crash_op *op = &c->chain.data[i];

		if (n < chain->len && !memcmp(&op->op, &chain->ops[n], sizeof(op->op))) {
			struct knot_crash_op kept = *op;

			*op = c->chain.data[n];
			c->chain.data[n++] = kept;
		}
	}
	for (size_t i = n; i < c->chain.len; i++)
		knot_crash_op_free(&c->chain.data[i]);
	c->chain.len = n;
}

static int minimize_native(struct minimizing *z, struct knot_error *err)
{
	const struct knot_emit_ops *emit = z->options->json ? &knot_emit_json : &knot_emit_text;
	struct knot_crash *c = &z->run.crash;
	const struct knot_schedule schedule = knot_crash_run_native_schedule(&z->run);
	const uint64_t start_ns = knot_clock_mono_ns();
	const struct knot_shortest_options options = {
		.deadline_ns = z->options->fuzztime_ns ? start_ns + z->options->fuzztime_ns : 0,
		.tries = 1,
		.same = is_same,
		.arg = z,
	};
	struct knot_shortest s;
	int rc;

	if (!c->chain.len)
		return knot_error_set(err, KNOT_EUSAGE,
			"%s is of a native run without a chain: there is nothing to make "
			"smaller%s%s",
			z->options->file, *c->controlled ? ", see " : "", c->controlled);
	rc = knot_shortest_native(z->run.replayer, z->run.target, &schedule, &options, &s, err);
	if (rc)
		return rc;
	const struct knot_interval sure = knot_interval_95(s.confirm.same, s.confirm.tries);
	struct knot_emit_minimized e = {.file = z->options->file,
		.native = true,
		.smaller = s.found,
		.why = !s.found ? "no native run ends as it did any more"
			: s.cut ? knot_minimize_end_text(KNOT_MINIMIZE_CUT)
				: NULL,
		.runs = s.runs,
		.ns = knot_clock_mono_ns() - start_ns,
		.chain_before = (uint32_t)c->chain.len,
		.confirm_tries = s.confirm.tries,
		.confirm_same = s.confirm.same,
		.confirm_low = sure.low,
		.confirm_high = sure.high};

	if (s.found) {
		keep_chain(c, &s.chain);
		c->tries = s.confirm.tries;
		c->reproduced = s.confirm.same;
		add_chain(z, &e);
		rc = write_result(z, err);
		e.result = z->file;
	}
	if (!rc)
		emit->minimized(stdout, &e);
	knot_shortest_free(&s);
	if (rc)
		return rc;
	return e.smaller ? KNOT_EXIT_CLEAN : KNOT_EXIT_INCONCLUSIVE;
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
		return minimize_native(z, err);
	const struct knot_schedule schedule = schedule_now(z, memory);
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
	for (size_t i = 0; i < KNOT_CHAIN_MAX; i++)
		free(z.chain[i]);
	return rc < 0 ? knot_cmd_fail("minimize", &err) : rc;
}
