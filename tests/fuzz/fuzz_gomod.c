/* SPDX-License-Identifier: BSD-2-Clause */
/* The module's path lies within the file. */
#include "base/alloc.h"
#include "wire/gomod.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct knot_span path;

	if (!knot_gomod_module(knot_span_of(data, size), &path))
		return 0;
	knot_assert(path.len && path.data >= (const char *)data &&
		path.data + path.len <= (const char *)data + size);
	return 0;
}
