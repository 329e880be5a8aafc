/* SPDX-License-Identifier: BSD-2-Clause */
/* How a crash file is called, and what lies beside it: x.timeline.json beside x.crash. */
#ifndef KNOT_WIRE_CRASH_PATH_H
#define KNOT_WIRE_CRASH_PATH_H

#include "base/span.h"

#include <stdbool.h>

/* "x/a" of "x/a.crash"; else all of it, and false. A name that is nothing but the ending has no stem. Borrowed from path. */
bool knot_crash_path_stem(const char *path, struct knot_span *ret_stem);
/* "x/a" for "x/a.crash" or "x/a", and then end, such as ".output". Caller frees. */
char *knot_crash_path_beside(const char *path, const char *end);

#endif
