/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/emit.h"
#include "view/emit_minimized.h"
#include "view/emit_replay.h"
#include "view/emit_schedule.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/shell.h"
#include "wire/text.h"

#include <inttypes.h>
#include <string.h>

static double percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

/* As time.Duration prints whole seconds: 3s, 1m0s, 2h5m9s. */
static void duration(FILE *out, uint64_t ns)
{
	uint64_t s = ns / 1000000000;

	if (s >= 3600)
		fprintf(out, "%" PRIu64 "h", s / 3600);
	if (s >= 60)
		fprintf(out, "%" PRIu64 "m", s / 60 % 60);
	fprintf(out, "%" PRIu64 "s", s % 60);
}

static void note(FILE *out, const char *text)
{
	fprintf(out, "fuzz: %s\n", text);
	fflush(out);
}

static void progress(FILE *out, const struct knot_emit_progress *p)
{
	fputs("fuzz: elapsed: ", out);
	duration(out, p->elapsed_ns);
	fprintf(out,
		", execs: %" PRIu64 " (%.0f/sec), new interesting: %" PRIu64 " (total: %" PRIu64
		")",
		p->runs, p->since_ns ? (double)p->runs_since * 1e9 / (double)p->since_ns : 0,
		p->pairs_since, p->pairs);
	if (p->chain_runs)
		fprintf(out, ", chain hits: %.0f%%", percent(p->chain_any, p->chain_runs));
	fprintf(out, ", findings: %u", p->findings);
	if (p->ignored)
		fprintf(out, ", ignored: %u", p->ignored);
	fputc('\n', out);
	fflush(out);
}

/* Bytes of what became of a schedule. */
#define OUTCOME_MAX 2000
/* Two short stacks of a data race, or as many goroutines, are told whole. */
#define LINES_SHOWN 16

static void proposal(FILE *out, const struct knot_emit_finding *f)
{
	struct knot_span lines = knot_span_str(f->to_ignore ? f->to_ignore : ""), line;

	while (knot_span_take_line(&lines, &line))
		fprintf(out, "    to ignore: %.*s\n", (int)line.len, line.data);
	fflush(out);
}

static void finding(FILE *out, const struct knot_emit_finding *f)
{
	knot_auto_free char *word = knot_shell_word(f->crash_file);

	fprintf(out, "--- FOUND: %s %s\n    %s%s\n", f->package, f->test,
		f->fixed ? "regression: " : "", f->title);
	if (f->fixed)
		fprintf(out, "    fixed on %s, and back\n", f->fixed);
	if (f->message && *f->message)
		fprintf(out, "    %s\n", f->message);
	for (size_t i = 0; i < f->lines_len && i < LINES_SHOWN; i++)
		fprintf(out, "        %s\n", f->lines[i]);
	if (f->lines_len > LINES_SHOWN)
		fprintf(out, "        and %zu more\n", f->lines_len - LINES_SHOWN);
	if (f->proof)
		fprintf(out, "    proof: %s\n", f->proof);
	if (f->native) {
		fprintf(out,
			"    native run, came again in %u of %u tries, saved to %s\n    to re-run: "
			"goknot replay %s%s\n",
			f->reproduced, f->tries, f->crash_file, f->replay_flags, word);
		if (f->controlled_file)
			fprintf(out,
				"    under the controlled scheduler, where it replays exactly: "
				"goknot "
				"replay %s%s\n",
				f->replay_flags, f->controlled_file);
		proposal(out, f);
		return;
	}
	for (size_t i = 0; i < f->critical_len && i < LINES_SHOWN; i++)
		fprintf(out, "    %zu. %s\n", i + 1, f->critical[i]);
	if (f->critical_len > LINES_SHOWN)
		fprintf(out, "    and %zu more switch%s\n", f->critical_len - LINES_SHOWN,
			f->critical_len - LINES_SHOWN == 1 ? "" : "es");
	if (f->minimized && !f->not_smaller)
		fprintf(out, "    minimised: %u preemption%s, %u as found\n", f->preemptions,
			knot_text_s(f->preemptions), f->preemptions_before);
	else if (f->minimized)
		fprintf(out, "    not minimised: %s\n", f->not_smaller);
	/* It tells a machine that stood still from a wrong order. */
	if (f->early_ns)
		fprintf(out, "    timers fired before they were due: %.3g s in all\n",
			(double)f->early_ns / 1e9);
	fprintf(out,
		"    schedule of %u step%s%s, verified in fresh processes, saved to %s\n    to "
		"re-run: goknot replay %s%s\n",
		f->steps, knot_text_s(f->steps), f->external ? " and what came from outside" : "",
		f->crash_file, f->replay_flags, word);
	proposal(out, f);
}

