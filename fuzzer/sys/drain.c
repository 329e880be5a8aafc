/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/drain.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MUCH_BYTES (256 << 10)

int knot_drain_open(int *ret_fd, struct knot_error *err)
{
	int fd = memfd_create("goknot-output", MFD_CLOEXEC);

	/* Who appends goes on at the start of a file that has been emptied. */
	if (fd < 0 || fcntl(fd, F_SETFL, O_APPEND) < 0) {
		int r = knot_error_set(
			err, KNOT_ESYS, "a file for unread output: %s", strerror(errno));

		if (fd >= 0)
			close(fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}

void knot_drain_empty(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && st.st_size > MUCH_BYTES && ftruncate(fd, 0) < 0)
		return; /* the next time tries again */
}
