/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/gomod.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* What stands before blank or comment; a quoted path ends with its quote. */
static struct knot_span first_token(struct knot_span s)
{
	size_t n = 0;

	if (s.len && *s.data == '"') {
		struct knot_span rest = knot_span_of(s.data + 1, s.len - 1);
		struct knot_span path;

		return knot_span_take_until(&rest, '"', &path) ? path : knot_span_of("", 0);
	}
	while (n < s.len && !is_blank(s.data[n]) &&
		!knot_span_has_prefix(knot_span_of(s.data + n, s.len - n), "//"))
		n++;
	return knot_span_of(s.data, n);
}

bool knot_gomod_module(struct knot_span text, struct knot_span *ret_path)
{
	struct knot_span line;

	while (knot_span_take_line(&text, &line)) {
		line = knot_span_trim(line);
		if (!knot_span_skip(&line, "module") || !line.len || !is_blank(*line.data))
			continue;
		*ret_path = first_token(knot_span_trim(line));
		return ret_path->len > 0;
	}
	return false;
}
