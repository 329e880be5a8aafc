/* SPDX-License-Identifier: BSD-2-Clause */
/* The C compiler's view of abi.h against what the Go compiler made of the generated file. */
#include "wire/abi.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/span.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

struct expectation {
	const char *name;
	uint64_t a, b;
	int count;
};

/* clang-format off */
static const struct expectation expected[] = {
#define KNOT_ABI_CONST(name) {#name, name, 0, 1},
#define KNOT_ABI_STRUCT(name) {#name, sizeof(struct name), 0, 1},
#define KNOT_ABI_FIELD(type, member) \
	{#type "." #member, offsetof(struct type, member), sizeof(((struct type *)0)->member), 2},
#include "abi/fields.h"
};
/* clang-format on */

Test(abi, go_and_c_agree_on_every_offset)
{
	struct knot_error err = {0};
	knot_auto_free char *data = NULL;
	size_t len = 0;
	size_t i = 0;
	cr_assert_eq(
		knot_file_read(KNOT_ABI_OFFSETS, 1 << 20, &data, &len, &err), 0, "%s", err.message);
	struct knot_span file = knot_span_of(data, len);
	struct knot_span line;
	while (knot_span_take_line(&file, &line)) {
		struct knot_span name;
		uint64_t a = 0;
		uint64_t b = 0;
		cr_assert_lt(i, sizeof(expected) / sizeof(expected[0]));
		const struct expectation *e = &expected[i++];
		cr_assert(knot_span_take_word(&line, &name) && knot_span_skip(&line, " "));
		cr_assert(knot_span_eq(name, e->name), "%.*s, not %s", (int)name.len, name.data,
			e->name);
		cr_assert(knot_span_take_u64(&line, UINT64_MAX, &a));
		if (e->count == 2)
			cr_assert(knot_span_skip(&line, " ") &&
				knot_span_take_u64(&line, UINT64_MAX, &b));
		cr_expect_eq(a, e->a, "%s: Go %" PRIu64 ", C %" PRIu64, e->name, a, e->a);
		cr_expect_eq(b, e->b, "%s: Go %" PRIu64 ", C %" PRIu64, e->name, b, e->b);
	}
	cr_assert_eq(i, sizeof(expected) / sizeof(expected[0]));
	cr_assert_gt(i, 200, "the generator has found the header's content");
}

/* Members that the generator missed would show here: the list covers each struct to its end. */
Test(abi, the_list_covers_the_structs_to_their_ends)
{
	const size_t n = sizeof(expected) / sizeof(expected[0]);
	size_t structs = 0;
	for (size_t i = 0; i < n; i++) {
		if (expected[i].count != 1 || strncmp(expected[i].name, "knot_shm_", 9) != 0)
			continue;
		uint64_t end = 0;
		for (size_t k = i + 1; k < n && expected[k].count == 2; k++) {
			cr_assert(expected[k].a - end < 8, "hole before %s", expected[k].name);
			end = expected[k].a + expected[k].b;
		}
		cr_assert(expected[i].a - end < 8, "hole at the end of %s", expected[i].name);
		structs++;
	}
	cr_assert_geq(structs, 9);
}
