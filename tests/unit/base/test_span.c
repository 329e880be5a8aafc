/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/span.h"

#include <criterion/criterion.h>
#include <stdlib.h>

Test(span, lines)
{
	struct knot_span s = knot_span_str("one\n\ntwo");
	struct knot_span line;
	cr_assert(knot_span_take_line(&s, &line) && knot_span_eq(line, "one"));
	cr_assert(knot_span_take_line(&s, &line) && knot_span_eq(line, ""));
	cr_assert(knot_span_take_line(&s, &line) && knot_span_eq(line, "two"));
	cr_assert_not(knot_span_take_line(&s, &line));
	cr_assert(knot_span_eq(line, "two"), "the out-parameter is left alone");
}

Test(span, words_leave_the_space)
{
	struct knot_span s = knot_span_str("ab cd");
	struct knot_span word;
	cr_assert(knot_span_take_word(&s, &word) && knot_span_eq(word, "ab"));
	cr_assert_not(knot_span_take_word(&s, &word), "a word is not empty");
	cr_assert(knot_span_skip(&s, " "));
	cr_assert(knot_span_take_word(&s, &word) && knot_span_eq(word, "cd"));
	cr_assert_not(knot_span_take_word(&s, &word));
}

Test(span, taking_never_goes_beyond_the_end)
{
	struct knot_span s = knot_span_of("abcdef", 3);
	struct knot_span got;
	cr_assert_not(knot_span_take(&s, 4, &got));
	cr_assert_eq(s.len, 3);
	cr_assert_not(knot_span_skip(&s, "abcd"));
	cr_assert_not(knot_span_take_until(&s, 'd', &got));
	cr_assert(knot_span_take(&s, 3, &got) && knot_span_eq(got, "abc"));
	cr_assert(knot_span_take(&s, 0, &got) && got.len == 0);
}

Test(span, an_empty_span_may_have_no_data)
{
	struct knot_span s = {0};
	struct knot_span got;
	uint64_t n;
	cr_assert_eq(knot_span_find(s, 'x'), SIZE_MAX);
	cr_assert_eq(knot_span_find_last(s, 'x'), SIZE_MAX);
	cr_assert(knot_span_eq(s, ""));
	cr_assert(knot_span_skip(&s, ""));
	cr_assert_not(knot_span_take_line(&s, &got));
	cr_assert_not(knot_span_take_u64(&s, 9, &n));
	char *copy = knot_span_dup(s);
	cr_assert_str_eq(copy, "");
	free(copy);
}

Test(span, decimal_numbers)
{
	struct {
		const char *text;
		uint64_t max;
		bool ok;
		uint64_t value;
		size_t left;
	} cases[] = {
		{"0", 9, true, 0, 0},
		{"12x", 99, true, 12, 1},
		{"100", 99, false, 0, 3},
		{"18446744073709551615", UINT64_MAX, true, UINT64_MAX, 0},
		{"18446744073709551616", UINT64_MAX, false, 0, 20},
		{"99999999999999999999", UINT64_MAX, false, 0, 20},
		{"-1", 9, false, 0, 2},
		{"+1", 9, false, 0, 2},
		{" 1", 9, false, 0, 2},
		{"", 9, false, 0, 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct knot_span s = knot_span_str(cases[i].text);
		uint64_t value = 0;
		cr_expect_eq(knot_span_take_u64(&s, cases[i].max, &value), cases[i].ok, "%s",
			cases[i].text);
		cr_expect_eq(value, cases[i].value, "%s", cases[i].text);
		cr_expect_eq(s.len, cases[i].left, "%s", cases[i].text);
	}
}

Test(span, hexadecimal_numbers)
{
	struct knot_span s = knot_span_str("00ff1G");
	uint64_t n = 0;
	cr_assert(knot_span_take_hex(&s, 4, &n));
	cr_assert_eq(n, 0xff);
	cr_assert_not(knot_span_take_hex(&s, 2, &n));
	cr_assert_not(knot_span_take_hex(&s, 3, &n));
	cr_assert_eq(s.len, 2);
	s = knot_span_str("ffffffffffffffff");
	cr_assert(knot_span_take_hex(&s, 16, &n));
	cr_assert_eq(n, UINT64_MAX);
	s = knot_span_str("FF");
	cr_assert_not(knot_span_take_hex(&s, 2, &n), "one spelling only");
}

Test(span, ends_and_positions)
{
	struct knot_span s = knot_span_str("\t a:b:c ");
	cr_assert(knot_span_eq(knot_span_trim(s), "a:b:c"));
	cr_assert_eq(knot_span_find(s, ':'), 3);
	cr_assert_eq(knot_span_find_last(s, ':'), 5);
	s = knot_span_trim(s);
	cr_assert(knot_span_has_prefix(s, "a:") && knot_span_has_suffix(s, ":c"));
	cr_assert_not(knot_span_has_prefix(s, "a:b:c:"));
	cr_assert(knot_span_cut(&s, ":c") && knot_span_eq(s, "a:b"));
	cr_assert_not(knot_span_cut(&s, ":c"));
	cr_assert(knot_span_equal(s, knot_span_str("a:b")));
	cr_assert(knot_span_eq(knot_span_trim(knot_span_str(" \t ")), ""));
}

Test(span, after_the_last_one)
{
	struct knot_span before;

	cr_expect(knot_span_eq(knot_span_after_last(knot_span_str("a/b/c"), '/', &before), "c"));
	cr_expect(knot_span_eq(before, "a/b"));
	cr_expect(knot_span_eq(knot_span_after_last(before, '/', &before), "b"));
	cr_expect(knot_span_eq(knot_span_after_last(before, '/', &before), "a"));
	cr_expect_eq(before.len, 0);
	cr_expect(knot_span_eq(knot_span_after_last(knot_span_str("/"), '/', &before), ""));
	cr_expect_eq(before.len, 0);
	cr_expect(knot_span_eq(knot_span_after_last((struct knot_span){0}, '/', NULL), ""));
}

Test(span, order)
{
	const char *const sorted[] = {"", "a", "ab", "a\x80", "b", "\xff"};

	for (size_t i = 0; i < 6; i++)
		for (size_t k = 0; k < 6; k++) {
			const int c = knot_span_compare(
				knot_span_str(sorted[i]), knot_span_str(sorted[k]));

			cr_expect_eq((c > 0) - (c < 0), (i > k) - (i < k), "%s %s", sorted[i],
				sorted[k]);
		}
	cr_expect_eq(knot_span_compare((struct knot_span){0}, knot_span_str("")), 0);
}

Test(span, part)
{
	const struct knot_span s = knot_span_str("abcd");
	struct knot_span p = knot_span_str("kept");

	cr_expect(knot_span_part(s, 1, 2, &p) && knot_span_eq(p, "bc"));
	cr_expect(knot_span_part(s, 4, 0, &p) && p.len == 0);
	p = knot_span_str("kept");
	cr_expect_not(knot_span_part(s, 5, 0, &p));
	cr_expect_not(knot_span_part(s, 3, 2, &p));
	cr_expect_not(knot_span_part(s, 2, UINT64_MAX, &p));
	cr_expect_not(knot_span_part(s, UINT64_MAX, 2, &p));
	cr_expect(knot_span_eq(p, "kept"));
}
