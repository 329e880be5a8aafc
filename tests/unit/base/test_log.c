/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

static size_t drain(int fd, char *into, size_t size)
{
	ssize_t n = read(fd, into, size - 1);
	into[n > 0 ? n : 0] = 0;
	return n > 0 ? (size_t)n : 0;
}

Test(log, level_and_domain_decide)
{
	knot_log_open(KNOT_LOG_INFO, NULL, STDERR_FILENO);
	cr_assert(knot_log_enabled(KNOT_LOG_WARN, "sys"));
	cr_assert(knot_log_enabled(KNOT_LOG_INFO, "sys"));
	cr_assert_not(knot_log_enabled(KNOT_LOG_DEBUG, "sys"));
	cr_assert_not(knot_log_enabled(KNOT_LOG_NONE, "sys"));
	knot_log_open(KNOT_LOG_DEBUG, "engine,store", STDERR_FILENO);
	cr_assert(knot_log_enabled(KNOT_LOG_DEBUG, "store"));
	cr_assert(knot_log_enabled(KNOT_LOG_DEBUG, "engine"));
	cr_assert_not(knot_log_enabled(KNOT_LOG_WARN, "sys"));
	cr_assert_not(knot_log_enabled(KNOT_LOG_WARN, "stor"));
	cr_assert_not(knot_log_enabled(KNOT_LOG_WARN, "engine,store"));
}

Test(log, a_line_is_whole_and_harmless)
{
	int ends[2];
	char got[4096];
	cr_assert_eq(pipe(ends), 0);
	knot_log_open(KNOT_LOG_INFO, "", ends[1]);
	errno = 42;
	knot_log(KNOT_LOG_INFO, "sys", "a\x1b[31m%d\nb", 5);
	cr_assert_eq(errno, 42);
	drain(ends[0], got, sizeof(got));
	cr_assert_str_eq(got, "goknot: sys: a?[31m5?b\n");

	char big[3000];
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = 0;
	knot_log(KNOT_LOG_WARN, "sys", "%s", big);
	size_t n = drain(ends[0], got, sizeof(got));
	cr_assert(n > 1000 && n <= 1024, "%zu", n);
	cr_assert_str_eq(got + n - 2, "x\n");

	knot_log(KNOT_LOG_WARN, big, "text");
	n = drain(ends[0], got, sizeof(got));
	cr_assert(n > 1000 && n <= 1024, "%zu", n);
	close(ends[0]);
	close(ends[1]);
}

Test(log, off_by_default)
{
	cr_assert_not(knot_log_enabled(KNOT_LOG_WARN, "sys"));
}
