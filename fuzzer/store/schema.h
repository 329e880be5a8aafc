/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables and how they came to be: numbered migrations, each in its own transaction, the number of
 * the last one in PRAGMA user_version. A migration that was released never changes: add one.
 */
#ifndef KNOT_STORE_SCHEMA_H
#define KNOT_STORE_SCHEMA_H

struct knot_error;
struct knot_store;

#define KNOT_SCHEMA_APPLICATION_ID 0x676b6e74 /* "gknt" in the file's header */

int knot_schema_version(void);
/* Brings the open database to the newest version, or checks only (read_only) that it can be read. */
int knot_schema_migrate(struct knot_store *store, struct knot_error *err);

#endif
