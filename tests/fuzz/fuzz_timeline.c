/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A timeline that is read is written and read to the same, and all its indices point somewhere. It can be drawn and exported, and
 * nothing in it becomes markup, or breaks out of JSON.
 */
#include "base/alloc.h"
#include "view/dot.h"
#include "view/overview.h"
#include "view/perfetto.h"
#include "view/picture.h"
#include "view/report.h"
#include "view/shiviz.h"
#include "view/svg.h"
#include "wire/abi.h"
#include "wire/plot.h"
#include "wire/text.h"
#include "wire/timeline_json.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(uint32_t index, size_t len)
{
	knot_assert(index == KNOT_TIMELINE_NONE || index < len);
}

static void check_indices(const struct knot_timeline *t)
{
	for (size_t i = 0; i < t->events.len; i++) {
		check(t->events.data[i].g, t->goroutines.len);
		check(t->events.data[i].site, t->sites.len);
		check(t->events.data[i].primitive, t->primitives.len);
	}
	for (size_t i = 0; i < t->goroutines.len; i++) {
		check(t->goroutines.data[i].parent, i);
		check(t->goroutines.data[i].created, t->events.len);
	}
	for (size_t i = 0; i < t->spans.len; i++) {
		knot_assert(t->spans.data[i].g < t->goroutines.len);
		knot_assert(t->spans.data[i].from <= t->spans.data[i].to);
		check(t->spans.data[i].to, t->events.len);
	}
	for (size_t i = 0; i < t->arrows.len; i++) {
		knot_assert(t->arrows.data[i].from < t->arrows.data[i].to);
		knot_assert(t->arrows.data[i].to < t->events.len);
	}
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *p = text; (p = strstr(p, what)); p++)
		n++;
	return n;
}

/* The elements of a page, by their names; of a text none can come. */
static void check_markup(const char *text, const char *plain)
{
	static const char *const elements[] = {
		"<script", "</script", "<img", "<iframe", "<a ", "<image", "<use", "<style", "<!"};

	for (size_t i = 0; i < sizeof(elements) / sizeof(*elements); i++)
		knot_assert(count(text, elements[i]) == count(plain, elements[i]));
}

static char *page_of(const struct knot_timeline *t)
{
	const struct knot_overview overview = {.what = "", .campaign_dir = ""};
	const struct knot_plot plot = {0};
	struct knot_report r = {.overview = &overview, .plot = &plot, .name = ""};
	struct knot_text html = {0};
	const struct knot_report_finding f = {.timeline = t,
		.why = "",
		.verdict = t->verdict ? t->verdict : "",
		.title = t->title ? t->title : "",
		.package = t->package ? t->package : "",
		.test = t->test ? t->test : "",
		.message = t->message ? t->message : "",
		.state = "",
		.crash_file = t->crash_file ? t->crash_file : "",
		.rerun = t->crash_file ? t->crash_file : "",
		.explanation = "",
		.go = t->go ? t->go : "",
		.bucket = t->bucket};

	knot_vec_push(&r.findings, f);
	knot_report_html(&r, &html);
	knot_vec_free(&r.findings);
	return knot_text_steal(&html);
}

static char *picture_of(const struct knot_timeline *t)
{
	struct knot_picture p;
	struct knot_text svg = {0};

	knot_picture_make(t, &p);
	knot_svg_timeline(&p, KNOT_SVG_FILE, &svg);
	knot_picture_free(&p);
	return knot_text_steal(&svg);
}

typedef int (*exporter)(FILE *out, const struct knot_timeline *t, struct knot_error *err);

static char *exported(exporter write, const struct knot_timeline *t, size_t *ret_len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_len);

	knot_assert(out);
	/* There are limits that a timeline may be beyond; nothing was written then. */
	const int rc = write(out, t, NULL);

	knot_assert(!fclose(out) && (!rc || !*ret_len));
	return text;
}

static void check_exports(const struct knot_timeline *t)
{
	size_t len;
	char *text = exported(knot_perfetto_write, t, &len);
	json_t *tree = json_loadb(text, len, 0, NULL);

	knot_assert(tree || !len);
	json_decref(tree);
	free(text);
	text = exported(knot_shiviz_write, t, &len);
	/* Two lines each, behind the expression and an empty one. */
	knot_assert(!len || count(text, "\n") % 2 == 0);
	free(text);
	free(exported(knot_dot_write, t, &len));
}

static void check_views(const struct knot_timeline *t)
{
	struct knot_timeline none = {0};
	char *page = page_of(t), *plain_page = page_of(&none);
	char *picture = picture_of(t), *plain_picture = picture_of(&none);

	check_markup(page, plain_page);
	check_markup(picture, plain_picture);
	free(page);
	free(plain_page);
	free(picture);
	free(plain_picture);
	check_exports(t);
}

/* --- timelines made of bytes: what is not JSON becomes one, with indices that fit ------------ */

static uint32_t below(struct knot_span *s, size_t limit)
{
	uint32_t n = 0;

	for (size_t wide = 1; s->len && wide < limit; wide <<= 8) {
		n = n << 8 | (uint8_t)*s->data;
		s->data++;
		s->len--;
	}
	return limit ? n % (uint32_t)limit : 0;
}

static uint32_t index_in(struct knot_span *s, size_t len)
{
	const uint32_t n = below(s, len + 1);

	return n == len ? KNOT_TIMELINE_NONE : n;
}

/* Tame, as texts of timelines are. */
static char *text_in(struct knot_span *s)
{
	struct knot_span raw;

	return knot_span_take(s, below(s, 40), &raw) ? knot_text_tame(raw, SIZE_MAX - 8) : NULL;
}

