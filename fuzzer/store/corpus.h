/* SPDX-License-Identifier: BSD-2-Clause */
/* The corpus: chains that took effect and gave new pairs. */
#ifndef KNOT_STORE_CORPUS_H
#define KNOT_STORE_CORPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct knot_error;
struct knot_store;

/* An entry is known by target and hash. */
struct knot_store_entry {
	int64_t id; /* given by the store, in order of creation */
	int64_t target;
	uint64_t hash;
	const char *chain; /* text form */
	int64_t parent; /* id of the entry it was mutated from, 0 = none */
	const uint16_t *prefix; /* decisions before the chain */
	size_t prefix_len;
	const uint64_t *pairs; /* that its run showed, by knot_hash_pair; none = not known */
	size_t pairs_len;
	uint64_t new_pairs;
	double energy;
	uint64_t picks;
	uint64_t created_ns; /* wall clock */
};

typedef int (*knot_store_entry_fn)(
	void *arg, const struct knot_store_entry *entry, struct knot_error *err);

/* Adds the entry; of one that is there, new_pairs, energy, picks and pairs that are known now are set. Fills in entry->id. */
int knot_store_corpus_upsert(
	struct knot_store *store, struct knot_store_entry *entry, struct knot_error *err);
/* Sets new_pairs, energy and picks of entry->id. */
int knot_store_corpus_update(
	struct knot_store *store, const struct knot_store_entry *entry, struct knot_error *err);
/* Entries of one target in order of creation. What entry points to is borrowed during the call. */
int knot_store_corpus_each(struct knot_store *store, int64_t target, knot_store_entry_fn fn,
	void *arg, struct knot_error *err);

/* The entry goes, and its chain is one that was dropped: what is known of it is only that. */
int knot_store_corpus_drop(
	struct knot_store *store, const struct knot_store_entry *entry, struct knot_error *err);

typedef int (*knot_store_import_fn)(void *arg, uint64_t hash, bool dropped, struct knot_error *err);

/* A chain, by its hash, that came from a file and need not be taken up again. */
int knot_store_import_add(
	struct knot_store *store, int64_t target, uint64_t hash, struct knot_error *err);
/* Those, and what knot_store_corpus_drop has dropped. */
int knot_store_import_each(struct knot_store *store, int64_t target, knot_store_import_fn fn,
	void *arg, struct knot_error *err);

/* Chains of all targets together. */
int knot_store_corpus_count(struct knot_store *store, uint64_t *ret_count, struct knot_error *err);

#endif