static void listed(FILE *out, const struct knot_emit_listed *l)
{
	fprintf(out, "fuzz: %s: %s %s", l->kind, l->package, l->test);
	if (l->title && *l->title)
		fprintf(out, ": %s", l->title);
	if (l->message && *l->message)
		fprintf(out, ": %s", l->message);
	if (l->why && *l->why)
		fprintf(out, " (%s)", l->why);
	fputc('\n', out);
	fflush(out);
}

static void runtime_checks(FILE *out, const struct knot_emit_progress *p)
{
	const char *before = ": ";

	fprintf(out,
		"fuzz: audit: %" PRIu64 " of %" PRIu64 " runs, of %" PRIu64
		" operations, the same by the events and by the Go runtime's own functions",
		p->runtime_checks_same, p->runtime_checks, p->runtime_pairs);
	if (p->runtime_checks_unknown)
		fprintf(out,
			"; %" PRIu64
			" more runs were not compared, since records or events were lost",
			p->runtime_checks_unknown);
	fputs("\nfuzz: audit: without a counterpart by rule", out);
	for (size_t i = 0; i < KNOT_ENTERED_RULES; i++)
		if (p->runtime_left[i]) {
			fprintf(out, "%s%" PRIu64 " %s", before, p->runtime_left[i],
				knot_entered_rule_name(i));
			before = ", ";
		}
	fputc('\n', out);
}

static void summary(FILE *out, const struct knot_emit_progress *p)
{
	knot_auto_free char *what = knot_text_targets(p->targets - p->programs, p->programs);

	fprintf(out, "fuzz: %" PRIu64 " run%s of %s in ", p->runs, knot_text_s(p->runs), what);
	duration(out, p->elapsed_ns);
	fprintf(out,
		" (%.0f/sec with %u worker%s, %" PRIu64 " process%s), %" PRIu64 " pair%s, %" PRIu64
		" chain%s kept\n",
		p->elapsed_ns ? (double)p->runs * 1e9 / (double)p->elapsed_ns : 0, p->workers,
		knot_text_s(p->workers), p->processes, p->processes == 1 ? "" : "es", p->pairs,
		knot_text_s(p->pairs), p->corpus, knot_text_s(p->corpus));
	if (p->chain_runs)
		fprintf(out, "fuzz: chains took effect in %.0f%% of their runs, wholly in %.0f%%\n",
			percent(p->chain_any, p->chain_runs), percent(p->chain_all, p->chain_runs));
	fprintf(out,
		"fuzz: %u finding%s, %u more hit%s of known ones, %u candidate%s rejected by "
		"replay, "
		"%u listed, %u set aside",
		p->findings, knot_text_s(p->findings), p->duplicates, knot_text_s(p->duplicates),
		p->rejected, knot_text_s(p->rejected), p->listed, p->set_aside);
	if (p->ignored)
		fprintf(out, ", %u ignored", p->ignored);
	if (p->fixed)
		fprintf(out, ", %u fixed", p->fixed);
	fputc('\n', out);
	if (p->replays)
		fprintf(out,
			"fuzz: fidelity: %" PRIu64 " of %" PRIu64 " replays ended the same way\n",
			p->replays_same, p->replays);
	if (p->audits)
		fprintf(out,
			"fuzz: audit: %" PRIu64 " of %" PRIu64
			" runs replayed to the same end by the same schedule\n",
			p->audits_same, p->audits);
	if (p->checks)
		fprintf(out,
			"fuzz: audit: %" PRIu64 " of %" PRIu64 " runs, of %" PRIu64
			" events, the same in the ring and by the eBPF probe\n",
			p->checks_same, p->checks, p->checked_events);
	if (p->runtime_checks || p->runtime_checks_unknown)
		runtime_checks(out, p);
	if (p->probe_lost)
		fprintf(out,
			"fuzz: the eBPF probe lost %" PRIu64 " of %" PRIu64 " records; %" PRIu64
			" runs gave no feedback for that\n",
			p->probe_lost, p->probe_records + p->probe_lost, p->probe_incomplete);
	if (p->trials_refused || p->trials_tried)
		fprintf(out,
			"fuzz: trials: %" PRIu64 " of %" PRIu64
			" chains refused as impossible could be had; %" PRIu64 " of %" PRIu64
			" that were tried\n",
			p->trials_refused_had, p->trials_refused, p->trials_tried_had,
			p->trials_tried);
	if (p->events_lost || p->pairs_full)
		fprintf(out,
			"fuzz: not recorded: %" PRIu64
			" events; pairs beyond the limits, met %" PRIu64 " times\n",
			p->events_lost, p->pairs_full);
	if (p->hooks_missed)
		fprintf(out,
			"fuzz: not recorded: the own hooks of operations, missed %" PRIu64
			" times\n",
			p->hooks_missed);
	if (p->sites_full || p->prims_full)
		fprintf(out,
			"fuzz: without a name: positions beyond the limit, met %" PRIu64
			" times; primitives, met %" PRIu64 " times\n",
			p->sites_full, p->prims_full);
	if (p->races_lost)
		fprintf(out, "fuzz: not read: %" PRIu64 " bytes of race reports\n", p->races_lost);
	if (p->preempts)
		fprintf(out,
			"fuzz: preempted by the watchdog: goroutines that computed without any "
			"operation, %" PRIu64 " times\n",
			p->preempts);
	fflush(out);
}

