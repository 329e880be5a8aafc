/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/reduce.h"

#include "base/error.h"

#include <criterion/criterion.h>

/* What does it: all of these numbers, and of the pairs at least one. */
struct oracle {
	const size_t *all;
	size_t all_len;
	const size_t (*pair)[2];
	unsigned trials;
	unsigned fail_at; /* an error at this trial, 0 = never */
	bool drop; /* takes out what has no part in it by itself */
};

static bool has(const size_t *list, size_t len, size_t x)
{
	for (size_t i = 0; i < len; i++)
		if (list[i] == x)
			return true;
	return false;
}

static int suffice(void *arg, size_t *kept, size_t *len, bool *ret_suffice, struct knot_error *err)
{
	struct oracle *o = arg;

	if (++o->trials == o->fail_at)
		return knot_error_set(err, KNOT_EUSAGE, "interrupted");
	for (size_t i = 1; i < *len; i++)
		cr_assert_lt(kept[i - 1], kept[i]);
	*ret_suffice = true;
	for (size_t i = 0; i < o->all_len; i++)
		*ret_suffice &= has(kept, *len, o->all[i]);
	if (o->pair)
		*ret_suffice &= has(kept, *len, (*o->pair)[0]) || has(kept, *len, (*o->pair)[1]);
	if (*ret_suffice && o->drop) {
		size_t n = 0;

		for (size_t i = 0; i < *len; i++)
			if (has(o->all, o->all_len, kept[i]))
				kept[n++] = kept[i];
		*len = n;
	}
	return 0;
}

static size_t reduce(struct oracle *o, size_t *kept, size_t n)
{
	size_t len = n;

	for (size_t i = 0; i < n; i++)
		kept[i] = i;
	cr_assert_eq(knot_reduce(kept, &len, suffice, o, NULL), 0);
	return len;
}

Test(reduce, what_matters_is_left)
{
	const size_t all[] = {3, 500, 997};
	struct oracle o = {.all = all, .all_len = 3};
	size_t kept[1000];

	cr_assert_eq(reduce(&o, kept, 1000), 3);
	for (size_t i = 0; i < 3; i++)
		cr_expect_eq(kept[i], all[i]);
	cr_expect_lt(o.trials, 120, "%u trials", o.trials);
}

Test(reduce, when_nothing_matters_one_trial_tells)
{
	struct oracle o = {0};
	size_t kept[100];

	cr_expect_eq(reduce(&o, kept, 100), 0);
	cr_expect_eq(o.trials, 1);
	o.trials = 0;
	cr_expect_eq(reduce(&o, kept, 0), 0);
	cr_expect_eq(o.trials, 0);
}

Test(reduce, when_all_matters_all_is_left)
{
	size_t all[17], kept[17];
	struct oracle o = {.all = all, .all_len = 17};

	for (size_t i = 0; i < 17; i++)
		all[i] = i;
	cr_expect_eq(reduce(&o, kept, 17), 17);
}

Test(reduce, of_two_that_do_alike_one_is_left)
{
	const size_t pair[2] = {4, 90};
	struct oracle o = {.pair = &pair};
	size_t kept[100];

	cr_assert_eq(reduce(&o, kept, 100), 1);
	cr_expect(kept[0] == 4 || kept[0] == 90);
}

Test(reduce, lists_of_every_length_and_place)
{
	for (size_t n = 1; n < 40; n++) {
		for (size_t at = 0; at < n; at++) {
			struct oracle o = {.all = &at, .all_len = 1};
			size_t kept[40];

			cr_assert_eq(reduce(&o, kept, n), 1);
			cr_assert_eq(kept[0], at);
		}
	}
}

Test(reduce, what_a_trial_takes_out_stays_out)
{
	const size_t all[] = {7, 8};
	struct oracle o = {.all = all, .all_len = 2, .drop = true};
	size_t kept[512];

	cr_assert_eq(reduce(&o, kept, 512), 2);
	cr_expect_eq(kept[0], 7);
	cr_expect_lt(o.trials, 12, "%u trials", o.trials);
}

Test(reduce, an_error_ends_it)
{
	struct knot_error err = {0};
	const size_t all[] = {7};
	struct oracle o = {.all = all, .all_len = 1, .fail_at = 3};
	size_t kept[64], len = 64;

	for (size_t i = 0; i < len; i++)
		kept[i] = i;
	cr_expect_eq(knot_reduce(kept, &len, suffice, &o, &err), KNOT_EUSAGE);
	cr_expect_eq(o.trials, 3);
}
