/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/record_program.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "sys/proc.h"
#include "wire/gobinary.h"
#include "wire/text.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#define BINARY_MAX (1ull << 30)

static int name_running(struct knot_record_program *p, uint32_t pid, struct knot_error *err)
{
	char target[PATH_MAX];

	/* Also right when the file has been replaced, or is in another mount namespace. */
	p->path = knot_xasprintf("/proc/%u/exe", pid);
	const ssize_t n = readlink(p->path, target, sizeof(target) - 1);

	if (n < 0 && errno == ENOENT)
		return knot_error_set(err, KNOT_EUSAGE, "there is no process %u", pid);
	if (n < 0)
		return knot_error_set(err, KNOT_EUSAGE,
			"process %u: what it runs cannot be read: %s", pid, strerror(errno));
	p->name = knot_xstrndup(target, (size_t)n);
	return 0;
}

static int name_command(struct knot_record_program *p, const char *command, struct knot_error *err)
{
	char full[PATH_MAX];
	const int rc = knot_proc_find_program(command, &p->path, err);

	if (!rc)
		p->name = knot_xstrdup(realpath(p->path, full) ? full : p->path);
	return rc;
}

int knot_record_program_open(uint32_t pid, const char *command,
	struct knot_record_program *ret_program, struct knot_error *err)
{
	struct knot_record_program *p = ret_program;
	size_t len;
	int rc = pid ? name_running(p, pid, err) : name_command(p, command, err);

	/* All of it is in the page cache then, which kernels want of what they put probes into. */
	if (rc || (rc = knot_file_read(p->path, BINARY_MAX, &p->data, &len, err)))
		return rc;
	if (!knot_gobinary_open(knot_span_of(p->data, len), &p->binary, err))
		return 0;
	knot_auto_free char *shown = knot_text_escape(knot_span_str(p->name), 200);

	return knot_error_wrap(err, "%s", shown);
}

void knot_record_program_close(struct knot_record_program *p)
{
	knot_gobinary_close(p->binary);
	free(p->data);
	free(p->path);
	free(p->name);
}
