/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/envelope.h"
#include "base/error.h"
#include "wire/text.h"

#include <criterion/criterion.h>
#include <string.h>

static struct knot_text made(const char *kind, uint32_t version, const char *body)
{
	struct knot_text t = {0};
	knot_envelope_begin(&t, kind, version);
	knot_text_adds(&t, body);
	knot_envelope_end(&t);
	return t;
}

static int open_text(
	struct knot_text *t, size_t len, struct knot_span *body, struct knot_error *err)
{
	uint32_t version;
	return knot_envelope_open(knot_span_of(t->data, len), "crash", 1, &version, body, err);
}

Test(envelope, gives_the_body_back)
{
	struct knot_error err = {0};
	struct knot_span body;
	struct knot_text t = made("crash", 1, "a: 1\nb: 2\n");
	cr_assert_eq(open_text(&t, t.len, &body, &err), 0, "%s", err.message);
	cr_assert(knot_span_eq(body, "a: 1\nb: 2\n"));
	knot_text_free(&t);
	t = made("crash", 1, "");
	cr_assert_eq(open_text(&t, t.len, &body, &err), 0, "%s", err.message);
	cr_assert_eq(body.len, 0);
	/* XXH64 of "goknot crash 1\n": fixed for ever, files depend on it. */
	cr_assert_str_eq(t.data, "goknot crash 1\nend 3cd25dda3707079f\n");
	knot_text_free(&t);
}

Test(envelope, every_cut_is_noticed)
{
	struct knot_error err = {0};
	struct knot_span body;
	struct knot_text t = made("crash", 1, "a: 1\nb: 2\n");
	for (size_t len = 0; len < t.len; len++) {
		cr_assert_eq(open_text(&t, len, &body, &err), KNOT_EINPUT, "%zu", len);
		cr_assert(strstr(err.message, len < 14 ? "not a goknot crash file" : "cut short"),
			"%zu: %s", len, err.message);
	}
	knot_text_free(&t);
}

Test(envelope, every_changed_byte_is_noticed)
{
	struct knot_error err = {0};
	struct knot_span body;
	struct knot_text t = made("crash", 1, "a: 1\nb: 2\n");
	for (size_t i = 0; i < t.len; i++) {
		t.data[i] ^= 1;
		cr_assert_eq(open_text(&t, t.len, &body, &err), KNOT_EINPUT, "%zu", i);
		t.data[i] ^= 1;
	}
	t.data[16] ^= 1;
	open_text(&t, t.len, &body, &err);
	cr_assert(strstr(err.message, "was changed after it was written"), "%s", err.message);
	knot_text_free(&t);
}

Test(envelope, a_newer_version_says_so_whatever_follows)
{
	struct knot_error err = {0};
	struct knot_span body;
	struct knot_text t = made("crash", 2, "who knows");
	cr_assert_eq(open_text(&t, t.len, &body, &err), KNOT_EINPUT);
	cr_assert_str_eq(err.message,
		"written by a newer goknot (format 2; this one reads formats up to 1): update "
		"goknot");
	cr_assert_eq(open_text(&t, 15, &body, &err), KNOT_EINPUT);
	cr_assert(strstr(err.message, "newer goknot"));
	knot_text_free(&t);
}

Test(envelope, other_kinds_are_refused)
{
	struct knot_error err = {0};
	struct knot_span body;
	const char *wrong[] = {"goknot corpus 1\n", "goknot crash 0\n", "goknot crash 1 \n",
		"goknot crash -1\n", "goknot crash 99999999999\n", "{\"version\":1}", "\n", ""};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint32_t version;
		int rc = knot_envelope_open(
			knot_span_str(wrong[i]), "crash", 1, &version, &body, &err);
		cr_expect_eq(rc, KNOT_EINPUT);
		cr_expect(strstr(err.message, "not a goknot crash file"), "%s", err.message);
	}
}

Test(envelope, another_spelling_is_told_by_its_line)
{
	const struct {
		const char *file, *again, *told;
	} cases[] = {
		{"1\n2\n3\n", "1\n2x\n3\n", "note file: line 2 is not spelled as goknot writes it"},
		{"1\n2\n3\n", "1\n2\n", "note file: line 3 is not spelled as goknot writes it"},
		{"", "1\n2\n", "note file: line 1 is not spelled as goknot writes it"},
	};
	struct knot_error err = {0};

	cr_assert_eq(knot_envelope_check_same(
			     knot_span_str("1\n2\n"), knot_span_str("1\n2\n"), "note", &err),
		0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cr_assert_eq(knot_envelope_check_same(knot_span_str(cases[i].file),
				     knot_span_str(cases[i].again), "note", &err),
			KNOT_EINPUT);
		cr_expect_str_eq(err.message, cases[i].told);
	}
}
