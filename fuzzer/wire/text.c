/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/text.h"
#include "base/alloc.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void reserve(struct knot_text *t, size_t more)
{
	if (t->cap - t->len > more)
		return;
	size_t cap = t->cap ? t->cap : 64;
	while (cap - t->len <= more)
		cap *= 2;
	t->data = knot_xrealloc(t->data, cap);
	t->cap = cap;
}

void knot_text_add(struct knot_text *t, const char *data, size_t len)
{
	reserve(t, len);
	if (len)
		memcpy(t->data + t->len, data, len);
	t->len += len;
	t->data[t->len] = 0;
}

void knot_text_adds(struct knot_text *t, const char *s)
{
	knot_text_add(t, s, strlen(s));
}

void knot_text_addf(struct knot_text *t, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	knot_assert(n >= 0);
	reserve(t, (size_t)n);
	va_start(ap, fmt);
	vsnprintf(t->data + t->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	t->len += (size_t)n;
}

void knot_text_free(struct knot_text *t)
{
	free(t->data);
	*t = (struct knot_text){0};
}

char *knot_text_steal(struct knot_text *t)
{
	char *s = t->data ? t->data : knot_xstrdup("");
	*t = (struct knot_text){0};
	return s;
}

size_t knot_text_utf8(struct knot_span s, uint32_t *ret_cp)
{
	const unsigned char *p = (const unsigned char *)s.data;
	size_t n;
	uint32_t cp;
	uint32_t least;
	if (p[0] < 0x80) {
		*ret_cp = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		n = 2, cp = p[0] & 0x1fu, least = 0x80;
	} else if (p[0] >= 0xe0 && p[0] <= 0xef) {
		n = 3, cp = p[0] & 0x0fu, least = 0x800;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		n = 4, cp = p[0] & 0x07u, least = 0x10000;
	} else {
		return 0;
	}
	if (n > s.len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		cp = cp << 6 | (p[i] & 0x3fu);
	}
	if (cp < least || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	*ret_cp = cp;
	return n;
}

static bool harmless(uint32_t cp)
{
	if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0xad || cp == '\\')
		return false;
	if ((cp >= 0x200b && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) ||
		(cp >= 0x2060 && cp <= 0x206f) || cp == 0x061c || cp == 0xfeff)
		return false;
	return cp < 0xe0000; /* tags and private planes show nothing */
}

static size_t add_escaped_front(struct knot_text *t, struct knot_span s, bool space_too)
{
	uint32_t cp = 0;
	size_t n = knot_text_utf8(s, &cp);
	if (n && harmless(cp) && !(space_too && cp == ' ')) {
		knot_text_add(t, s.data, n);
		return n;
	}
	switch (s.data[0]) {
	case '\\':
		knot_text_adds(t, "\\\\");
		break;
	case '\n':
		knot_text_adds(t, "\\n");
		break;
	case '\t':
		knot_text_adds(t, "\\t");
		break;
	case '\r':
		knot_text_adds(t, "\\r");
		break;
	default:
		knot_text_addf(t, "\\x%02x", (unsigned char)s.data[0]);
	}
	return 1;
}

static void add_all_escaped(struct knot_text *t, struct knot_span raw, bool space_too)
{
	struct knot_span done;
	while (raw.len)
		if (!knot_span_take(&raw, add_escaped_front(t, raw, space_too), &done))
			break;
}

void knot_text_add_escaped(struct knot_text *t, struct knot_span raw)
{
	add_all_escaped(t, raw, false);
}

void knot_text_add_word(struct knot_text *t, struct knot_span raw)
{
	if (raw.len == 0)
		knot_text_adds(t, "-");
	else if (knot_span_eq(raw, "-"))
		knot_text_adds(t, "\\x2d");
	else
		add_all_escaped(t, raw, true);
}

char *knot_text_day(uint64_t wall_ns)
{
	const time_t at = (time_t)(wall_ns / 1000000000);
	char day[16] = "";
	struct tm tm;

	if (gmtime_r(&at, &tm))
		strftime(day, sizeof(day), "%Y-%m-%d", &tm);
	return knot_xstrdup(day);
}

static char *escape(struct knot_span raw, size_t max_bytes, bool keep_backslashes)
{
	struct knot_text t = {0};
	struct knot_span done;
	while (raw.len) {
		size_t before = t.len;
		size_t n = 1;

		if (keep_backslashes && raw.data[0] == '\\')
			knot_text_adds(&t, "\\");
		else
			n = add_escaped_front(&t, raw, false);
		if (t.len > max_bytes) {
			t.len = before;
			t.data[before] = 0;
			knot_text_adds(&t, "...");
			break;
		}
		if (!knot_span_take(&raw, n, &done))
			break;
	}
	return knot_text_steal(&t);
}

char *knot_text_escape(struct knot_span raw, size_t max_bytes)
{
	return escape(raw, max_bytes, false);
}

char *knot_text_tame(struct knot_span text, size_t max_bytes)
{
	return escape(text, max_bytes, true);
}

/* The escape after a backslash; 0 = broken. NUL is not allowed: it would end the C string. */
static char take_escape(struct knot_span *s)
{
	if (knot_span_skip(s, "\\"))
		return '\\';
	if (knot_span_skip(s, "n"))
		return '\n';
	if (knot_span_skip(s, "t"))
		return '\t';
	if (knot_span_skip(s, "r"))
		return '\r';
	uint64_t byte = 0;
	if (knot_span_skip(s, "x") && knot_span_take_hex(s, 2, &byte))
		return (char)byte;
	return 0;
}

bool knot_text_unescape(struct knot_span escaped, char **ret_raw)
{
	struct knot_text t = {0};
	while (escaped.len) {
		size_t plain = knot_span_find(escaped, '\\');
		if (plain == SIZE_MAX)
			plain = escaped.len;
		struct knot_span head;
		if (!knot_span_take(&escaped, plain, &head))
			break;
		if (knot_span_find(head, 0) != SIZE_MAX)
			goto broken;
		knot_text_add(&t, head.data, head.len);
		if (!knot_span_skip(&escaped, "\\"))
			continue;
		char c = take_escape(&escaped);
		if (!c)
			goto broken;
		knot_text_add(&t, &c, 1);
	}
	*ret_raw = knot_text_steal(&t);
	return true;
broken:
	knot_text_free(&t);
	return false;
}

bool knot_text_unescape_word(struct knot_span word, char **ret_raw)
{
	return knot_text_unescape(knot_span_eq(word, "-") ? knot_span_str("") : word, ret_raw);
}

const char *knot_text_s(uint64_t n)
{
	return n == 1 ? "" : "s";
}

char *knot_text_targets(uint64_t tests, uint64_t programs)
{
	struct knot_text t = {0};

	if (tests || !programs)
		knot_text_addf(&t, "%" PRIu64 " test%s", tests, knot_text_s(tests));
	if (tests && programs)
		knot_text_adds(&t, " and ");
	if (programs)
		knot_text_addf(&t, "%" PRIu64 " program%s", programs, knot_text_s(programs));
	return knot_text_steal(&t);
}

char *knot_text_size(uint64_t bytes)
{
	const double mb = (double)bytes / (1 << 20);

	return mb < 1023.5 ? knot_xasprintf("%.*f MB", mb < 9.95 ? 1 : 0, mb)
			   : knot_xasprintf("%.1f GB", mb / 1024);
}

char *knot_text_utf8_only(const char *text)
{
	struct knot_span left = knot_span_str(text), done;
	struct knot_text t = {0};
	while (left.len) {
		uint32_t cp;
		const size_t n = knot_text_utf8(left, &cp);
		if (n)
			knot_text_add(&t, left.data, n);
		else
			knot_text_adds(&t, KNOT_TEXT_REPLACEMENT);
		if (!knot_span_take(&left, n ? n : 1, &done))
			break;
	}
	return knot_text_steal(&t);
}
