/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/reports_campaign.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/shell.h"
#include "base/vec.h"
#include "cmd/crash_run.h"
#include "cmd/reports.h"
#include "cmd/reports_told.h"
#include "cmd/sources.h"
#include "engine/campaign.h"
#include "engine/crashfile.h"
#include "store/finding.h"
#include "store/store.h"
#include "store/target.h"

#include <string.h>

struct target {
	int64_t id, build;
	char *package, *test, *dir;
	size_t number; /* of its case */
};

struct collecting {
	struct knot_reports *reports;
	const struct knot_reports_campaign_options *options;
	struct knot_store *store;
	KNOT_VEC(struct target) targets;
	struct knot_sources *places;
	int64_t build; /* whose sites these are */
};

static int on_target(void *arg, const struct knot_store_target *t, struct knot_error *err)
{
	struct collecting *c = arg;
	const char *why = knot_target_state_why(t->state);
	size_t number;

	(void)err;
	if (c->options->every_test)
		number = knot_reports_case(c->reports, t->import_path, t->test, t->used_ns);
	else if (!knot_reports_find(c->reports, t->import_path, t->test, &number))
		return 0;
	const struct target x = {.id = t->id,
		.build = t->build,
		.package = knot_xstrdup(t->import_path),
		.test = knot_xstrdup(t->test),
		.dir = knot_xstrdup(t->dir),
		.number = number};

	if (why)
		knot_reports_outcome(c->reports, x.number, KNOT_RESULTS_SKIPPED, why);
	knot_vec_push(&c->targets, x);
	return 0;
}

static int on_site(void *arg, const struct knot_store_site *s, struct knot_error *err)
{
	(void)err;
	knot_sources_add(arg, s->file, s->line);
	return 0;
}

static int use_build(struct collecting *c, int64_t build, struct knot_error *err)
{
	if (c->places && c->build == build)
		return 0;
	knot_sources_free(c->places);
	c->places = knot_sources_new();
	c->build = build;
	return knot_store_site_each(c->store, build, on_site, c->places, err);
}

static void add_finding(
	struct collecting *c, const struct knot_store_finding *x, const struct target *t)
{
	knot_auto_free char *file = knot_xasprintf("%s/crashes/%s", c->options->dir, x->crash_file);
	knot_auto_free char *typed =
		knot_xasprintf("%s/crashes/%s", c->options->shown, x->crash_file);
	knot_auto_free char *word = knot_shell_word(typed);
	knot_auto_free char *command =
		knot_xasprintf("goknot replay %s%s", c->options->replay_flags, word);
	struct knot_reports_finding f = {.verdict = x->verdict,
		.title = x->title,
		.command = command,
		.bucket = x->bucket,
		.unclear = knot_finding_is_unclear(x->state) ? x->outcome : NULL,
		.package = t->package,
		.test = t->test,
		.package_dir = t->dir};
	knot_auto_free char *output = knot_reports_beside(file, ".output", &f.output);
	knot_auto_free char *dump = knot_reports_beside(file, ".goroutines", &f.dump);
	struct knot_crash crash = {0};

	/* A crash file that is gone or damaged leaves its title to be told. */
	(void)knot_crashfile_read(file, &crash, NULL);
	knot_auto_free char *lines = knot_reports_told(file, &crash, f.output, f.dump);

	f.lines = lines;
	f.unproven = crash.proof && *crash.proof && strcmp(crash.proof, "proven") != 0;
	f.signature = (const char *const *)crash.signature.data;
	f.signature_len = crash.signature.len;
	f.switches = (const char *const *)crash.switches.data;
	f.switches_len = crash.switches.len;
	knot_reports_add(c->reports, t->number, &f, c->places);
	knot_crash_free(&crash);
}

static int on_finding(void *arg, const struct knot_store_finding *x, struct knot_error *err)
{
	struct collecting *c = arg;
	const struct target *t = NULL;

	if ((x->state != KNOT_FINDING_VERIFIED && !knot_finding_is_unclear(x->state)) ||
		x->last_ns < c->options->since_ns)
		return 0;
	for (size_t i = 0; i < c->targets.len && !t; i++)
		if (c->targets.data[i].id == x->target)
			t = &c->targets.data[i];
	if (!t)
		return 0;
	const int rc = use_build(c, t->build, err);

	if (!rc)
		add_finding(c, x, t);
	return rc;
}

int knot_reports_campaign(struct knot_reports *reports,
	const struct knot_reports_campaign_options *options, struct knot_error *err)
{
	struct collecting c = {.reports = reports, .options = options};
	int rc;

	if (!reports)
		return 0;
	if ((rc = knot_store_open(options->dir, KNOT_STORE_READ, &c.store, err)))
		return rc;
	rc = knot_store_target_each(c.store, on_target, &c, err);
	if (!rc)
		rc = knot_store_finding_each(c.store, 0, on_finding, &c, err);
	knot_store_close(c.store);
	knot_sources_free(c.places);
	for (size_t i = 0; i < c.targets.len; i++) {
		free(c.targets.data[i].package);
		free(c.targets.data[i].test);
		free(c.targets.data[i].dir);
	}
	knot_vec_free(&c.targets);
	return rc;
}

uint64_t *knot_reports_session_begin(const struct knot_campaign *c)
{
	const size_t len = knot_campaign_targets(c);
	uint64_t *begun = knot_xalloc((len + 1) * sizeof(*begun));

	for (size_t i = 0; i < len; i++) {
		struct knot_campaign_target t;

		knot_campaign_target(c, i, &t);
		begun[i] = t.used_ns;
	}
	return begun;
}

void knot_reports_session_end(
	struct knot_reports *reports, const struct knot_campaign *c, uint64_t *begun)
{
	for (size_t i = 0; i < knot_campaign_targets(c); i++) {
		struct knot_campaign_target t;

		knot_campaign_target(c, i, &t);
		const size_t number = knot_reports_case(
			reports, t.target->package, t.target->name, t.used_ns - begun[i]);

		if (t.used_ns == begun[i])
			knot_reports_outcome(reports, number, KNOT_RESULTS_SKIPPED,
				"the time was up before its turn came");
	}
	free(begun);
}
