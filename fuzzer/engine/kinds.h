/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kinds of bad end, as far as the target itself can tell them apart: each is judged once and only counted from then on.
 * A test in which a hundred goroutines stand anywhere at its step limit has a new kind every time, so there is
 * a limit: beyond it all are forgotten, which costs nothing but judging the next of each anew.
 */
#ifndef KNOT_ENGINE_KINDS_H
#define KNOT_ENGINE_KINDS_H

#include "base/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KNOT_KINDS_MAX 32768

/* A verified bucket. */
struct knot_bucket {
	uint64_t key[2]; /* target, bucket */
	uint64_t hits, stored_hits;
	bool ignored; /* by the ignore file */
	bool is_back; /* it was ignored, and is a finding again that nobody has been told of */
	bool told; /* ignored: in this session */
	bool is_unclear; /* the code has changed, and its schedule does not fit any more */
	uint64_t fixed_ns; /* when it was seen to be fixed; 0 = it is not */
	UT_hash_handle hh;
};

struct knot_kind_key {
	uint64_t target;
	uint64_t bucket;
	uint64_t end;
};

struct knot_kind {
	struct knot_kind_key key;
	uint32_t tries; /* verifications that failed */
	uint32_t looks; /* at what was no finding */
	uint32_t listed_verdict, listed_note; /* as what: engine/listed.h; note 0 = it is not */
	bool settled; /* verified, listed or given up: only counted from now on */
	uint64_t hits;
	struct knot_bucket
		*verified; /* what its candidate turned out to be, NULL = no finding; borrowed */
	UT_hash_handle hh;
};

/* The kind, made when it is new; borrowed until the next call. */
struct knot_kind *knot_kinds_get(struct knot_kind **kinds, const struct knot_kind_key *key);
void knot_kinds_free(struct knot_kind **kinds);

#endif
