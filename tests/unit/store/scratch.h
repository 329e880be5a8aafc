/* SPDX-License-Identifier: BSD-2-Clause */
/* A campaign directory for one test; every test runs in a process of its own. */
#ifndef KNOT_TESTS_STORE_SCRATCH_H
#define KNOT_TESTS_STORE_SCRATCH_H

#include "base/error.h"
#include "store/store.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64];

/* A test that removes write permission calls this again before it ends. */
static inline void remove_scratch(void)
{
	DIR *d;
	chmod(dir, 0700);
	d = opendir(dir);
	for (const struct dirent *e; d && (e = readdir(d));) {
		char path[512];
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (e->d_name[0] != '.')
			unlink(path);
	}
	if (d)
		closedir(d);
	rmdir(dir);
}

static inline void make_scratch(void)
{
	strcpy(dir, "/tmp/knot-store-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
}

static inline struct knot_store *open_store(enum knot_store_mode mode)
{
	struct knot_store *store = NULL;
	struct knot_error err = {0};
	cr_assert_eq(knot_store_open(dir, mode, &store, &err), 0, "%s", err.message);
	return store;
}

/* Commits, closes and opens again: what is read then comes from the file. */
static inline struct knot_store *reopen(struct knot_store *store)
{
	struct knot_error err = {0};
	cr_assert_eq(knot_store_flush(store, &err), 0, "%s", err.message);
	knot_store_close(store);
	return open_store(KNOT_STORE_WRITE);
}

#endif
