/* SPDX-License-Identifier: BSD-2-Clause */
#include "instrument/export.h"

#include <criterion/criterion.h>

Test(export, the_last_line_of_its_form_tells_the_proof)
{
	struct knot_instrument_proof p = {0};

	cr_assert(knot_instrument_read_proof("PASS\nfails 8 of 10 with deadlock\n", &p));
	cr_expect_eq(p.same, 8);
	cr_expect_eq(p.times, 10);
	/* What the test prints stands before it, what else happened behind. */
	cr_assert(knot_instrument_read_proof("fails 10 of 10 with leak\nfails 1 of 9 with leak\n"
					     "fails 3 of 9 in another way\n",
		&p));
	cr_expect_eq(p.same, 1);
	cr_expect_eq(p.times, 9);
}

Test(export, no_such_line_is_no_proof)
{
	static const char *const outputs[] = {"", "PASS\n", "fails 3 of 9 in another way\n",
		"fails x of 9 with leak\n", " fails 1 of 9 with leak\n",
		"fails 99999999999 of 1 with leak\n", "fails 1 of\n"};
	struct knot_instrument_proof p = {.same = 7};

	for (size_t i = 0; i < sizeof(outputs) / sizeof(*outputs); i++)
		cr_expect_not(knot_instrument_read_proof(outputs[i], &p), "%s", outputs[i]);
	cr_expect_eq(p.same, 7);
}
