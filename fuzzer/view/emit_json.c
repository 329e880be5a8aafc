/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/emit.h"
#include "view/emit_minimized.h"
#include "view/emit_replay.h"
#include "view/emit_schedule.h"

#include <jansson.h>
#include <string.h>

/* Hashes go as text: JSON numbers lose bits beyond 2^53. */
static json_t *hex(uint64_t v)
{
	char text[17];

	snprintf(text, sizeof(text), "%016llx", (unsigned long long)v);
	return json_string(text);
}

static json_t *number(uint64_t v)
{
	return json_integer((json_int_t)v);
}

/* Escaped text is valid UTF-8 by construction; a text that is not becomes null rather than nothing. */
static void put(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value ? value : json_null());
}

static void text(json_t *o, const char *key, const char *value)
{
	put(o, key, value ? json_string(value) : NULL);
}

static void texts(json_t *o, const char *key, const char *const *list, size_t len)
{
	json_t *array = json_array();

	for (size_t i = 0; i < len; i++)
		json_array_append_new(array, json_string(list[i]));
	put(o, key, array);
}

static json_t *event(const char *name)
{
	json_t *o = json_object();

	text(o, "event", name);
	return o;
}

static void line(FILE *out, json_t *o)
{
	json_dumpf(o, out, JSON_COMPACT);
	fputc('\n', out);
	fflush(out);
	json_decref(o);
}

static void note(FILE *out, const char *what)
{
	json_t *o = event("note");

	text(o, "text", what);
	line(out, o);
}

