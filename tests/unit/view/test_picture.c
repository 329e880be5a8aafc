/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "view/picture.h"
#include "view/svg.h"
#include "wire/abi.h"
#include "wire/text.h"
#include "wire/timeline.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define NONE KNOT_TIMELINE_NONE

static struct knot_timeline t;
static struct knot_picture p;
static struct knot_text svg;

static void add(
	uint8_t kind, uint32_t g, uint8_t op, uint32_t site, uint32_t primitive, uint32_t to)
{
	const uint32_t step = (uint32_t)t.events.len;

	knot_vec_push(&t.events,
		((struct knot_timeline_event){.kind = kind,
			.g = g,
			.op = op,
			.site = site,
			.primitive = primitive,
			.to = to,
			.step = step,
			.vtime = step * 100}));
}

static void add_goroutine(const char *path, uint32_t parent, uint32_t created, uint8_t state)
{
	const uint32_t number = (uint32_t)t.goroutines.len;

	knot_vec_push(&t.goroutines,
		((struct knot_timeline_goroutine){.path = knot_xstrdup(path),
			.number = number,
			.parent = parent,
			.site = number ? 0 : NONE,
			.created = created,
			.state = state,
			.op = KNOT_OP_LOCK,
			.at = 1,
			.primitive = 0}));
}

/* The test starts a goroutine, is stopped, and both end up in one lock. */
static void setup(void)
{
	t = (struct knot_timeline){.title = knot_xstrdup("deadlock: <b> & co"),
		.verdict = knot_xstrdup("deadlock"),
		.test = knot_xstrdup("TestX"),
		.package = knot_xstrdup("p"),
		.steps = 9};
	knot_vec_push(&t.sites,
		((struct knot_timeline_site){.file = knot_xstrdup("a.go"),
			.line = 3,
			.expression = knot_xstrdup("work")}));
	knot_vec_push(&t.sites,
		((struct knot_timeline_site){.file = knot_xstrdup("<img>.go"),
			.line = 7,
			.expression = knot_xstrdup("s.mu")}));
	knot_vec_push(&t.primitives,
		((struct knot_timeline_primitive){
			.name = knot_xstrdup("mu"), .number = 1, .kind = KNOT_TIMELINE_LOCK}));
	add(KNOT_EV_SPAWN, NONE, KNOT_OP_GO, NONE, NONE, 0);
	add(KNOT_EV_STEP, 0, KNOT_OP_START, NONE, NONE, NONE);
	add(KNOT_EV_SPAWN, 0, KNOT_OP_GO, 0, NONE, 1);
	add(KNOT_EV_STEP, 0, KNOT_OP_GO, 0, NONE, NONE);
	add(KNOT_EV_STEP, 0, KNOT_OP_NONE, 0, NONE, NONE);
	add(KNOT_EV_SWITCH, 0, KNOT_OP_LOCK, 1, 0, 1);
	add(KNOT_EV_STEP, 1, KNOT_OP_START, 0, NONE, NONE);
	add(KNOT_EV_STEP, 1, KNOT_OP_LOCK, 1, 0, NONE);
	add(KNOT_EV_STEP, 1, KNOT_OP_NONE, 1, NONE, NONE);
	add(KNOT_EV_EXIT, 1, KNOT_OP_EXIT, NONE, NONE, NONE);
	add(KNOT_EV_TIMER, NONE, KNOT_OP_TIMER, NONE, NONE, NONE);
	add(KNOT_EV_STEP, 0, KNOT_OP_LOCK, 1, 0, NONE);
	add(KNOT_EV_BLOCK, 0, KNOT_OP_LOCK, 1, 0, NONE);
	add_goroutine("T", NONE, 0, KNOT_TIMELINE_BLOCKED);
	add_goroutine("T/a.go:3#0", 0, 2, KNOT_TIMELINE_ENDED);
	knot_vec_push(&t.spans, ((struct knot_timeline_span){.g = 0, .from = 12, .to = NONE}));
	knot_vec_push(&t.arrows,
		((struct knot_timeline_arrow){.from = 2, .to = 6, .kind = KNOT_TIMELINE_SPAWN}));
	knot_vec_push(&t.switches,
		((struct knot_timeline_switch){.event = 5,
			.text = knot_xstrdup(
				"T is stopped before lock <img>.go:7 (s.mu) while T/a.go:3#0 "
				"runs to its end")}));
	knot_vec_push(&t.waits,
		((struct knot_timeline_wait){.from = 0, .to = 1, .why = KNOT_TIMELINE_HOLDER}));
	knot_picture_make(&t, &p);
}

static void teardown(void)
{
	knot_picture_free(&p);
	knot_timeline_free(&t);
	knot_text_free(&svg);
}

TestSuite(picture, .init = setup, .fini = teardown);

