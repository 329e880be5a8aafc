/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/crash_path.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static const struct {
	const char *path, *stem;
	bool is_crash;
} cases[] = {
	{"x/a.crash", "x/a", true},
	{"a.min.crash", "a.min", true},
	{"a.crash.crash", "a.crash", true},
	{"a", "a", false},
	{"a.crash.orig", "a.crash.orig", false},
	{"crash", "crash", false},
	{".crash", ".crash", false},
	{"", "", false},
};

Test(crash_path, the_stem_is_what_stands_before_the_ending)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct knot_span stem;

		cr_expect_eq(knot_crash_path_stem(cases[i].path, &stem), cases[i].is_crash, "%s",
			cases[i].path);
		cr_expect(knot_span_eq(stem, cases[i].stem), "%s", cases[i].path);
	}
}

Test(crash_path, what_lies_beside_has_the_same_stem)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *beside = knot_crash_path_beside(cases[i].path, ".output");
		struct knot_span stem = knot_span_str(beside);

		cr_expect(knot_span_cut(&stem, ".output"));
		cr_expect(knot_span_eq(stem, cases[i].stem), "%s", cases[i].path);
		free(beside);
	}
}