static json_t *counters(const char *name, const struct knot_emit_progress *p)
{
	json_t *o = event(name);
	const struct {
		const char *key;
		uint64_t value;
	} all[] = {
		{"elapsed_ns", p->elapsed_ns},
		{"runs", p->runs},
		{"steps", p->steps},
		{"processes", p->processes},
		{"pairs", p->pairs},
		{"channel_states", p->states},
		{"corpus", p->corpus},
		{"chain_runs", p->chain_runs},
		{"chain_any", p->chain_any},
		{"chain_all", p->chain_all},
		{"findings", p->findings},
		{"duplicates", p->duplicates},
		{"rejected", p->rejected},
		{"listed", p->listed},
		{"ignored", p->ignored},
		{"fixed", p->fixed},
		{"targets", p->targets},
		{"set_aside", p->set_aside},
		{"workers", p->workers},
		{"replays", p->replays},
		{"replays_same", p->replays_same},
		{"audits", p->audits},
		{"audits_same", p->audits_same},
		{"checks", p->checks},
		{"checks_same", p->checks_same},
		{"checked_events", p->checked_events},
		{"checks_raced", p->checks_raced},
		{"runtime_checks", p->runtime_checks},
		{"runtime_checks_same", p->runtime_checks_same},
		{"runtime_checks_unknown", p->runtime_checks_unknown},
		{"runtime_pairs", p->runtime_pairs},
		{"runtime_lost", p->runtime_lost},
		{"probe_records", p->probe_records},
		{"probe_lost", p->probe_lost},
		{"probe_incomplete", p->probe_incomplete},
		{"trials_refused", p->trials_refused},
		{"trials_refused_had", p->trials_refused_had},
		{"trials_tried", p->trials_tried},
		{"trials_tried_had", p->trials_tried_had},
		{"events_lost", p->events_lost},
		{"hooks_missed", p->hooks_missed},
		{"pairs_full", p->pairs_full},
		{"sites_full", p->sites_full},
		{"prims_full", p->prims_full},
		{"races_lost", p->races_lost},
		{"preempted", p->preempts},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		put(o, all[i].key, number(all[i].value));
	json_t *left = json_object();

	for (size_t i = 0; i < KNOT_ENTERED_RULES; i++)
		if (p->runtime_left[i])
			put(left, knot_entered_rule_name(i), number(p->runtime_left[i]));
	put(o, "runtime_left", left);
	return o;
}

static void progress(FILE *out, const struct knot_emit_progress *p)
{
	line(out, counters("progress", p));
}

static void summary(FILE *out, const struct knot_emit_progress *p)
{
	line(out, counters("summary", p));
}

static void finding(FILE *out, const struct knot_emit_finding *f)
{
	json_t *o = event("finding");

	text(o, "package", f->package);
	text(o, "test", f->test);
	text(o, "verdict", f->verdict);
	text(o, "title", f->title);
	text(o, "message", f->message);
	if (f->proof)
		text(o, "proof", f->proof);
	text(o, "crash_file", f->crash_file);
	put(o, "bucket", hex(f->bucket));
	put(o, "schedule_hash", hex(f->schedule_hash));
	put(o, "steps", number(f->steps));
	put(o, "early_ns", number(f->early_ns));
	put(o, "external", json_boolean(f->external));
	text(o, "sched", f->native ? "native" : "controlled");
	if (f->native) {
		put(o, "tries", number(f->tries));
		put(o, "reproduced", number(f->reproduced));
		text(o, "controlled_file", f->controlled_file);
	}
	if (f->minimized) {
		texts(o, "critical", f->critical, f->critical_len);
		put(o, "preemptions", number(f->preemptions));
		put(o, "preemptions_before", number(f->preemptions_before));
		if (f->not_smaller)
			text(o, "not_smaller", f->not_smaller);
	}
	texts(o, f->lines_are, f->lines, f->lines_len);
	if (f->fixed)
		text(o, "regression", f->fixed);
	if (f->to_ignore)
		text(o, "to_ignore", f->to_ignore);
	line(out, o);
}

static void listed(FILE *out, const struct knot_emit_listed *l)
{
	json_t *o = event(l->kind);

	text(o, "package", l->package);
	text(o, "test", l->test);
	text(o, "title", l->title);
	if (l->message && *l->message)
		text(o, "message", l->message);
	text(o, "why", l->why);
	line(out, o);
}

static void audit(FILE *out, const struct knot_emit_audit *a)
{
	json_t *o = event("audit");

	text(o, "package", a->package);
	text(o, "test", a->test);
	text(o, "verdict", a->verdict);
	text(o, "end", a->end);
	text(o, "title", a->title);
	text(o, "why", a->why);
	put(o, "schedule_hash", hex(a->schedule_hash));
	put(o, "steps", number(a->steps));
	put(o, "early_ns", number(a->early_ns));
	put(o, "virtual_ns", number(a->virtual_ns));
	put(o, "cpu_ns", number(a->cpu_ns));
	put(o, "wall_ns", number(a->wall_ns));
	put(o, "external", json_boolean(a->external));
	put(o, "reproduced", json_boolean(a->reproduced));
	put(o, "same_hash", json_boolean(a->same_hash));
	line(out, o);
}

static void trial(FILE *out, const struct knot_emit_trial *t)
{
	json_t *o = event("trial");

	text(o, "package", t->package);
	text(o, "test", t->test);
	text(o, "chain", t->chain);
	text(o, "refused", t->why);
	text(o, "refused_now", t->refused_now);
	put(o, "length", number(t->len));
	put(o, "runs", number(t->runs));
	put(o, "campaign_runs", number(t->earlier));
	put(o, "campaign_whole", number(t->earlier_whole));
	put(o, "had", json_boolean(t->had));
	line(out, o);
}

static void ignore(FILE *out, const char *at, const char *entry, uint64_t findings)
{
	json_t *o = event("ignore");

	text(o, "at", at);
	text(o, "entry", entry);
	put(o, "findings", number(findings));
	line(out, o);
}

static void step(FILE *out, const char *what, bool is_event)
{
	(void)out;
	(void)what;
	(void)is_event;
}

static void replay(FILE *out, const struct knot_emit_replay *r)
{
	json_t *o = event("replay");

	text(o, "verdict", r->verdict);
	text(o, "expected", r->expected);
	text(o, "title", r->title);
	text(o, "message", r->message);
	if (r->proof)
		text(o, "proof", r->proof);
	put(o, "schedule_hash", hex(r->schedule_hash));
	put(o, "expected_hash", hex(r->expected_hash));
	put(o, "steps", number(r->steps));
	put(o, "times", number(r->times));
	put(o, "reproduced", number(r->reproduced));
	put(o, "same_hash", number(r->same_hash));
	put(o, "diverged", number(r->diverged));
	put(o, "preempted", number(r->preempted));
	put(o, "arrivals", number(r->arrivals));
	text(o, "sched", r->native ? "native" : "controlled");
	if (r->native) {
		put(o, "saved_tries", number(r->saved_tries));
		put(o, "saved_reproduced", number(r->saved_reproduced));
		put(o, "chain_reached", number(r->chain_reached));
		put(o, "chain_waited", number(r->chain_waited));
		put(o, "chain_ordered", number(r->chain_ordered));
		put(o, "chain_expired", number(r->chain_expired));
	}
	if (r->release)
		text(o, "release", r->release);
	if (r->outcome) {
		text(o, "outcome", r->outcome);
		text(o, "outcome_text", r->outcome_text);
	}
	if (r->continuations) {
		put(o, "asked", number(r->asked));
		put(o, "followed", number(r->followed));
		put(o, "continuations", number(r->continuations));
		put(o, "clean", number(r->clean));
	}
	if (r->expected_step) {
		put(o, "diverged_at", number(r->step));
		text(o, "expected_step", r->expected_step);
		text(o, "found_step", r->found_step);
	}
	line(out, o);
}

static void minimized(FILE *out, const struct knot_emit_minimized *m)
{
	json_t *o = event("minimized");

	text(o, "file", m->file);
	put(o, "smaller", json_boolean(m->smaller));
	if (m->why)
		text(o, "why", m->why);
	put(o, "runs", number(m->runs));
	put(o, "tries", number(m->tries));
	put(o, "seconds", json_real((double)m->ns / 1e9));
	text(o, "sched", m->native ? "native" : "controlled");
	if (m->smaller) {
		text(o, "result", m->result);
		texts(o, "chain", m->chain, m->chain_len);
	}
	if (m->smaller && m->native) {
		put(o, "chain_before", number(m->chain_before));
		put(o, "replays", number(m->confirm_tries));
		put(o, "replays_same", number(m->confirm_same));
		put(o, "confidence_low", json_real(m->confirm_low));
		put(o, "confidence_high", json_real(m->confirm_high));
	} else if (m->smaller) {
		put(o, "chain_does", json_boolean(m->chain_does));
		put(o, "chain_runs", number(m->chain_runs));
		put(o, "preemptions_before", number(m->preemptions_before));
		put(o, "switches_before", number(m->switches_before));
		put(o, "timers_before", number(m->timers_before));
		put(o, "steps_before", number(m->steps_before));
		put(o, "preemptions", number(m->preemptions));
		put(o, "switches", number(m->switches));
		put(o, "timers", number(m->timers));
		put(o, "steps", number(m->steps));
		put(o, "replays", number(m->replays));
		put(o, "replays_same", number(m->replays_same));
		put(o, "proof_runs", number(m->proof_runs));
		put(o, "proved", json_boolean(m->proved));
		texts(o, "critical", m->lines, m->lines_len);
	}
	line(out, o);
}

static void schedule(FILE *out, const struct knot_emit_schedule *s)
{
	json_t *o = event("schedule");

	text(o, "file", s->file);
	text(o, "package", s->package);
	text(o, "test", s->test);
	text(o, "expected", s->expected);
	text(o, "outcome", s->outcome);
	text(o, "title", s->title);
	if (s->why)
		text(o, "why", s->why);
	if (s->text)
		text(o, "text", s->text);
	if (!strcmp(s->outcome, "diverged"))
		put(o, "step", number(s->step));
	line(out, o);
}

static void tested(FILE *out, const struct knot_emit_tested *t)
{
	json_t *o = event("tested");

	put(o, "schedules", number(t->schedules));
	put(o, "reproduced", number(t->reproduced));
	put(o, "other", number(t->other));
	put(o, "fixed", number(t->fixed));
	put(o, "diverged", number(t->diverged));
	put(o, "stale", number(t->stale));
	put(o, "ignored", number(t->ignored));
	put(o, "build_seconds", json_real((double)t->build_ns / 1e9));
	put(o, "replay_seconds", json_real((double)t->replay_ns / 1e9));
	line(out, o);
}

const struct knot_emit_ops knot_emit_json = {
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
