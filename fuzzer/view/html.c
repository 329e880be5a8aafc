/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/html.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "view/assets.h"
#include "view/markup.h"
#include "view/overview.h"
#include "view/report.h"
#include "view/svg.h"
#include "wire/plot.h"
#include "wire/text.h"

#include <inttypes.h>
#include <time.h>

#define TABLE_POINTS 40

void knot_html_time(uint64_t wall_ns, struct knot_text *out)
{
	const time_t s = (time_t)(wall_ns / 1000000000);
	struct tm tm;
	char text[40];

	if (gmtime_r(&s, &tm) && strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", &tm))
		knot_text_adds(out, text);
}

static void add_tile(const char *name, const char *value, const char *class, struct knot_text *out)
{
	knot_text_addf(out, "<div class=\"%s\"><dt>%s</dt><dd>", class, name);
	knot_markup_add(out, value);
	knot_text_adds(out, "</dd></div>\n");
}

static void add_count(const char *name, uint64_t value, struct knot_text *out)
{
	char text[24];

	knot_svg_number((double)value, text, sizeof(text));
	add_tile(name, text, "tile", out);
}

static size_t count_open(const struct knot_report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->findings.len; i++)
		n += r->findings.data[i].open;
	return n;
}

static void add_tiles(const struct knot_report *r, struct knot_text *out)
{
	const struct knot_overview *o = r->overview;
	const size_t open = count_open(r);
	knot_auto_free char *findings = knot_xasprintf("%zu", open);
	knot_auto_free char *time = o->elapsed_ns < 120000000000ull
		? knot_xasprintf("%.0f s", (double)o->elapsed_ns / 1e9)
		: knot_xasprintf("%.1f min", (double)o->elapsed_ns / 60e9);

	knot_text_adds(out, "<dl class=\"tiles\">\n");
	add_tile(open == 1 ? "finding" : "findings", findings, open ? "tile alarm" : "tile", out);
	if (open < r->findings.len)
		add_count("ignored or fixed", r->findings.len - open, out);
	add_count(o->targets_len == 1 ? "test" : "tests", o->targets_len, out);
	add_count("runs", o->runs, out);
	add_count("runs per second", (uint64_t)o->runs_per_s, out);
	add_count("pairs", o->pairs, out);
	add_tile("run time", time, "tile", out);
	if (o->replays) {
		knot_auto_free char *fidelity = knot_xasprintf(
			"%.0f %%", 100.0 * (double)o->replays_same / (double)o->replays);

		add_tile("fidelity of replays", fidelity, "tile", out);
	}
	knot_text_adds(out, "</dl>\n");
}

static void add_head(const struct knot_report *r, struct knot_text *out)
{
	knot_text_addf(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; form-action "
		"'none'; "
		"require-trusted-types-for 'script'; trusted-types 'none'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n<title>goknot report: ",
		knot_asset_page_css_sha256, knot_asset_page_js_sha256);
	knot_markup_add(out, r->overview->what);
	knot_text_addf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n", knot_asset_page_css);
	knot_text_adds(out,
		"<a class=\"skip\" href=\"#main\">Skip to the findings</a>\n"
		"<header>\n<p class=\"brand\">goknot report</p>\n<h1>");
	const size_t open = count_open(r);

	knot_text_addf(out, "%zu finding%s in ", open, knot_text_s(open));
	knot_markup_add(out, r->overview->what);
	knot_text_adds(out, "</h1>\n<p class=\"dim\">");
	if (r->command_line && *r->command_line) {
		knot_markup_element(out, "code", NULL, r->command_line);
		knot_text_adds(out, " \xc2\xb7 ");
	}
	knot_text_addf(out, "seed %" PRIu64 " \xc2\xb7 %s", r->overview->seed,
		r->overview->running ? "still running, as of " : "");
	knot_html_time(r->made_ns, out);
	knot_text_adds(out, "</p>\n");
	add_tiles(r, out);
	knot_text_adds(out, "</header>\n");
}

