/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * goknot's side of the memory shared with one target process (wire/abi.h): one region per worker.
 *
 * The target may scribble over all of it at any time. So goknot keeps its own copy of everything it
 * decides by (layout, its cursors, requests under way), reads each foreign value once into its own
 * memory, checks it there and answers nonsense with KNOT_EINPUT. The memfd is sealed against
 * shrinking: no access can fault.
 */
#ifndef KNOT_SYS_SHM_H
#define KNOT_SYS_SHM_H

#include "wire/abi.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct knot_error;
struct knot_shm;

/* Vectors for base/vec.h. The caller owns the memory. */
struct knot_shm_events {
	struct knot_shm_event *data;
	size_t len, cap;
};
struct knot_shm_decisions {
	uint16_t *data;
	size_t len, cap;
};
struct knot_shm_results {
	struct knot_shm_result *data;
	size_t len, cap;
};
struct knot_shm_snaps {
	struct knot_shm_snap *data;
	size_t len, cap;
};
struct knot_shm_mems {
	struct knot_shm_mem *data;
	size_t len, cap;
};
struct knot_shm_goroutines {
	struct knot_shm_goroutine *data;
	size_t len, cap;
};

/* One position of the site table; func and file are NUL-terminated copies inside. */
struct knot_shm_position {
	uint32_t hash;
	uint32_t line;
	char func[KNOT_SITE_TEXT + 1];
	char file[KNOT_SITE_TEXT + 1];
};

/* The target's counters, read once each. Nothing but the cursors is checked: they are for display. */
struct knot_shm_counters {
	uint32_t state; /* KNOT_STATE_* */
	uint32_t pid;
	uint64_t heartbeat, runs_total, steps_total, events_lost;
	uint64_t pairs_used, pairs_full, sites_used, sites_full, prims_full, hooks_missed,
		races_lost, preempts;
};

/* What knot_shm_reset gives up beyond the target's cursors and counters. */
#define KNOT_SHM_FORGET_PAIRS 0x1 /* the feedback: for another test binary */
#define KNOT_SHM_FORGET_SITES 0x2
#define KNOT_SHM_TRIM 0x4 /* return the pages of the rings and dumps to the kernel */

int knot_shm_create(struct knot_shm **ret_shm, struct knot_error *err);
/* The region stays until everybody who shares it has closed it; returns shm. */
struct knot_shm *knot_shm_share(struct knot_shm *shm);
void knot_shm_close(struct knot_shm *shm);

int knot_shm_fd(const struct knot_shm *shm); /* borrowed; for knot_proc_start */
size_t knot_shm_size(void);
/* For tests and for parts that no accessor covers; the target writes there. */
struct knot_shm_header *knot_shm_header(struct knot_shm *shm);

/*
 * Readies the region for a new process: header written anew, cursors at 0. Requests not finished and
 * results not taken are gone. No process may be attached.
 */
int knot_shm_reset(
	struct knot_shm *shm, uint32_t cfg_flags, uint32_t forget, struct knot_error *err);

/*
 * Posts a request; prefix (may be NULL) is copied to dec_in and prefix_off/prefix_len are filled in.
 * KNOT_EFULL when the ring or dec_in has no room now: take results and try again.
 */
int knot_shm_post(struct knot_shm *shm, const struct knot_shm_request *request,
	const uint16_t *prefix, size_t prefix_len, struct knot_error *err);
/* Requests posted and not finished. */
int knot_shm_pending(struct knot_shm *shm, uint32_t *ret_pending, struct knot_error *err);
/* Asks the target to leave between two runs. */
void knot_shm_stop(struct knot_shm *shm);

/*
 * Enters a pair that an earlier process or campaign has shown (knot_hash_pair), so that it is not new
 * again; the same table as in the shim. False = table full. No process may be attached.
 */
bool knot_shm_add_pair(struct knot_shm *shm, uint64_t key);

/* Appends the results that are there, checked, to out and frees their slots. out stays untouched on failure. */
int knot_shm_take_results(
	struct knot_shm *shm, struct knot_shm_results *out, struct knot_error *err);

/* Append [start, end) to out; positions below the tail or beyond the ring are KNOT_EINPUT. */
int knot_shm_copy_events(struct knot_shm *shm, uint64_t start, uint64_t end,
	struct knot_shm_events *out, struct knot_error *err);
/*
 * The same for a native run: what was never filled is left out and counted, the rest numbered
 * (wire/settle.h). *ret_unfilled events are missing.
 */
int knot_shm_copy_native_events(struct knot_shm *shm, uint64_t start, uint64_t end,
	struct knot_shm_events *out, uint32_t *ret_unfilled, struct knot_error *err);
int knot_shm_copy_decisions(struct knot_shm *shm, uint64_t start, uint64_t end,
	struct knot_shm_decisions *out, struct knot_error *err);
/*
 * What the race detector wrote in [start, end), NUL-terminated, and hands those bytes back to the target;
 * caller frees.
 */
int knot_shm_take_races(struct knot_shm *shm, uint64_t start, uint64_t end, char **ret_text,
	size_t *ret_len, struct knot_error *err);
/* Positions at which goroutines share memory, as told by this process so far, from the beginning. */
int knot_shm_copy_mems(struct knot_shm *shm, struct knot_shm_mems *out, struct knot_error *err);
/* Hands the slots below the cursors back to the target, and their pages to the kernel. Never moves backwards. */
int knot_shm_release(
	struct knot_shm *shm, uint64_t ev_tail, uint64_t dec_tail, struct knot_error *err);

/* The run under way (or the one that the process died in), checked like a result. */
int knot_shm_current(
	struct knot_shm *shm, struct knot_shm_current *ret_current, struct knot_error *err);
void knot_shm_counters(struct knot_shm *shm, struct knot_shm_counters *ret_counters);

int knot_shm_copy_snaps(
	struct knot_shm *shm, uint32_t count, struct knot_shm_snaps *out, struct knot_error *err);
int knot_shm_copy_goroutines(struct knot_shm *shm, uint32_t count, struct knot_shm_goroutines *out,
	struct knot_error *err);
/* The text the target left (goroutine dump, panic), NUL-terminated; caller frees. Length in *ret_len. */
int knot_shm_copy_dump(
	struct knot_shm *shm, char **ret_text, size_t *ret_len, struct knot_error *err);
/* Slot index of the site table; false when it is free or its text is not two strings. */
bool knot_shm_site(struct knot_shm *shm, uint32_t index, struct knot_shm_position *ret_position);

#endif
