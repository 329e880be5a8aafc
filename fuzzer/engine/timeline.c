/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/timeline.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/span.h"
#include "engine/explanation.h"
#include "engine/sitenames.h"
#include "explore/timeline.h"
#include "wire/crash_path.h"
#include "wire/text.h"
#include "wire/timeline_json.h"

#include <string.h>

#define TEXT_MAX 65536

static char *tame(const char *text)
{
	return text && *text ? knot_text_tame(knot_span_str(text), TEXT_MAX) : NULL;
}

static void add_line(void *arg, const char *text)
{
	struct knot_timeline *t = arg;

	knot_vec_push(&t->explanation, knot_text_tame(knot_span_str(text), TEXT_MAX));
}

static void add_lines(struct knot_timeline *t, const char *text)
{
	struct knot_span left = knot_span_str(text), line;

	while (left.len && knot_span_take_line(&left, &line))
		knot_vec_push(&t->explanation, knot_text_tame(line, TEXT_MAX));
}

void knot_timeline_of_run(const struct knot_finding *f, const struct knot_record *rec,
	struct knot_sitenames *names, const char *explanation, struct knot_timeline *ret)
{
	const struct knot_run_view view = knot_record_view(rec);
	const struct knot_timeline_input in = {.run = &view,
		.names = knot_sitenames_view(names),
		.snaps = rec->snaps.data,
		.snaps_len = rec->snaps.len,
		.graph = &f->verdict.graph,
		.lost = rec->result.lost,
		.native = rec->result.flags & KNOT_RUN_NATIVE};

	knot_timeline_build(&in, ret);
	ret->title = tame(f->title);
	ret->schedule_hash = rec->result.hash;
	ret->steps = rec->result.steps;
	ret->virtual_ns = rec->result.virtual_ns;
	ret->native = in.native;
	if (explanation)
		add_lines(ret, explanation);
	else
		knot_explanation(f, rec, names, true, NULL, add_line, ret);
}

void knot_timeline_of_crash(
	struct knot_timeline *t, const struct knot_crash *crash, const char *file)
{
	const char *slash = strrchr(file, '/');

	t->package = tame(crash->target);
	t->test = tame(crash->test);
	t->verdict = tame(crash->verdict);
	t->message = tame(crash->message);
	t->proof = tame(crash->proof);
	t->policy = tame(crash->policy);
	t->go = tame(crash->go);
	t->crash_file = tame(slash ? slash + 1 : file);
	t->bucket = crash->bucket;
	t->seed = crash->seed;
	t->minimized |= crash->switches.len > 0;
	for (size_t i = 0; i < crash->signature.len; i++)
		knot_vec_push(&t->signature,
			knot_text_tame(knot_span_str(crash->signature.data[i]), TEXT_MAX));
}

char *knot_timeline_file(const char *crash_file)
{
	return knot_crash_path_beside(crash_file, ".timeline.json");
}

int knot_timeline_write(struct knot_timeline *t, const struct knot_crash *crash, const char *file,
	struct knot_error *err)
{
	knot_auto_free char *to = knot_timeline_file(file);
	size_t len;

	knot_timeline_of_crash(t, crash, file);
	knot_auto_free char *text = knot_timeline_encode(t, &len);

	return knot_file_write(to, text, len, err);
}
