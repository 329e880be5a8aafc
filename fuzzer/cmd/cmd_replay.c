/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cmd/cmd.h"
#include "cmd/changed.h"
#include "cmd/options_crash.h"
#include "cmd/replaying.h"
#include "engine/explanation.h"
#include "engine/interleaving.h"
#include "engine/sitenames.h"
#include "view/emit.h"

#include <errno.h>
#include <string.h>

/* Lines of the interleaving that are printed; -trace writes all of them. */
#define LINES_SHOWN 400

static void on_line(void *arg, const char *text, bool is_event)
{
	struct knot_printing *p = arg;

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
	const struct knot_printing *p = arg;

	p->emit->step(stdout, text, false);
}

void knot_replaying_print(struct knot_printing *p, const struct knot_outcome *o,
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

/* Of a minimised schedule, what run-until-block ends in instead. The names of the replay before it are kept. */
static int ask_plain(struct knot_replaying *r, const struct knot_schedule *schedule, char **ret,
	struct knot_error *err)
{
	struct knot_schedule s = *schedule;
	struct knot_outcome o = {0};

	if (!r->run.crash.switches.len)
		return 0;
	s.decisions_len = 0;
	s.switches = true;
	const int rc = knot_replay_tolerant(r->run.replayer, r->run.target, &s, &o, err);

	if (!rc && o.ran) {
		struct knot_finding f = {0};

		knot_crash_run_judge(&r->run, &o, &f);
		*ret = knot_explanation_plain(
			knot_changed_is_same(&r->run, &f), o.record.result.end);
		knot_finding_free(&f);
	}
	knot_outcome_free(&o);
	return rc;
}

void knot_replaying_count(
	struct knot_replaying *r, const struct knot_outcome *o, const struct knot_finding *f)
{
	const struct knot_shm_result *result = &o->record.result;

	r->sum.times++;
	r->sum.verdict = knot_verdict_name(f->verdict.kind);
	r->sum.schedule_hash = result->hash;
	r->sum.steps = result->steps;
	if (knot_changed_is_same(&r->run, f)) {
		if (!r->sum.reproduced++ && (r->text = knot_changed_moved_text(&r->run, f)))
			r->sum.outcome = "reproduced";
	}
	r->sum.same_hash += result->hash == r->run.crash.schedule_hash;
	r->sum.diverged += (result->flags & KNOT_RUN_DIVERGED) != 0;
	if (r->sum.times > 1)
		return;
	r->sum.preempted = knot_record_preemptions(&o->record);
	r->sum.arrivals = knot_record_arrivals(&o->record);
	r->sum.proof = knot_proof_name(f->verdict.proof);
}

static int one_replay(struct knot_replaying *r, struct knot_error *err)
{
	const struct knot_crash *c = &r->run.crash;
	uint32_t memory[KNOT_MEM_MAX];
	struct knot_schedule schedule = knot_changed_schedule(&r->run, memory);
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
	knot_replaying_count(r, &o, &f);
	if (r->sum.times == 1) {
		knot_sitenames_learn(r->run.names);
		if (!r->printing.quiet)
			rc = ask_plain(r, &schedule, &plain, err);
		knot_sitenames_use(r->run.names, NULL);
		knot_replaying_print(&r->printing, &o, &f, r->run.names, plain);
		r->title = knot_steal(&f.title);
		r->message = knot_steal(&f.message);
	}
	free(plain);
	knot_finding_free(&f);
	knot_outcome_free(&o);
	return rc;
}

/* The code has changed under the schedule: where it can still be followed, and what comes then. */
static int follow(struct knot_replaying *r, struct knot_error *err)
{
	const struct knot_followed *f = &r->changed.followed;
	const struct knot_changed_options o = {.continuations = r->options->continuations};
	const int rc = knot_changed_follow(&r->run, &o, &r->changed, err);

	if (rc)
		return rc;
	r->text = knot_steal(&r->changed.text);
	r->sum.outcome = knot_changed_outcome(&r->changed);
	r->sum.asked = f->asked;
	r->sum.followed = f->followed;
	r->sum.continuations = f->runs;
	r->sum.clean = f->clean;
	r->sum.step = f->step;
	return 0;
}

static int exit_code(enum knot_follow_end end)
{
	switch (end) {
	case KNOT_FOLLOW_REPRODUCED:
		return KNOT_EXIT_BUG;
	case KNOT_FOLLOW_FIXED:
		return KNOT_EXIT_CLEAN;
	case KNOT_FOLLOW_DIVERGED:
	case KNOT_FOLLOW_ELSE:
	case KNOT_FOLLOW_LATE:
		break;
	}
	return KNOT_EXIT_INCONCLUSIVE;
}

static int replay(struct knot_replaying *r, struct knot_error *err)
{
	int rc = 0;

	r->sum.expected = r->run.crash.verdict;
	r->sum.expected_hash = r->run.crash.schedule_hash;
	r->sum.native = r->run.crash.native;
	r->release = knot_changed_release_text(&r->run);
	r->sum.saved_tries = r->run.crash.tries;
	r->sum.saved_reproduced = r->run.crash.reproduced;
	if (!rc && r->run.crash.native)
		rc = knot_replaying_native(r, err);
	const uint32_t times = r->options->times ? r->options->times : 1;

	for (uint32_t i = 0; i < times && !rc && !r->run.crash.native; i++)
		rc = one_replay(r, err);
	const bool may_be_changed = !rc && !r->run.crash.native && !r->sum.reproduced &&
		knot_changed_may_be_why(&r->run, r->sum.diverged, r->sum.same_hash == r->sum.times);

	if (may_be_changed)
		rc = follow(r, err);
	if (rc)
		return rc;
	r->sum.title = r->title;
	r->sum.message = r->message;
	r->sum.outcome_text = r->text;
	r->sum.release = r->release;
	r->sum.expected_step = r->changed.followed.expected;
	r->sum.found_step = r->changed.followed.found;
	r->printing.emit->replay(stdout, &r->sum);
	if (may_be_changed)
		return exit_code(r->changed.followed.end);
	if (r->sum.reproduced)
		return KNOT_EXIT_BUG;
	return r->sum.diverged || r->sum.native || r->release ? KNOT_EXIT_INCONCLUSIVE
							      : KNOT_EXIT_CLEAN;
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

/*
 * git bisect run takes 0 for good, 125 for what cannot be told of a revision, and above 127 for a reason to give up; all
 * else is bad.
 */
#define BISECT_SKIP 125
#define BISECT_ABORT 128

static int bisect_code(const struct knot_replaying *r, int code)
{
	if (code == KNOT_EXIT_CLEAN || code == KNOT_EXIT_BUG)
		return code;
	/* Interrupted, or not about the revision. */
	if (!r->run.session.cancel || *r->run.session.cancel || code == KNOT_EXIT_OWN)
		return BISECT_ABORT + code;
	return BISECT_SKIP;
}

int knot_cmd_replay(int argc, char **argv)
{
	struct knot_error err = {0};
	struct knot_replay_options o = {0};
	struct knot_replaying r = {.options = &o};
	knot_auto_fclose FILE *trace = NULL;
	int rc = knot_options_replay(argc, argv, &o, &err), trace_rc;
	const struct knot_crash_run_options ro = {
		.dir = o.dir, .output = o.output, .memory_bytes = o.memory_bytes, .debug = o.dlv};

	if (!rc)
		rc = knot_crash_run_read(&r.run, o.file, &ro, &err);
	if (!rc && o.dlv)
		rc = knot_replaying_dlv_find(&r, &err);
	if (!rc && o.trace && !(trace = fopen(o.trace, "we")))
		rc = knot_error_set(&err, KNOT_EUSAGE, "-trace %s: %s", o.trace, strerror(errno));
	if (!rc)
		rc = knot_crash_run_open(&r.run, &ro, &err);
	if (!rc) {
		r.printing =
			(struct knot_printing){.emit = o.json ? &knot_emit_json : &knot_emit_text,
				.trace = trace,
				.quiet = o.quiet || o.json || o.dlv};
		rc = o.dlv ? knot_replaying_dlv(&r, &err) : replay(&r, &err);
	}
	if (rc >= 0 && (trace_rc = finish_trace(trace, o.trace, &err)))
		rc = trace_rc;
	if (rc < 0)
		rc = knot_cmd_fail("replay", &err);
	if (o.bisect)
		rc = bisect_code(&r, rc);
	knot_crash_run_close(&r.run);
	free(r.title);
	free(r.message);
	free(r.text);
	free(r.release);
	free(r.dlv);
	knot_changed_free(&r.changed);
	return rc;
}
