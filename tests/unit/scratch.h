/* SPDX-License-Identifier: BSD-2-Clause */
/* A directory for one test; every test runs in a process of its own. */
#ifndef KNOT_TESTS_UNIT_SCRATCH_H
#define KNOT_TESTS_UNIT_SCRATCH_H

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/file.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char top[] = "/tmp/goknot-unit.XXXXXX";

static inline void make_scratch(void)
{
	cr_assert_not_null(mkdtemp(top));
}

static inline void remove_scratch(void)
{
	knot_auto_free char *command = knot_xasprintf("rm -rf %s", top);

	cr_assert_eq(system(command), 0); /* NOLINT(cert-env33-c) */
}

/* Caller frees. */
static inline char *path_of(const char *name)
{
	return knot_xasprintf("%s/%s", top, name);
}

/* Writes a file, whose directories are made. */
static inline void put(const char *name, const char *text)
{
	knot_auto_free char *path = path_of(name);
	knot_auto_free char *dir = knot_xstrndup(path, (size_t)(strrchr(path, '/') - path));

	cr_assert_eq(knot_file_mkdirs(dir, 0777, NULL), 0);
	cr_assert_eq(knot_file_write(path, text, strlen(text), NULL), 0);
}

#endif