Test(picture, a_row_has_a_step_and_what_came_of_it)
{
	static const char *const labels[] = {"starts", "go work, creates G1",
		"G0 is stopped before lock <img>.go:7 (s.mu) while G1 runs to its end", "starts",
		"lock s.mu", "ends", "a timer fires at 1.0 \xc2\xb5s", "lock s.mu, blocks"};
	static const uint32_t lanes[] = {0, 0, 0, 1, 1, 1, 2, 0};

	cr_assert_eq(p.rows.len, sizeof(labels) / sizeof(*labels));
	for (size_t i = 0; i < p.rows.len; i++) {
		cr_expect_str_eq(p.rows.data[i].label, labels[i]);
		cr_expect_eq(p.rows.data[i].lane, lanes[i], "row %zu", i);
	}
	cr_expect_eq(p.lanes, 3);
	cr_expect(p.outside);
	cr_expect(p.rows.data[2].marks & KNOT_PICTURE_CRITICAL);
	cr_expect(p.rows.data[5].marks & KNOT_PICTURE_ENDS);
	cr_expect(p.rows.data[7].marks & KNOT_PICTURE_HANGS);
	cr_expect_eq(p.rows.data[1].step, 3);
}

/* Each way in which explore/critical.c says a switch. */
Test(picture, switches_name_goroutines_as_their_lanes_do)
{
	static const char *const texts[][2] = {
		{"T goes on at yield a.go:3 instead of giving way",
			"G0 goes on at yield a.go:3 instead of giving way"},
		{"when T blocks in lock a.go:7 (s.mu), T/a.go:3#0 goes on, to unlock a.go:8",
			"when G0 blocks in lock a.go:7 (s.mu), G1 goes on, to unlock a.go:8"},
		{"when T has ended, T/a.go:3#0 goes on", "when G0 has ended, G1 goes on"},
		{"when T blocks, the next timer fires", "when G0 blocks, the next timer fires"},
		{"T is stopped before lock a.go:7 while T/a.go:3#0 runs",
			"G0 is stopped before lock a.go:7 while G1 runs"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		knot_picture_free(&p);
		free(t.switches.data[0].text);
		t.switches.data[0].text = knot_xstrdup(texts[i][0]);
		knot_picture_make(&t, &p);
		cr_expect_str_eq(p.rows.data[2].label, texts[i][1]);
	}
}

Test(picture, lives_spans_and_arrows_are_of_rows)
{
	cr_assert_eq(p.spans.len, 1);
	cr_expect_eq(p.spans.data[0].from, 7);
	cr_expect_eq(p.spans.data[0].to, NONE);
	cr_assert_eq(p.arrows.len, 1);
	cr_expect_eq(p.arrows.data[0].from, 1);
	cr_expect_eq(p.arrows.data[0].to, 3);
	cr_expect_eq(p.first.data[1], 1);
	cr_expect_eq(p.last.data[1], 5);
	cr_expect_eq(p.last.data[0], NONE);
}

Test(picture, indices_that_lead_nowhere_are_left_out)
{
	knot_picture_free(&p);
	for (size_t i = 0; i < t.events.len; i++) {
		t.events.data[i].site = 77;
		t.events.data[i].primitive = 78;
		t.events.data[i].to = 79;
	}
	t.spans.data[0].from = 80;
	t.arrows.data[0].to = 81;
	t.goroutines.data[1].parent = 82;
	t.goroutines.data[1].created = 83;
	t.waits.data[0].to = 84;
	knot_picture_make(&t, &p);
	cr_expect_eq(p.spans.len, 0);
	cr_expect_eq(p.arrows.len, 0);
	cr_expect_eq(p.first.data[1], NONE);
	knot_svg_timeline(&p, KNOT_SVG_FILE, &svg);
	cr_expect_eq(knot_svg_waits(&t, &svg), 1);
}

Test(picture, nothing_at_all_can_be_drawn)
{
	struct knot_timeline none = {0};
	struct knot_picture empty;

	knot_picture_make(&none, &empty);
	knot_svg_timeline(&empty, KNOT_SVG_PAGE, &svg);
	cr_expect_not_null(strstr(svg.data, "</svg>"));
	cr_expect_eq(knot_svg_waits(&none, &svg), 0);
	knot_picture_free(&empty);
}

Test(picture, svg_has_lanes_labels_and_marks_and_escapes_them)
{
	knot_svg_timeline(&p, KNOT_SVG_FILE, &svg);
	cr_expect_not_null(strstr(svg.data, "<style>"));
	cr_expect_not_null(strstr(svg.data, ">G1</text>"));
	cr_expect_not_null(strstr(svg.data, ">outside</text>"));
	cr_expect_not_null(strstr(svg.data, "deadlock: &lt;b&gt; &amp; co"));
	cr_expect_not_null(strstr(svg.data, "&lt;img&gt;.go:7"));
	cr_expect_null(strstr(svg.data, "<img"));
	cr_expect_not_null(strstr(svg.data, "class=\"k-critical\""));
	cr_expect_not_null(strstr(svg.data, "class=\"k-arrow k-spawn\""));
	cr_expect_not_null(strstr(svg.data, "class=\"k-span\""));
}

Test(picture, svg_leaves_out_the_middle_of_a_long_run)
{
	knot_picture_free(&p);
	for (size_t i = 0; i < 3000; i++)
		add(KNOT_EV_STEP, (uint32_t)i % 2, KNOT_OP_LOCK, 1, 0, NONE);
	knot_picture_make(&t, &p);
	knot_svg_timeline(&p, KNOT_SVG_FILE, &svg);
	cr_expect_not_null(strstr(svg.data, ">1008 rows are left out here</text>"));
}

Test(picture, svg_says_what_the_timeline_lacks)
{
	knot_svg_timeline(&p, KNOT_SVG_FILE, &svg);
	cr_expect_null(strstr(svg.data, "left out"));
	knot_text_free(&svg);
	t.left_out = 12;
	knot_svg_timeline(&p, KNOT_SVG_FILE, &svg);
	cr_expect(
		strstr(svg.data, ">12 events behind the last row were left out<"), "%s", svg.data);
}

Test(picture, waits_show_who_holds_what)
{
	cr_expect_eq(knot_svg_waits(&t, &svg), 2);
	cr_expect_not_null(strstr(svg.data, ">s.mu (lock 1), held by</text>"));
	cr_expect_not_null(strstr(svg.data, "G0 in lock s.mu"));
	cr_expect_not_null(strstr(svg.data, "k-arrow k-wait"));
	cr_expect_null(strstr(svg.data, "k-arrow k-cycle"));
	t.waits.data[0].in_cycle = true;
	knot_text_free(&svg);
	knot_svg_waits(&t, &svg);
	cr_expect_not_null(strstr(svg.data, "k-arrow k-cycle"));
}

Test(picture, a_cycle_is_drawn_before_those_who_wait_for_it)
{
	for (uint32_t i = 2; i < 40; i++)
		add_goroutine("T/a.go:3#9", 0, NONE, KNOT_TIMELINE_BLOCKED);
	knot_vec_push(
		&t.waits, ((struct knot_timeline_wait){.from = 38, .to = 39, .in_cycle = true}));
	knot_vec_push(
		&t.waits, ((struct knot_timeline_wait){.from = 39, .to = 38, .in_cycle = true}));
	cr_expect_eq(knot_svg_waits(&t, &svg), KNOT_SVG_WAITS_MAX);
	cr_expect_not_null(strstr(svg.data, ">G38 in"));
	cr_expect_not_null(strstr(svg.data, ">G39 in"));
}

Test(picture, a_curve_goes_through_its_points)
{
	const struct knot_svg_point points[] = {{0, 0}, {50, 10}, {100, 40}};

	knot_svg_curve("Pairs", points, 3, &svg);
	cr_expect_not_null(strstr(svg.data, ">Pairs</text>"));
	cr_expect_not_null(strstr(svg.data, ">40</text>"));
	cr_expect_not_null(strstr(svg.data, ">100 s</text>"));
	cr_expect_not_null(strstr(svg.data, "k-curve\" d=\"M52.0 162.0L229.0 129.0L406.0 30.0\""));
}

Test(picture, what_came_of_a_step_stands_behind_it)
{
	static const char *const labels[] = {"select s.mu, takes case 2, wakes G1, as in the chain",
		"select s.mu, takes default", "goes on, has s.mu", "the network is ready"};
	const size_t before = p.rows.len;

	add(KNOT_EV_STEP, 0, KNOT_OP_SELECT, 1, NONE, NONE);
	add(KNOT_EV_SELECTED, 0, KNOT_OP_SELECT, 1, NONE, 1);
	add(KNOT_EV_WAKE, 0, KNOT_OP_SELECT, 1, NONE, 1);
	add(KNOT_EV_CHAIN, 0, KNOT_OP_SELECT, 1, NONE, 0);
	add(KNOT_EV_STEP, 0, KNOT_OP_SELECT, 1, NONE, NONE);
	add(KNOT_EV_SELECTED, 0, KNOT_OP_SELECT, 1, NONE, NONE);
	add(KNOT_EV_STEP, 1, KNOT_OP_RESUME, 1, 0, NONE);
	add(KNOT_EV_ACQUIRE, 1, KNOT_OP_LOCK, 1, 0, NONE);
	add(KNOT_EV_EXTERNAL, NONE, KNOT_OP_NONE, NONE, NONE, KNOT_EXT_NETPOLL);
	knot_picture_free(&p);
	knot_picture_make(&t, &p);
	cr_assert_eq(p.rows.len, before + sizeof(labels) / sizeof(*labels));
	for (size_t i = before; i < p.rows.len; i++)
		cr_expect_str_eq(p.rows.data[i].label, labels[i - before]);
}
