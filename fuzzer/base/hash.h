/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names as numbers. These three are computed by the C side, the Go helper and the shim alike;
 * tests/vectors/names.txt holds values that all of them must give.
 *
 *  site hash:  FNV-1a 32 of "<import path>/<file base name>:<line>:<op>:<nth>", 0 becomes 1.
 *              import path as in the symbol name of the function ("main" for commands, "_test" suffix
 *              for external tests), op the decimal KNOT_OP_* (RANGE, SELRECV count as RECV, SELSEND as
 *              SEND, WGGO as GO), nth counts same operations on that line from 0.
 *              Where the shim meets a position in the standard library without a hook it is FNV-1a 32 of
 *              "<import path>/<rest of the symbol name>+<lines below the function's head>:<op>:0", which
 *              most functions keep from one Go release to the next.
 *  root path:  KNOT_PATH_ROOT, the test's own goroutine.
 *  child path: knot_hash_child(parent path, site of the go statement, ordinal among those).
 */
#ifndef KNOT_BASE_HASH_H
#define KNOT_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define KNOT_PATH_ROOT 0x54ull
#define KNOT_PATH_TIMER 0x74696d6572ull /* parent of goroutines started by a timer */
#define KNOT_PATH_BEFORE 0x6265666f7265ull /* parent of goroutines alive before the run */

#define KNOT_HASH_FNV32 2166136261u

/* In pieces: from KNOT_HASH_FNV32 by each of them to the end. */
static inline uint32_t knot_hash_fnv32_more(uint32_t h, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		h = (h ^ (uint8_t)s[i]) * 16777619u;
	return h;
}

static inline uint32_t knot_hash_fnv32_end(uint32_t h)
{
	return h ? h : 1;
}

static inline uint32_t knot_hash_fnv32(const char *s, size_t len)
{
	return knot_hash_fnv32_end(knot_hash_fnv32_more(KNOT_HASH_FNV32, s, len));
}

/* Bijective 64-bit finaliser (splitmix64). */
static inline uint64_t knot_hash_mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9ull;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebull;
	return x ^ (x >> 31);
}

static inline uint64_t knot_hash_child(uint64_t parent, uint32_t site, uint32_t ordinal)
{
	return knot_hash_mix(parent * 0x9e3779b97f4a7c15ull + (((uint64_t)site << 32) | ordinal));
}

/* Key of an operation: who, where, what. */
static inline uint64_t knot_hash_op(uint64_t gpath, uint32_t site, uint32_t op)
{
	return knot_hash_mix(gpath + (((uint64_t)site << 8) | op) * 0x9e3779b97f4a7c15ull);
}

/* Key of a pair; type 1 = CPOP1, 2 = CPOP2. */
static inline uint64_t knot_hash_pair(uint64_t salt, uint32_t type, uint64_t a, uint64_t b)
{
	return knot_hash_mix((a ^ salt) * 0x9e3779b97f4a7c15ull + (b << 1) + type);
}

#endif
