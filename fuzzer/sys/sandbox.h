/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeps workers from disturbing each other and the user's tree: a network namespace with its own
 * loopback, a copy-on-write view of given directories, a TMPDIR. It isolates tests that mean no harm;
 * it is no security boundary.
 *
 * The namespaces are made once per worker by a short-lived child and kept open as descriptors, which
 * targets enter (knot_proc_options.ns_fds). With privilege they belong to the user namespace of
 * goknot; without, a user namespace that maps only the user's own id is tried. Each part may be
 * missing by itself; the reason is one sentence to show to the user.
 */
#ifndef KNOT_SYS_SANDBOX_H
#define KNOT_SYS_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct knot_error;
struct knot_sandbox;

#define KNOT_SANDBOX_COPY_MAX 64

enum knot_sandbox_part {
	KNOT_SANDBOX_NET, /* own network, loopback only */
	KNOT_SANDBOX_COPY, /* writes below copy_dirs go to a copy */
	KNOT_SANDBOX_PARTS,
};

struct knot_sandbox_options {
	const char
		*state_dir; /* of this worker alone, created if missing: tmp/ and cow/ lie there */
	/* Seen as it is also where it lies below a copied one: the campaign's; NULL = state_dir. */
	const char *shared_dir;
	const char *const *copy_dirs;
	size_t copy_len;
	/* Limit of copies kept in memory, where the disk cannot hold them; 0 = 256 MiB. */
	uint64_t copy_bytes;
	bool no_net; /* leave the machine's network visible */
};

/* Fails when state_dir cannot be used; a part the machine refuses is no failure. */
int knot_sandbox_open(const struct knot_sandbox_options *options, struct knot_sandbox **ret_sandbox,
	struct knot_error *err);
/* After all targets are dead. Removes tmp/ and cow/ with what tests wrote. Accepts NULL. */
void knot_sandbox_close(struct knot_sandbox *sandbox);

/* NULL = the part works; else why not. Borrowed. */
const char *knot_sandbox_missing(const struct knot_sandbox *sandbox, enum knot_sandbox_part part);
/* True when copies take memory, not disk. */
bool knot_sandbox_copies_in_memory(const struct knot_sandbox *sandbox);
/* Fills fds (KNOT_PROC_NS_FDS long) in the order to enter them; returns how many. Borrowed. */
size_t knot_sandbox_namespaces(const struct knot_sandbox *sandbox, int *fds);
/* What its namespaces are known by in /proc; 0 = it has no such one. */
void knot_sandbox_inodes(
	const struct knot_sandbox *sandbox, uint64_t *ret_net, uint64_t *ret_mounts);
const char *knot_sandbox_tmpdir(const struct knot_sandbox *sandbox); /* absolute; borrowed */
/* Empties TMPDIR between two processes. */
int knot_sandbox_clean(struct knot_sandbox *sandbox, struct knot_error *err);

#endif
