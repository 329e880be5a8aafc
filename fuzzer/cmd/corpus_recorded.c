/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/corpus_recorded.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "cmd/json.h"
#include "engine/corpusrecord.h"
#include "wire/text.h"

#include <inttypes.h>
#include <stdio.h>

/* Of the operations that are in no chain: key and words. */
static const struct {
	const char *key, *words;
} whys[KNOT_RECORDED_WHYS] = {
	[KNOT_RECORDED_UNPLACED] = {"unplaced", "without a position in the program's code"},
	[KNOT_RECORDED_ELSEWHERE] = {"elsewhere", "in packages that are not fuzzed"},
	[KNOT_RECORDED_NO_SITE] = {"no_site", "where no operation of their kind has a hook"},
	[KNOT_RECORDED_SEVERAL] = {"several", "where several stand that nothing tells apart"},
	[KNOT_RECORDED_NO_ORDER] = {"no_order", "go statements, which no chain orders"},
};

static void print_json(const struct knot_corpusrecord_report *r)
{
	struct knot_json_line line = {.out = stdout};
	const struct knot_recorded_counts *c = &r->counts;

	knot_json_line_text(&line, "event", "recording");
	knot_json_line_text(&line, "file", r->path);
	knot_json_line_number(&line, "events", c->events);
	knot_json_line_number(&line, "lost", r->lost);
	knot_json_line_number(&line, "operations", c->operations);
	knot_json_line_number(&line, "mapped", c->why[KNOT_RECORDED_MAPPED]);
	knot_json_line_number(&line, "by_function", c->by_function);
	knot_json_line_number(&line, "partly", c->partly);
	for (size_t i = 0; i < KNOT_RECORDED_WHYS; i++)
		if (whys[i].key)
			knot_json_line_number(&line, whys[i].key, c->why[i]);
	knot_json_line_number(&line, "neighbours", c->meetings);
	knot_json_line_number(&line, "pairs", c->pairs);
	knot_json_line_number(&line, "chains", r->chains);
	knot_json_line_number(&line, "tests", r->tests);
	knot_json_line_number(&line, "written", r->written);
	knot_json_line_number(&line, "known", r->known);
	knot_json_line_number(&line, "left", r->left);
	knot_json_line_end(&line);
}

static void print_text(const struct knot_corpusrecord_report *r, const char *file)
{
	const struct knot_recorded_counts *c = &r->counts;
	const uint64_t mapped = c->why[KNOT_RECORDED_MAPPED];

	printf("%s: %" PRIu64 " event%s, %" PRIu64 " operation%s on channels, locks and wait "
	       "groups, %" PRIu64 " of them at places of the tests\n",
		file, c->events, knot_text_s(c->events), c->operations, knot_text_s(c->operations),
		mapped);
	for (size_t i = 0; i < KNOT_RECORDED_WHYS; i++)
		if (whys[i].words && c->why[i])
			printf("    not %" PRIu64 " %s\n", c->why[i], whys[i].words);
	if (c->by_function)
		printf("    %" PRIu64
		       " found by the function alone: deferred, or in lines that have moved\n",
			c->by_function);
	if (c->partly)
		printf("    %" PRIu64 " at locks that somebody waited for: all others are inlined, "
		       "and seen by no recording\n",
			c->partly);
	if (r->lost)
		printf("    %" PRIu64 " event%s lost when it was recorded; nothing is made of what "
		       "is on both sides of a gap\n",
			r->lost, knot_text_s(r->lost));
	printf("    %" PRIu64 " time%s two goroutines one behind the other on one object: %" PRIu64
	       " pair%s, %" PRIu64 " chain%s\n",
		c->meetings, knot_text_s(c->meetings), c->pairs, knot_text_s(c->pairs), r->chains,
		knot_text_s(r->chains));
	printf("    for %" PRIu64 " test%s: %" PRIu64 " new, %" PRIu64 " known", r->tests,
		knot_text_s(r->tests), r->written, r->known);
	if (r->left)
		printf(", %" PRIu64 " left out beyond the first %d of a test", r->left,
			KNOT_CORPUSRECORD_MAX);
	putchar('\n');
}

/* It gave no chain: why, and the way out. */
static void print_nothing(
	const struct knot_corpusrecord_report *r, const char *file, const char *campaign)
{
	const struct knot_recorded_counts *c = &r->counts;

	fprintf(stderr, "goknot corpus: %s gives no chain: ", file);
	if (!c->operations)
		fprintf(stderr,
			"there is no operation on a channel, lock or wait group in it; "
			"record the program while it works\n");
	else if (!c->why[KNOT_RECORDED_MAPPED])
		fprintf(stderr,
			"none of its operations stands at a place of the tests of %s; goknot fuzz "
			"-o %s has to know the packages of this program, from the same code "
			"(goknot list -trace shows its positions)\n",
			campaign, campaign);
	else
		fprintf(stderr,
			"no two goroutines did different things to one object, one behind "
			"the other; record the program under load\n");
}

void knot_corpus_recorded_print(
	const struct knot_corpusrecord_report *r, const char *campaign, bool json)
{
	knot_auto_free char *file = knot_text_escape(knot_span_str(r->path), 4096);
	knot_auto_free char *dir = knot_text_escape(knot_span_str(campaign), 4096);

	if (json)
		print_json(r);
	else if (r->chains)
		print_text(r, file);
	if (!r->chains)
		print_nothing(r, file, dir);
}
