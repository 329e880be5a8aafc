/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/shell.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/options_table.h"
#include "cmd/report_page.h"
#include "view/picture.h"
#include "view/svg.h"
#include "wire/crash_path.h"
#include "wire/text.h"

#include <inttypes.h>
#include <string.h>

/* Of timelines in a page: what a browser opens at once, and a mail may carry. */
#define TIMELINES_BYTES (32u << 20)

enum report_format { REPORT_HTML, REPORT_SVG };

struct report_options {
	uint32_t format; /* enum report_format */
	const char *
		output; /* file or directory, "-" = standard output, NULL = in the campaign directory */
	uint64_t timelines; /* bytes of them in a page */
	struct knot_option_words words;
};

static const struct knot_option report_flags[] = {
	{"format", KNOT_OPTION_ENUM, AT(report_options, format), .names = {"html", "svg"}},
	{"o", KNOT_OPTION_STRING, AT(report_options, output)},
	{"timelines", KNOT_OPTION_SIZE, AT(report_options, timelines)},
};

struct reporting {
	const struct report_options *options;
	const char *dir; /* of the campaign */
	char *to; /* of the pictures */
	uint64_t bytes; /* of the timelines in the page */
	size_t shown, left_out; /* timelines */
};

static void warn(const char *sentence)
{
	knot_auto_free char *shown = knot_text_escape(knot_span_str(sentence), 4096);

	fprintf(stderr, "goknot report: %s\n", shown);
}

static void say(FILE *out, const char *path, const char *what, size_t len)
{
	knot_auto_free char *shown = knot_text_escape(knot_span_str(path), 4096);

	fprintf(out, "%s: %s, %zu KB\n", shown, what, (len + 1023) / 1024);
}

static char *findings_text(size_t findings, size_t timelines)
{
	return knot_xasprintf(
		"%zu finding%s, %zu with a timeline", findings, knot_text_s(findings), timelines);
}

/* Those that come first: what is too long for the room that is left leaves it to others. */
static int take(void *arg, const struct knot_report_finding *f, const struct knot_timeline *t,
	char **ret_why, struct knot_error *err)
{
	struct reporting *r = arg;
	const uint64_t size = knot_report_timeline_size(t);

	(void)err;
	if (size <= r->options->timelines - r->bytes) {
		r->bytes += size;
		r->shown++;
		return 1;
	}
	knot_auto_free char *file = knot_xasprintf("%s/crashes/%s", r->dir, f->crash_file);
	knot_auto_free char *word = knot_shell_word(file);

	r->left_out++;
	*ret_why = knot_xasprintf("Its timeline, %" PRIu64
				  " KB, is not in this page, which has room for %" PRIu64
				  " KB of them: goknot export -format perfetto %s writes it for "
				  "ui.perfetto.dev",
		(size + 1023) / 1024, r->options->timelines / 1024, word);
	return 0;
}

static int write_html(
	const struct knot_report_page *page, const struct reporting *r, struct knot_error *err)
{
	const char *output = r->options->output;
	knot_auto_free char *path =
		output ? knot_xstrdup(output) : knot_xasprintf("%s/report.html", r->dir);
	knot_auto_free char *what = findings_text(page->report.findings.len, r->shown);
	struct knot_text html = {0};
	const bool is_out = knot_option_is_out(output);
	int rc = 0;

	knot_report_html(&page->report, &html);
	if (is_out)
		/* Whether it arrived is looked at when goknot ends. */
		(void)fwrite(html.data, 1, html.len, stdout);
	else
		rc = knot_file_write_to(path, html.data, html.len, err);
	if (!rc)
		say(is_out ? stderr : stdout, is_out ? "standard output" : path, what, html.len);
	if (!rc && r->left_out)
		fprintf(stderr,
			"goknot report: %zu %s not in the page, which has room for %" PRIu64
			" KB of them: -timelines makes more\n",
			r->left_out, r->left_out == 1 ? "timeline is" : "timelines are",
			r->options->timelines / 1024);
	knot_text_free(&html);
	return rc;
}

/* Each is drawn when it is read, so that one at a time is in memory. */
static int draw(void *arg, const struct knot_report_finding *f, const struct knot_timeline *t,
	char **ret_why, struct knot_error *err)
{
	struct reporting *r = arg;
	knot_auto_free char *name = knot_crash_path_beside(f->crash_file, ".svg");
	knot_auto_free char *path = knot_xasprintf("%s/%s", r->to, name);

	(void)ret_why;
	struct knot_picture picture;
	struct knot_text svg = {0};
	int rc = knot_file_mkdirs(r->to, 0777, err);

	knot_picture_make(t, &picture);
	knot_svg_timeline(&picture, KNOT_SVG_FILE, &svg);
	if (!rc)
		rc = knot_file_write(path, svg.data, svg.len, err);
	if (!rc)
		say(stdout, path, f->title, svg.len);
	r->shown++;
	knot_picture_free(&picture);
	knot_text_free(&svg);
	return rc;
}

/* The directory is there also when no finding has a timeline. */
static int end_pictures(
	const struct knot_report_page *page, const struct reporting *r, struct knot_error *err)
{
	knot_auto_free char *what = findings_text(page->report.findings.len, r->shown);
	const int rc = knot_file_mkdirs(r->to, 0777, err);

	if (!rc)
		printf("%s\n", what);
	return rc;
}

static int check(const struct report_options *o, struct knot_error *err)
{
	if (o->words.words_len > 1)
		return knot_error_set(
			err, KNOT_EUSAGE, "one campaign directory, not %zu", o->words.words_len);
	if (o->format == REPORT_SVG && knot_option_is_out(o->output))
		return knot_error_set(err, KNOT_EUSAGE,
			"-o wants a directory: with -format svg each finding has a file of its "
			"own");
	return 0;
}

int knot_cmd_report(int argc, char **argv)
{
	static const struct knot_option_table table = TABLE(report_flags, false);
	struct knot_error err = {0};
	struct report_options o = {.timelines = TIMELINES_BYTES};
	struct knot_report_page page = {0};
	struct reporting r = {.options = &o};
	int rc = knot_options_parse(&table, argc, argv, &o, &o.words, &err);

	if (!rc)
		rc = check(&o, &err);
	const bool svg = o.format == REPORT_SVG;
	const struct knot_report_page_use use = {
		.timeline = svg ? draw : take, .arg = &r, .warn = warn};

	if (!rc) {
		r.dir = o.words.words_len ? o.words.words[0] : ".goknot";
		r.to = o.output ? knot_xstrdup(o.output) : knot_xasprintf("%s/pictures", r.dir);
		rc = knot_report_page_read(r.dir, &use, &page, &err);
	}
	if (!rc)
		rc = svg ? end_pictures(&page, &r, &err) : write_html(&page, &r, &err);
	knot_report_page_free(&page);
	free(r.to);
	return rc < 0 ? knot_cmd_fail("report", &err) : KNOT_EXIT_CLEAN;
}
