/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/reports_kept.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/shell.h"
#include "cmd/crash_run.h"
#include "cmd/sources.h"
#include "engine/sitenames.h"
#include "explore/bucket.h"
#include "wire/crash_path.h"
#include "wire/sites.h"
#include "wire/text.h"

#include <string.h>

struct knot_sources *knot_reports_kept_sources(const struct knot_crash_place *place)
{
	const struct knot_sites *sites = place->project.sites;
	struct knot_sources *p = knot_sources_new();

	for (size_t i = 0; sites && i < knot_sites_count(sites); i++) {
		const struct knot_site *s = knot_sites_at(sites, i);

		knot_sources_add(p, s->file, s->line);
	}
	return p;
}

/* "TestABBA (deadlock-1e845a85)": a test may have several. Caller frees. */
static char *case_name(const struct knot_reports_kept *k)
{
	const char *slash = strrchr(k->file, '/');
	const char *base = slash ? slash + 1 : k->file;
	const char *test = k->run->crash.test;
	struct knot_span stem;

	(void)knot_crash_path_stem(base, &stem);
	return test ? knot_xasprintf("%s (%.*s)", test, (int)stem.len, stem.data)
		    : knot_xstrdup(k->file);
}

static char *output_of(const struct knot_outcome *o, size_t *ret_len)
{
	struct knot_text t = {0};

	if (o->out)
		knot_text_add(&t, o->out, o->out_len);
	if (o->err)
		knot_text_add(&t, o->err, o->err_len);
	if (o->record.race_text)
		knot_text_add(&t, o->record.race_text, o->record.race_len);
	*ret_len = t.len;
	return knot_text_steal(&t);
}

static char *lines_of(const struct knot_reports_kept *k)
{
	const struct knot_finding *f = k->finding;
	struct knot_text t = {0};

	if (*f->message)
		knot_text_addf(&t, "%s\n", f->message);
	for (size_t i = 0; i < knot_finding_lines(f); i++) {
		knot_auto_free char *line =
			knot_finding_line(f, i, &k->run_outcome->record, k->run->names);

		knot_text_addf(&t, "%s\n", line);
	}
	return knot_text_steal(&t);
}

static void add_finding(
	struct knot_reports *reports, size_t number, const struct knot_reports_kept *k)
{
	const struct knot_crash *c = &k->run->crash;
	const struct knot_verdict *v = &k->finding->verdict;
	const struct knot_outcome *o = k->run_outcome;

	knot_assert(o);
	const size_t len = knot_bucket_signature_len(v);
	char **signature = knot_xalloc((len + 1) * sizeof(*signature));
	knot_auto_free char *word = knot_shell_word(k->file);
	knot_auto_free char *command = knot_xasprintf("goknot replay %s%s", k->replay_flags, word);
	knot_auto_free char *lines = lines_of(k);
	size_t output_len;
	knot_auto_free char *output = output_of(o, &output_len);
	const char *dump = o->record.dump ? o->record.dump : "";
	/* The switches are told by lines of then: only of the very same run are they those of now. */
	const bool same = o->record.result.hash == c->schedule_hash;

	for (size_t i = 0; i < len; i++)
		signature[i] = knot_bucket_signature(v, i, knot_sitenames_view(k->run->names));
	const struct knot_reports_finding f = {.verdict = knot_verdict_name(v->kind),
		.title = k->finding->title,
		.lines = lines,
		.command = command,
		.bucket = k->finding->bucket,
		.unproven = v->proof && v->proof != KNOT_PROOF_PROVEN,
		.package = c->target,
		.test = c->test,
		.package_dir = k->run->target->dir,
		.signature = (const char *const *)signature,
		.signature_len = len,
		.switches = (const char *const *)c->switches.data,
		.switches_len = same ? c->switches.len : 0,
		.output = knot_span_of(output, output_len),
		.dump = knot_span_str(dump)};

	knot_reports_add(reports, number, &f, k->places);
	for (size_t i = 0; i < len; i++)
		free(signature[i]);
	free(signature);
}

/* The places are those of then: a continuation leaves no more than its title. */
static void add_followed(
	struct knot_reports *reports, size_t number, const struct knot_reports_kept *k)
{
	const struct knot_crash *c = &k->run->crash;
	const char *title = k->title && *k->title ? k->title : c->verdict;
	knot_auto_free char *verdict = knot_xstrndup(title, strcspn(title, ":"));
	knot_auto_free char *word = knot_shell_word(k->file);
	knot_auto_free char *command = knot_xasprintf("goknot replay %s%s", k->replay_flags, word);
	knot_auto_free char *lines = knot_xasprintf("%s\n", k->text ? k->text : "");
	const struct knot_reports_finding f = {.verdict = verdict,
		.title = title,
		.lines = lines,
		.command = command,
		.bucket = c->bucket,
		.package = c->target,
		.test = c->test,
		.package_dir = k->run->target->dir,
		.signature = (const char *const *)c->signature.data,
		.signature_len = c->signature.len};

	knot_reports_add(reports, number, &f, k->places);
}

void knot_reports_kept(struct knot_reports *reports, const struct knot_reports_kept *k)
{
	const char *package = k->run->crash.target;
	knot_auto_free char *name = case_name(k);

	if (!reports)
		return;
	const uint64_t ns = k->run_outcome ? k->run_outcome->wall_ns : 0;
	const size_t number =
		knot_reports_case(reports, package ? package : "goknot test", name, ns);

	if (k->outcome == KNOT_RESULTS_FAILED && k->finding)
		add_finding(reports, number, k);
	else if (k->outcome == KNOT_RESULTS_FAILED)
		add_followed(reports, number, k);
	else
		knot_reports_outcome(reports, number, k->outcome, k->why);
}
