/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Same bug or not: a bucket is the kind of verdict and the set of (operation, site) that it is about.
 * Goroutine numbers, counts, paths, seeds and addresses play no part, so N workers blocked at one line
 * are one site, and the number is the same in the next process and the next build of the same source.
 */
#ifndef KNOT_EXPLORE_BUCKET_H
#define KNOT_EXPLORE_BUCKET_H

#include <stddef.h>
#include <stdint.h>

struct knot_names;
struct knot_verdict;

/* XXH3-64; the name of the algorithm is stored beside the value. 0 for a verdict of OK. */
#define KNOT_BUCKET_ALGORITHM "xxh3-64"
uint64_t knot_bucket_hash(const struct knot_verdict *v);

/* "deadlock: lock manager.go:10, send manager.go:19". Sorted by file and line. Caller frees. */
char *knot_bucket_title(const struct knot_verdict *v, const struct knot_names *names);
/* How many entries the signature has, and the nth, "lock manager.go:10". Caller frees. */
size_t knot_bucket_signature_len(const struct knot_verdict *v);
char *knot_bucket_signature(
	const struct knot_verdict *v, size_t nth, const struct knot_names *names);

#endif
