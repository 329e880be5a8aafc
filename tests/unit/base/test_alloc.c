/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/vec.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdint.h>

Test(alloc, memory_is_zeroed_and_never_null)
{
	knot_auto_free unsigned char *p = knot_xalloc(1000);
	for (size_t i = 0; i < 1000; i++)
		cr_assert_eq(p[i], 0);
	knot_auto_free void *none = knot_xalloc(0);
	cr_assert_not_null(none);
	none = knot_xrealloc(none, 0);
	cr_assert_not_null(none);
}

Test(alloc, strings)
{
	knot_auto_free char *a = knot_xstrdup("abc");
	knot_auto_free char *b = knot_xstrndup("abcdef", 4);
	knot_auto_free char *c = knot_xstrndup("ab", 40);
	knot_auto_free char *d = knot_xasprintf("%s-%d", "x", 7);
	cr_assert_str_eq(a, "abc");
	cr_assert_str_eq(b, "abcd");
	cr_assert_str_eq(c, "ab");
	cr_assert_str_eq(d, "x-7");
}

Test(alloc, an_overflowing_size_aborts, .signal = SIGABRT)
{
	knot_xreallocarray(NULL, SIZE_MAX / 2, 3);
}

Test(alloc, a_broken_invariant_aborts, .signal = SIGABRT)
{
	knot_assert(1 + 1 == 3);
}

Test(alloc, a_true_invariant_does_not)
{
	int evaluated = 0;
	knot_assert(++evaluated == 1);
	cr_assert_eq(evaluated, 1);
}

Test(cleanup, steal_hands_over)
{
	char *kept;
	{
		knot_auto_free char *p = knot_xstrdup("kept");
		kept = knot_steal(&p);
		cr_assert_null(p);
	}
	cr_assert_str_eq(kept, "kept");
	free(kept);
}

Test(cleanup, descriptors_close_with_the_scope)
{
	int number;
	{
		knot_auto_close int fd = open("/dev/null", O_RDONLY);
		number = fd;
		cr_assert_geq(number, 0);
		knot_auto_close int none = -1;
		(void)none;
	}
	cr_assert_eq(fcntl(number, F_GETFD), -1);
	{
		knot_auto_close int fd = open("/dev/null", O_RDONLY);
		number = knot_steal_fd(&fd);
	}
	cr_assert_neq(fcntl(number, F_GETFD), -1);
	close(number);
}

Test(vec, grows_and_keeps_values)
{
	KNOT_VEC(uint64_t) v = {0};
	for (uint64_t i = 0; i < 1000; i++)
		knot_vec_push(&v, i * i);
	cr_assert_eq(v.len, 1000);
	for (uint64_t i = 0; i < 1000; i++)
		cr_assert_eq(v.data[i], i * i);
	knot_vec_free(&v);
	cr_assert_eq(v.len, 0);
	knot_vec_push(&v, 5);
	cr_assert_eq(v.data[0], 5);
	knot_vec_free(&v);
}

Test(alloc, large_blocks_stay_apart_from_the_heap)
{
#ifdef __SANITIZE_ADDRESS__
	cr_skip("the address sanitizer has an allocator of its own");
#endif
	knot_alloc_open();
	free(knot_xalloc(24u << 20));
	const size_t before = mallinfo2().hblkhd;
	void *block = knot_xalloc(8u << 20);
	const size_t during = mallinfo2().hblkhd;
	free(block);
	cr_expect_geq(
		during - before, 8u << 20, "mapped by itself although a larger one was freed");
	cr_expect_eq(mallinfo2().hblkhd, before);
}

/* What is taken in advance is there, and stays where it is whatever comes and goes in small blocks. */
Test(alloc, a_reserve_is_taken_at_once_and_kept)
{
#ifdef __SANITIZE_ADDRESS__
	cr_skip_test("the address sanitizer has an allocator of its own");
#endif
	enum { BLOCKS = 10000, BLOCK = 1600 };
	static void *blocks[BLOCKS];

	knot_alloc_open();
	const struct mallinfo2 before = mallinfo2();

	knot_alloc_reserve(20 << 20);
	const struct mallinfo2 reserved = mallinfo2();

	cr_expect_geq(reserved.arena, before.arena + (20u << 20));
	cr_expect_leq(reserved.uordblks, before.uordblks + 4096);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < BLOCKS; i++)
			blocks[i] = knot_xalloc(BLOCK);
		cr_expect_eq(mallinfo2().arena, reserved.arena);
		for (int i = 0; i < BLOCKS; i++)
			free(blocks[i]);
		cr_expect_eq(mallinfo2().arena, reserved.arena);
	}
	/* beyond it large ones are still by themselves */
	knot_auto_free void *large = knot_xalloc(60 << 20);

	cr_expect_eq(mallinfo2().arena, reserved.arena);
	cr_expect_geq(mallinfo2().hblkhd, before.hblkhd + (60u << 20));
}
