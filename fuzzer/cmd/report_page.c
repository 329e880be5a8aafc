/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/report_page.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/shell.h"
#include "cmd/rerun.h"
#include "engine/timeline.h"
#include "store/finding.h"
#include "store/store.h"
#include "store/target.h"
#include "sys/clock.h"
#include "wire/crash.h"
#include "wire/crash_path.h"
#include "wire/text.h"
#include "wire/timeline_json.h"

#include <string.h>

#define EXPLANATION_MAX_BYTES (1u << 20)
#define PLOT_MAX_BYTES (16u << 20)
#define PLOT_POINTS 300

struct reading {
	struct knot_report_page *page;
	const char *dir;
	char *rerun_flags;
	const struct knot_report_page_use *use;
	uint64_t schedule_hash; /* of the crash file that was read last; 0 = it could not be */
	KNOT_VEC(int64_t) ids; /* of the targets, in their order */
};

static const char *own(struct knot_report_page *page, char *text)
{
	knot_vec_push(&page->texts, text);
	return text;
}

static const char *copy(struct knot_report_page *page, const char *text)
{
	return own(page, knot_xstrdup(text ? text : ""));
}

static int on_target(void *arg, const struct knot_store_target *t, struct knot_error *err)
{
	struct reading *r = arg;

	(void)err;
	knot_vec_push(&r->ids, t->id);
	return 0;
}

/* "ignored: idle workers", "fixed on 2026-11-22". */
static const char *state_of(struct knot_report_page *page, const struct knot_store_finding *f)
{
	const char *name = knot_finding_state_name(f->state);

	if (f->state == KNOT_FINDING_IGNORED && f->ignored && *f->ignored)
		return own(page, knot_xasprintf("%s: %s", name, f->ignored));
	if (f->state == KNOT_FINDING_FIXED && f->fixed_ns) {
		knot_auto_free char *day = knot_text_day(f->fixed_ns);

		return own(page, knot_xasprintf("%s on %s", name, day));
	}
	if (knot_finding_is_unclear(f->state) && *f->outcome)
		return copy(page, f->outcome);
	return name;
}

static int on_finding(void *arg, const struct knot_store_finding *f, struct knot_error *err)
{
	struct reading *r = arg;
	struct knot_report_page *page = r->page;
	const struct knot_overview_target *t = NULL;

	(void)err;
	if (f->state == KNOT_FINDING_REJECTED)
		return 0;
	for (size_t i = 0; i < r->ids.len && i < page->overview.targets.len; i++)
		if (r->ids.data[i] == f->target)
			t = &page->overview.targets.data[i];
	knot_vec_push(&page->report.findings,
		((struct knot_report_finding){.verdict = copy(page, f->verdict),
			.title = copy(page, f->title),
			.package = t ? t->package : "",
			.test = t ? t->test : "",
			.state = state_of(page, f),
			.open = f->state == KNOT_FINDING_VERIFIED ||
				knot_finding_is_unclear(f->state),
			.crash_file = copy(page, f->crash_file),
			.why = "",
			.message = "",
			.rerun = "",
			.explanation = "",
			.go = "",
			.bucket = f->bucket,
			.hits = f->hits,
			.replays = f->replays,
			.reproduced = f->reproduced,
			.first_ns = f->first_ns}));
	knot_vec_push(&page->timelines, NULL);
	return 0;
}

/* --- the files beside a finding -------------------------------------------------------------- */

/* One more reason why the finding has less than it could have. */
static void lacks(struct reading *r, struct knot_report_finding *f, char *sentence, bool loud)
{
	if (loud)
		r->use->warn(sentence);
	f->why = *f->why ? own(r->page, knot_xasprintf("%s; %s", f->why, sentence))
			 : copy(r->page, sentence);
	free(sentence);
}

