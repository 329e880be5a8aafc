/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "cmd/cmd.h"
#include "cmd/json.h"
#include "cmd/list_campaign.h"
#include "cmd/options.h"
#include "cmd/recording_file.h"
#include "cmd/rerun.h"
#include "cmd/reports.h"
#include "instrument/driver.h"
#include "store/store.h"
#include "sys/tree.h"
#include "wire/ops.h"
#include "wire/sites.h"
#include "wire/tests.h"
#include "wire/text.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>

struct list_options {
	bool sites, json, ignore;
	const char *run, *skip, *dir, *tags, *deps, *junit, *sarif, *trace;
	uint32_t goroutine; /* of the trace, 0 = all */
	struct knot_option_words words;
};

/* --- sites ----------------------------------------------------------------------------------- */

static void print_site(const struct knot_site *s, bool json)
{
	if (!json) {
		knot_list_put("", knot_rerun_path(s->file));
		printf(":%" PRIu32 ":%" PRIu32 " %s", s->line, s->col, knot_op_name(s->op));
		knot_list_put(" ", s->prim && *s->prim ? s->prim : "-");
		knot_list_put(" ", s->func && *s->func ? s->func : "-");
		putchar('\n');
		return;
	}
	struct knot_json_line line = {.out = stdout};
	char id[16];
	snprintf(id, sizeof(id), "%08" PRIx32, s->id);
	knot_json_line_text(&line, "site", id);
	knot_json_line_text(&line, "package", s->pkg);
	knot_json_line_text(&line, "file", s->file);
	knot_json_line_number(&line, "line", s->line);
	knot_json_line_number(&line, "col", s->col);
	knot_json_line_text(&line, "op", knot_op_name(s->op));
	knot_json_line_text(&line, "prim", s->prim);
	knot_json_line_text(&line, "func", s->func);
	knot_json_line_end(&line);
}

static int list_sites(const struct knot_instrument_result *built, const struct list_options *o,
	struct knot_error *err)
{
	knot_auto_free char *text = NULL;
	size_t len;
	struct knot_sites *sites = NULL;
	int r = knot_file_read(built->sites, KNOT_SITES_MAX_BYTES, &text, &len, err);
	if (r == 0)
		r = knot_sites_decode(knot_span_of(text, len), &sites, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < knot_sites_count(sites); i++)
		print_site(knot_sites_at(sites, i), o->json);
	fflush(stdout);
	for (size_t i = 0; i < knot_sites_unplaced_count(sites); i++) {
		const struct knot_unplaced *u = knot_sites_unplaced_at(sites, i);
		knot_auto_free char *file =
			knot_text_escape(knot_span_str(knot_rerun_path(u->file)), 4096);
		knot_auto_free char *why = knot_text_escape(knot_span_str(u->reason), 4096);
		fprintf(stderr, "%s:%" PRIu32 ":%" PRIu32 " %s has no hook: %s\n", file, u->line,
			u->col, u->op, why);
	}
	knot_sites_free(sites);
	return 0;
}

/* --- tests ----------------------------------------------------------------------------------- */

static void print_test(const struct knot_tests_package *p, const char *test, bool json)
{
	if (!json) {
		knot_list_put("", p->path);
		knot_list_put(" ", test);
		putchar('\n');
		return;
	}
	struct knot_json_line line = {.out = stdout};
	knot_json_line_text(&line, "package", p->path);
	knot_json_line_text(&line, "test", test);
	knot_json_line_text(&line, "dir", p->dir);
	knot_json_line_end(&line);
}

static size_t print_tests(const struct knot_tests *tests, const struct list_options *o)
{
	size_t count = 0;
	for (size_t i = 0; i < knot_tests_count(tests); i++) {
		const struct knot_tests_package *p = knot_tests_at(tests, i);
		for (size_t j = 0; j < knot_tests_names(p); j++) {
			print_test(p, knot_tests_name(p, j), o->json);
			count++;
		}
	}
	return count;
}

static int list_tests(const struct knot_instrument_result *built, const struct list_options *o,
	struct knot_error *err)
{
	knot_auto_free char *text = NULL;
	size_t len;
	struct knot_tests *tests = NULL;
	int r = knot_file_read(built->tests, KNOT_TESTS_MAX_BYTES, &text, &len, err);
	if (r == 0)
		r = knot_tests_decode(knot_span_of(text, len), &tests, err);
	if (r < 0)
		return r;
	if (print_tests(tests, o) == 0)
		r = knot_error_set(err, KNOT_EUSAGE, "no test matches%s%s%s%s in %s",
			o->run ? " -run " : "", o->run ? o->run : "", o->skip ? " -skip " : "",
			o->skip ? o->skip : "", o->words.words_len ? o->words.words[0] : ".");
	knot_tests_free(tests);
	return r;
}

/* --- a package -------------------------------------------------------------------------------- */

