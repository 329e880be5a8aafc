/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/markup.h"

#include "base/cleanup.h"
#include "wire/text.h"

#include <string.h>

static void add_character(struct knot_text *t, char c)
{
	switch (c) {
	case '<':
		knot_text_adds(t, "&lt;");
		break;
	case '>':
		knot_text_adds(t, "&gt;");
		break;
	case '&':
		knot_text_adds(t, "&amp;");
		break;
	case '"':
		knot_text_adds(t, "&quot;");
		break;
	case '\'':
		knot_text_adds(t, "&#39;");
		break;
	default:
		knot_text_add(t, &c, 1);
	}
}

static bool continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

void knot_markup_add_cut(struct knot_text *t, const char *text, size_t characters)
{
	size_t n = 0;

	if (!text)
		return;
	knot_auto_free char *s = knot_text_tame(knot_span_str(text), SIZE_MAX);

	for (const char *c = s; *c; c++) {
		if (!continues(*c) && n++ == characters) {
			knot_text_adds(t, "\xe2\x80\xa6");
			break;
		}
		add_character(t, *c);
	}
}

void knot_markup_add(struct knot_text *t, const char *text)
{
	knot_markup_add_cut(t, text, SIZE_MAX);
}

void knot_markup_element(struct knot_text *t, const char *name, const char *class, const char *text)
{
	if (class)
		knot_text_addf(t, "<%s class=\"%s\">", name, class);
	else
		knot_text_addf(t, "<%s>", name);
	knot_markup_add(t, text);
	knot_text_addf(t, "</%s>", name);
}

void knot_markup_add_json(struct knot_text *t, const char *json, size_t len)
{
	/* These stand in strings only, where any character may be written by its number. */
	for (size_t i = 0; i < len; i++)
		switch (json[i]) {
		case '<':
		case '>':
		case '&':
			knot_text_addf(t, "\\u%04x", (unsigned)json[i]);
			break;
		default:
			knot_text_add(t, json + i, 1);
		}
}
