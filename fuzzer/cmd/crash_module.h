/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the module of a crash file is. */
#ifndef KNOT_CMD_CRASH_MODULE_H
#define KNOT_CMD_CRASH_MODULE_H

struct knot_crash;
struct knot_error;

/*
 * The module's directory: around us or around the file, else in our workspace or in that of the file. ret_dir is where to build: what was
 * built for a campaign at our place in a workspace is there, and not where the module is. The caller frees both. KNOT_EUSAGE:
 * it is nowhere.
 *
 * Fills in what a file lacks that was written at the root of a workspace by an older goknot.
 */
int knot_crash_module_find(struct knot_crash *crash, const char *file, char **ret_module_dir,
	char **ret_dir, struct knot_error *err);
/* The same from dir (-C) alone, which is the module's directory or in a workspace with it; NULL = it is neither. Caller frees. */
char *knot_crash_module_at(struct knot_crash *crash, const char *dir);

#endif
