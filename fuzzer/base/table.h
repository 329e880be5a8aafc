/* SPDX-License-Identifier: BSD-2-Clause */
/* uthash, which by itself calls exit() when memory runs out. */
#ifndef KNOT_BASE_TABLE_H
#define KNOT_BASE_TABLE_H

#include "base/alloc.h"

#include <stdlib.h>

#define uthash_fatal(msg) knot_assert_failed(msg, __FILE__, __LINE__)
#include <uthash.h>

/* Frees the table and every entry of it, which a plain free() has to be enough for. The table is empty then. */
#define KNOT_TABLE_FREE(head) \
	do { \
		__typeof__(head) knot_entry_ = (head); \
		/* The entries stay linked. */ \
		HASH_CLEAR(hh, head); \
		while (knot_entry_) { \
			void *knot_next_ = knot_entry_->hh.next; \
			free(knot_entry_); \
			knot_entry_ = knot_next_; \
		} \
	} while (0)

#endif
