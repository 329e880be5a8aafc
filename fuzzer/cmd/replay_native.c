/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "cmd/options_crash.h"
#include "cmd/replaying.h"
#include "engine/native.h"
#include "wire/ops.h"

/* Runs of a native crash file, which may need several, when -n does not say. */
#define NATIVE_TIMES 10
static bool ends_as_saved(void *arg, const struct knot_outcome *o)
{
	struct knot_replaying *r = arg;

	return knot_crash_run_same(&r->run, o);
}

/* What became of each element of the chain in the run that is shown. */
static void print_chain(
	struct knot_printing *p, const struct knot_crash *c, const struct knot_record *rec)
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

int knot_replaying_native(struct knot_replaying *r, struct knot_error *err)
{
	const struct knot_crash *c = &r->run.crash;
	const struct knot_schedule schedule = knot_crash_run_native_schedule(&r->run);
	struct knot_native_trial t = {0};
	struct knot_finding f = {0};

	int rc = knot_native_try(r->run.replayer, r->run.target, &schedule,
		r->options->times ? r->options->times : NATIVE_TIMES, ends_as_saved, r, &t, err);

	if (!rc && !t.tries)
		rc = knot_error_set(err, KNOT_EUSAGE, "the process ends before the run begins");
	if (!rc) {
		const struct knot_outcome *o = &t.outcome;

		knot_crash_run_judge(&r->run, o, &f);
		knot_replaying_print(&r->printing, o, &f, r->run.names, NULL);
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
