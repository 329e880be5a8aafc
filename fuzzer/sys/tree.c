/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/tree.h"

#include "base/error.h"

#include <errno.h>
#include <fts.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

/* A pass opens one level of unreadable directories; targets do not nest many of them. */
#define PASSES 16
#define OPEN_DIRS 32

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	/* An unreadable or unwritable directory is opened up here and emptied in the next pass. */
	if (type == FTW_DNR || type == FTW_DP)
		(void)chmod(path, 0700);
	(void)remove(path);
	return 0;
}

int knot_tree_remove(const char *path, struct knot_error *err)
{
	struct stat st;
	for (int pass = 0; pass < PASSES; pass++) {
		if (lstat(path, &st) < 0)
			return errno == ENOENT ? 0 : knot_error_sys(err, "removing %s", path);
		if (nftw(path, remove_entry, OPEN_DIRS, FTW_DEPTH | FTW_PHYS) < 0 &&
			errno != ENOENT)
			return knot_error_sys(err, "removing %s", path);
	}
	errno = ENOTEMPTY;
	return knot_error_sys(err, "removing %s", path);
}

uint64_t knot_tree_bytes(const char *path)
{
	char *const paths[] = {(char *)path, NULL};
	uint64_t sum = 0;
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	const FTSENT *e;

	while (fts && (e = fts_read(fts)))
		if (e->fts_info == FTS_D || e->fts_info == FTS_F || e->fts_info == FTS_SL ||
			e->fts_info == FTS_DEFAULT)
			sum += (uint64_t)e->fts_statp->st_blocks * 512;
	if (fts)
		fts_close(fts);
	return sum;
}

uint64_t knot_tree_free_bytes(const char *path)
{
	struct statvfs s;

	return statvfs(path, &s) ? UINT64_MAX : (uint64_t)s.f_bavail * s.f_frsize;
}
