/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/listed_lines.h"

#include "base/cleanup.h"
#include "cmd/json.h"
#include "explore/verdict.h"
#include "store/listed.h"
#include "wire/text.h"

#include <stdio.h>

#define SHOWN_BYTES 4096

struct lines {
	const char *heading, *before;
	bool json, is_begun;
};

/* Titles and messages are escaped when they are made; the file may hold anything all the same. */
static void put(const char *before, const char *text)
{
	knot_auto_free char *shown = knot_text_tame(knot_span_str(text), SHOWN_BYTES);

	if (*shown)
		printf("%s%s", before, shown);
}

static void json_row(const struct knot_store_listed *l)
{
	struct knot_json_line line = {.out = stdout};

	knot_json_line_text(&line, "event", "listed");
	knot_json_line_text(&line, "package", l->package);
	knot_json_line_text(&line, "test", l->test);
	knot_json_line_text(&line, "verdict", l->verdict);
	knot_json_line_text(&line, "title", l->title);
	if (*l->message)
		knot_json_line_text(&line, "message", l->message);
	knot_json_line_text(&line, "why", knot_verdict_note_text(l->note));
	knot_json_line_end(&line);
}

static int on_row(void *arg, const struct knot_store_listed *l, struct knot_error *err)
{
	struct lines *s = arg;

	(void)err;
	if (s->json) {
		json_row(l);
		return 0;
	}
	printf("%s%s", s->is_begun ? "" : s->heading, s->before);
	s->is_begun = true;
	put("", l->package);
	put(" ", l->test);
	put(": ", l->title);
	put(": ", l->message);
	printf(" (%s)\n", knot_verdict_note_text(l->note));
	return 0;
}

int knot_listed_lines(struct knot_store *store, bool json, const char *heading, const char *before,
	struct knot_error *err)
{
	struct lines s = {.heading = heading, .before = before, .json = json};

	return knot_store_listed_each(store, on_row, &s, err);
}
