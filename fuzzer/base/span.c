/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/span.h"
#include "base/alloc.h"

#include <string.h>

struct knot_span knot_span_of(const void *data, size_t len)
{
	return (struct knot_span){.data = data, .len = len};
}

struct knot_span knot_span_str(const char *s)
{
	return knot_span_of(s, strlen(s));
}

bool knot_span_equal(struct knot_span a, struct knot_span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool knot_span_eq(struct knot_span s, const char *literal)
{
	return knot_span_equal(s, knot_span_str(literal));
}

bool knot_span_has_prefix(struct knot_span s, const char *literal)
{
	return knot_span_skip(&s, literal);
}

bool knot_span_has_suffix(struct knot_span s, const char *literal)
{
	return knot_span_cut(&s, literal);
}

size_t knot_span_find(struct knot_span s, char c)
{
	const char *p = s.len ? memchr(s.data, c, s.len) : NULL;
	return p ? (size_t)(p - s.data) : SIZE_MAX;
}

size_t knot_span_find_last(struct knot_span s, char c)
{
	const char *p = s.len ? memrchr(s.data, c, s.len) : NULL;
	return p ? (size_t)(p - s.data) : SIZE_MAX;
}

int knot_span_compare(struct knot_span a, struct knot_span b)
{
	const size_t len = a.len < b.len ? a.len : b.len;
	const int c = len ? memcmp(a.data, b.data, len) : 0;

	return c ? c : (a.len > b.len) - (a.len < b.len);
}

struct knot_span knot_span_after_last(struct knot_span s, char c, struct knot_span *ret_before)
{
	const size_t at = knot_span_find_last(s, c);
	const size_t from = at == SIZE_MAX ? 0 : at + 1;

	if (ret_before)
		*ret_before = knot_span_of(s.data, from ? at : 0);
	return from ? knot_span_of(s.data + from, s.len - from) : s;
}

struct knot_span knot_span_trim(struct knot_span s)
{
	while (s.len && (s.data[0] == ' ' || s.data[0] == '\t')) {
		s.data++;
		s.len--;
	}
	while (s.len && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
		s.len--;
	return s;
}

static void advance(struct knot_span *s, size_t n)
{
	knot_assert(n <= s->len);
	if (n) {
		s->data += n;
		s->len -= n;
	}
}

bool knot_span_part(struct knot_span s, uint64_t at, uint64_t n, struct knot_span *ret_bytes)
{
	if (at > s.len || n > s.len - at)
		return false;
	*ret_bytes = knot_span_of(s.data + at, (size_t)n);
	return true;
}

bool knot_span_take(struct knot_span *s, size_t n, struct knot_span *ret_bytes)
{
	if (n > s->len)
		return false;
	*ret_bytes = knot_span_of(s->data, n);
	advance(s, n);
	return true;
}

bool knot_span_take_until(struct knot_span *s, char c, struct knot_span *ret_head)
{
	size_t at = knot_span_find(*s, c);
	if (at == SIZE_MAX)
		return false;
	*ret_head = knot_span_of(s->data, at);
	advance(s, at + 1);
	return true;
}

bool knot_span_take_line(struct knot_span *s, struct knot_span *ret_line)
{
	if (s->len == 0)
		return false;
	if (knot_span_take_until(s, '\n', ret_line))
		return true;
	return knot_span_take(s, s->len, ret_line);
}

bool knot_span_take_word(struct knot_span *s, struct knot_span *ret_word)
{
	if (s->len == 0 || s->data[0] == ' ')
		return false;
	size_t space = knot_span_find(*s, ' ');
	return knot_span_take(s, space == SIZE_MAX ? s->len : space, ret_word);
}

bool knot_span_skip(struct knot_span *s, const char *literal)
{
	size_t n = strlen(literal);
	if (n > s->len || (n && memcmp(s->data, literal, n) != 0))
		return false;
	advance(s, n);
	return true;
}

bool knot_span_cut(struct knot_span *s, const char *literal)
{
	size_t n = strlen(literal);
	if (n > s->len || (n && memcmp(s->data + s->len - n, literal, n) != 0))
		return false;
	s->len -= n;
	return true;
}

bool knot_span_take_u64(struct knot_span *s, uint64_t max, uint64_t *ret_value)
{
	uint64_t value = 0;
	size_t n = 0;
	while (n < s->len && s->data[n] >= '0' && s->data[n] <= '9') {
		uint64_t digit = (uint64_t)(s->data[n] - '0');
		if (__builtin_mul_overflow(value, 10, &value) ||
			__builtin_add_overflow(value, digit, &value) || value > max)
			return false;
		n++;
	}
	if (n == 0)
		return false;
	advance(s, n);
	*ret_value = value;
	return true;
}

bool knot_span_take_hex(struct knot_span *s, size_t digits, uint64_t *ret_value)
{
	knot_assert(digits >= 1 && digits <= 16);
	if (digits > s->len)
		return false;
	uint64_t value = 0;
	for (size_t i = 0; i < digits; i++) {
		char c = s->data[i];
		if (c >= '0' && c <= '9')
			value = value << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint64_t)(c - 'a' + 10);
		else
			return false;
	}
	advance(s, digits);
	*ret_value = value;
	return true;
}

char *knot_span_dup(struct knot_span s)
{
	return s.len ? knot_xstrndup(s.data, s.len) : knot_xstrdup("");
}