/* Only what does not replay is worth a line. */
static void audit(FILE *out, const struct knot_emit_audit *a)
{
	if (a->reproduced && a->same_hash)
		return;
	fprintf(out, "fuzz: audit: %s %s: %s, %s%s\n", a->package, a->test, a->title,
		a->reproduced ? "another schedule in the replay" : "another end in the replay",
		a->external ? "; something outside took part" : "");
	fflush(out);
}

/* Only what was refused wrongly is worth a line. */
static void trial(FILE *out, const struct knot_emit_trial *t)
{
	if (!t->why || !t->had)
		return;
	fprintf(out, "fuzz: trial: %s %s: refused as impossible, and had in %u run%s: %s\n",
		t->package, t->test, t->runs, knot_text_s(t->runs), t->chain);
	fflush(out);
}

/* Which of them are of no use is for who asks for it. */
static void ignore(FILE *out, const char *at, const char *line, uint64_t findings)
{
	(void)out;
	(void)at;
	(void)line;
	(void)findings;
}

static void step(FILE *out, const char *text, bool is_event)
{
	fprintf(out, "%s%s\n", is_event ? "                " : "", text);
}

static void told_of_replay(FILE *out, const char *text)
{
	if (!text)
		return;
	knot_auto_free char *escaped = knot_text_escape(knot_span_str(text), OUTCOME_MAX);

	fprintf(out, "replay: %s\n", escaped);
}

static void replay(FILE *out, const struct knot_emit_replay *r)
{
	fprintf(out, "%s\n", r->title && *r->title ? r->title : r->verdict);
	if (r->message && *r->message)
		fprintf(out, "    %s\n", r->message);
	if (r->proof)
		fprintf(out, "    proof: %s\n", r->proof);
	if (r->native) {
		fprintf(out,
			"replay: %u of %u native runs reproduced (%s); when it was saved %u of "
			"%u\n",
			r->reproduced, r->times, r->expected, r->saved_reproduced, r->saved_tries);
		return;
	}
	fprintf(out, "replay: %u of %u reproduced (%s), schedule hash %016" PRIx64 " %s, %u step%s",
		r->reproduced, r->times, r->expected, r->schedule_hash,
		r->schedule_hash == r->expected_hash ? "as saved" : "differs from the saved one",
		r->steps, knot_text_s(r->steps));
	if (r->diverged)
		fprintf(out, ", %u diverged", r->diverged);
	if (r->preempted)
		fprintf(out, ", preempted %u time%s", r->preempted, knot_text_s(r->preempted));
	if (r->arrivals)
		fprintf(out, ", %u arrival%s from outside", r->arrivals, knot_text_s(r->arrivals));
	fputc('\n', out);
	told_of_replay(out, r->release);
	told_of_replay(out, r->outcome_text);
}

static void minimized_native(FILE *out, const struct knot_emit_minimized *m)
{
	for (size_t i = 0; i < m->chain_len; i++)
		fprintf(out, "%3zu. %s\n", i + 1, m->chain[i]);
	fprintf(out,
		"minimize: a chain of %zu operation%s (%u before), by %u native run%s in %.1f s\n",
		m->chain_len, knot_text_s(m->chain_len), m->chain_before, m->runs,
		knot_text_s(m->runs), (double)m->ns / 1e9);
	fprintf(out,
		"minimize: under it %u of %u more runs end so (with 95%% confidence %.0f%% to "
		"%.0f%% "
		"do), saved to %s\n",
		m->confirm_same, m->confirm_tries, 100 * m->confirm_low, 100 * m->confirm_high,
		m->result);
	if (m->why)
		fprintf(out, "minimize: %s\n", m->why);
}

static void minimized_chain(FILE *out, const struct knot_emit_minimized *m)
{
	if (!m->chain_does) {
		fprintf(out,
			"minimize: no chain of operations alone was found to end so (%u run%s)\n",
			m->chain_runs, knot_text_s(m->chain_runs));
		return;
	}
	if (!m->chain_len)
		return;
	fprintf(out, "minimize: as a chain of %zu operation%s, all else run-until-block:\n",
		m->chain_len, knot_text_s(m->chain_len));
	for (size_t i = 0; i < m->chain_len; i++)
		fprintf(out, "     %s\n", m->chain[i]);
}