static void make_names(struct knot_span *s, struct knot_timeline *t)
{
	t->title = text_in(s);
	t->verdict = text_in(s);
	t->message = text_in(s);
	t->test = text_in(s);
	t->package = text_in(s);
	t->crash_file = text_in(s);
	t->left_out = below(s, 3);
	t->native = below(s, 2);
	for (uint32_t n = below(s, 3); n; n--) {
		char *line = text_in(s);

		knot_vec_push(&t->explanation, line ? line : knot_xstrdup(""));
	}
	for (uint32_t n = below(s, 5); n; n--)
		knot_vec_push(&t->sites,
			((struct knot_timeline_site){.file = text_in(s),
				.function = text_in(s),
				.expression = text_in(s),
				.line = below(s, 1000)}));
	for (uint32_t n = below(s, 5); n; n--) {
		char *name = text_in(s);

		knot_vec_push(&t->primitives,
			((struct knot_timeline_primitive){.name = name ? name : knot_xstrdup("p"),
				.number = below(s, 100),
				.kind = (uint8_t)below(s, KNOT_TIMELINE_KINDS)}));
	}
}

static void make_goroutines(struct knot_span *s, struct knot_timeline *t, size_t events)
{
	for (uint32_t n = below(s, 70), i = 0; i < n && s->len; i++) {
		char *path = text_in(s);

		knot_vec_push(&t->goroutines,
			((struct knot_timeline_goroutine){.path = path ? path : knot_xstrdup("T"),
				.number = below(s, 400),
				.parent = index_in(s, i),
				.site = index_in(s, t->sites.len),
				.created = index_in(s, events),
				.state = (uint8_t)below(s, KNOT_TIMELINE_STATES),
				.op = (uint8_t)below(s, KNOT_OP_LAST),
				.at = index_in(s, t->sites.len),
				.primitive = index_in(s, t->primitives.len)}));
	}
}

static void make_events(struct knot_span *s, struct knot_timeline *t, size_t events)
{
	uint64_t vtime = 0;
	uint32_t step = 0;

	for (size_t i = 0; i < events; i++) {
		const uint8_t kind = (uint8_t)(1 + below(s, KNOT_EV_EXTERNAL));
		const bool to_goroutine =
			kind == KNOT_EV_WAKE || kind == KNOT_EV_SPAWN || kind == KNOT_EV_SWITCH;

		step += below(s, 3);
		vtime += below(s, 1 << 20);
		knot_vec_push(&t->events,
			((struct knot_timeline_event){.vtime = vtime,
				.step = step,
				.g = index_in(s, t->goroutines.len),
				.site = index_in(s, t->sites.len),
				.primitive = index_in(s, t->primitives.len),
				.to = to_goroutine ? index_in(s, t->goroutines.len)
						   : KNOT_TIMELINE_NONE,
				.kind = kind,
				.op = (uint8_t)below(s, KNOT_OP_LAST)}));
	}
}

static void make_relations(struct knot_span *s, struct knot_timeline *t)
{
	const size_t events = t->events.len, gs = t->goroutines.len;

	for (uint32_t n = events && gs ? below(s, 20) : 0; n; n--) {
		const uint32_t from = below(s, events), more = index_in(s, events - from);

		knot_vec_push(&t->spans,
			((struct knot_timeline_span){.g = below(s, gs),
				.from = from,
				.to = more == KNOT_TIMELINE_NONE ? more : from + more,
				.site = index_in(s, t->sites.len),
				.primitive = index_in(s, t->primitives.len),
				.op = (uint8_t)below(s, KNOT_OP_LAST)}));
	}
	for (uint32_t n = events > 1 ? below(s, 20) : 0; n; n--) {
		const uint32_t from = below(s, events - 1);

		knot_vec_push(&t->arrows,
			((struct knot_timeline_arrow){.from = from,
				.to = from + 1 + below(s, events - from - 1),
				.kind = (uint8_t)below(s, KNOT_TIMELINE_ARROWS)}));
	}
	for (uint32_t n = gs ? below(s, 40) : 0; n; n--)
		knot_vec_push(&t->waits,
			((struct knot_timeline_wait){.from = below(s, gs),
				.to = below(s, gs),
				.why = (uint8_t)below(s, KNOT_TIMELINE_WHYS),
				.in_cycle = below(s, 2)}));
	for (uint32_t n = events ? below(s, 4) : 0; n; n--) {
		const uint32_t at = below(s, events);
		char *text = text_in(s);

		knot_vec_push(&t->switches,
			((struct knot_timeline_switch){
				.event = at, .text = text ? text : knot_xstrdup("")}));
	}
}

/* As JSON; caller frees. */
static char *made_of(struct knot_span s, size_t *ret_len)
{
	struct knot_timeline t = {0};
	const size_t events = below(&s, 200);

	make_names(&s, &t);
	make_goroutines(&s, &t, events);
	make_events(&s, &t, events);
	make_relations(&s, &t);
	char *text = knot_timeline_encode(&t, ret_len);

	knot_timeline_free(&t);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct knot_timeline t = {0}, again = {0};
	const bool is_json = size && *data == '{';
	char *made = is_json ? NULL : made_of(knot_span_of(data, size), &size);
	size_t len, len2;
	const int rc = knot_timeline_decode(
		knot_span_of(made ? made : (const char *)data, size), &t, NULL);

	knot_assert(!rc || is_json);
	free(made);
	if (rc)
		return 0;
	check_indices(&t);
	check_views(&t);
	char *text = knot_timeline_encode(&t, &len);

	knot_assert(!knot_timeline_decode(knot_span_of(text, len), &again, NULL));
	char *text2 = knot_timeline_encode(&again, &len2);

	knot_assert(len == len2 && !memcmp(text, text2, len));
	free(text);
	free(text2);
	knot_timeline_free(&t);
	knot_timeline_free(&again);
	return 0;
}