static void add_nav(const struct knot_report *r, struct knot_text *out)
{
	knot_text_adds(out, "<nav aria-label=\"Parts of the report\">\n<ol>\n");
	for (size_t i = 0; i < r->findings.len; i++) {
		const struct knot_report_finding *f = &r->findings.data[i];

		knot_text_addf(out, "<li><a href=\"#finding-%zu\"><span class=\"%s\">", i + 1,
			knot_html_badge(f));
		knot_markup_add(out, f->verdict);
		knot_text_adds(out, "</span> <span>");
		knot_markup_add_cut(out, f->test, 60);
		knot_text_adds(out, "</span></a></li>\n");
	}
	knot_text_adds(out,
		"</ol>\n<ul><li><a href=\"#course\">Course of the campaign</a></li>"
		"<li><a href=\"#tests\">Tests</a></li></ul>\n</nav>\n");
}

static void add_list(const struct knot_report *r, struct knot_text *out)
{
	knot_text_adds(out, "<section id=\"findings\"><h2>Findings</h2>\n");
	if (!r->findings.len) {
		knot_text_adds(out, "<p>None so far.</p></section>\n");
		return;
	}
	knot_text_adds(out,
		"<div class=\"wide\" tabindex=\"0\" role=\"region\" "
		"aria-label=\"Findings\"><table><thead><tr>"
		"<th scope=\"col\">Verdict</th><th scope=\"col\">What</th><th "
		"scope=\"col\">Test</th>"
		"<th scope=\"col\" class=\"n\">Hits</th><th scope=\"col\" class=\"n\">Replays</th>"
		"</tr></thead><tbody>\n");
	for (size_t i = 0; i < r->findings.len; i++) {
		const struct knot_report_finding *f = &r->findings.data[i];

		knot_text_addf(out, "<tr><td><span class=\"%s\">", knot_html_badge(f));
		knot_markup_add(out, f->verdict);
		knot_text_addf(
			out, "</span></td><th scope=\"row\"><a href=\"#finding-%zu\">", i + 1);
		knot_markup_add_cut(out, knot_html_title(f), 160);
		knot_text_adds(out, "</a>");
		if (!f->open) {
			knot_text_adds(out, "<br>");
			knot_markup_element(out, "span", "dim", f->state);
		}
		knot_text_adds(out, "</th><td>");
		knot_markup_element(out, "code", NULL, f->test);
		knot_text_adds(out, "<br>");
		knot_markup_element(out, "span", "dim", f->package);
		knot_text_addf(out,
			"</td><td class=\"n\">%" PRIu64 "</td><td class=\"n\">%" PRIu64
			" of %" PRIu64 "</td></tr>\n",
			f->hits, f->reproduced, f->replays);
	}
	knot_text_adds(out, "</tbody></table></div></section>\n");
}

/* --- the course of the campaign -------------------------------------------------------------- */

static double pairs_of(const struct knot_plot_point *p)
{
	return (double)p->pairs;
}

static double findings_of(const struct knot_plot_point *p)
{
	return (double)p->findings;
}

static double rate_of(const struct knot_plot_point *p)
{
	return p->runs_per_s;
}

static void add_curve(const struct knot_plot *plot, const char *title,
	double (*value)(const struct knot_plot_point *p), bool from_zero, struct knot_text *out)
{
	KNOT_VEC(struct knot_svg_point) points = {0};

	/* Nothing was known and nothing found when it began. */
	if (from_zero)
		knot_vec_push(&points, ((struct knot_svg_point){.x = 0, .y = 0}));
	for (size_t i = 0; i < plot->points.len; i++)
		knot_vec_push(&points,
			((struct knot_svg_point){.x = (double)plot->points.data[i].seconds,
				.y = value(&plot->points.data[i])}));
	knot_text_adds(out, "<figure>");
	knot_svg_curve(title, points.data, points.len, out);
	knot_text_adds(out, "</figure>\n");
	knot_vec_free(&points);
}

static void add_points(const struct knot_plot *plot, struct knot_text *out)
{
	const size_t step = plot->points.len / TABLE_POINTS + 1;

	knot_text_adds(out,
		"<details><summary>As a table</summary><div class=\"wide\"><table><thead><tr>"
		"<th scope=\"col\" class=\"n\">Seconds</th><th scope=\"col\" class=\"n\">Runs</th>"
		"<th scope=\"col\" class=\"n\">Runs per second</th><th scope=\"col\" "
		"class=\"n\">Pairs</th>"
		"<th scope=\"col\" class=\"n\">Findings</th></tr></thead><tbody>\n");
	for (size_t i = (plot->points.len - 1) % step; i < plot->points.len; i += step) {
		const struct knot_plot_point *p = &plot->points.data[i];

		knot_text_addf(out,
			"<tr><td class=\"n\">%" PRIu64 "</td><td class=\"n\">%" PRIu64
			"</td><td class=\"n\">%.0f</td><td class=\"n\">%" PRIu64
			"</td><td class=\"n\">%" PRIu64 "</td></tr>\n",
			p->seconds, p->runs, p->runs_per_s, p->pairs, p->findings);
	}
	knot_text_adds(out, "</tbody></table></div></details>\n");
}

