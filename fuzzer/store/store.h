/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The campaign database goknot.db: opening, closing, transactions and the campaign's own facts. What
 * it holds about targets, sites, runs, pairs, corpus and findings: the headers beside this one.
 *
 * One writer. The first write begins a transaction; knot_store_flush commits it. The caller flushes
 * at least once a second and after every finding: a SIGKILL loses what was not flushed, nothing else.
 * After KNOT_EFULL the transaction may be rolled back as a whole: what was written since the last
 * flush is lost, what was flushed is safe.
 */
#ifndef KNOT_STORE_STORE_H
#define KNOT_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

struct knot_error;
struct knot_store;

enum knot_store_mode {
	KNOT_STORE_WRITE, /* creates the file when missing; migrates an older one */
	KNOT_STORE_READ, /* beside a running campaign, too, and on read-only media */
};

/* Is there a campaign in dir? KNOT_EUSAGE says why not; with sys_errno EACCES nobody may look. */
int knot_store_there(const char *dir, struct knot_error *err); /* err is not NULL */
/*
 * Opens dir/goknot.db and checks it. KNOT_EUSAGE: directory missing or read-only, no campaign there
 * (READ), not goknot's file, or written by a newer goknot; KNOT_EINPUT: damaged; KNOT_EFULL: disk.
 */
int knot_store_open(const char *dir, enum knot_store_mode mode, struct knot_store **ret_store,
	struct knot_error *err);
/* Without a flush, what was not flushed is dropped. Accepts NULL. */
void knot_store_close(struct knot_store *store);
/* Commits. Nothing to do is fine. */
int knot_store_flush(struct knot_store *store, struct knot_error *err);
/* Moves the log into the database and empties it, unless a reader is in the way; between transactions. */
void knot_store_trim(struct knot_store *store);
/* Something waits for a flush. */
bool knot_store_dirty(const struct knot_store *store);
/* Reads all of the file (seconds for a large one); KNOT_EINPUT names the first thing wrong. */
int knot_store_check(struct knot_store *store, struct knot_error *err);

/* Facts of the campaign by key: command line, seed, start, totals. */
int knot_store_meta_set(
	struct knot_store *store, const char *key, const char *value, struct knot_error *err);
/* *ret_value = NULL when there is none; caller frees. */
int knot_store_meta_get(
	struct knot_store *store, const char *key, char **ret_value, struct knot_error *err);
int knot_store_meta_set_u64(
	struct knot_store *store, const char *key, uint64_t value, struct knot_error *err);
/* missing when there is none. */
int knot_store_meta_get_u64(struct knot_store *store, const char *key, uint64_t missing,
	uint64_t *ret_value, struct knot_error *err);

#endif
