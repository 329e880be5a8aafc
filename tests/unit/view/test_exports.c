/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "view/dot.h"
#include "view/perfetto.h"
#include "view/shiviz.h"
#include "wire/abi.h"
#include "wire/timeline.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define NONE KNOT_TIMELINE_NONE
/* What would end a string, a line, a tag or an entity in one of the formats. */
#define EVIL "\"}];&lt;\\N{\xc3\xa4} <b>'"

typedef int (*writer)(FILE *out, const struct knot_timeline *t, struct knot_error *err);

static char *written(writer write, const struct knot_timeline *t)
{
	struct knot_error err = {0};
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	cr_assert_eq(write(out, t, &err), 0, "%s", err.message);
	fclose(out);
	return text;
}

static void add_goroutine(struct knot_timeline *t, const char *path, uint8_t state)
{
	const uint32_t number = (uint32_t)t->goroutines.len;

	knot_vec_push(&t->goroutines,
		((struct knot_timeline_goroutine){.path = knot_xstrdup(path),
			.number = number,
			.parent = number ? 0 : NONE,
			.site = NONE,
			.created = NONE,
			.state = state,
			.op = state == KNOT_TIMELINE_BLOCKED ? KNOT_OP_LOCK : KNOT_OP_NONE,
			.at = state == KNOT_TIMELINE_BLOCKED ? 0 : NONE,
			.primitive = NONE}));
}

static void add_event(
	struct knot_timeline *t, uint32_t step, uint8_t kind, uint32_t g, uint8_t op, uint32_t to)
{
	knot_vec_push(&t->events,
		((struct knot_timeline_event){.step = step,
			.kind = kind,
			.g = g,
			.op = op,
			.site = op == KNOT_OP_LOCK || op == KNOT_OP_UNLOCK ? 0 : NONE,
			.primitive = op == KNOT_OP_LOCK || op == KNOT_OP_UNLOCK ? 0 : NONE,
			.to = to}));
}

static void add_arrow(struct knot_timeline *t, uint32_t from, uint32_t to, uint8_t kind)
{
	knot_vec_push(
		&t->arrows, ((struct knot_timeline_arrow){.from = from, .to = to, .kind = kind}));
}

/* G0 locks and creates G1, which has to wait for the unlock; a timer wakes G0. */
static struct knot_timeline sample(const char *name)
{
	struct knot_timeline t = {.test = knot_xstrdup(name), .title = knot_xstrdup(name)};

	knot_vec_push(&t.sites,
		((struct knot_timeline_site){
			.file = knot_xstrdup(name), .expression = knot_xstrdup(name), .line = 7}));
	knot_vec_push(&t.primitives,
		((struct knot_timeline_primitive){
			.name = knot_xstrdup(name), .number = 3, .kind = KNOT_TIMELINE_LOCK}));
	add_goroutine(&t, name, KNOT_TIMELINE_ENDED);
	add_goroutine(&t, name, KNOT_TIMELINE_BLOCKED);
	add_event(&t, 1, KNOT_EV_STEP, 0, KNOT_OP_LOCK, NONE); /* 0 */
	add_event(&t, 1, KNOT_EV_SPAWN, 0, KNOT_OP_GO, 1); /* 1 */
	add_event(&t, 2, KNOT_EV_STEP, 0, KNOT_OP_SLEEP, NONE);
	add_event(&t, 2, KNOT_EV_BLOCK, 0, KNOT_OP_SLEEP, NONE);
	add_event(&t, 3, KNOT_EV_STEP, 1, KNOT_OP_START, NONE); /* 4 */
	add_event(&t, 4, KNOT_EV_STEP, 1, KNOT_OP_LOCK, NONE);
	add_event(&t, 4, KNOT_EV_BLOCK, 1, KNOT_OP_LOCK, NONE); /* 6 */
	add_event(&t, 4, KNOT_EV_TIMER, NONE, KNOT_OP_TIMER, NONE);
	add_event(&t, 4, KNOT_EV_WAKE, NONE, KNOT_OP_SLEEP, 0);
	add_event(&t, 5, KNOT_EV_STEP, 0, KNOT_OP_RESUME, NONE); /* 9 */
	add_event(&t, 6, KNOT_EV_STEP, 0, KNOT_OP_UNLOCK, NONE); /* 10 */
	add_event(&t, 6, KNOT_EV_WAKE, 0, KNOT_OP_LOCK, 1);
	add_event(&t, 6, KNOT_EV_EXIT, 0, KNOT_OP_EXIT, NONE);
	add_event(&t, 7, KNOT_EV_STEP, 1, KNOT_OP_RESUME, NONE); /* 13 */
	add_event(&t, 7, KNOT_EV_ACQUIRE, 1, KNOT_OP_LOCK, NONE); /* 14 */
	add_arrow(&t, 10, 14, KNOT_TIMELINE_HANDOVER);
	add_arrow(&t, 1, 4, KNOT_TIMELINE_SPAWN);
	knot_vec_push(&t.spans,
		((struct knot_timeline_span){.g = 1,
			.from = 6,
			.to = 13,
			.site = 0,
			.primitive = 0,
			.op = KNOT_OP_LOCK}));
	knot_vec_push(
		&t.waits, ((struct knot_timeline_wait){.from = 1, .to = 0, .in_cycle = true}));
	knot_vec_push(&t.switches,
		((struct knot_timeline_switch){.event = 9, .text = knot_xstrdup(name)}));
	return t;
}

