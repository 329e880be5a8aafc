/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/dot.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "view/timeline_text.h"
#include "wire/text.h"
#include "wire/timeline.h"

#include <inttypes.h>

#define NONE KNOT_TIMELINE_NONE

struct writing {
	FILE *out;
	const struct knot_timeline *t;
	bool *in_waits, *in_tree; /* by goroutine */
};

/* In a quoted string of DOT a backslash begins an escape, and in a label an ampersand an entity of HTML. */
static void add_quoted(struct knot_text *t, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			knot_text_addf(t, "\\%c", *text);
		else if (*text == '&')
			knot_text_adds(t, "&amp;");
		else
			knot_text_add(t, text, 1);
	}
}

/* "G1", its path, and what became of it, a line each. */
static void write_node(struct writing *w, const char *prefix, uint32_t g)
{
	const struct knot_timeline_goroutine *x = &w->t->goroutines.data[g];
	knot_auto_free char *state = knot_timeline_state_text(w->t, g);
	struct knot_text label = {0};

	knot_text_addf(&label, "G%" PRIu32 "\\n", x->number);
	add_quoted(&label, x->path);
	knot_text_adds(&label, "\\n");
	add_quoted(&label, state);
	fprintf(w->out, "\t\t%s%" PRIu32 " [label=\"%s\"%s];\n", prefix, g, label.data,
		x->state == KNOT_TIMELINE_BLOCKED         ? ", fillcolor=\"#f6d5d5\""
			: x->state == KNOT_TIMELINE_ENDED ? ", fillcolor=\"#eeeeee\""
							  : "");
	knot_text_free(&label);
}

static void write_waits(struct writing *w)
{
	static const char *const why[KNOT_TIMELINE_WHYS] = {
		"held by", "read-locked by", "did the counterpart"};
	const struct knot_timeline *t = w->t;

	fputs("\tsubgraph cluster_waits {\n\t\tlabel=\"who waits for whom at the end\";\n", w->out);
	for (uint32_t i = 0; i < t->goroutines.len; i++)
		if (w->in_waits[i])
			write_node(w, "w", i);
	for (size_t i = 0; i < t->waits.len; i++) {
		const struct knot_timeline_wait *x = &t->waits.data[i];

		if (!w->in_waits[x->from] || !w->in_waits[x->to])
			continue;
		fprintf(w->out, "\t\tw%" PRIu32 " -> w%" PRIu32 " [label=\"%s\"%s];\n", x->from,
			x->to, why[x->why],
			x->in_cycle ? ", color=\"#c00000\", fontcolor=\"#c00000\", penwidth=2"
				    : "");
	}
	fputs("\t}\n", w->out);
}

static void write_tree(struct writing *w)
{
	const struct knot_timeline *t = w->t;

	fputs("\tsubgraph cluster_tree {\n\t\tlabel=\"who created whom\";\n", w->out);
	for (uint32_t i = 0; i < t->goroutines.len; i++) {
		const struct knot_timeline_goroutine *x = &t->goroutines.data[i];

		if (!w->in_tree[i])
			continue;
		write_node(w, "t", i);
		if (x->parent == NONE || !w->in_tree[x->parent])
			continue;
		struct knot_text label = {0};
		knot_auto_free char *where = knot_timeline_site_text(t, x->site);

		add_quoted(&label, where);
		fprintf(w->out, "\t\tt%" PRIu32 " -> t%" PRIu32 " [label=\"%s\"];\n", x->parent, i,
			label.data ? label.data : "");
		knot_text_free(&label);
	}
	fputs("\t}\n", w->out);
}

static size_t mark(bool *set, uint32_t g)
{
	const size_t is_new = !set[g];

	set[g] = true;
	return is_new;
}

/* Those that did not end, each with whoever created it, then the others, while there is room. Tells how many are left out. */
static size_t choose_tree(struct writing *w)
{
	const struct knot_timeline *t = w->t;
	size_t shown = 0;

	for (int pass = 0; pass < 2; pass++)
		for (uint32_t i = 0; i < t->goroutines.len && shown < KNOT_DOT_NODES_MAX; i++) {
			if (!pass && t->goroutines.data[i].state == KNOT_TIMELINE_ENDED)
				continue;
			/* Whose creators are there already when it is. */
			for (uint32_t g = i;
				g != NONE && !w->in_tree[g] && shown < KNOT_DOT_NODES_MAX;
				g = t->goroutines.data[g].parent)
				shown += mark(w->in_tree, g);
		}
	return t->goroutines.len - shown;
}

static void choose_waits(struct writing *w)
{
	size_t shown = 0;

	/* Cycles first. */
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < w->t->waits.len && shown < KNOT_DOT_NODES_MAX; i++) {
			const struct knot_timeline_wait *x = &w->t->waits.data[i];

			if (!pass && !x->in_cycle)
				continue;
			shown += mark(w->in_waits, x->from);
			shown += mark(w->in_waits, x->to);
		}
	for (uint32_t i = 0; i < w->t->goroutines.len && shown < KNOT_DOT_NODES_MAX; i++)
		if (w->t->goroutines.data[i].state == KNOT_TIMELINE_BLOCKED)
			shown += mark(w->in_waits, i);
}

int knot_dot_write(FILE *out, const struct knot_timeline *t, struct knot_error *err)
{
	struct writing w = {.out = out, .t = t};
	struct knot_text title = {0};

	(void)err;
	w.in_waits = knot_xalloc(t->goroutines.len + 1);
	w.in_tree = knot_xalloc(t->goroutines.len + 1);
	choose_waits(&w);
	const size_t left_out = choose_tree(&w);

	add_quoted(&title, t->test ? t->test : "");
	knot_text_adds(&title, "\\n");
	add_quoted(&title, t->title ? t->title : "");
	if (left_out)
		knot_text_addf(&title, "\\n%zu goroutine%s not shown", left_out,
			left_out == 1 ? " is" : "s are");
	fprintf(out,
		"digraph goknot {\n\tlabel=\"%s\";\n\tlabelloc=t;\n"
		"\tnode [shape=box, style=\"rounded,filled\", fillcolor=white, fontsize=10];\n"
		"\tedge [fontsize=9];\n",
		title.data);
	write_waits(&w);
	write_tree(&w);
	fputs("}\n", out);
	knot_text_free(&title);
	free(w.in_waits);
	free(w.in_tree);
	return 0;
}
