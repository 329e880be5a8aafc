/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/html.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "view/markup.h"
#include "view/picture.h"
#include "view/report.h"
#include "view/svg.h"
#include "wire/text.h"
#include "wire/timeline.h"

#include <inttypes.h>
#include <string.h>

/* Without its script the page shows timelines up to so many rows. */
#define STATIC_ROWS 400
/* Deeper ones are shown beside each other. */
#define TREE_DEPTH 60
#define LONG_TREE 60
#define NONE KNOT_TIMELINE_NONE

/* --- goroutines ------------------------------------------------------------------------------ */

struct tree {
	const struct knot_timeline *t;
	struct knot_text *out;
	uint32_t *child, *next; /* the first of each, the next with the same parent */
	bool *shown;
};

static void plant(struct tree *tree)
{
	const size_t n = tree->t->goroutines.len;

	tree->child = knot_xreallocarray(NULL, n + 1, sizeof(*tree->child));
	tree->next = knot_xreallocarray(NULL, n + 1, sizeof(*tree->next));
	tree->shown = knot_xalloc(n + 1);
	for (size_t i = 0; i < n; i++)
		tree->child[i] = tree->next[i] = NONE;
	for (size_t i = n; i-- > 0;) {
		const uint32_t parent = tree->t->goroutines.data[i].parent;

		if (parent >= n || parent == i)
			continue;
		tree->next[i] = tree->child[parent];
		tree->child[parent] = (uint32_t)i;
	}
}

static void fell(struct tree *tree)
{
	free(tree->child);
	free(tree->next);
	free(tree->shown);
}

static void add_goroutine(struct tree *tree, uint32_t g)
{
	const struct knot_timeline_goroutine *x = &tree->t->goroutines.data[g];
	knot_auto_free char *place = knot_picture_place(tree->t, x->site);
	knot_auto_free char *state = knot_picture_state(tree->t, g);
	static const char *const classes[KNOT_TIMELINE_STATES] = {
		"ended", "running", "blocked", "outside"};

	knot_text_addf(tree->out, "<b>G%" PRIu32 "</b> ", x->number);
	if (place) {
		knot_text_adds(tree->out, "created at <code>");
		knot_markup_add(tree->out, place);
		knot_text_adds(tree->out, "</code> ");
	} else {
		knot_text_adds(tree->out, x->parent == NONE ? "the test itself " : "");
	}
	knot_markup_element(tree->out, "span",
		x->state < KNOT_TIMELINE_STATES ? classes[x->state] : NULL, state);
	knot_text_adds(tree->out, " <span class=\"path\">");
	knot_markup_add(tree->out, x->path);
	knot_text_adds(tree->out, "</span>");
}

static void add_branch(struct tree *tree, uint32_t g, unsigned depth)
{
	tree->shown[g] = true;
	knot_text_adds(tree->out, "<li>");
	add_goroutine(tree, g);
	if (tree->child[g] != NONE && depth < TREE_DEPTH) {
		knot_text_adds(tree->out, "<ul>");
		for (uint32_t c = tree->child[g]; c != NONE; c = tree->next[c])
			if (!tree->shown[c])
				add_branch(tree, c, depth + 1);
		knot_text_adds(tree->out, "</ul>");
	}
	knot_text_adds(tree->out, "</li>\n");
}

static void add_tree(const struct knot_timeline *t, struct knot_text *out)
{
	struct tree tree = {.t = t, .out = out};
	const bool is_long = t->goroutines.len > LONG_TREE;

	knot_text_adds(out, "<section class=\"goroutines\"><h3>Goroutines</h3>\n");
	if (is_long)
		knot_text_addf(out, "<details><summary>all %zu</summary>\n", t->goroutines.len);
	knot_text_adds(out, "<ul class=\"tree\">\n");
	plant(&tree);
	/* Those with a parent come below it; what has none, or lies too deep, at the edge. */
	for (uint32_t g = 0; g < t->goroutines.len; g++)
		if (t->goroutines.data[g].parent >= t->goroutines.len)
			add_branch(&tree, g, 0);
	for (uint32_t g = 0; g < t->goroutines.len; g++)
		if (!tree.shown[g])
			add_branch(&tree, g, 0);
	fell(&tree);
	knot_text_addf(out, "</ul>%s</section>\n", is_long ? "</details>" : "");
}

/* --- who waits for whom ---------------------------------------------------------------------- */

/* Rows of the table: each looks at all waits. */
#define WAITS_TOLD 200

