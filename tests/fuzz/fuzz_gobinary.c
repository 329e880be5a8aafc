/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions and positions are of the file, whatever it holds. */
#include "base/alloc.h"
#include "wire/gobinary.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(struct knot_span part, const uint8_t *data, size_t size)
{
	if (part.len)
		knot_assert(part.data >= (const char *)data &&
			part.data + part.len <= (const char *)data + size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"runtime.gopark", "runtime.gogo", "main.main", ""};
	struct knot_gobinary_position positions[8];
	struct knot_gobinary *b;
	uint64_t offset, address;

	if (knot_gobinary_open(knot_span_of(data, size), &b, NULL))
		return 0;
	inside(knot_gobinary_version(b), data, size);
	knot_gobinary_text(b, &offset, &address);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct knot_gobinary_function f, again;

		if (!knot_gobinary_find(b, names[i], &f))
			continue;
		inside(f.code, data, size);
		inside(f.name, data, size);
		knot_assert(f.entry < f.end && f.code.len == f.end - f.entry);
		knot_assert(f.offset + f.code.len <= size);
		(void)knot_gobinary_at(b, f.entry, &again);
		for (uint64_t pc = f.entry; pc < f.end && pc < f.entry + 64; pc++) {
			const size_t n = knot_gobinary_positions(b, pc, positions, 8);

			knot_assert(n <= 8);
			for (size_t j = 0; j < n; j++) {
				inside(positions[j].function, data, size);
				inside(positions[j].file, data, size);
			}
		}
	}
	(void)knot_gobinary_inlines(b, "main.inner");
	knot_gobinary_close(b);
	return 0;
}
