/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/json.h"

#include <inttypes.h>
#include <string.h>

/* Bytes of the UTF-8 sequence at p, 0 = none (RFC 3629: no overlong forms, no surrogates). */
static size_t sequence(const unsigned char *p)
{
	static const struct {
		unsigned char first_low, first_high, second_low, second_high, len;
	} forms[] = {{0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
		{0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},
		{0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
		{0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
	if (*p < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (p[0] < forms[i].first_low || p[0] > forms[i].first_high)
			continue;
		if (p[1] < forms[i].second_low || p[1] > forms[i].second_high)
			return 0;
		for (size_t j = 2; j < forms[i].len; j++)
			if ((p[j] & 0xc0) != 0x80)
				return 0;
		return forms[i].len;
	}
	return 0;
}

static void put_string(FILE *out, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	putc('"', out);
	while (*p) {
		const size_t len = sequence(p);
		if (len == 0)
			fputs("\\ufffd", out);
		else if (*p == '"' || *p == '\\')
			fprintf(out, "\\%c", *p);
		else if (*p < 0x20 || *p == 0x7f)
			fprintf(out, "\\u%04x", *p);
		else
			fwrite(p, 1, len, out);
		p += len ? len : 1;
	}
	putc('"', out);
}

static void put_key(struct knot_json_line *line, const char *key)
{
	fprintf(line->out, "%s\"%s\":", line->started ? "," : "{", key);
	line->started = true;
}

void knot_json_line_text(struct knot_json_line *line, const char *key, const char *text)
{
	put_key(line, key);
	put_string(line->out, text);
}

void knot_json_line_number(struct knot_json_line *line, const char *key, uint64_t number)
{
	put_key(line, key);
	fprintf(line->out, "%" PRIu64, number);
}

void knot_json_line_bool(struct knot_json_line *line, const char *key, bool value)
{
	put_key(line, key);
	fputs(value ? "true" : "false", line->out);
}

void knot_json_line_end(struct knot_json_line *line)
{
	fputs(line->started ? "}\n" : "{}\n", line->out);
	line->started = false;
}
