/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A message that does not fit ends in "..." so that nobody takes the cut for the whole. */
static void mark_cut(struct knot_error *err, int wanted)
{
	if (wanted >= (int)sizeof(err->message))
		memcpy(err->message + sizeof(err->message) - 4, "...", 4);
}

int knot_error_set(struct knot_error *err, int code, const char *fmt, ...)
{
	if (!err)
		return code;

	va_list ap;
	err->code = code;
	err->sys_errno = 0;
	va_start(ap, fmt);
	mark_cut(err, vsnprintf(err->message, sizeof(err->message), fmt, ap));
	va_end(ap);
	return code;
}

int knot_error_sys(struct knot_error *err, const char *fmt, ...)
{
	int saved = errno;
	if (!err)
		return KNOT_ESYS;

	char what[sizeof(err->message)];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	knot_error_set(err, KNOT_ESYS, "%s: %s", what, strerror(saved));
	err->sys_errno = saved;
	errno = saved;
	return KNOT_ESYS;
}

int knot_error_wrap(struct knot_error *err, const char *fmt, ...)
{
	if (!err)
		return KNOT_EINTERNAL;

	char context[sizeof(err->message)];
	char inner[sizeof(err->message)];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(context, sizeof(context), fmt, ap);
	va_end(ap);
	memcpy(inner, err->message, sizeof(inner));
	mark_cut(err, snprintf(err->message, sizeof(err->message), "%s: %s", context, inner));
	return err->code;
}

int knot_error_exit_code(int code)
{
	switch (code) {
	case KNOT_OK:
		return 0;
	case KNOT_EUSAGE:
	case KNOT_EINPUT:
	case KNOT_EBUILD:
	case KNOT_EUNSUPPORTED:
	case KNOT_EBUSY:
		return 2;
	default:
		return 3;
	}
}
