/* SPDX-License-Identifier: BSD-2-Clause */
/* The command that replays a finding of a campaign, as it has to be typed here. */
#ifndef KNOT_CMD_RERUN_H
#define KNOT_CMD_RERUN_H

/* path as seen from the current directory when it lies below it. */
const char *knot_rerun_path(const char *path);
/*
 * What replay has to be told from here to find the module and the builds of a campaign: nothing where its
 * defaults will do, else words with a space behind them. A module that has gone elsewhere since is the reader's to name.
 * packages_dir may be NULL. Caller frees.
 */
char *knot_rerun_flags(const char *campaign, const char *packages_dir);

#endif
