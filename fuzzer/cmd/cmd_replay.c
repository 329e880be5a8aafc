/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cmd/cmd.h"
#include "cmd/crash_run.h"
#include "cmd/options_crash.h"
#include "engine/explanation.h"
#include "engine/interleaving.h"
#include "engine/native.h"
#include "engine/sitenames.h"
#include "view/emit.h"
#include "wire/ops.h"

#include <errno.h>
#include <string.h>

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

static void on_explanation(void *arg, const char *text)
{
	const struct printing *p = arg;

	p->emit->step(stdout, text, false);
}

/* The interleaving, and behind it what to make of it. */
static void print_run(struct printing *p, const struct knot_outcome *o,
	const struct knot_finding *f, struct knot_sitenames *names, const char *plain)
{
	knot_interleaving(&o->record, knot_sitenames_view(names), on_line, p);
	if (p->left_out)
		printf("                ... %zu more lines: -trace FILE writes them all\n",
			p->left_out);
	if (p->quiet)
		return;
	p->emit->step(stdout, "", false);
	knot_explanation(f, &o->record, names, false, plain, on_explanation, p);
}

struct replaying {
	const struct knot_replay_options *options;
	struct knot_crash_run run;
	struct printing printing;
	struct knot_emit_replay sum;
	char *title, *message;
};

/* Of a minimised schedule, what run-until-block ends in instead. The names of the replay before it are kept. */
static int ask_plain(struct replaying *r, const struct knot_schedule *schedule, char **ret,
	struct knot_error *err)
{
	struct knot_schedule s = *schedule;
	struct knot_outcome o = {0};

	if (!r->run.crash.switches.len)
		return 0;
	s.decisions_len = 0;
	s.switches = true;
	const int rc = knot_replay(r->run.replayer, r->run.target, &s, &o, err);

	if (!rc && o.ran)
		*ret = knot_explanation_plain(
			knot_crash_run_same(&r->run, &o), o.record.result.end);
	knot_outcome_free(&o);
	/* What the target wrote over the shared memory says nothing. */
	return rc == KNOT_EINPUT ? 0 : rc;
}

static int one_replay(struct replaying *r, struct knot_error *err)
{
	const struct knot_crash *c = &r->run.crash;
	uint32_t memory[KNOT_MEM_MAX];
	struct knot_schedule schedule = knot_crash_run_schedule(&r->run, memory);
	struct knot_outcome o = {0};
	struct knot_finding f = {0};
	char *plain = NULL;

	/* So that the run says where it departs from run-until-block. */
	if (c->switches.len)
		schedule.policy = KNOT_POLICY_SWITCH;
	int rc = knot_replay(r->run.replayer, r->run.target, &schedule, &o, err);

	if (rc)
		return rc;
	if (!o.ran) {
		knot_outcome_free(&o);
		return knot_error_set(err, KNOT_EUSAGE, "the process ends before the run begins");
	}
	knot_crash_run_judge(&r->run, &o, &f);
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
		knot_sitenames_learn(r->run.names);
		if (!r->printing.quiet)
			rc = ask_plain(r, &schedule, &plain, err);
		knot_sitenames_use(r->run.names, NULL);
		print_run(&r->printing, &o, &f, r->run.names, plain);
		r->sum.proof = knot_proof_name(f.verdict.proof);
		r->title = knot_steal(&f.title);
		r->message = knot_steal(&f.message);
	}
	free(plain);
	knot_finding_free(&f);
	knot_outcome_free(&o);
	return rc;
}

static bool ends_as_saved(void *arg, const struct knot_outcome *o)
{
	struct replaying *r = arg;

	return knot_crash_run_same(&r->run, o);
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
	const struct knot_crash *c = &r->run.crash;
	struct knot_shm_chain_op chain[KNOT_CHAIN_MAX];
	const struct knot_schedule schedule = knot_crash_run_native_schedule(&r->run, chain);
	struct knot_native_trial t = {0};
	struct knot_finding f = {0};

	int rc = knot_native_try(r->run.replayer, r->run.target, &schedule,
		r->options->times ? r->options->times : NATIVE_TIMES, ends_as_saved, r, &t, err);

	if (!rc && !t.tries)
		rc = knot_error_set(err, KNOT_EUSAGE, "the process ends before the run begins");
	if (!rc) {
		const struct knot_outcome *o = &t.outcome;

		knot_crash_run_judge(&r->run, o, &f);
		print_run(&r->printing, o, &f, r->run.names, NULL);
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

static int replay(struct replaying *r, struct knot_error *err)
{
	int rc = 0;

	r->sum.expected = r->run.crash.verdict;
	r->sum.expected_hash = r->run.crash.schedule_hash;
	r->sum.native = r->run.crash.native;
	r->sum.saved_tries = r->run.crash.tries;
	r->sum.saved_reproduced = r->run.crash.reproduced;
	if (!rc && r->run.crash.native)
		rc = replay_native(r, err);
	const uint32_t times = r->options->times ? r->options->times : 1;

	for (uint32_t i = 0; i < times && !rc && !r->run.crash.native; i++)
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
	struct replaying r = {.options = &o};
	knot_auto_fclose FILE *trace = NULL;
	int rc = knot_options_replay(argc, argv, &o, &err), trace_rc;
	const struct knot_crash_run_options ro = {
		.dir = o.dir, .output = o.output, .memory_bytes = o.memory_bytes};

	if (!rc)
		rc = knot_crash_run_read(&r.run, o.file, &ro, &err);
	if (!rc && o.trace && !(trace = fopen(o.trace, "we")))
		rc = knot_error_set(&err, KNOT_EUSAGE, "-trace %s: %s", o.trace, strerror(errno));
	if (!rc)
		rc = knot_crash_run_open(&r.run, &ro, &err);
	if (!rc) {
		r.printing = (struct printing){.emit = o.json ? &knot_emit_json : &knot_emit_text,
			.trace = trace,
			.quiet = o.quiet || o.json};
		rc = replay(&r, &err);
	}
	if (rc >= 0 && (trace_rc = finish_trace(trace, o.trace, &err)))
		rc = trace_rc;
	knot_crash_run_close(&r.run);
	free(r.title);
	free(r.message);
	return rc < 0 ? knot_cmd_fail("replay", &err) : rc;
}