static void read_crash(struct reading *r, struct knot_report_finding *f, const char *path)
{
	knot_auto_free char *text = NULL;
	struct knot_crash crash = {0};
	struct knot_error err = {0};
	size_t len;

	if (knot_file_read(path, KNOT_CRASH_MAX_BYTES, &text, &len, &err) ||
		knot_crash_decode(knot_span_of(text, len), &crash, &err)) {
		lacks(r, f, knot_xasprintf("%s cannot be read: %s", f->crash_file, err.message),
			true);
		return;
	}
	r->schedule_hash = crash.schedule_hash;
	f->message = copy(r->page, crash.message);
	f->go = copy(r->page, crash.go);
	knot_crash_free(&crash);
}

static void read_explanation(struct reading *r, struct knot_report_finding *f, const char *path)
{
	struct knot_error err = {0};
	char *text = NULL;
	size_t len;

	if (!knot_file_exists(path))
		return;
	if (knot_file_read(path, EXPLANATION_MAX_BYTES, &text, &len, &err))
		lacks(r, f, knot_xasprintf("the explanation cannot be read: %s", err.message),
			true);
	else
		f->explanation = own(r->page, text);
}

/* Of a timeline that is not kept. */
static void copy_explanation(struct reading *r, size_t i, const struct knot_timeline *t)
{
	struct knot_report_finding *f = &r->page->report.findings.data[i];
	struct knot_text lines = {0};

	if (*f->explanation)
		return;
	for (size_t n = 0; n < t->explanation.len; n++)
		knot_text_addf(&lines, "%s\n", t->explanation.data[n]);
	f->explanation = own(r->page, knot_text_steal(&lines));
}

static int use_timeline(
	struct reading *r, size_t i, struct knot_timeline **t, struct knot_error *err)
{
	struct knot_report_finding *f = &r->page->report.findings.data[i];
	char *why = NULL;
	const int rc = r->use->timeline(r->use->arg, f, *t, &why, err);

	if (rc > 0) {
		f->timeline = r->page->timelines.data[i] = knot_steal(t);
		return 0;
	}
	copy_explanation(r, i, *t);
	knot_timeline_free(*t);
	if (why)
		lacks(r, f, why, false);
	return rc;
}

static int read_timeline(struct reading *r, size_t i, const char *path, struct knot_error *ret_err)
{
	struct knot_report_finding *f = &r->page->report.findings.data[i];
	knot_auto_free char *text = NULL;
	knot_auto_free struct knot_timeline *t = knot_xalloc(sizeof(*t));
	const char *name = strrchr(path, '/') + 1;
	struct knot_error err = {0};
	size_t len;

	if (!knot_file_exists(path)) {
		lacks(r, f, knot_xasprintf("No timeline is kept beside this finding (%s).", name),
			false);
		return 0;
	}
	if (knot_file_read(path, KNOT_TIMELINE_MAX_BYTES, &text, &len, &err) ||
		knot_timeline_decode(knot_span_of(text, len), t, &err)) {
		lacks(r, f,
			knot_xasprintf("%s cannot be read, so that the finding has no timeline: %s",
				name, err.message),
			true);
		return 0;
	}
	if (t->bucket != f->bucket || (r->schedule_hash && t->schedule_hash != r->schedule_hash)) {
		lacks(r, f,
			knot_xasprintf("%s is of another %s, so that this one has no timeline",
				name, t->bucket != f->bucket ? "finding" : "schedule"),
			true);
		knot_timeline_free(t);
		return 0;
	}
	return use_timeline(r, i, &t, ret_err);
}

static int read_files(struct reading *r, size_t i, struct knot_error *err)
{
	struct knot_report_finding *f = &r->page->report.findings.data[i];
	struct knot_span stem;

	if (!knot_crash_path_stem(f->crash_file, &stem)) {
		f->why = "This finding has no crash file.";
		return 0;
	}
	knot_auto_free char *crash = knot_xasprintf("%s/crashes/%s", r->dir, f->crash_file);
	knot_auto_free char *explanation = knot_crash_path_beside(crash, ".explanation");
	knot_auto_free char *timeline = knot_timeline_file(crash);
	knot_auto_free char *word = knot_shell_word(crash);

	f->rerun = own(r->page, knot_xasprintf("goknot replay %s%s", r->rerun_flags, word));
	r->schedule_hash = 0;
	read_crash(r, f, crash);
	read_explanation(r, f, explanation);
	return read_timeline(r, i, timeline, err);
}