static void add_course(const struct knot_report *r, struct knot_text *out)
{
	knot_text_adds(out, "<section id=\"course\"><h2>Course of the campaign</h2>\n");
	if (r->plot->points.len) {
		knot_text_adds(out, "<div class=\"curves\">\n");
		add_curve(r->plot, "Pairs", pairs_of, true, out);
		add_curve(r->plot, "Findings", findings_of, true, out);
		add_curve(r->plot, "Runs per second", rate_of, false, out);
		knot_text_adds(out, "</div>\n");
		add_points(r->plot, out);
	} else {
		knot_text_adds(out, "<p>The campaign directory has no plot_data.</p>\n");
	}
	if (r->hooks_placed)
		knot_text_addf(out,
			"<p class=\"dim\">%" PRIu64 " operations with a hook, %" PRIu64
			" without.</p>\n",
			r->hooks_placed, r->hooks_unplaced);
	knot_text_adds(out, "</section>\n");
}

/* --- tests ----------------------------------------------------------------------------------- */

static void add_test(const struct knot_overview_target *t, struct knot_text *out)
{
	knot_text_adds(out, "<tr><th scope=\"row\">");
	knot_markup_element(out, "code", NULL, t->test);
	knot_text_adds(out, "</th>");
	knot_markup_element(out, "td", "dim", t->package);
	knot_text_addf(out,
		"<td class=\"n%s\">%" PRIu32 "</td><td class=\"n\">%" PRIu64
		"</td><td class=\"n\">%" PRIu64 "</td>",
		t->findings ? " alarm" : "", t->findings, t->pairs, t->runs);
	if (t->chain_runs)
		knot_text_addf(out, "<td class=\"n\">%.0f %%</td>",
			100.0 * (double)t->chain_any / (double)t->chain_runs);
	else
		knot_text_adds(out, "<td class=\"n\">-</td>");
	knot_text_addf(out, "<td class=\"n\">%.1f</td><td>%s</td></tr>\n", (double)t->used_ns / 1e9,
		t->aside ? "set aside" : "");
}

static void add_tests(const struct knot_report *r, struct knot_text *out)
{
	static const char *const heads[][2] = {{"Test", ""}, {"Package", ""}, {"Findings", "n"},
		{"Pairs", "n"}, {"Runs", "n"}, {"Chains took effect", "n"}, {"Seconds", "n"},
		{"", ""}};

	knot_text_adds(out,
		"<section id=\"tests\"><h2>Tests</h2>\n"
		"<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Tests\">"
		"<table class=\"sortable\"><thead><tr>");
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		knot_text_addf(out, "<th scope=\"col\" class=\"%s\">%s</th>", heads[i][1],
			*heads[i][0] ? heads[i][0] : "<span class=\"hidden\">State</span>");
	knot_text_adds(out, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < r->overview->targets_len; i++)
		add_test(&r->overview->targets[i], out);
	knot_text_adds(out, "</tbody></table></div></section>\n");
}

void knot_report_html(const struct knot_report *r, struct knot_text *out)
{
	add_head(r, out);
	knot_text_adds(out, "<div class=\"layout\">\n");
	add_nav(r, out);
	knot_text_adds(out, "<main id=\"main\" tabindex=\"-1\">\n");
	add_list(r, out);
	for (size_t i = 0; i < r->findings.len; i++)
		knot_html_finding(&r->findings.data[i], i + 1, out);
	add_course(r, out);
	add_tests(r, out);
	knot_text_addf(out,
		"</main>\n</div>\n<footer>goknot " KNOT_VERSION "</footer>\n<script>%s</script>\n"
		"</body>\n</html>\n",
		knot_asset_page_js);
}
