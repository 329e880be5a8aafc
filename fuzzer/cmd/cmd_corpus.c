/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cmd/cmd.h"
#include "cmd/corpus_recorded.h"
#include "cmd/json.h"
#include "cmd/options.h"
#include "engine/corpustool.h"
#include "wire/text.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

struct corpus_options {
	bool json;
};

static const struct knot_option corpus_flags[] = {
	{.name = "json", .kind = KNOT_OPTION_BOOL, .offset = offsetof(struct corpus_options, json)},
};

static const struct knot_option_table corpus_table = {
	.options = corpus_flags,
	.count = sizeof(corpus_flags) / sizeof(corpus_flags[0]),
};

static void begin_json(struct knot_json_line *line, const char *what)
{
	*line = (struct knot_json_line){.out = stdout};
	knot_json_line_text(line, "event", "corpus");
	knot_json_line_text(line, "command", what);
}

static int run_min(
	const struct corpus_options *o, const struct knot_option_words *w, struct knot_error *err)
{
	struct knot_corpustool_counts n;
	struct knot_json_line line;
	int rc;

	if (w->words_len > 2)
		return knot_error_set(err, KNOT_EUSAGE,
			"min wants one campaign directory, got %zu words", w->words_len - 1);
	if ((rc = knot_corpustool_min(w->words_len > 1 ? w->words[1] : ".goknot", &n, err)))
		return rc;
	if (!o->json) {
		printf("kept %" PRIu64 " of %" PRIu64 " chain%s of %" PRIu64
		       " test%s, removed %" PRIu64 " file%s\n",
			n.kept, n.chains, knot_text_s(n.chains), n.tests, knot_text_s(n.tests),
			n.files_removed, knot_text_s(n.files_removed));
		return 0;
	}
	begin_json(&line, "min");
	knot_json_line_number(&line, "tests", n.tests);
	knot_json_line_number(&line, "chains", n.chains);
	knot_json_line_number(&line, "kept", n.kept);
	knot_json_line_number(&line, "dropped", n.dropped);
	knot_json_line_number(&line, "files_removed", n.files_removed);
	knot_json_line_end(&line);
	return 0;
}

static int run_export(
	const struct corpus_options *o, const struct knot_option_words *w, struct knot_error *err)
{
	struct knot_corpustool_counts n;
	struct knot_json_line line;
	int rc;

	if (w->words_len != 3)
		return knot_error_set(err, KNOT_EUSAGE,
			"export wants a campaign directory and one for the files, got %zu words",
			w->words_len - 1);
	if ((rc = knot_corpustool_export(w->words[1], w->words[2], &n, err)))
		return rc;
	if (!o->json) {
		printf("exported %" PRIu64 " chain%s of %" PRIu64 " test%s: %" PRIu64
		       " file%s written, %" PRIu64 " there already\n",
			n.chains, knot_text_s(n.chains), n.tests, knot_text_s(n.tests), n.written,
			knot_text_s(n.written), n.there);
		return 0;
	}
	begin_json(&line, "export");
	knot_json_line_number(&line, "tests", n.tests);
	knot_json_line_number(&line, "chains", n.chains);
	knot_json_line_number(&line, "written", n.written);
	knot_json_line_number(&line, "there", n.there);
	knot_json_line_end(&line);
	return 0;
}

struct importing {
	const struct corpus_options *options;
	const char *campaign;
};

static void on_rubbish(void *arg, const char *path, const char *why)
{
	const struct importing *im = arg;
	knot_auto_free char *shown = knot_text_escape(knot_span_str(path), 4096);

	if (im->options->json) {
		struct knot_json_line line = {.out = stdout};

		knot_json_line_text(&line, "event", "rubbish");
		knot_json_line_text(&line, "file", path);
		knot_json_line_text(&line, "why", why);
		knot_json_line_end(&line);
		return;
	}
	fprintf(stderr, "goknot corpus: %s is no corpus file (%s) and was passed over\n", shown,
		why);
}

static void on_recorded(void *arg, const struct knot_corpusrecord_report *report)
{
	const struct importing *im = arg;

	knot_corpus_recorded_print(report, im->campaign, im->options->json);
}

static int run_import(
	const struct corpus_options *o, const struct knot_option_words *w, struct knot_error *err)
{
	struct knot_corpustool_counts n;
	struct knot_json_line line;
	int rc;

	if (w->words_len < 3)
		return knot_error_set(err, KNOT_EUSAGE,
			"import wants a campaign directory and the files to import");
	struct importing importing = {.options = o, .campaign = w->words[1]};
	const struct knot_corpustool_import im = {
		.dir = w->words[1],
		.files = w->words + 2,
		.files_len = w->words_len - 2,
		.rubbish = on_rubbish,
		.recorded = on_recorded,
		.arg = &importing,
	};

	if ((rc = knot_corpustool_import(&im, &n, err)))
		return rc;
	if (o->json) {
		begin_json(&line, "import");
		knot_json_line_number(&line, "chains", n.chains);
		knot_json_line_number(&line, "written", n.written);
		knot_json_line_number(&line, "there", n.there);
		knot_json_line_number(&line, "stay_out", n.stay_out);
		knot_json_line_number(&line, "rubbish", n.rubbish);
		knot_json_line_number(&line, "recordings", n.recordings);
		knot_json_line_end(&line);
	} else if (n.chains || !n.recordings) {
		printf("imported %" PRIu64 " of %" PRIu64 " chain%s, %" PRIu64 " there already",
			n.written, n.chains, knot_text_s(n.chains), n.there);
		if (n.stay_out)
			printf(", %" PRIu64 " dropped by goknot corpus min", n.stay_out);
		putchar('\n');
	}
	return n.rubbish || n.recordings_without ? KNOT_EXIT_USAGE : KNOT_EXIT_CLEAN;
}

static const struct {
	const char *name;
	int (*run)(const struct corpus_options *o, const struct knot_option_words *w,
		struct knot_error *err);
} actions[] = {{"min", run_min}, {"export", run_export}, {"import", run_import}};

#define ACTION_COUNT (sizeof(actions) / sizeof(actions[0]))

static int dispatch(
	const struct corpus_options *o, const struct knot_option_words *w, struct knot_error *err)
{
	const char *names[ACTION_COUNT + 1] = {NULL};

	if (!w->words_len)
		return knot_error_set(err, KNOT_EUSAGE, "wants min, export or import");
	for (size_t i = 0; i < ACTION_COUNT; i++) {
		names[i] = actions[i].name;
		if (!strcmp(w->words[0], names[i]))
			return actions[i].run(o, w, err);
	}
	const char *nearest = knot_options_nearest(w->words[0], names);
	knot_auto_free char *shown = knot_text_escape(knot_span_str(w->words[0]), 80);

	return knot_error_set(err, KNOT_EUSAGE, "wants min, export or import, not \"%s\"%s%s",
		shown, nearest ? "; the nearest is " : "", nearest ? nearest : "");
}

int knot_cmd_corpus(int argc, char **argv)
{
	struct knot_error err = {0};
	struct corpus_options o = {0};
	struct knot_option_words words;
	int rc = knot_options_parse(&corpus_table, argc, argv, &o, &words, &err);

	if (!rc)
		rc = dispatch(&o, &words, &err);
	return rc < 0 ? knot_cmd_fail("corpus", &err) : rc;
}
