/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/error.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

Test(error, set_fills_code_and_message)
{
	struct knot_error err = {.sys_errno = 7};
	cr_assert_eq(knot_error_set(&err, KNOT_EINPUT, "line %d: %s", 3, "no"), KNOT_EINPUT);
	cr_assert_eq(err.code, KNOT_EINPUT);
	cr_assert_eq(err.sys_errno, 0);
	cr_assert_str_eq(err.message, "line 3: no");
}

Test(error, sys_keeps_errno)
{
	struct knot_error err = {0};
	errno = ENOENT;
	cr_assert_eq(knot_error_sys(&err, "cannot open %s", "x"), KNOT_ESYS);
	cr_assert_eq(err.sys_errno, ENOENT);
	cr_assert_eq(errno, ENOENT);
	cr_assert_str_eq(err.message, "cannot open x: No such file or directory");
}

Test(error, wrap_puts_context_before)
{
	struct knot_error err = {0};
	knot_error_set(&err, KNOT_EFULL, "disk full");
	cr_assert_eq(knot_error_wrap(&err, "saving %s", "c1"), KNOT_EFULL);
	cr_assert_str_eq(err.message, "saving c1: disk full");
}

Test(error, long_messages_are_cut_visibly)
{
	struct knot_error err = {0};
	char big[2000];
	memset(big, 'a', sizeof(big) - 1);
	big[sizeof(big) - 1] = 0;
	knot_error_set(&err, KNOT_EINPUT, "%s", big);
	cr_assert_eq(strlen(err.message), sizeof(err.message) - 1);
	cr_assert_str_eq(err.message + sizeof(err.message) - 5, "a...");

	knot_error_set(&err, KNOT_EINPUT, "%.500s", big);
	knot_error_wrap(&err, "a context of some length");
	cr_assert_eq(strncmp(err.message, "a context of some length: aaa", 29), 0);
	cr_assert_str_eq(err.message + sizeof(err.message) - 5, "a...");
}

Test(error, null_object_still_gives_the_code)
{
	cr_assert_eq(knot_error_set(NULL, KNOT_EBUSY, "x"), KNOT_EBUSY);
	cr_assert_eq(knot_error_sys(NULL, "x"), KNOT_ESYS);
	cr_assert_eq(knot_error_wrap(NULL, "x"), KNOT_EINTERNAL);
}

Test(error, exit_codes)
{
	cr_assert_eq(knot_error_exit_code(KNOT_OK), 0);
	const int usage[] = {KNOT_EUSAGE, KNOT_EINPUT, KNOT_EBUILD, KNOT_EUNSUPPORTED, KNOT_EBUSY};
	for (size_t i = 0; i < sizeof(usage) / sizeof(usage[0]); i++)
		cr_expect_eq(knot_error_exit_code(usage[i]), 2, "%d", usage[i]);
	const int own[] = {KNOT_ESYS, KNOT_ESTORE, KNOT_EINTERNAL, KNOT_EFULL, -99};
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		cr_expect_eq(knot_error_exit_code(own[i]), 3, "%d", own[i]);
}
