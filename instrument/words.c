/* SPDX-License-Identifier: BSD-2-Clause */
#include "instrument/words.h"

#include "base/span.h"
#include "wire/text.h"

#include <stdbool.h>
#include <string.h>

/* A backslash does no harm on a terminal, and is part of what the compiler quotes. */
static void add_line(struct knot_text *t, const char *line, size_t len)
{
	for (size_t i = 0; i <= len;) {
		const char *slash = memchr(line + i, '\\', len - i);
		const size_t n = slash ? (size_t)(slash - line) - i : len - i;

		knot_text_add_escaped(t, knot_span_of(line + i, n));
		if (slash)
			knot_text_adds(t, "\\");
		i += n + 1;
	}
}

static bool is_heading(const char *line, size_t len)
{
	return !len || (len > 1 && line[0] == '#' && line[1] == ' ');
}

char *knot_words_tidy(const char *text, size_t max_bytes)
{
	static const char prefix[] = "go: ";
	struct knot_text t = {0};
	size_t left_out = 0;

	for (const char *p = text, *next; *p; p = next) {
		size_t len = strcspn(p, "\n");

		next = p + len + (p[len] == '\n');
		for (; len && strchr(" \t\r", *p); len--)
			p++;
		for (; len && strchr(" \t\r", p[len - 1]); len--)
			;
		if (len >= strlen(prefix) && !strncmp(p, prefix, strlen(prefix))) {
			p += strlen(prefix);
			len -= strlen(prefix);
		}
		if (is_heading(p, len))
			continue;
		if (left_out || (t.len && t.len + 1 + len > max_bytes)) {
			left_out++;
			continue;
		}
		if (t.len)
			knot_text_adds(&t, t.data[t.len - 1] == ':' ? " " : "\n");
		add_line(&t, p, len < max_bytes ? len : max_bytes);
		if (len > max_bytes)
			knot_text_adds(&t, "...");
	}
	if (left_out)
		knot_text_addf(&t, "\n... and %zu more lines", left_out);
	return knot_text_steal(&t);
}