static void minimized(FILE *out, const struct knot_emit_minimized *m)
{
	if (!m->smaller) {
		fprintf(out, "minimize: %s: %s, tried with %u run%s\n", m->file, m->why, m->runs,
			knot_text_s(m->runs));
		return;
	}
	if (m->native) {
		minimized_native(out, m);
		return;
	}
	for (size_t i = 0; i < m->lines_len && i < LINES_SHOWN; i++)
		fprintf(out, "%3zu. %s\n", i + 1, m->lines[i]);
	if (m->lines_len > LINES_SHOWN)
		fprintf(out, "     and %zu more\n", m->lines_len - LINES_SHOWN);
	fprintf(out,
		"minimize: %u preemption%s (%u before), %u switch%s (%u), %u early timer%s (%u), "
		"%u step%s (%u), by %u run%s in %.1f s\n",
		m->preemptions, knot_text_s(m->preemptions), m->preemptions_before, m->switches,
		m->switches == 1 ? "" : "es", m->switches_before, m->timers, knot_text_s(m->timers),
		m->timers_before, m->steps, knot_text_s(m->steps), m->steps_before, m->runs,
		knot_text_s(m->runs), (double)m->ns / 1e9);
	minimized_chain(out, m);
	fprintf(out, "minimize: replays %u of %u, saved to %s\n", m->replays_same, m->replays,
		m->result);
	if (m->proved)
		fprintf(out,
			"minimize: proved: of all %u schedules with fewer preemptions none ends "
			"so\n",
			m->proof_runs);
	else if (m->proof_runs)
		fprintf(out,
			"minimize: not proved: %u schedule%s with fewer preemptions do%s not end "
			"so, "
			"and there are more\n",
			m->proof_runs, knot_text_s(m->proof_runs), m->proof_runs == 1 ? "es" : "");
	if (m->tries > 1)
		fprintf(out,
			"minimize: runs of one schedule differ here, so each trial had up to %u "
			"runs\n",
			m->tries);
	if (m->why)
		fprintf(out, "minimize: %s\n", m->why);
}

static void told(FILE *out, const struct knot_emit_schedule *s)
{
	knot_auto_free char *text = knot_text_escape(knot_span_str(s->text), OUTCOME_MAX);

	fprintf(out, "ok     %s (%s does not come; %s)\n", s->file, s->expected, text);
}

static void schedule(FILE *out, const struct knot_emit_schedule *s)
{
	if (!strcmp(s->outcome, "reproduced"))
		fprintf(out, "--- FAIL: %s %s\n    %s\n    to re-run: goknot replay %s\n",
			s->package, s->test, s->title, s->file);
	else if (!strcmp(s->outcome, "other"))
		fprintf(out,
			"--- FAIL: %s %s\n    %s, where it was kept for: %s\n    to re-run: goknot "
			"replay %s\n",
			s->package, s->test, s->title, s->expected, s->file);
	else if (!strcmp(s->outcome, "stale"))
		fprintf(out, "--- STALE: %s\n    %s\n", s->file, s->why);
	else if (!strcmp(s->outcome, "ignored"))
		fprintf(out, "ok     %s (ignored: %s: %s)\n", s->file, s->why, s->title);
	else if (s->text)
		told(out, s);
	else if (!strcmp(s->outcome, "diverged"))
		fprintf(out,
			"ok     %s (%s does not come; the schedule does not fit any more from step "
			"%u "
			"on)\n",
			s->file, s->expected, s->step);
	else
		fprintf(out, "ok     %s (%s does not come)\n", s->file, s->expected);
	fflush(out);
}

static void tested(FILE *out, const struct knot_emit_tested *t)
{
	fprintf(out,
		"test: %u schedule%s, %u reproduced, %u ended in another bug, %u fixed, %u "
		"diverged, %u stale",
		t->schedules, knot_text_s(t->schedules), t->reproduced, t->other, t->fixed,
		t->diverged, t->stale);
	if (t->ignored)
		fprintf(out, ", %u ignored", t->ignored);
	fprintf(out, ", in %.1f s behind a build of %.1f s\n", (double)t->replay_ns / 1e9,
		(double)t->build_ns / 1e9);
}

const struct knot_emit_ops knot_emit_text = {
	.note = note,
	.progress = progress,
	.finding = finding,
	.listed = listed,
	.audit = audit,
	.trial = trial,
	.ignore = ignore,
	.summary = summary,
	.step = step,
	.replay = replay,
	.minimized = minimized,
	.schedule = schedule,
	.tested = tested,
};
