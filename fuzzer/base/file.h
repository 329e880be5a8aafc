/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole files and directories.
 *
 * Codes: a path that the user got wrong (missing, a directory, no permission) is KNOT_EUSAGE, too
 * large is KNOT_EINPUT, a full disk or quota is KNOT_EFULL, all else KNOT_ESYS. sys_errno is set.
 */
#ifndef KNOT_BASE_FILE_H
#define KNOT_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct knot_error;

/* The whole file, a NUL byte after it (not counted). Refuses more than limit_bytes. Caller frees. */
int knot_file_read(const char *path, size_t limit_bytes, char **ret_data, size_t *ret_len,
	struct knot_error *err);
/* All or nothing: temporary file beside it, fsync, rename, fsync of the directory. */
int knot_file_write(const char *path, const void *data, size_t len, struct knot_error *err);
/*
 * Where a user wants it: all or nothing too, but what path leads to by a link, a pipe or a device is written to and not
 * replaced, since /dev/stdout may be one.
 */
int knot_file_write_to(const char *path, const void *data, size_t len, struct knot_error *err);
/* The same without waiting for the disk: who reads sees the old file or the new one. For what can be lost. */
int knot_file_replace(const char *path, const void *data, size_t len, struct knot_error *err);
/* The directory and its parents; an existing directory is fine. */
int knot_file_mkdirs(const char *path, mode_t mode, struct knot_error *err);
/* A symbolic link at path, in the place of any file that is there. See symlink(2). */
int knot_file_link(const char *target, const char *path, struct knot_error *err);
bool knot_file_exists(const char *path);
/* The nearest directory that has a file of this name: dir, absolute, or one above it; NULL = none. Caller frees. */
char *knot_file_above(const char *dir, const char *name);
/* How path is called from dir on, both absolute and plain: "x", "../x", "." Caller frees. */
char *knot_file_relative(const char *dir, const char *path);

#endif
