/* SPDX-License-Identifier: BSD-2-Clause */
/* Allocation that cannot fail: out of memory aborts with one line. Caller frees with free(). */
#ifndef KNOT_BASE_ALLOC_H
#define KNOT_BASE_ALLOC_H

#include <stddef.h>

/*
 * At the start of the program: from here on every large block is mapped by itself and given back when it is
 * freed. By default the C library raises the size from which it does so to that of the largest block freed,
 * and what a long trace has taken once stays in the heap.
 */
void knot_alloc_open(void);

/*
 * Behind knot_alloc_open: takes so many bytes from the system at once (at most 128 MB) and keeps them to the end. What
 * a campaign learns through a night then takes no more memory than it had at the start.
 */
void knot_alloc_reserve(size_t size_bytes);

void *knot_xalloc(size_t size_bytes); /* zeroed */
void *knot_xrealloc(void *p, size_t size_bytes);
void *knot_xreallocarray(void *p, size_t count, size_t size_bytes);
char *knot_xstrdup(const char *s);
char *knot_xstrndup(const char *s, size_t len);
char *knot_xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A broken invariant: prints file, line and the expression, then aborts. */
#define knot_assert(e) ((e) ? (void)0 : knot_assert_failed(#e, __FILE__, __LINE__))
_Noreturn void knot_assert_failed(const char *expr, const char *file, int line);

#endif
