/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the runtime of a Go program does, seen from outside: probes at the functions of its runtime, in one process of a
 * binary that was built without goknot. Never at a return, and never at an offset that is not proven to be the
 * beginning of an instruction. What is attached goes when the recorder is closed or goknot dies; the process goes on.
 */
#ifndef KNOT_SYS_RECORDER_H
#define KNOT_SYS_RECORDER_H

#include "base/span.h"
#include "runtime-shim/probe/record.h"
#include "sys/probe.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct knot_error;
struct knot_gobinary;
struct knot_recorder;

struct knot_recorder_counters {
	uint64_t hits, lost, faults; /* hits = records taken, or still to be taken, + lost */
	uint64_t lost_by_cpu[KNOT_RECORD_CPUS];
};

/* A function that can be seen. */
struct knot_recorder_point {
	const char *name; /* as this release calls it, or as the newest would; static */
	uint64_t address; /* in the file; 0 = it is not seen */
	enum knot_record_kind kind;
	bool optional; /* most programs do not have it */
	char why[128]; /* why it is not seen */
};

/* Loads the program. best: as for knot_probe_open, fast or not makes no difference. KNOT_EUNSUPPORTED: this machine, or this
 * user, cannot; see knot_probe_remedy. */
int knot_recorder_open(
	enum knot_probe_way best, struct knot_recorder **ret_recorder, struct knot_error *err);
/* The same for targets of goknot's whose sessions have this high half, not 0: what is compared with their events is recorded while
 * an audited run is under way. See knot_recorder_attach_target. */
int knot_recorder_open_audit(enum knot_probe_way best, uint32_t half,
	struct knot_recorder **ret_recorder, struct knot_error *err);
/* Detaches. Accepts NULL. */
void knot_recorder_close(struct knot_recorder *r);

/* Before the attach: no events of that kind are recorded, and none cost anything. KNOT_EUSAGE: one that the others need. */
int knot_recorder_skip(struct knot_recorder *r, enum knot_record_kind kind, struct knot_error *err);
/* Of an audit, once for each binary: all processes that are started from it later. hook: see wire/hook.h. */
int knot_recorder_attach_target(struct knot_recorder *r, const struct knot_gobinary *binary,
	uint64_t hook, const char *path, struct knot_error *err);

/*
 * Finds the points in binary, whose file has been read whole, and has the process recorded: path is what it executes,
 * or will once it has done so. KNOT_EINPUT when what goroutines cannot be told without is not seen.
 */
int knot_recorder_attach(struct knot_recorder *r, const struct knot_gobinary *binary,
	const char *path, pid_t pid, struct knot_error *err);
/* Borrowed until the close. */
const struct knot_recorder_point *knot_recorder_points(
	const struct knot_recorder *r, size_t *ret_count);

/* Hands over what is there, in the order in which the kernel was given it: nearly that of seq. Returns how many. */
typedef void (*knot_recorder_fn)(void *arg, const struct knot_record_record *record);
uint64_t knot_recorder_take(struct knot_recorder *r, knot_recorder_fn fn, void *arg);
void knot_recorder_counters(
	const struct knot_recorder *r, struct knot_recorder_counters *ret_counters);
/* No more hits from now on; what is there can still be taken. */
void knot_recorder_detach(struct knot_recorder *r);

#endif
