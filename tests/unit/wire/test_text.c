/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/text.h"
#include "base/cleanup.h"
#include "base/rng.h"

#include <criterion/criterion.h>
#include <string.h>

static char *escaped(const char *raw, size_t len)
{
	struct knot_text t = {0};
	knot_text_add_escaped(&t, knot_span_of(raw, len));
	return knot_text_steal(&t);
}

Test(text, grows)
{
	struct knot_text t = {0};
	for (int i = 0; i < 500; i++)
		knot_text_addf(&t, "%d,", i);
	cr_assert_eq(t.len, 10 * 2 + 90 * 3 + 400 * 4);
	cr_assert_eq(strlen(t.data), t.len);
	cr_assert_str_eq(t.data + t.len - 4, "499,");
	knot_text_free(&t);
	knot_auto_free char *empty = knot_text_steal(&t);
	cr_assert_str_eq(empty, "");
}

Test(text, what_is_escaped)
{
	struct {
		const char *raw, *shown;
	} cases[] = {
		{"plain ~ text", "plain ~ text"}, {"größe → 猫 🐈", "größe → 猫 🐈"},
		{"a\nb\tc\rd\\e", "a\\nb\\tc\\rd\\\\e"}, {"\x1b[2J\x7f", "\\x1b[2J\\x7f"},
		{"\xff\xfe", "\\xff\\xfe"}, {"\xc0\xaf", "\\xc0\\xaf"}, /* overlong */
		{"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"}, /* surrogate */
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* beyond Unicode */
		{"\xe2\x80", "\\xe2\\x80"}, /* cut */
		{"\xc2\x9b", "\\xc2\\x9b"}, /* C1: CSI */
		{"a\xe2\x80\xae"
		 "b",
			"a\\xe2\\x80\\xae"
			"b"}, /* right-to-left override */
		{"\xe2\x80\xa8", "\\xe2\\x80\\xa8"}, /* line separator */
		{"\xef\xbb\xbf", "\\xef\\xbb\\xbf"}, /* byte order mark */
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		knot_auto_free char *shown = escaped(cases[i].raw, strlen(cases[i].raw));
		cr_expect_str_eq(shown, cases[i].shown, "case %zu: %s", i, shown);
	}
	knot_auto_free char *nul = escaped("a\0b", 3);
	cr_assert_str_eq(nul, "a\\x00b");
}

Test(text, unescape_is_the_reverse_for_any_bytes)
{
	struct knot_rng rng = {.seed = 3};
	for (int round = 0; round < 2000; round++) {
		char raw[24];
		size_t len = knot_rng_below(&rng, sizeof(raw));
		for (size_t i = 0; i < len; i++)
			raw[i] = (char)(1 + knot_rng_below(&rng, 255));
		struct knot_text t = {0};
		knot_text_add_word(&t, knot_span_of(raw, len));
		knot_auto_free char *word = knot_text_steal(&t);
		knot_auto_free char *line = escaped(raw, len);
		knot_auto_free char *from_word = NULL;
		knot_auto_free char *from_line = NULL;
		cr_assert_null(strpbrk(word, " \n\t\r\x1b"));
		cr_assert_null(strpbrk(line, "\n\t\r\x1b"));
		cr_assert(knot_text_unescape_word(knot_span_str(word), &from_word));
		cr_assert(knot_text_unescape(knot_span_str(line), &from_line));
		cr_assert(strlen(from_word) == len && memcmp(from_word, raw, len) == 0, "%s", word);
		cr_assert(strlen(from_line) == len && memcmp(from_line, raw, len) == 0, "%s", line);
	}
}

Test(text, words)
{
	const char *raw[] = {"", "-", "--", "a b", "-x"};
	const char *word[] = {"-", "\\x2d", "--", "a\\x20b", "-x"};
	for (size_t i = 0; i < 5; i++) {
		struct knot_text t = {0};
		knot_text_add_word(&t, knot_span_str(raw[i]));
		cr_expect_str_eq(t.data, word[i]);
		knot_auto_free char *back = NULL;
		cr_expect(knot_text_unescape_word(knot_span_str(word[i]), &back));
		cr_expect_str_eq(back, raw[i]);
		knot_text_free(&t);
	}
}

Test(text, broken_escapes_are_refused)
{
	const char *broken[] = {"\\", "a\\q", "\\x", "\\x1", "\\xG0", "\\x1F", "\\x00", "ok\\"};
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		char *raw = NULL;
		cr_expect_not(knot_text_unescape(knot_span_str(broken[i]), &raw), "%s", broken[i]);
		cr_expect_null(raw);
	}
	char *raw = NULL;
	cr_expect_not(knot_text_unescape(knot_span_of("a\0b", 3), &raw));
}

Test(text, a_cut_falls_between_characters)
{
	knot_auto_free char *whole = knot_text_escape(knot_span_str("abcd"), 4);
	cr_assert_str_eq(whole, "abcd");
	knot_auto_free char *cut = knot_text_escape(knot_span_str("abcde"), 4);
	cr_assert_str_eq(cut, "abcd...");
	knot_auto_free char *wide = knot_text_escape(knot_span_str("a猫b"), 3);
	cr_assert_str_eq(wide, "a...");
	knot_auto_free char *escape = knot_text_escape(knot_span_str("a\x1b"), 4);
	cr_assert_str_eq(escape, "a...");
}

Test(text, what_is_tame_stays_as_it_is)
{
	knot_auto_free char *once =
		knot_text_tame(knot_span_str("a\\n\n\\x1b\x1b \\ \xff\xe2\x80\xae"), 100);

	cr_expect_str_eq(once, "a\\n\\n\\x1b\\x1b \\ \\xff\\xe2\\x80\\xae");
	knot_auto_free char *twice = knot_text_tame(knot_span_str(once), 100);

	cr_expect_str_eq(twice, once);
	knot_auto_free char *cut = knot_text_tame(knot_span_str("ab\\cde"), 4);

	cr_expect_str_eq(cut, "ab\\c...");
}

Test(text, one_is_no_plural)
{
	cr_expect_str_eq(knot_text_s(0), "s");
	cr_expect_str_eq(knot_text_s(1), "");
	cr_expect_str_eq(knot_text_s(2), "s");
	cr_expect_str_eq(knot_text_s(UINT64_MAX), "s");
}

Test(text, targets_are_counted_in_words)
{
	static const struct {
		uint64_t tests, programs;
		const char *words;
	} cases[] = {{0, 0, "0 tests"}, {1, 0, "1 test"}, {12, 0, "12 tests"}, {0, 1, "1 program"},
		{1, 2, "1 test and 2 programs"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *words = knot_text_targets(cases[i].tests, cases[i].programs);

		cr_expect_str_eq(words, cases[i].words);
		free(words);
	}
}

Test(text, sizes)
{
	const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {{0, "0.0 MB"}, {1 << 20, "1.0 MB"}, {95u << 20, "95 MB"},
		{4ull << 30, "4.0 GB"}, {(1ull << 30) - 1, "1.0 GB"}, {1023ull << 20, "1023 MB"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *text = knot_text_size(cases[i].bytes);

		cr_expect_str_eq(text, cases[i].text);
		free(text);
	}
}

Test(text, days_are_those_of_utc)
{
	static const struct {
		uint64_t ns;
		const char *day;
	} cases[] = {{0, "1970-01-01"}, {1795305599999999999, "2026-11-21"},
		{1795305600000000000, "2026-11-22"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *day = knot_text_day(cases[i].ns);

		cr_expect_str_eq(day, cases[i].day);
		free(day);
	}
}