static void add_waited_for(const struct knot_timeline *t, uint32_t g, struct knot_text *out)
{
	static const char *const whys[KNOT_TIMELINE_WHYS] = {
		"holds it", "holds it for reading", "could do the other half"};
	bool any = false;

	for (size_t i = 0; i < t->waits.len; i++) {
		const struct knot_timeline_wait *w = &t->waits.data[i];

		if (w->from != g || w->to >= t->goroutines.len)
			continue;
		knot_text_addf(out, "%sG%" PRIu32 " (%s%s)", any ? ", " : "",
			t->goroutines.data[w->to].number,
			w->why < KNOT_TIMELINE_WHYS ? whys[w->why] : "needed",
			w->in_cycle ? ", in the cycle" : "");
		any = true;
	}
	if (!any)
		knot_text_adds(out, "nobody that is known");
}

static void add_wait_table(const struct knot_timeline *t, struct knot_text *out)
{
	size_t blocked = 0;

	knot_text_adds(out,
		"<div class=\"wide\"><table><thead><tr><th scope=\"col\">Goroutine</th><th "
		"scope=\"col\">At the "
		"end</th>"
		"<th scope=\"col\">Waits for</th></tr></thead><tbody>\n");
	for (uint32_t g = 0; g < t->goroutines.len; g++) {
		if (t->goroutines.data[g].state != KNOT_TIMELINE_BLOCKED || blocked++ >= WAITS_TOLD)
			continue;
		knot_auto_free char *state = knot_picture_state(t, g);

		knot_text_addf(out, "<tr><th scope=\"row\">G%" PRIu32 "</th>",
			t->goroutines.data[g].number);
		knot_markup_element(out, "td", NULL, state);
		knot_text_adds(out, "<td>");
		add_waited_for(t, g, out);
		knot_text_adds(out, "</td></tr>\n");
	}
	knot_text_adds(out, "</tbody></table></div>\n");
	if (blocked > WAITS_TOLD)
		knot_text_addf(out, "<p class=\"dim\">%zu more goroutines are blocked.</p>\n",
			blocked - WAITS_TOLD);
}

static void add_waits(const struct knot_timeline *t, struct knot_text *out)
{
	struct knot_text picture = {0};
	const size_t shown = knot_svg_waits(t, &picture);
	size_t blocked = 0;

	for (size_t g = 0; g < t->goroutines.len; g++)
		blocked += t->goroutines.data[g].state == KNOT_TIMELINE_BLOCKED;
	if (shown) {
		knot_text_adds(out,
			"<section class=\"waits\"><h3>Who waits for whom at the end</h3>\n"
			"<div class=\"picture\">");
		knot_text_add(out, picture.data, picture.len);
		knot_text_adds(out, "</div>\n");
		if (shown == KNOT_SVG_WAITS_MAX && blocked > shown)
			knot_text_addf(out,
				"<p class=\"dim\">%zu more goroutines are blocked.</p>\n",
				blocked - shown);
		if (blocked) {
			knot_text_adds(out, "<details><summary>As a table</summary>\n");
			add_wait_table(t, out);
			knot_text_adds(out, "</details>\n");
		}
		knot_text_adds(out, "</section>\n");
	}
	knot_text_free(&picture);
}

/* --- the timeline ---------------------------------------------------------------------------- */

static void add_timeline(const struct knot_timeline *t, size_t number, struct knot_text *out)
{
	struct knot_picture p;

	knot_picture_make(t, &p);
	knot_text_addf(out,
		"<section class=\"timeline-section\" aria-labelledby=\"timeline-%zu-h\">"
		"<h3 id=\"timeline-%zu-h\">Timeline</h3>\n",
		number, number);
	if (t->left_out)
		knot_text_addf(out,
			"<p class=\"note\">%" PRIu64
			" events behind the last that is shown were left "
			"out.</p>\n",
			t->left_out);
	knot_text_addf(out,
		"<div class=\"timeline\" data-number=\"%zu\" data-rows=\"%zu\"></div>\n<noscript>",
		number, p.rows.len);
	if (p.rows.len <= STATIC_ROWS) {
		knot_text_adds(out, "<div class=\"picture\">");
		knot_svg_timeline(&p, KNOT_SVG_PAGE, out);
		knot_text_adds(out, "</div>");
	} else {
		knot_text_addf(out,
			"<p class=\"note\">A timeline of %zu rows needs the script of this page; "
			"<code>goknot report -format svg</code> draws it without.</p>",
			p.rows.len);
	}
	knot_text_adds(out, "</noscript>\n");
	knot_html_data(&p, number, out);
	knot_text_adds(out, "</section>\n");
	knot_picture_free(&p);
}