static void read_plot(struct reading *r)
{
	knot_auto_free char *path = knot_xasprintf("%s/plot_data", r->dir);
	knot_auto_free char *text = NULL;
	struct knot_error err = {0};
	size_t len;

	if (!knot_file_exists(path))
		return;
	if (knot_file_read(path, PLOT_MAX_BYTES, &text, &len, &err)) {
		r->use->warn(err.message);
		return;
	}
	knot_plot_decode(knot_span_of(text, len), &r->page->plot);
	if (r->page->plot.broken) {
		knot_auto_free char *sentence = knot_xasprintf(r->page->plot.broken == 1
				? "plot_data: %llu line cannot be read and is not in the curves"
				: "plot_data: %llu lines cannot be read and are not in the curves",
			(unsigned long long)r->page->plot.broken);

		r->use->warn(sentence);
	}
	knot_plot_thin(&r->page->plot, PLOT_POINTS);
}

static int read_store(struct reading *r, struct knot_store *store, struct knot_error *err)
{
	struct knot_report *report = &r->page->report;
	char *command = NULL;
	knot_auto_free char *packages_dir = NULL;
	int rc;

	if ((rc = knot_store_meta_get(store, "command_line", &command, err)))
		return rc;
	report->command_line = own(r->page, command ? command : knot_xstrdup(""));
	if ((rc = knot_store_meta_get(store, "packages_dir", &packages_dir, err)) ||
		(rc = knot_store_meta_get_u64(
			 store, "hooks_placed", 0, &report->hooks_placed, err)) ||
		(rc = knot_store_meta_get_u64(
			 store, "hooks_unplaced", 0, &report->hooks_unplaced, err)) ||
		(rc = knot_overview_from_store(store, r->dir, &r->page->overview, err)) ||
		(rc = knot_store_target_each(store, on_target, r, err)))
		return rc;
	r->rerun_flags = knot_rerun_flags(r->dir, packages_dir);
	return knot_store_finding_each(store, 0, on_finding, r, err);
}

int knot_report_page_read(const char *dir, const struct knot_report_page_use *use,
	struct knot_report_page *ret_page, struct knot_error *err)
{
	struct reading r = {.page = ret_page, .dir = dir, .use = use};
	struct knot_store *store = NULL;
	int rc;

	*ret_page = (struct knot_report_page){0};
	if ((rc = knot_store_there(dir, err)))
		return rc;
	if (!(rc = knot_store_open(dir, KNOT_STORE_READ, &store, err)))
		rc = read_store(&r, store, err);
	knot_store_close(store);
	if (!rc) {
		read_plot(&r);
		for (size_t i = 0; i < ret_page->report.findings.len && !rc; i++)
			rc = read_files(&r, i, err);
		ret_page->report.overview = &ret_page->overview.overview;
		ret_page->report.plot = &ret_page->plot;
		ret_page->report.made_ns = knot_clock_wall_ns();
	}
	knot_vec_free(&r.ids);
	free(r.rerun_flags);
	return rc;
}

void knot_report_page_free(struct knot_report_page *page)
{
	for (size_t i = 0; i < page->timelines.len; i++) {
		if (page->timelines.data[i])
			knot_timeline_free(page->timelines.data[i]);
		free(page->timelines.data[i]);
	}
	for (size_t i = 0; i < page->texts.len; i++)
		free(page->texts.data[i]);
	knot_vec_free(&page->timelines);
	knot_vec_free(&page->texts);
	knot_vec_free(&page->report.findings);
	knot_overview_page_free(&page->overview);
	knot_plot_free(&page->plot);
}