Test(exports, shiviz_clocks_are_what_happens_before)
{
	struct knot_timeline t = sample("x");
	knot_auto_free char *text = written(knot_shiviz_write, &t);

	cr_expect_str_eq(text,
		"(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})\n\n"
		"lock x#3 x:7\nG0 {\"G0\":1}\n"
		"creates G1 x\nG0 {\"G0\":2}\n"
		"sleep\nG0 {\"G0\":3}\n"
		"blocks in sleep\nG0 {\"G0\":4}\n"
		"starts\nG1 {\"G0\":2,\"G1\":1}\n"
		"lock x#3 x:7\nG1 {\"G0\":2,\"G1\":2}\n"
		"blocks in lock x#3 x:7\nG1 {\"G0\":2,\"G1\":3}\n"
		"a timer fires; the clock shows 0.000000 s\noutside {\"outside\":1}\n"
		"goes on\nG0 {\"G0\":5,\"outside\":1}\n"
		"unlock x#3 x:7\nG0 {\"G0\":6,\"outside\":1}\n"
		"ends\nG0 {\"G0\":7,\"outside\":1}\n"
		"goes on\nG1 {\"G0\":6,\"G1\":4,\"outside\":1}\n"
		"has it: lock x#3 x:7\nG1 {\"G0\":6,\"G1\":5,\"outside\":1}\n");
	knot_timeline_free(&t);
}

Test(exports, shiviz_says_what_the_timeline_lacks)
{
	struct knot_timeline t = sample("T");

	t.left_out = 3;
	char *log = written(knot_shiviz_write, &t);
	static const char end[] = "3 events behind these were left out\noutside {";

	cr_expect(strstr(log, end), "%s", log);
	free(log);
	knot_timeline_free(&t);
}

Test(exports, shiviz_has_columns_for_so_many)
{
	struct knot_timeline t = sample("x");
	struct knot_error err = {0};
	FILE *out = fopen("/dev/null", "w");

	while (t.goroutines.len <= KNOT_SHIVIZ_GOROUTINES_MAX)
		add_goroutine(&t, "T", KNOT_TIMELINE_ENDED);
	cr_expect_eq(knot_shiviz_write(out, &t, &err), KNOT_EUSAGE);
	cr_expect_str_eq(err.message,
		"-format shiviz: 257 goroutines are more than the 256 that ShiViz can show in "
		"columns; -format perfetto has no such limit");
	fclose(out);
	knot_timeline_free(&t);
}

Test(exports, perfetto_is_json_whatever_the_names)
{
	struct knot_timeline t = sample(EVIL);
	knot_auto_free char *text = written(knot_perfetto_write, &t);
	json_error_t why;
	json_t *root = json_loads(text, 0, &why);

	cr_assert_not_null(root, "%s: %s", why.text, text);
	json_t *events = json_object_get(root, "traceEvents");
	size_t slices = 0, starts = 0, ends = 0, i;
	json_t *e;

	json_array_foreach(events, i, e) {
		const char *ph = json_string_value(json_object_get(e, "ph"));

		slices += *ph == 'X';
		starts += *ph == 's';
		ends += *ph == 'f';
	}
	cr_expect_eq(slices, 8, "seven steps and a block");
	cr_expect_eq(starts, 2);
	cr_expect_eq(ends, 2);
	json_decref(root);
	knot_timeline_free(&t);
}

Test(exports, dot_escapes_what_means_something_there)
{
	struct knot_timeline t = sample(EVIL);
	knot_auto_free char *text = written(knot_dot_write, &t);

	cr_expect_not_null(
		strstr(text,
			"\tw1 [label=\"G1\\n\\\"}];&amp;lt;\\\\N{\xc3\xa4} <b>'\\nblocked in lock "
			"\\\"}];&amp;lt;\\\\N{\xc3\xa4} <b>' \\\"}];&amp;lt;\\\\N{\xc3\xa4} "
			"<b>':7\""),
		"%s", text);
	cr_expect_not_null(strstr(text, "\tw1 -> w0 [label=\"held by\", color="));
	cr_expect_not_null(strstr(text, "\tt0 -> t1 [label="));
	knot_timeline_free(&t);
}

Test(exports, dot_shows_those_that_did_not_end_first)
{
	struct knot_timeline t = sample("x");

	for (int i = 0; i < 2 * KNOT_DOT_NODES_MAX; i++)
		add_goroutine(&t, "T/a.go:1#0", KNOT_TIMELINE_ENDED);
	add_goroutine(&t, "T/late.go:1#0", KNOT_TIMELINE_BLOCKED);
	knot_auto_free char *text = written(knot_dot_write, &t);
	size_t nodes = 0;

	for (const char *at = text; (at = strstr(at, "\tt")); at++)
		nodes += strstr(at, " [label=\"G") && strcspn(at, " ") < 8 &&
			!strncmp(at + strcspn(at, " "), " [label=\"G", 10);
	cr_expect_eq(nodes, KNOT_DOT_NODES_MAX);
	cr_expect_not_null(strstr(text, "late.go"));
	cr_expect_not_null(strstr(text, "503 goroutines are not shown"), "%.200s", text);
	knot_timeline_free(&t);
}

Test(exports, an_empty_timeline_is_fine)
{
	const struct knot_timeline t = {0};
	knot_auto_free char *dot = written(knot_dot_write, &t);
	knot_auto_free char *perfetto = written(knot_perfetto_write, &t);
	knot_auto_free char *shiviz = written(knot_shiviz_write, &t);
	json_t *root = json_loads(perfetto, 0, NULL);

	cr_expect_not_null(root);
	cr_expect_str_eq(shiviz, "(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})\n\n");
	json_decref(root);
}
