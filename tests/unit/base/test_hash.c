/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/hash.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/span.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#define MAX_NUMBERS 4

/* Numbers of a vector line in the widths that the file's head gives: hexadecimal words of 8 or 16
 * digits, all others decimal. */
static size_t numbers(struct knot_span line, uint64_t *out)
{
	size_t n = 0;
	while (n < MAX_NUMBERS + 1 && knot_span_skip(&line, " ")) {
		struct knot_span word;
		cr_assert(knot_span_take_word(&line, &word));
		bool hex =
			word.len == 16 || (word.len == 8 && knot_span_find(word, ' ') == SIZE_MAX);
		bool ok = hex ? knot_span_take_hex(&word, word.len, &out[n])
			      : knot_span_take_u64(&word, UINT64_MAX, &out[n]);
		cr_assert(ok && word.len == 0);
		n++;
	}
	cr_assert_eq(line.len, 0);
	return n;
}

static void check_fnv32(struct knot_span line)
{
	struct knot_span string;
	uint64_t hash;
	cr_assert(knot_span_skip(&line, " \""));
	size_t quote = knot_span_find_last(line, '"');
	cr_assert(knot_span_take(&line, quote, &string) && knot_span_skip(&line, "\" "));
	cr_assert(knot_span_take_hex(&line, 8, &hash));
	cr_assert_eq(knot_hash_fnv32(string.data, string.len), hash, "%.*s", (int)string.len,
		string.data);
}

static void check_site(struct knot_span line)
{
	struct knot_span word[6];
	uint64_t hash;
	for (int i = 0; i < 6; i++)
		cr_assert(knot_span_skip(&line, " ") && knot_span_take_word(&line, &word[i]));
	knot_auto_free char *text = knot_xasprintf("%.*s/%.*s:%.*s:%.*s:%.*s", (int)word[0].len,
		word[0].data, (int)word[1].len, word[1].data, (int)word[2].len, word[2].data,
		(int)word[3].len, word[3].data, (int)word[4].len, word[4].data);
	cr_assert(knot_span_take_hex(&word[5], 8, &hash));
	cr_assert_eq(knot_hash_fnv32(text, strlen(text)), hash, "%s", text);
}

static void check_numbers(struct knot_span kind, struct knot_span line)
{
	uint64_t v[MAX_NUMBERS + 1] = {0};
	size_t n = numbers(line, v);
	uint64_t got = 0;
	if (knot_span_eq(kind, "mix") && n == 2)
		got = knot_hash_mix(v[0]);
	else if (knot_span_eq(kind, "child") && n == 4)
		got = knot_hash_child(v[0], (uint32_t)v[1], (uint32_t)v[2]);
	else if (knot_span_eq(kind, "op") && n == 4)
		got = knot_hash_op(v[0], (uint32_t)v[1], (uint32_t)v[2]);
	else if (knot_span_eq(kind, "pair") && n == 5)
		got = knot_hash_pair(v[0], (uint32_t)v[1], v[2], v[3]);
	else
		cr_assert_fail("unknown line %.*s", (int)line.len, line.data);
	cr_assert_eq(got, v[n - 1], "%.*s%.*s: %016" PRIx64, (int)kind.len, kind.data,
		(int)line.len, line.data, got);
}

Test(hash, vectors)
{
	struct knot_error err = {0};
	knot_auto_free char *data = NULL;
	size_t len = 0;
	size_t checked = 0;
	cr_assert_eq(
		knot_file_read(KNOT_TESTS_DIR "/vectors/names.txt", 1 << 20, &data, &len, &err), 0,
		"%s", err.message);
	struct knot_span file = knot_span_of(data, len);
	struct knot_span line;
	while (knot_span_take_line(&file, &line)) {
		struct knot_span kind;
		if (line.len == 0 || knot_span_has_prefix(line, "#"))
			continue;
		cr_assert(knot_span_take_word(&line, &kind));
		if (knot_span_eq(kind, "fnv32"))
			check_fnv32(line);
		else if (knot_span_eq(kind, "site"))
			check_site(line);
		else
			check_numbers(kind, line);
		checked++;
	}
	cr_assert_geq(checked, 40);
}

/* 0 stands for "no site"; these four bytes are known to hash to it. */
Test(hash, zero_is_no_hash)
{
	cr_assert_eq(knot_hash_fnv32("\xcc\x24\x31\xc4", 4), 1);
}
