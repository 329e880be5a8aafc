/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/cleanup.h"
#include "base/file.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/options_table.h"
#include "cmd/report_page.h"
#include "view/picture.h"
#include "view/svg.h"
#include "wire/text.h"

#include <string.h>

enum report_format { REPORT_HTML, REPORT_SVG };

struct report_options {
	uint32_t format; /* enum report_format */
	const char *
		output; /* file or directory, "-" = standard output, NULL = in the campaign directory */
	struct knot_option_words words;
};

static const struct knot_option report_flags[] = {
	{"format", KNOT_OPTION_ENUM, AT(report_options, format), .names = {"html", "svg"}},
	{"o", KNOT_OPTION_STRING, AT(report_options, output)},
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
	return knot_xasprintf("%zu %s, %zu with a timeline", findings,
		findings == 1 ? "finding" : "findings", timelines);
}

static size_t timelines(const struct knot_report_page *page)
{
	size_t n = 0;

	for (size_t i = 0; i < page->timelines.len; i++)
		n += page->timelines.data[i] != NULL;
	return n;
}

static int write_html(const struct knot_report_page *page, const char *dir, const char *output,
	struct knot_error *err)
{
	knot_auto_free char *path =
		output ? knot_xstrdup(output) : knot_xasprintf("%s/report.html", dir);
	knot_auto_free char *what = findings_text(page->report.findings.len, timelines(page));
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
	knot_text_free(&html);
	return rc;
}

static int write_picture(
	const char *dir, const struct knot_report_finding *f, struct knot_error *err)
{
	struct knot_span stem = knot_span_str(f->crash_file);

	knot_span_cut(&stem, ".crash");
	knot_auto_free char *name = knot_span_dup(stem);
	knot_auto_free char *path = knot_xasprintf("%s/%s.svg", dir, name);
	struct knot_picture picture;
	struct knot_text svg = {0};

	knot_picture_make(f->timeline, &picture);
	knot_svg_timeline(&picture, KNOT_SVG_FILE, &svg);
	int rc = knot_file_write(path, svg.data, svg.len, err);

	if (!rc)
		say(stdout, path, f->title, svg.len);
	knot_picture_free(&picture);
	knot_text_free(&svg);
	return rc;
}

static int write_svg(const struct knot_report_page *page, const char *dir, const char *output,
	struct knot_error *err)
{
	knot_auto_free char *to =
		output ? knot_xstrdup(output) : knot_xasprintf("%s/pictures", dir);
	knot_auto_free char *what = findings_text(page->report.findings.len, timelines(page));
	int rc = knot_file_mkdirs(to, 0777, err);

	for (size_t i = 0; i < page->report.findings.len && !rc; i++) {
		const struct knot_report_finding *f = &page->report.findings.data[i];

		if (f->timeline)
			rc = write_picture(to, f, err);
	}
	if (!rc)
		printf("%s\n", what);
	return rc;
}

int knot_cmd_report(int argc, char **argv)
{
	static const struct knot_option_table table = TABLE(report_flags, false);
	struct knot_error err = {0};
	struct report_options o = {0};
	struct knot_report_page page = {0};
	int rc = knot_options_parse(&table, argc, argv, &o, &o.words, &err);

	if (!rc && o.words.words_len > 1)
		rc = knot_error_set(
			&err, KNOT_EUSAGE, "one campaign directory, not %zu", o.words.words_len);
	if (!rc && o.format == REPORT_SVG && knot_option_is_out(o.output))
		rc = knot_error_set(&err, KNOT_EUSAGE,
			"-o wants a directory: with -format svg each finding has a file of its "
			"own");
	const char *dir = !rc && o.words.words_len ? o.words.words[0] : ".goknot";

	if (!rc)
		rc = knot_report_page_read(dir, warn, &page, &err);
	if (!rc)
		rc = o.format == REPORT_SVG ? write_svg(&page, dir, o.output, &err)
					    : write_html(&page, dir, o.output, &err);
	knot_report_page_free(&page);
	return rc < 0 ? knot_cmd_fail("report", &err) : KNOT_EXIT_CLEAN;
}
