/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/timeline_json.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "wire/abi.h"
#include "wire/text.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define NONE KNOT_TIMELINE_NONE

static void add_events(struct knot_timeline *t)
{
	static const struct knot_timeline_event events[] = {
		{.kind = KNOT_EV_SPAWN,
			.g = 0,
			.op = KNOT_OP_GO,
			.site = 1,
			.primitive = NONE,
			.to = 1},
		{.step = 1,
			.kind = KNOT_EV_STEP,
			.g = 1,
			.op = KNOT_OP_LOCK,
			.site = 0,
			.primitive = 0,
			.to = NONE,
			.vtime = 500},
		{.step = 1,
			.kind = KNOT_EV_SELECTED,
			.g = 1,
			.op = KNOT_OP_RECV,
			.site = NONE,
			.primitive = NONE,
			.to = 2,
			.vtime = 500},
		{.step = 1,
			.kind = KNOT_EV_CHAIN,
			.g = 1,
			.site = NONE,
			.primitive = NONE,
			.to = 0,
			.vtime = 500},
		{.step = 2,
			.kind = KNOT_EV_EXTERNAL,
			.g = NONE,
			.op = KNOT_OP_IO,
			.site = NONE,
			.primitive = NONE,
			.to = KNOT_EXT_SYSCALL,
			.vtime = 500},
		{.step = 2,
			.kind = KNOT_EV_SWITCH,
			.g = 1,
			.site = NONE,
			.primitive = NONE,
			.to = NONE,
			.vtime = 1ull << 60},
	};
	for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++)
		knot_vec_push(&t->events, events[i]);
}

/* One of everything. */
static struct knot_timeline sample(void)
{
	struct knot_timeline t = {.package = knot_xstrdup("m/p"),
		.test = knot_xstrdup("TestX"),
		.verdict = knot_xstrdup("deadlock"),
		.title = knot_xstrdup("deadlock: lock \"a.go\":3 \xc3\xa4"),
		.message = knot_xstrdup("a\\nb"),
		.policy = knot_xstrdup("random"),
		.crash_file = knot_xstrdup("X.crash"),
		.bucket = 0xfedcba9876543210,
		.schedule_hash = 1,
		.seed = UINT64_MAX,
		.virtual_ns = 1234,
		.steps = 7,
		.left_out = 3,
		.minimized = true};
	knot_vec_push(&t.sites,
		((struct knot_timeline_site){.file = knot_xstrdup("a.go"),
			.path = knot_xstrdup("/m/a.go"),
			.function = knot_xstrdup("m.F"),
			.expression = knot_xstrdup("s.mu"),
			.line = 3}));
	knot_vec_push(&t.sites, ((struct knot_timeline_site){.function = knot_xstrdup("m.G")}));
	knot_vec_push(&t.primitives,
		((struct knot_timeline_primitive){
			.name = knot_xstrdup("s.mu"), .number = 4, .kind = KNOT_TIMELINE_LOCK}));
	for (uint32_t i = 0; i < 2; i++)
		knot_vec_push(&t.goroutines,
			((struct knot_timeline_goroutine){
				.path = knot_xstrdup(i ? "T/a.go:2#0" : "T"),
				.number = i,
				.parent = i ? 0 : NONE,
				.site = i ? 1 : NONE,
				.created = i ? 0 : NONE,
				.state = i ? KNOT_TIMELINE_BLOCKED : KNOT_TIMELINE_ENDED,
				.op = i ? KNOT_OP_LOCK : KNOT_OP_NONE,
				.at = i ? 0 : NONE,
				.primitive = i ? 0 : NONE}));
	add_events(&t);
	knot_vec_push(&t.spans,
		((struct knot_timeline_span){.g = 1,
			.from = 1,
			.to = 4,
			.site = 0,
			.primitive = 0,
			.op = KNOT_OP_LOCK}));
	knot_vec_push(&t.spans,
		((struct knot_timeline_span){
			.from = 5, .to = NONE, .site = NONE, .primitive = NONE}));
	knot_vec_push(&t.arrows,
		((struct knot_timeline_arrow){.from = 0, .to = 1, .kind = KNOT_TIMELINE_HANDOVER}));
	knot_vec_push(&t.waits,
		((struct knot_timeline_wait){
			.from = 1, .to = 0, .why = KNOT_TIMELINE_READER, .in_cycle = true}));
	knot_vec_push(&t.switches,
		((struct knot_timeline_switch){.event = 5, .text = knot_xstrdup("T is stopped")}));
	knot_vec_push(&t.explanation, knot_xstrdup("line 1"));
	knot_vec_push(&t.explanation, knot_xstrdup(""));
	knot_vec_push(&t.signature, knot_xstrdup("lock a.go:3"));
	return t;
}

static int decode(const char *text, struct knot_timeline *t, struct knot_error *err)
{
	return knot_timeline_decode(knot_span_str(text), t, err);
}

static bool is_same_event(const struct knot_timeline_event *a, const struct knot_timeline_event *b)
{
	return a->step == b->step && a->kind == b->kind && a->g == b->g && a->op == b->op &&
		a->site == b->site && a->primitive == b->primitive && a->to == b->to &&
		a->vtime == b->vtime;
}

