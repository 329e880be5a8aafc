/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/drain.h"

#include <criterion/criterion.h>
#include <sys/stat.h>
#include <unistd.h>

Test(drain, is_no_terminal_and_is_emptied_when_full)
{
	static char much[300 << 10];
	struct stat st;
	int fd;

	cr_assert_eq(knot_drain_open(&fd, NULL), 0);
	cr_assert_eq(fstat(fd, &st), 0);
	cr_expect(S_ISREG(st.st_mode));
	cr_assert_eq(write(fd, "little", 6), 6);
	knot_drain_empty(fd);
	cr_assert_eq(fstat(fd, &st), 0);
	cr_expect_eq(st.st_size, 6);
	cr_assert_eq(write(fd, much, sizeof(much)), (ssize_t)sizeof(much));
	knot_drain_empty(fd);
	cr_assert_eq(fstat(fd, &st), 0);
	cr_expect_eq(st.st_size, 0);
	/* Who wrote before goes on at the start. */
	cr_assert_eq(write(fd, "more", 4), 4);
	cr_assert_eq(fstat(fd, &st), 0);
	cr_expect_eq(st.st_size, 4);
	close(fd);
}
