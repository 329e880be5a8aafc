/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "cmd/cmd.h"
#include "cmd/options_crash.h"
#include "cmd/replaying.h"
#include "engine/debugger.h"
#include "engine/interleaving.h"
#include "engine/sitenames.h"
#include "wire/text.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

int knot_replaying_dlv_find(struct knot_replaying *r, struct knot_error *err)
{
	if (r->run.crash.native)
		return knot_error_set(err, KNOT_EUSAGE,
			"-dlv stops before a step, and a native run has none: the crash file is of "
			"the stock scheduler (sched: native)");
	return knot_debugger_find(&r->dlv, err);
}

static int inconclusive(const char *why)
{
	printf("replay: %s\n", why);
	return KNOT_EXIT_INCONCLUSIVE;
}

struct wanted {
	uint32_t step;
	char *line; /* the first that is about the step */
};

static void on_line(void *arg, const char *text, bool is_event)
{
	struct wanted *w = arg;

	if (!is_event && !w->line && strtoul(text, NULL, 10) == w->step)
		w->line = knot_xstrdup(text);
}

/* What the program prints must not be able to play the debugger on the terminal. */
static void on_said(void *arg, const char *data, size_t len)
{
	struct knot_text t = {0};

	(void)arg;
	for (size_t at = 0, n; at < len; at += n) {
		for (n = 0; at + n < len && !strchr("\n\t", data[at + n]);)
			n++;
		knot_text_add_escaped(&t, knot_span_of(data + at, n));
		if (at + n < len)
			knot_text_add(&t, data + at + n++, 1);
	}
	fwrite(t.data, 1, t.len, stdout);
	fflush(stdout);
	knot_text_free(&t);
}

/*
 * The run once by itself: it must be the saved one still, and it shows which step that is. *ret_step 0 = it is not; then
 * that has been told.
 */
static int rehearse(struct knot_replaying *r, const struct knot_schedule *schedule,
	uint32_t *ret_step, struct knot_error *err)
{
	struct knot_outcome o = {0};
	struct knot_finding f = {0};
	struct wanted w = {.step = r->options->dlv_step};
	int rc = knot_replay(r->run.replayer, r->run.target, schedule, &o, err);

	if (rc)
		return rc;
	if (!o.ran) {
		rc = knot_error_set(err, KNOT_EUSAGE, "the process ends before the run begins");
		goto out;
	}
	knot_crash_run_judge(&r->run, &o, &f);
	if (!knot_changed_is_same(&r->run, &f))
		goto out;
	if (!w.step)
		w.step = knot_debugger_step(&o.record);
	if (!w.step || w.step > o.record.result.steps) {
		rc = knot_error_set(err, KNOT_EUSAGE, "-dlv=%u: the run has %u steps only",
			w.step ? w.step : 1, o.record.result.steps);
		goto out;
	}
	knot_interleaving(&o.record, knot_sitenames_view(r->run.names), on_line, &w);
	printf("replay: under delve to step %u of %u, which is not made yet:\n%s\n"
	       "replay: finish goes on until the operation is made, continue to the end of the "
	       "run\n",
		w.step, o.record.result.steps, w.line ? w.line : "");
	fflush(stdout);
	*ret_step = w.step;
out:
	knot_finding_free(&f);
	knot_outcome_free(&o);
	free(w.line);
	return rc;
}

/* Control-C is the debugger's, which shares the terminal. What it leaves of that may be raw when it is killed. */
static int under_dlv(struct knot_replaying *r, const struct knot_schedule *schedule,
	struct knot_outcome *ret, struct knot_error *err)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction old;
	struct termios terminal;
	struct knot_debugger *d = NULL;
	knot_auto_free char *dir = knot_xasprintf("%s/work", r->run.session.campaign_dir);
	const struct knot_crash *c = &r->run.crash;
	const struct knot_project_module m =
		knot_project_module(&r->run.place->project, c->target, c->module);
	int rc = knot_debugger_open(r->dlv, dir, m.dir, &d, err);

	if (rc)
		return rc;
	const bool is_terminal = tcgetattr(STDIN_FILENO, &terminal) == 0;

	sigaction(SIGINT, &ignore, &old);
	knot_replayer_set_debugger(r->run.replayer, knot_debugger_words(d), on_said, NULL);
	rc = knot_replay(r->run.replayer, r->run.target, schedule, ret, err);
	sigaction(SIGINT, &old, NULL);
	if (is_terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal);
	knot_debugger_close(d);
	return rc;
}

static int tell(struct knot_replaying *r, const struct knot_outcome *o)
{
	struct knot_finding f = {0};

	if (!o->ran)
		return inconclusive("the debugger was left before the run");
	if (o->record.result.end == KNOT_END_NONE)
		return inconclusive("the debugger was left before the end of the run");
	knot_crash_run_judge(&r->run, o, &f);
	knot_replaying_count(r, o, &f);
	knot_replaying_print(&r->printing, o, &f, r->run.names, NULL);
	r->title = knot_steal(&f.title);
	r->message = knot_steal(&f.message);
	r->sum.title = r->title;
	r->sum.message = r->message;
	r->sum.outcome_text = r->text;
	r->printing.emit->replay(stdout, &r->sum);
	knot_finding_free(&f);
	if (r->sum.reproduced)
		return KNOT_EXIT_BUG;
	return r->sum.diverged ? KNOT_EXIT_INCONCLUSIVE : KNOT_EXIT_CLEAN;
}

int knot_replaying_dlv(struct knot_replaying *r, struct knot_error *err)
{
	uint32_t memory[KNOT_MEM_MAX];
	struct knot_schedule schedule = knot_changed_schedule(&r->run, memory);
	struct knot_outcome o = {0};

	r->sum.expected = r->run.crash.verdict;
	r->sum.expected_hash = r->run.crash.schedule_hash;
	if (r->run.crash.switches.len)
		schedule.policy = KNOT_POLICY_SWITCH;
	int rc = rehearse(r, &schedule, &schedule.stop_step, err);

	if (rc)
		return rc;
	if (!schedule.stop_step)
		return inconclusive("the saved schedule does not end as saved with this code; "
				    "without -dlv replay tells how far it goes");
	schedule.to_the_end = true;
	rc = under_dlv(r, &schedule, &o, err);
	if (!rc)
		rc = tell(r, &o);
	knot_outcome_free(&o);
	return rc;
}
