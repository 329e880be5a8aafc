/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/shell.h"
#include "base/vec.h"
#include "cmd/cmd.h"
#include "cmd/json.h"
#include "cmd/options.h"
#include "instrument/driver.h"
#include "store/finding.h"
#include "store/store.h"
#include "store/target.h"
#include "sys/tree.h"
#include "wire/ops.h"
#include "wire/sites.h"
#include "wire/tests.h"
#include "wire/text.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>

struct list_options {
	bool sites, json;
	const char *run, *skip, *dir, *tags, *deps;
	struct knot_option_words words;
};

/* Text from outside, made safe for a terminal. */
static void put(const char *before, const char *text)
{
	knot_auto_free char *shown = knot_text_escape(knot_span_str(text), 4096);
	printf("%s%s", before, shown);
}

/* path as seen from the current directory when it lies below it. */
static const char *relative(const char *path)
{
	char here[4096];
	if (!getcwd(here, sizeof(here)))
		return path;
	const size_t len = strlen(here);
	return strncmp(path, here, len) == 0 && path[len] == '/' ? path + len + 1 : path;
}

/* --- sites ----------------------------------------------------------------------------------- */

static void print_site(const struct knot_site *s, bool json)
{
	if (!json) {
		put("", relative(s->file));
		printf(":%" PRIu32 ":%" PRIu32 " %s", s->line, s->col, knot_op_name(s->op));
		put(" ", s->prim && *s->prim ? s->prim : "-");
		put(" ", s->func && *s->func ? s->func : "-");
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
			knot_text_escape(knot_span_str(relative(u->file)), 4096);
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
		put("", p->path);
		put(" ", test);
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

/* --- a campaign ------------------------------------------------------------------------------- */

struct known_target {
	int64_t id;
	char *package, *test;
};

struct findings {
	KNOT_VEC(struct known_target) targets;
	const char *campaign;
	char *replay_flags; /* to be typed before the file */
	bool json;
	size_t count;
};

static void print_aside(const struct findings *f, const struct knot_store_target *t)
{
	const char *why = knot_target_state_why(t->state);

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

static void print_finding_json(const struct findings *f, const struct knot_store_finding *x,
	const struct known_target *t, const char *file)
{
	struct knot_json_line line = {.out = stdout};
	char bucket[20];
	(void)f;
	snprintf(bucket, sizeof(bucket), "%016" PRIx64, x->bucket);
	knot_json_line_text(&line, "state", knot_finding_state_name(x->state));
	if (x->state == KNOT_FINDING_IGNORED)
		knot_json_line_text(&line, "ignored", x->ignored);
	knot_json_line_text(&line, "verdict", x->verdict);
	knot_json_line_text(&line, "package", t ? t->package : "");
	knot_json_line_text(&line, "test", t ? t->test : "");
	knot_json_line_text(&line, "title", x->title);
	knot_json_line_text(&line, "bucket", bucket);
	knot_json_line_number(&line, "replays", x->replays);
	knot_json_line_number(&line, "reproduced", x->reproduced);
	knot_json_line_text(&line, "crash_file", file);
	knot_json_line_end(&line);
}

static int print_finding(void *arg, const struct knot_store_finding *x, struct knot_error *err)
{
	struct findings *f = arg;
	const struct known_target *t = NULL;
	(void)err;
	for (size_t i = 0; i < f->targets.len && !t; i++)
		if (f->targets.data[i].id == x->target)
			t = &f->targets.data[i];
	knot_auto_free char *file = *x->crash_file
		? knot_xasprintf("%s/crashes/%s", f->campaign, x->crash_file)
		: knot_xstrdup("");
	f->count++;
	if (f->json) {
		print_finding_json(f, x, t, file);
		return 0;
	}
	put("", x->title);
	put("\n    ", t ? t->package : "?");
	put(" ", t ? t->test : "?");
	const bool ignored = x->state == KNOT_FINDING_IGNORED;

	printf(", %s by %" PRIu64 " of %" PRIu64 " replays\n",
		knot_finding_state_name(ignored ? KNOT_FINDING_VERIFIED : x->state), x->reproduced,
		x->replays);
	if (ignored) {
		put("    ignored: ", x->ignored);
		putchar('\n');
	}
	if (*file) {
		knot_auto_free char *word = knot_shell_word(file);

		put("    to re-run: goknot replay ", f->replay_flags);
		put("", word);
		putchar('\n');
	}
	return 0;
}

/*
 * What replay has to be told from here to find the module and the builds of a campaign: nothing where its
 * defaults will do. A module that has gone elsewhere since is the reader's to name.
 */
static char *replay_flags(const char *campaign, const char *packages_dir)
{
	knot_auto_free char *here = realpath(".", NULL);
	knot_auto_free char *dir = packages_dir ? realpath(packages_dir, NULL) : NULL;
	knot_auto_free char *output = realpath(campaign, NULL);
	knot_auto_free char *usual = knot_xasprintf("%s/.goknot", dir ? dir : here ? here : "");
	const bool elsewhere = dir && here && strcmp(dir, here) != 0;
	const bool unusual = output && strcmp(output, usual) != 0;
	knot_auto_free char *dir_word = knot_shell_word(elsewhere ? relative(dir) : "");
	knot_auto_free char *output_word = knot_shell_word(unusual ? relative(output) : "");

	return knot_xasprintf("%s%s%s%s%s%s", elsewhere ? "-C " : "", elsewhere ? dir_word : "",
		elsewhere ? " " : "", unusual ? "-o " : "", unusual ? output_word : "",
		unusual ? " " : "");
}

static int list_campaign(const char *dir, bool json, struct knot_error *err)
{
	char *packages_dir = NULL;
	struct knot_store *store = NULL;
	struct findings f = {.campaign = dir, .json = json};
	int r = knot_store_open(dir, KNOT_STORE_READ, &store, err);
	if (r < 0)
		return r;
	r = knot_store_meta_get(store, "packages_dir", &packages_dir, err);
	if (r == 0) {
		f.replay_flags = replay_flags(dir, packages_dir);
		free(packages_dir);
		r = knot_store_target_each(store, keep_target, &f, err);
	}
	if (r == 0)
		r = knot_store_finding_each(store, 0, print_finding, &f, err);
	if (r == 0 && f.count == 0 && !json)
		puts("no findings");
	knot_store_close(store);
	for (size_t i = 0; i < f.targets.len; i++) {
		free(f.targets.data[i].package);
		free(f.targets.data[i].test);
	}
	knot_vec_free(&f.targets);
	free(f.replay_flags);
	return r;
}

static bool is_campaign(const struct knot_option_words *words)
{
	if (words->words_len != 1)
		return false;
	knot_auto_free char *database = knot_xasprintf("%s/goknot.db", words->words[0]);
	return knot_file_exists(database);
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
	};
	static const struct knot_option_table table = {
		.options = list, .count = sizeof(list) / sizeof(list[0])};
	struct list_options o = {0};
	struct knot_error err = {0};
	int r = knot_options_parse(&table, argc, argv, &o, &o.words, &err);
	if (r == 0)
		r = is_campaign(&o.words) ? list_campaign(o.words.words[0], o.json, &err)
					  : list_packages(&o, &err);
	return r < 0 ? knot_cmd_fail("list", &err) : KNOT_EXIT_CLEAN;
}
