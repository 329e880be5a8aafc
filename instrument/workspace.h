/* SPDX-License-Identifier: BSD-2-Clause */
/* The modules of a workspace (go.work), as the go command sees them. */
#ifndef KNOT_INSTRUMENT_WORKSPACE_H
#define KNOT_INSTRUMENT_WORKSPACE_H

/*
 * The directory of the module that path, of a package or of a module, is of: among those of the workspace that dir lies in, or
 * without one among dir's own alone. NULL: it is of none, or the go command cannot tell. Caller frees.
 */
char *knot_workspace_module(const char *dir, const char *path);

#endif
