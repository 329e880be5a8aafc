/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/reports_stacks.h"

#include "base/alloc.h"
#include "base/cleanup.h"

#include <string.h>

bool knot_reports_stacks_signed(
	const struct knot_gostack_frame *at, const char *const *signature, size_t signature_len)
{
	const char *slash = strrchr(at->file, '/');
	knot_auto_free char *position =
		knot_xasprintf("%s:%u", slash ? slash + 1 : at->file, at->line);

	for (size_t i = 0; i < signature_len; i++) {
		const char *blank = strrchr(signature[i], ' ');

		if (!strcmp(blank ? blank + 1 : signature[i], position))
			return true;
	}
	return false;
}

static bool is_signed(
	const struct knot_race_access *a, const char *const *signature, size_t signature_len)
{
	const struct knot_gostack_frame *at = knot_race_position(a);

	return at && knot_reports_stacks_signed(at, signature, signature_len);
}

static const char *access_text(const struct knot_race_access *a, bool caught)
{
	if (caught)
		return a->is_write ? "the write that was caught" : "the read that was caught";
	return a->is_write ? "the write before it" : "the read before it";
}

static void add(struct knot_reports_stacks *s, const char *text,
	const struct knot_gostack_frame *frames, size_t len)
{
	if (len)
		s->stacks[s->len++] = (struct knot_reports_stack_found){text, frames, len};
}

static void take_race(
	struct knot_reports_stacks *s, const char *const *signature, size_t signature_len)
{
	for (size_t i = 0; i < s->races.len && !s->len; i++) {
		const struct knot_race *race = &s->races.data[i];

		if (!is_signed(&race->access[0], signature, signature_len) ||
			!is_signed(&race->access[1], signature, signature_len))
			continue;
		for (size_t j = 0; j < 2; j++)
			add(s, access_text(&race->access[j], j == 0), race->access[j].stack.data,
				race->access[j].stack.len);
	}
}

void knot_reports_stacks_find(const char *verdict, struct knot_span output,
	const char *const *signature, size_t signature_len, struct knot_reports_stacks *ret)
{
	*ret = (struct knot_reports_stacks){0};
	if (!strcmp(verdict, "race")) {
		knot_races_parse(output, &ret->races);
		take_race(ret, signature, signature_len);
	} else if (!strcmp(verdict, "panic") || !strcmp(verdict, "fatal")) {
		knot_gostack_parse(output, &ret->dump);
		if (ret->dump.goroutines.len)
			add(ret, "the goroutine that died",
				ret->dump.goroutines.data[0].frames.data,
				ret->dump.goroutines.data[0].frames.len);
	}
}

void knot_reports_stacks_free(struct knot_reports_stacks *s)
{
	knot_races_free(&s->races);
	knot_gostack_free(&s->dump);
}
