/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scheduling chain: operations that the run is to execute in this order. And the corpus file, the
 * chains of one test as text:
 *
 *   goknot corpus 1
 *   target: example.org/m/pkg
 *   test: TestManager
 *   chain: 2
 *     send 1a2b3c4d 0123456789abcdef         operation, site hash, goroutine path hash
 *     any 5e6f7081 0000000000000000          any operation, any goroutine
 *   end 99aa...
 *
 * Chains that come from a recording (goknot corpus import) are in the order in which they are to be tried, in a file of
 * version 2 with "origin: recording" behind the test.
 */
#ifndef KNOT_WIRE_CHAIN_H
#define KNOT_WIRE_CHAIN_H

#include "base/span.h"
#include "base/vec.h"
#include "wire/abi.h"

#include <stdbool.h>
#include <stdint.h>

struct knot_error;
struct knot_text;

#define KNOT_CORPUS_VERSION 2
#define KNOT_CORPUS_MAX_CHAINS 65536
#define KNOT_CORPUS_MAX_BYTES (64u << 20)

struct knot_chain_op {
	uint64_t gpath; /* 0 = any goroutine */
	uint32_t site;
	uint32_t op; /* KNOT_OP_*, 0 = any */
};

struct knot_chain {
	struct knot_chain_op ops[KNOT_CHAIN_MAX];
	uint32_t len;
};

bool knot_chain_equal(const struct knot_chain *a, const struct knot_chain *b);
/* XXH3 over the operations' values, the same on every machine. */
uint64_t knot_chain_hash(const struct knot_chain *c);
/* Appends op; false when the chain is full. */
bool knot_chain_push(struct knot_chain *c, struct knot_chain_op op);

/* The chain that a request carries, and nothing else that goes with one; len 0 = none. */
void knot_chain_put(const struct knot_chain *c, struct knot_shm_request *r);
struct knot_chain knot_chain_get(const struct knot_shm_request *r);

/* "send 1a2b3c4d 0123456789abcdef", no newline. */
void knot_chain_op_add(struct knot_text *t, const struct knot_chain_op *op);
/* Takes the same from the front of a line. False when it does not stand there. */
bool knot_chain_op_take(struct knot_span *line, struct knot_chain_op *ret_op);

/* Takes a chain of one operation a line. False when something else stands there, or too many. */
bool knot_chain_take(struct knot_span text, struct knot_chain *ret_chain);

struct knot_corpus {
	char *target; /* import path */
	char *test;
	bool recorded; /* they are from a recording */
	KNOT_VEC(struct knot_chain) chains;
};

/* Caller frees *ret_data. */
int knot_corpus_encode(
	const struct knot_corpus *c, char **ret_data, size_t *ret_len, struct knot_error *err);
/* encode(decode(x)) == x. Caller frees with knot_corpus_free. */
int knot_corpus_decode(
	struct knot_span file, struct knot_corpus *ret_corpus, struct knot_error *err);
void knot_corpus_free(struct knot_corpus *c);

#endif
