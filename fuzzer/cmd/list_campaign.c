/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/list_campaign.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/shell.h"
#include "base/vec.h"
#include "cmd/finding_state.h"
#include "cmd/json.h"
#include "cmd/listed_lines.h"
#include "cmd/reports.h"
#include "cmd/reports_campaign.h"
#include "cmd/rerun.h"
#include "store/finding.h"
#include "store/store.h"
#include "store/target.h"
#include "wire/ignore.h"
#include "wire/places.h"
#include "wire/text.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

void knot_list_put(const char *before, const char *text)
{
	knot_auto_free char *shown = knot_text_escape(knot_span_str(text), 4096);
	printf("%s%s", before, shown);
}

struct known_target {
	int64_t id;
	char *package, *test;
};

struct findings {
	KNOT_VEC(struct known_target) targets;
	const char *campaign;
	char *replay_flags; /* to be typed before the file */
	bool json, ignore;
	size_t count;
};

static void print_aside(const struct findings *f, const struct knot_store_target *t)
{
	const char *why = knot_target_state_why(t->state);

	if (f->ignore)
		return;
	if (why && f->json) {
		struct knot_json_line line = {.out = stdout};

		knot_json_line_text(&line, "event", "set aside");
		knot_json_line_text(&line, "package", t->import_path);
		knot_json_line_text(&line, "test", t->test);
		knot_json_line_text(&line, "why", why);
		knot_json_line_end(&line);
	} else if (why) {
		printf("set aside: %s %s (%s)\n", t->import_path, t->test, why);
	}
}

static int keep_target(void *arg, const struct knot_store_target *t, struct knot_error *err)
{
	struct findings *f = arg;
	(void)err;
	print_aside(f, t);
	knot_vec_push(&f->targets,
		((struct known_target){.id = t->id,
			.package = knot_xstrdup(t->import_path),
			.test = knot_xstrdup(t->test)}));
	return 0;
}

static const struct known_target *target_of(
	const struct findings *f, const struct knot_store_finding *x)
{
	for (size_t i = 0; i < f->targets.len; i++)
		if (f->targets.data[i].id == x->target)
			return &f->targets.data[i];
	return NULL;
}

/* NULL = it cannot be ignored, or is already. Caller frees. */
static char *to_ignore(const struct knot_store_finding *x, const struct known_target *t)
{
	knot_auto_free char *day = knot_text_day(x->first_ns);
	struct knot_places places = {0};

	if (x->state != KNOT_FINDING_VERIFIED ||
		!knot_places_decode(knot_span_str(x->places), &places))
		return NULL;
	knot_auto_free char *test = knot_text_escape(knot_span_str(t ? t->test : "?"), 4096);
	knot_auto_free char *reason = knot_xasprintf("found by %s on %s", test, day);
	char *lines = knot_ignore_propose(x->verdict, &places, reason);

	knot_places_free(&places);
	return lines;
}

/* For an ignore file: what it is about stands in comments, the reasons are for a person to write. */
static int print_lines(void *arg, const struct knot_store_finding *x, struct knot_error *err)
{
	struct findings *f = arg;
	const struct known_target *t = target_of(f, x);
	knot_auto_free char *lines = to_ignore(x, t);
	(void)err;
	if (x->state != KNOT_FINDING_VERIFIED)
		return 0;
	f->count++;
	knot_list_put("# ", x->title);
	knot_list_put("\n#     ", t ? t->package : "?");
	knot_list_put(" ", t ? t->test : "?");
	printf("\n%s", lines ? lines : "#     nobody knows where: it cannot be ignored\n");
	return 0;
}

static void print_finding_json(
	const struct knot_store_finding *x, const struct known_target *t, const char *file)
{
	struct knot_json_line line = {.out = stdout};
	char bucket[20];
	knot_auto_free char *lines = to_ignore(x, t);
	snprintf(bucket, sizeof(bucket), "%016" PRIx64, x->bucket);
	knot_finding_state_json(x, &line);
	knot_json_line_text(&line, "verdict", x->verdict);
	knot_json_line_text(&line, "package", t ? t->package : "");
	knot_json_line_text(&line, "test", t ? t->test : "");
	knot_json_line_text(&line, "title", x->title);
	knot_json_line_text(&line, "bucket", bucket);
	knot_json_line_number(&line, "replays", x->replays);
	knot_json_line_number(&line, "reproduced", x->reproduced);
	knot_json_line_text(&line, "crash_file", file);
	if (lines)
		knot_json_line_text(&line, "to_ignore", lines);
	knot_json_line_end(&line);
}

static int print_finding(void *arg, const struct knot_store_finding *x, struct knot_error *err)
{
	struct findings *f = arg;
	const struct known_target *t = target_of(f, x);
	(void)err;
	knot_auto_free char *file = *x->crash_file
		? knot_xasprintf("%s/crashes/%s", f->campaign, x->crash_file)
		: knot_xstrdup("");
	f->count++;
	if (f->json) {
		print_finding_json(x, t, file);
		return 0;
	}
	knot_list_put("", x->title);
	knot_list_put("\n    ", t ? t->package : "?");
	knot_list_put(" ", t ? t->test : "?");
	knot_auto_free char *state = knot_finding_state_text(x);

	printf(", %s\n", state);
	knot_finding_state_print(x, "    ");
	if (*file) {
		knot_auto_free char *word = knot_shell_word(file);

		knot_list_put("    to re-run: goknot replay ", f->replay_flags);
		knot_list_put("", word);
		putchar('\n');
	}
	return 0;
}

static int write_reports(const struct findings *f, const char *packages_dir,
	struct knot_reports *reports, struct knot_error *err)
{
	const struct knot_reports_campaign_options o = {.dir = f->campaign,
		.shown = f->campaign,
		.replay_flags = f->replay_flags,
		.every_test = true};
	if (packages_dir)
		knot_reports_in(reports, packages_dir);
	const int r = knot_reports_campaign(reports, &o, err);
	return r < 0 ? r : knot_reports_write(reports, true, err);
}

int knot_list_campaign(const char *dir, bool json, bool ignore, struct knot_reports *reports,
	struct knot_error *err)
{
	knot_auto_free char *packages_dir = NULL;
	struct knot_store *store = NULL;
	struct findings f = {.campaign = dir, .json = json, .ignore = ignore};
	int r = knot_store_open(dir, KNOT_STORE_READ, &store, err);
	if (r < 0)
		return r;
	r = knot_store_meta_get(store, "packages_dir", &packages_dir, err);
	if (r == 0) {
		f.replay_flags = knot_rerun_flags(dir, packages_dir);
		r = knot_store_target_each(store, keep_target, &f, err);
	}
	if (r == 0)
		r = knot_store_finding_each(
			store, 0, ignore ? print_lines : print_finding, &f, err);
	if (r == 0 && f.count == 0 && !json)
		puts(ignore ? "# nothing to ignore" : "no findings");
	if (r == 0 && !ignore)
		r = knot_listed_lines(store, json, "", "listed: ", err);
	knot_store_close(store);
	if (r == 0)
		r = write_reports(&f, packages_dir, reports, err);
	for (size_t i = 0; i < f.targets.len; i++) {
		free(f.targets.data[i].package);
		free(f.targets.data[i].test);
	}
	knot_vec_free(&f.targets);
	free(f.replay_flags);
	return r;
}