/* Readable when the user asks to stop, so that the temporary directory goes, too. */
static int open_cancel(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int list_packages(const struct list_options *o, struct knot_error *err)
{
	const char *tmp = getenv("TMPDIR");
	knot_auto_free char *work =
		knot_xasprintf("%s/goknot-list-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	knot_auto_close int cancel = open_cancel();
	if (!mkdtemp(work))
		return knot_error_sys(err, "making a temporary directory %s", work);
	const struct knot_instrument_options options = {
		.dir = o->dir ? o->dir : ".",
		.patterns = (const char *const *)o->words.words,
		.patterns_len = o->words.words_len,
		.tags = o->tags,
		.deps = o->deps,
		.run = o->run,
		.skip = o->skip,
		.work_dir = work,
		.cancel_fd = cancel,
	};
	struct knot_instrument_result built = {0};
	int r = knot_instrument(&options, &built, err);
	if (r == 0) {
		r = o->sites ? list_sites(&built, o, err) : list_tests(&built, o, err);
		knot_instrument_free(&built);
	}
	(void)knot_tree_remove(work, NULL);
	return r;
}

static int list_either(const struct list_options *o, bool campaign, struct knot_error *err)
{
	const struct knot_reports_options ro = {
		.command = "list", .junit = o->junit, .sarif = o->sarif, .json = o->json};
	struct knot_reports *reports = NULL;
	if (!campaign && (o->junit || o->sarif))
		return knot_error_set(err, KNOT_EUSAGE,
			"-%s is about findings, and wants one campaign directory (%s holds no "
			"goknot.db)",
			o->sarif ? "sarif" : "junit", o->words.words_len ? o->words.words[0] : ".");
	int r = knot_reports_open(&ro, &reports, err);
	if (r == 0)
		r = campaign
			? knot_list_campaign(o->words.words[0], o->json, o->ignore, reports, err)
			: list_packages(o, err);
	knot_reports_close(reports);
	return r;
}

/* What nobody may look into is no name of packages either. */
static int is_campaign(
	const struct knot_option_words *words, bool *ret_is_one, struct knot_error *err)
{
	struct knot_error why = {0};
	*ret_is_one = words->words_len == 1 && knot_store_there(words->words[0], &why) == 0;
	if (why.sys_errno != EACCES)
		return 0;
	*err = why;
	return why.code;
}

int knot_cmd_list(int argc, char **argv)
{
	static const struct knot_option list[] = {
		{"sites", KNOT_OPTION_BOOL, .offset = offsetof(struct list_options, sites)},
		{"run", KNOT_OPTION_REGEXP, .offset = offsetof(struct list_options, run)},
		{"skip", KNOT_OPTION_REGEXP, .offset = offsetof(struct list_options, skip)},
		{"C", KNOT_OPTION_STRING, .offset = offsetof(struct list_options, dir)},
		{"tags", KNOT_OPTION_STRING, .offset = offsetof(struct list_options, tags)},
		{"deps", KNOT_OPTION_STRING, .offset = offsetof(struct list_options, deps)},
		{"json", KNOT_OPTION_BOOL, .offset = offsetof(struct list_options, json)},
		{"trace", KNOT_OPTION_STRING, .offset = offsetof(struct list_options, trace)},
		{"g", KNOT_OPTION_INT, .offset = offsetof(struct list_options, goroutine), .low = 1,
			.high = UINT32_MAX},
		{"ignore", KNOT_OPTION_BOOL, .offset = offsetof(struct list_options, ignore)},
		{"junit", KNOT_OPTION_STRING, .offset = offsetof(struct list_options, junit)},
		{"sarif", KNOT_OPTION_STRING, .offset = offsetof(struct list_options, sarif)},
	};
	static const struct knot_option_table table = {
		.options = list, .count = sizeof(list) / sizeof(list[0])};
	struct list_options o = {0};
	struct knot_error err = {0};
	int r = knot_options_parse(&table, argc, argv, &o, &o.words, &err);
	bool campaign = false;
	if (r == 0)
		r = is_campaign(&o.words, &campaign, &err);
	if (r == 0 && o.goroutine && !o.trace)
		r = knot_error_set(
			&err, KNOT_EUSAGE, "-g is a goroutine of a recording: it goes with -trace");
	if (r == 0 && o.trace && o.words.words_len)
		r = knot_error_set(
			&err, KNOT_EUSAGE, "-trace lists one recording, and no packages");
	if (r == 0 && o.ignore && !campaign)
		r = knot_error_set(&err, KNOT_EUSAGE,
			"-ignore prints lines for what a campaign has found: it wants a campaign "
			"directory");
	else if (r == 0 && o.ignore && o.json)
		r = knot_error_set(&err, KNOT_EUSAGE,
			"-ignore prints an ignore file; with -json alone each finding has its "
			"lines as to_ignore");
	if (r == 0)
		r = o.trace ? knot_list_recording(o.trace, o.goroutine, o.json, &err)
			    : list_either(&o, campaign, &err);
	return r < 0 ? knot_cmd_fail("list", &err) : KNOT_EXIT_CLEAN;
}
