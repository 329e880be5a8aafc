/* SPDX-License-Identifier: BSD-2-Clause */
/* The hook is where its bytes are. */
#include "base/alloc.h"
#include "wire/hook.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char bytes[] = KNOT_HOOK_CODE KNOT_HOOK_NAME;
	uint64_t offset;

	if (knot_hook_find(knot_span_of(data, size), &offset, NULL))
		return 0;
	knot_assert(offset <= size && size - offset >= sizeof(bytes) - 1 &&
		memcmp(data + offset, bytes, sizeof(bytes) - 1) == 0);
	return 0;
}
