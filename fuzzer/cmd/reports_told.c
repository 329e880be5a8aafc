/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/reports_told.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "cmd/reports_stacks.h"
#include "engine/timeline.h"
#include "wire/crash.h"
#include "wire/crash_path.h"
#include "wire/gostack.h"
#include "wire/text.h"
#include "wire/timeline_json.h"

#include <inttypes.h>
#include <string.h>

#define BESIDE_MAX_BYTES (8u << 20) /* of a file beside a crash file, but for the timeline */
/* Of the stacks that are told. */
#define GOROUTINES_MAX 8
#define FRAMES_MAX 6

char *knot_reports_beside(const char *crash_file, const char *end, struct knot_span *ret)
{
	knot_auto_free char *file = knot_crash_path_beside(crash_file, end);
	char *text = NULL;
	size_t len = 0;

	if (knot_file_read(file, BESIDE_MAX_BYTES, &text, &len, NULL)) {
		text = knot_xstrdup("");
		len = 0;
	}
	*ret = knot_span_of(text, len);
	return text;
}

/* NULL: there is none of this schedule, or it tells nothing. */
static char *told_by_timeline(const char *crash_file, const struct knot_crash *crash)
{
	knot_auto_free char *path = knot_timeline_file(crash_file);
	knot_auto_free char *text = NULL;
	struct knot_timeline t = {0};
	struct knot_text lines = {0};
	size_t len;

	if (knot_file_read(path, KNOT_TIMELINE_MAX_BYTES, &text, &len, NULL) ||
		knot_timeline_decode(knot_span_of(text, len), &t, NULL))
		return NULL;
	/* The first line is the title. */
	if (t.schedule_hash == crash->schedule_hash && t.bucket == crash->bucket)
		for (size_t i = 1; i < t.explanation.len; i++)
			knot_text_addf(&lines, "%s\n", t.explanation.data[i]);
	knot_timeline_free(&t);
	return lines.len ? knot_text_steal(&lines) : NULL;
}

static void add_frames(const struct knot_gostack_frame *frames, size_t len, struct knot_text *t)
{
	for (size_t i = 0; i < len && i < FRAMES_MAX; i++)
		knot_text_addf(t, "    %s %s:%u\n", frames[i].func, frames[i].file, frames[i].line);
	if (len > FRAMES_MAX)
		knot_text_addf(t, "    ... %zu more frames\n", len - FRAMES_MAX);
}

/* The innermost frame at a place of the finding: what lies within is of the library. */
static size_t find_signed(const struct knot_gostack_g *g, const struct knot_crash *crash)
{
	size_t i = 0;

	while (i < g->frames.len &&
		!knot_reports_stacks_signed(&g->frames.data[i],
			(const char *const *)crash->signature.data, crash->signature.len))
		i++;
	return i;
}

/* Those of the goroutines that are where the finding is. */
static void add_dump(const struct knot_crash *crash, struct knot_span dump, struct knot_text *t)
{
	struct knot_gostack s;
	size_t found = 0;

	knot_gostack_parse(dump, &s);
	for (size_t i = 0; i < s.goroutines.len; i++) {
		const struct knot_gostack_g *g = &s.goroutines.data[i];

		const size_t from = find_signed(g, crash);

		if (from == g->frames.len || found++ >= GOROUTINES_MAX)
			continue;
		knot_text_addf(t, "goroutine %" PRIu64 " [%s]:\n", g->id, g->state);
		add_frames(g->frames.data + from, g->frames.len - from, t);
	}
	if (found > GOROUTINES_MAX)
		knot_text_addf(
			t, "... %zu more goroutines at these places\n", found - GOROUTINES_MAX);
	knot_gostack_free(&s);
}

static void add_stacks(const struct knot_crash *crash, struct knot_span output,
	struct knot_span dump, struct knot_text *t)
{
	struct knot_reports_stacks found;

	if (!crash->verdict)
		return;
	knot_reports_stacks_find(crash->verdict, output, (const char *const *)crash->signature.data,
		crash->signature.len, &found);
	for (size_t i = 0; i < found.len; i++) {
		knot_text_addf(t, "%s:\n", found.stacks[i].text);
		add_frames(found.stacks[i].frames, found.stacks[i].frames_len, t);
	}
	if (!found.len)
		add_dump(crash, dump, t);
	knot_reports_stacks_free(&found);
}

char *knot_reports_told(const char *crash_file, const struct knot_crash *crash,
	struct knot_span output, struct knot_span dump)
{
	struct knot_span told;
	knot_auto_free char *explanation = knot_reports_beside(crash_file, ".explanation", &told);
	const char *line = strchr(explanation, '\n'); /* behind its title */
	struct knot_text t = {0};
	char *lines;

	if (line)
		return knot_xstrdup(line + 1);
	if ((lines = told_by_timeline(crash_file, crash)))
		return lines;
	if (crash->message && *crash->message)
		knot_text_addf(&t, "%s\n", crash->message);
	for (size_t i = 0; i < crash->at_end.len; i++)
		knot_text_addf(&t, "%s\n", crash->at_end.data[i]);
	add_stacks(crash, output, dump, &t);
	return knot_text_steal(&t);
}
