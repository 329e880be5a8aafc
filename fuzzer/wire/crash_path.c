/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/crash_path.h"

#include "base/alloc.h"

#include <string.h>

#define ENDING ".crash"

bool knot_crash_path_stem(const char *path, struct knot_span *ret_stem)
{
	*ret_stem = knot_span_str(path);
	return ret_stem->len > strlen(ENDING) && knot_span_cut(ret_stem, ENDING);
}

char *knot_crash_path_beside(const char *path, const char *end)
{
	struct knot_span stem;

	(void)knot_crash_path_stem(path, &stem);
	return knot_xasprintf("%.*s%s", (int)stem.len, stem.data, end);
}
