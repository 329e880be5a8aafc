/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/places.h"

#include <criterion/criterion.h>
#include <string.h>

Test(places, come_back_as_they_were)
{
	struct knot_places p = {0}, q = {0};

	knot_places_add(&p, true, "a.F", "a/a.go:1");
	knot_places_add(&p, false, "", "b.go:2");
	knot_places_add(&p, true, "c d", NULL);
	cr_expect_eq(knot_places_goroutines(&p), 2u);
	char *text = knot_places_encode(&p);

	cr_expect_str_eq(text, "a.F a/a.go:1 - b.go:2\nc\\x20d -\n");
	cr_assert(knot_places_decode(knot_span_str(text), &q));
	cr_assert_eq(q.list.len, 3u);
	cr_expect_eq(q.list.data[1].goroutine, 0u);
	cr_expect_eq(q.list.data[2].goroutine, 1u);
	cr_expect_str_eq(q.list.data[2].function, "c d");
	cr_expect_str_eq(q.list.data[2].site, "");
	free(text);
	knot_places_free(&p);
	knot_places_free(&q);
}

Test(places, none_are_the_empty_text)
{
	struct knot_places p = {0};
	char *text = knot_places_encode(&p);

	cr_expect_str_eq(text, "");
	cr_expect(knot_places_decode(knot_span_str(text), &p));
	cr_expect_eq(knot_places_goroutines(&p), 0u);
	free(text);
}

Test(places, refuses_other_texts)
{
	static const char *const texts[] = {
		"\n", "a\n", "a b c\n", "a  b\n", "a b \n", " a b\n", "a b\n\n", "a\\x b\n"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct knot_places p = {0};

		cr_expect_not(knot_places_decode(knot_span_str(texts[i]), &p), "%s", texts[i]);
		cr_expect_eq(p.list.len, 0u);
	}
}
