/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/error.h"
#include "view/overview.h"
#include "view/stats.h"
#include "view/stats_file.h"

#include <inttypes.h>

static void head(FILE *f, const char *name, const char *type, const char *help)
{
	fprintf(f, "# HELP goknot_%s %s\n# TYPE goknot_%s %s\n", name, help, name, type);
}

static void single(FILE *f, const char *name, const char *type, const char *help, double value)
{
	head(f, name, type, help);
	fprintf(f, "goknot_%s %.15g\n", name, value);
}

/* In a label a backslash, a quotation mark and a line end are escaped; the last cannot come here. */
static void label(FILE *f, const char *name, const char *value)
{
	fprintf(f, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			fputc('\\', f);
		fputc(*value, f);
	}
	fputc('"', f);
}

static void per_verdict(FILE *f, const struct knot_overview *o)
{
	head(f, "findings", "gauge", "Verified findings by verdict.");
	for (size_t i = 0; i < o->verdicts_len; i++) {
		fputs("goknot_findings{", f);
		label(f, "verdict", o->verdicts[i].name);
		fprintf(f, "} %" PRIu64 "\n", o->verdicts[i].count);
	}
}

static void per_arm(FILE *f, const struct knot_overview *o, const char *name, const char *help,
	uint64_t (*value)(const struct knot_overview_arm *arm))
{
	head(f, name, "counter", help);
	for (size_t i = 0; i < o->arms_len; i++) {
		fprintf(f, "goknot_%s{", name);
		label(f, "policy", o->arms[i].name);
		fprintf(f, "} %" PRIu64 "\n", value(&o->arms[i]));
	}
}

static void per_test(FILE *f, const struct knot_overview *o, const char *name, const char *type,
	const char *help, uint64_t (*value)(const struct knot_overview_target *t))
{
	head(f, name, type, help);
	for (size_t i = 0; i < o->targets_len; i++) {
		fprintf(f, "goknot_%s{", name);
		label(f, "package", o->targets[i].package);
		fputc(',', f);
		label(f, "test", o->targets[i].test);
		fprintf(f, "} %" PRIu64 "\n", value(&o->targets[i]));
	}
}

static uint64_t arm_runs(const struct knot_overview_arm *a)
{
	return a->runs;
}

static uint64_t arm_pairs(const struct knot_overview_arm *a)
{
	return a->pairs;
}

static uint64_t test_runs(const struct knot_overview_target *t)
{
	return t->runs;
}

static uint64_t test_pairs(const struct knot_overview_target *t)
{
	return t->pairs;
}

static uint64_t test_findings(const struct knot_overview_target *t)
{
	return t->findings;
}

static void print(FILE *f, const void *arg)
{
	const struct knot_stats *s = arg;
	const struct knot_overview *o = s->overview;

	single(f, "run_seconds", "counter", "Time the campaign has run.",
		(double)o->elapsed_ns / 1e9);
	single(f, "last_update_seconds", "gauge", "When this was written, Unix time.",
		(double)s->now_s);
	single(f, "runs_total", "counter", "Runs of tests.", (double)o->runs);
	single(f, "steps_total", "counter", "Scheduling steps.", (double)o->steps);
	single(f, "processes_total", "counter", "Test processes started.", (double)o->processes);
	single(f, "pairs", "gauge", "Different pairs of neighbouring operations.",
		(double)o->pairs);
	single(f, "channel_states", "gauge",
		"Operations that found their channel full, empty or closed.", (double)o->states);
	single(f, "corpus_chains", "gauge", "Scheduling chains kept.", (double)o->corpus);
	single(f, "chain_runs_total", "counter", "Runs under a chain.", (double)o->chain_runs);
	single(f, "chain_runs_any_total", "counter", "Runs whose chain took effect.",
		(double)o->chain_any);
	single(f, "chain_runs_all_total", "counter", "Runs whose chain took effect wholly.",
		(double)o->chain_all);
	single(f, "replays_total", "counter", "Replays for verification.", (double)o->replays);
	single(f, "replays_same_total", "counter", "Replays that ended the same way.",
		(double)o->replays_same);
	single(f, "listed", "gauge", "Bad ends that are no findings.", (double)o->listed);
	single(f, "rejected", "gauge", "Candidates that did not replay.", (double)o->rejected);
	single(f, "set_aside", "gauge", "Tests that cannot be run.", (double)o->set_aside);
	single(f, "not_recorded_total", "counter", "Events, names and pairs that were lost.",
		(double)o->not_recorded);
	per_verdict(f, o);
	per_arm(f, o, "policy_runs_total", "Runs by way to search.", arm_runs);
	per_arm(f, o, "policy_pairs_total", "New pairs by way to search.", arm_pairs);
	per_test(f, o, "test_runs_total", "counter", "Runs of a test.", test_runs);
	per_test(f, o, "test_pairs", "gauge", "Pairs of a test.", test_pairs);
	per_test(f, o, "test_findings", "gauge", "Findings of a test.", test_findings);
}

int knot_stats_write_metrics(const char *file, const struct knot_stats *s, struct knot_error *err)
{
	return knot_stats_replace(file, print, s, err);
}