static void add_drawn(const struct knot_timeline *t, size_t number, struct knot_text *out)
{
	add_timeline(t, number, out);
	knot_text_adds(out, "<div class=\"two\">\n");
	add_waits(t, out);
	add_tree(t, out);
	knot_text_adds(out, "</div>\n");
}

size_t knot_report_timeline_size(const struct knot_timeline *t)
{
	struct knot_text text = {0};

	add_drawn(t, 1, &text);
	knot_auto_free char *drawn = knot_text_steal(&text);

	return strlen(drawn);
}

/* --- the whole ------------------------------------------------------------------------------- */

static void add_fact(const char *name, const char *value, bool code, struct knot_text *out)
{
	if (!value || !*value)
		return;
	knot_text_adds(out, "<div>");
	knot_markup_element(out, "dt", NULL, name);
	knot_text_adds(out, "<dd>");
	if (code)
		knot_markup_element(out, "code", NULL, value);
	else
		knot_markup_add(out, value);
	knot_text_adds(out, "</dd></div>\n");
}

static void add_facts(const struct knot_report_finding *f, struct knot_text *out)
{
	knot_auto_free char *replays = f->replays
		? knot_xasprintf("%" PRIu64 " of %" PRIu64 " ended the same way", f->reproduced,
			  f->replays)
		: NULL;
	knot_auto_free char *hits = knot_xasprintf("%" PRIu64, f->hits);
	knot_auto_free char *bucket = knot_xasprintf("%016" PRIx64, f->bucket);
	struct knot_text found = {0};

	if (f->first_ns)
		knot_html_time(f->first_ns, &found);
	knot_auto_free char *when = knot_text_steal(&found);

	knot_text_adds(out, "<dl class=\"facts\">\n");
	add_fact("Test", f->test, true, out);
	add_fact("Package", f->package, true, out);
	add_fact("State", f->state, false, out);
	add_fact("Replays", replays, false, out);
	add_fact("Hits", hits, false, out);
	add_fact("Found", when, false, out);
	add_fact("Go", f->go, false, out);
	add_fact("Bucket", bucket, true, out);
	add_fact("Crash file", f->crash_file, true, out);
	knot_text_adds(out, "</dl>\n");
}

static void add_explanation(const struct knot_report_finding *f, struct knot_text *out)
{
	const bool kept = f->explanation && *f->explanation;

	if (!kept && !(f->timeline && f->timeline->explanation.len))
		return;
	knot_text_adds(out,
		"<section><h3>What happened</h3>\n<pre class=\"explanation\" "
		"tabindex=\"0\" role=\"region\" aria-label=\"Explanation\">");
	if (kept) {
		struct knot_span rest = knot_span_str(f->explanation), line;

		while (knot_span_take_line(&rest, &line)) {
			knot_auto_free char *text = knot_span_dup(line);

			knot_markup_add(out, text);
			knot_text_adds(out, "\n");
		}
	} else {
		for (size_t i = 0; i < f->timeline->explanation.len; i++) {
			knot_markup_add(out, f->timeline->explanation.data[i]);
			knot_text_adds(out, "\n");
		}
	}
	knot_text_adds(out, "</pre></section>\n");
}

const char *knot_html_title(const struct knot_report_finding *f)
{
	const size_t len = strlen(f->verdict);

	return !strncmp(f->title, f->verdict, len) && !strncmp(f->title + len, ": ", 2) &&
			f->title[len + 2]
		? f->title + len + 2
		: f->title;
}

const char *knot_html_badge(const struct knot_report_finding *f)
{
	return f->open ? "badge" : "badge quiet";
}

void knot_html_finding(const struct knot_report_finding *f, size_t number, struct knot_text *out)
{
	knot_text_addf(out,
		"<article class=\"finding\" id=\"finding-%zu\" aria-labelledby=\"finding-%zu-h\">\n"
		"<h2 id=\"finding-%zu-h\"><span class=\"%s\">",
		number, number, number, knot_html_badge(f));
	knot_markup_add(out, f->verdict);
	knot_text_adds(out, "</span> ");
	knot_markup_add(out, knot_html_title(f));
	knot_text_adds(out, "</h2>\n");
	if (f->message && *f->message)
		knot_markup_element(out, "p", "message", f->message);
	add_facts(f, out);
	if (f->rerun && *f->rerun) {
		knot_text_adds(out, "<section class=\"rerun\"><h3>Run it again</h3>\n<div><code>");
		knot_markup_add(out, f->rerun);
		knot_text_adds(out, "</code></div></section>\n");
	}
	add_explanation(f, out);
	if (f->why && *f->why)
		knot_markup_element(out, "p", "note", f->why);
	if (f->timeline)
		add_drawn(f->timeline, number, out);
	knot_text_adds(out, "</article>\n");
}
