/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/explanation.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "engine/sitenames.h"
#include "explore/explain.h"
#include "wire/ops.h"
#include "wire/text.h"

#define SOURCE_MAX_BYTES (16u << 20)
#define SOURCE_SHOWN 100

static struct knot_span trimmed(struct knot_span s)
{
	while (s.len && (*s.data == ' ' || *s.data == '\t')) {
		s.data++;
		s.len--;
	}
	while (s.len && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\r'))
		s.len--;
	return s;
}

static char *source_line(void *arg, const char *path, uint32_t line)
{
	knot_auto_free char *text = NULL;
	struct knot_span left, found = {0};
	size_t len;

	(void)arg;
	if (knot_file_read(path, SOURCE_MAX_BYTES, &text, &len, NULL))
		return NULL;
	left = knot_span_of(text, len);
	for (uint32_t n = 0; n < line; n++)
		if (!knot_span_take_line(&left, &found))
			return NULL;
	found = trimmed(found);
	return found.len ? knot_text_tame(found, SOURCE_SHOWN) : NULL;
}

void knot_explanation(const struct knot_finding *f, const struct knot_record *rec,
	struct knot_sitenames *names, bool titled, const char *plain,
	void (*line)(void *arg, const char *text), void *arg)
{
	const struct knot_run_view view = knot_record_view(rec);
	const size_t len = knot_finding_lines(f);
	char **ends = knot_xalloc((len + 1) * sizeof(*ends));

	for (size_t i = 0; i < len; i++)
		ends[i] = knot_finding_line(f, i, rec, names);
	const struct knot_explain_input in = {.run = &view,
		.names = knot_sitenames_view(names),
		.title = titled ? f->title : NULL,
		.message = titled ? f->message : NULL,
		.ends = (const char *const *)ends,
		.ends_len = len,
		.plain = plain,
		.source = source_line};

	knot_explain(&in, line, arg);
	for (size_t i = 0; i < len; i++)
		free(ends[i]);
	free(ends);
}

char *knot_explanation_plain(bool same, uint32_t end)
{
	return same
		? knot_xstrdup("run-until-block, without any switch out of turn, ends so, too")
		: knot_xasprintf("without the switches out of turn (run-until-block) it ends: %s",
			  knot_end_name(end));
}
