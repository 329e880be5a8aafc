/* SPDX-License-Identifier: BSD-2-Clause */
/* A part of a test that this machine does not allow; scripts/run-tests.sh shows and counts it. */
#ifndef KNOT_TESTS_UNIT_SKIP_H
#define KNOT_TESTS_UNIT_SKIP_H

#include <stdio.h>

/* Also from a forked child. The empty line ends what Criterion may have begun to write. */
static inline void knot_test_skip(const char *what, const char *why)
{
	printf("\nskip %s: %s\n", what, why);
	fflush(stdout);
}

#endif
