/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/testing.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "cmd/options_crash.h"
#include "cmd/reports_kept.h"
#include "view/emit.h"

#include <string.h>

static void report(struct knot_testing *t, const struct knot_testing_schedule *s,
	const struct knot_testing_result *r)
{
	knot_auto_free char *diverged = r->step
		? knot_xasprintf(
			  "diverged at step %u: the code has changed, keep a new schedule", r->step)
		: NULL;
	const bool failed = !strcmp(r->outcome, "reproduced") || !strcmp(r->outcome, "other");
	const struct knot_reports_kept k = {.run = &s->run,
		.file = knot_session_shown(&t->session, s->file),
		.replay_flags = t->replay_flags,
		.outcome = failed   ? KNOT_RESULTS_FAILED
			: r->broken ? KNOT_RESULTS_ERROR
			: r->why    ? KNOT_RESULTS_SKIPPED
				    : KNOT_RESULTS_PASSED,
		.why = r->why ? r->why : diverged,
		.title = r->title,
		.text = r->text,
		.finding = r->finding,
		.run_outcome = r->run,
		.places = t->places};

	knot_reports_kept(t->reports, &k);
}

static void say(struct knot_testing *t, struct knot_testing_schedule *s,
	const struct knot_testing_result *r)
{
	const struct knot_crash *c = &s->run.crash;
	const struct knot_emit_schedule e = {.file = knot_session_shown(&t->session, s->file),
		.package = c->target ? c->target : "",
		.test = c->test ? c->test : "",
		.expected = c->verdict ? c->verdict : "",
		.outcome = r->outcome,
		.title = r->finding ? r->finding->title
			: r->title  ? r->title
				    : "",
		.why = r->why,
		.step = r->step,
		.text = r->text};
	const bool fine = !strcmp(r->outcome, "clean") || !strcmp(r->outcome, "fixed") ||
		!strcmp(r->outcome, "diverged") || !strcmp(r->outcome, "ignored");

	s->told = true;
	report(t, s, r);
	if (!fine || t->options->verbose || t->options->json)
		t->emit->schedule(stdout, &e);
}

void knot_testing_tell(struct knot_testing *t, struct knot_testing_schedule *s,
	const struct knot_testing_result *r)
{
	t->sum.reproduced += !strcmp(r->outcome, "reproduced");
	t->sum.other += !strcmp(r->outcome, "other");
	t->sum.diverged += !strcmp(r->outcome, "diverged");
	t->sum.fixed += !strcmp(r->outcome, "fixed");
	t->sum.ignored += !strcmp(r->outcome, "ignored");
	t->sum.stale += !strcmp(r->outcome, "stale");
	say(t, s, r);
}

void knot_testing_stale(
	struct knot_testing *t, struct knot_testing_schedule *s, const char *why, bool broken)
{
	const struct knot_testing_result r = {.outcome = "stale", .why = why, .broken = broken};

	knot_testing_tell(t, s, &r);
}

int knot_testing_write_reports(struct knot_testing *t, bool whole, struct knot_error *err)
{
	for (size_t i = 0; i < t->schedules.len; i++) {
		const struct knot_testing_result r = {
			.outcome = "stale", .why = "goknot test ended before its turn came"};

		if (!t->schedules.data[i]->told)
			report(t, t->schedules.data[i], &r);
	}
	return knot_reports_write(t->reports, whole, err);
}