Test(timeline_json, what_is_written_is_read)
{
	struct knot_timeline t = sample(), back = {0};
	struct knot_error err = {0};
	size_t len, len2;
	knot_auto_free char *text = knot_timeline_encode(&t, &len);

	cr_assert_eq(
		knot_timeline_decode(knot_span_of(text, len), &back, &err), 0, "%s", err.message);
	knot_auto_free char *again = knot_timeline_encode(&back, &len2);

	cr_expect_str_eq(text, again);
	cr_expect_str_eq(back.title, t.title);
	cr_expect_null(back.proof);
	cr_expect_eq(back.bucket, t.bucket);
	cr_expect_eq(back.seed, UINT64_MAX);
	cr_expect(back.minimized && !back.native);
	cr_expect_eq(back.sites.data[0].line, 3);
	cr_expect_null(back.sites.data[1].file);
	cr_assert_eq(back.events.len, t.events.len);
	for (size_t i = 0; i < t.events.len; i++)
		cr_expect(is_same_event(&back.events.data[i], &t.events.data[i]), "event %zu", i);
	cr_assert_eq(back.spans.len, 2);
	cr_expect_eq(back.spans.data[0].to, 4);
	cr_expect_eq(back.spans.data[0].op, KNOT_OP_LOCK);
	cr_expect_eq(back.spans.data[1].to, NONE);
	cr_expect_eq(back.spans.data[1].site, NONE);
	cr_expect_eq(back.arrows.data[0].kind, KNOT_TIMELINE_HANDOVER);
	cr_expect(back.waits.data[0].in_cycle);
	cr_expect_str_eq(back.switches.data[0].text, "T is stopped");
	cr_expect_str_eq(back.explanation.data[1], "");
	cr_expect_eq(back.goroutines.data[0].parent, NONE);
	cr_expect_eq(back.goroutines.data[1].primitive, 0);
	knot_timeline_free(&t);
	knot_timeline_free(&back);
}

/* Replaces the first from in the sample's text by to and reads that. */
static void refused(const char *from, const char *to, const char *why)
{
	struct knot_timeline t = sample(), back = {0};
	struct knot_error err = {0};
	size_t len;
	knot_auto_free char *text = knot_timeline_encode(&t, &len);
	char *at = strstr(text, from);

	cr_assert_not_null(at, "no %s in %s", from, text);
	knot_auto_free char *bad =
		knot_xasprintf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));

	cr_expect_eq(decode(bad, &back, &err), KNOT_EINPUT, "%s", to);
	cr_expect_str_eq(err.message, why);
	knot_timeline_free(&t);
}

Test(timeline_json, what_is_wrong_is_named)
{
	refused("\"version\":1", "\"version\":2", "timeline: format 2; this goknot reads 1");
	refused("goknot timeline", "x", "timeline: format is not \"goknot timeline\"");
	refused("\"parent\":0", "\"parent\":1",
		"timeline: goroutines[1]: parent comes behind its child");
	refused("\"site\":1", "\"site\":2",
		"timeline: goroutines[1]: site is no index of what it is about");
	refused("\"created\":0", "\"created\":6",
		"timeline: goroutines[1]: created is no index of what it is about");
	refused("\"to\":1", "\"to\":2", "timeline: events[0]: to is no index of what it is about");
	refused("\"kind\":\"selected\"", "\"kind\":\"unknown\"",
		"timeline: events[2]: kind is no name this goknot knows");
	refused("\"step\":2", "\"step\":0", "timeline: events[4]: step goes back");
	refused("1152921504606846976", "3", "timeline: events[5]: ns goes back");
	refused("\"from\":1,\"to\":4", "\"from\":5,\"to\":4",
		"timeline: blocked[0]: to comes before from");
	refused("{\"from\":0,\"to\":1", "{\"from\":1,\"to\":1",
		"timeline: arrows[0]: to does not come behind from");
	refused("\"event\":5", "\"event\":-1",
		"timeline: switches[0]: event is no index of what it is about");
	refused("\"fedcba9876543210\"", "\"FEDCBA9876543210\"",
		"timeline: bucket is not 16 hexadecimal digits");
	refused("\"18446744073709551615\"", "\"18446744073709551616\"",
		"timeline: seed is no decimal number in quotes");
	refused("\"outside\":\"syscall\"", "\"outside\":\"netpol\"",
		"timeline: events[4]: outside is no name this goknot knows");
	refused("\"line 1\"", "7", "timeline: explanation[0]: the entry is no string");
	refused("{\"function\":\"m.G\"}", "[]", "timeline: sites[1]: the entry is no object");
	refused("\"text\":\"T is stopped\"", "\"txt\":\"\"",
		"timeline: switches[0]: text is missing or no string");
}

Test(timeline_json, texts_are_made_tame)
{
	struct knot_timeline t = sample(), back = {0};
	struct knot_error err = {0};
	size_t len;

	free(t.title);
	t.title = knot_xstrdup("a\nb\x1b[31m \xe2\x80\xae \\n");
	knot_auto_free char *text = knot_timeline_encode(&t, &len);

	cr_assert_eq(decode(text, &back, &err), 0, "%s", err.message);
	cr_expect_str_eq(back.title, "a\\nb\\x1b[31m \\xe2\\x80\\xae \\n");
	knot_timeline_free(&t);
	knot_timeline_free(&back);
}

Test(timeline_json, ten_thousand_events_are_well_under_two_megabytes)
{
	struct knot_timeline t = sample();
	size_t len;

	for (uint32_t i = 0; i < 10000; i++)
		knot_vec_push(&t.events,
			((struct knot_timeline_event){.step = 10000 + i,
				.kind = KNOT_EV_STEP,
				.op = KNOT_OP_ATOMIC_STORE,
				.g = 1,
				.site = 1,
				.primitive = 0,
				.to = NONE,
				.vtime = 1000000000 + i}));
	knot_auto_free char *text = knot_timeline_encode(&t, &len);

	cr_expect_lt(len, 1100000);
	knot_timeline_free(&t);
}
