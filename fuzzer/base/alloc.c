/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"

#include <limits.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGE_BYTES (256 << 10)
#define RESERVE_CHUNK_BYTES \
	(16 << 20) /* the C library allows 32 MB for a block that is not large */
#define RESERVE_CHUNKS_MAX 8

void knot_alloc_open(void)
{
	mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
}

void knot_alloc_reserve(size_t size_bytes)
{
	const size_t chunk = RESERVE_CHUNK_BYTES;
	void *taken[RESERVE_CHUNKS_MAX];
	size_t n = 0;

	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	mallopt(M_MMAP_THRESHOLD, RESERVE_CHUNK_BYTES + 4096);
	for (; n < RESERVE_CHUNKS_MAX && n * chunk < size_bytes; n++) {
		taken[n] = malloc(chunk);
		if (!taken[n])
			break;
		/* Only pages that were written to are there. */
		memset(taken[n], 1, chunk);
	}
	while (n > 0)
		free(taken[--n]);
	mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
}

_Noreturn static void out_of_memory(size_t size_bytes)
{
	fprintf(stderr, "goknot: out of memory (%zu bytes wanted)\n", size_bytes);
	abort();
}

void *knot_xalloc(size_t size_bytes)
{
	void *p = calloc(1, size_bytes ? size_bytes : 1);
	if (!p)
		out_of_memory(size_bytes);
	return p;
}

void *knot_xrealloc(void *p, size_t size_bytes)
{
	void *moved = realloc(p, size_bytes ? size_bytes : 1);
	if (!moved)
		out_of_memory(size_bytes);
	return moved;
}

void *knot_xreallocarray(void *p, size_t count, size_t size_bytes)
{
	size_t total_bytes;
	if (__builtin_mul_overflow(count, size_bytes, &total_bytes))
		out_of_memory(SIZE_MAX);
	return knot_xrealloc(p, total_bytes);
}

char *knot_xstrdup(const char *s)
{
	return knot_xstrndup(s, strlen(s));
}

char *knot_xstrndup(const char *s, size_t len)
{
	size_t n = strnlen(s, len);
	char *copy = knot_xalloc(n + 1);
	memcpy(copy, s, n);
	return copy;
}

char *knot_xasprintf(const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;
	va_start(ap, fmt);
	int n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		out_of_memory(0);
	return s;
}

_Noreturn void knot_assert_failed(const char *expr, const char *file, int line)
{
	fprintf(stderr, "goknot: %s:%d: broken invariant: %s\n", file, line, expr);
	abort();
}
