/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The eBPF probe: what the hook of the shim was called with, in all processes of a binary, as the kernel saw it. Attached
 * once to each binary and before the first process of it starts; told apart by session and not by process, so that neither
 * namespaces nor other users of the binary matter.
 *
 * What is attached goes when the probe is closed, or when goknot dies; the processes go on either way.
 */
#ifndef KNOT_SYS_PROBE_H
#define KNOT_SYS_PROBE_H

#include "runtime-shim/probe/probe.h"

#include <stdbool.h>
#include <stdint.h>

struct knot_error;
struct knot_probe;

/* How hits get to the program, the cheapest first. */
enum knot_probe_way {
	KNOT_PROBE_FAST, /* uprobe_multi, at a nop that the kernel turns into a call */
	KNOT_PROBE_MULTI, /* uprobe_multi, at a nop that traps */
	KNOT_PROBE_SINGLE, /* a performance event: kernels before 6.6; takes CAP_SYS_ADMIN */
};

struct knot_probe_counters {
	uint64_t hits, lost; /* hits = records taken, or still to be taken, + lost */
	uint64_t read; /* records that are out of the kernel's ring */
	uint32_t cpus_lost; /* processors that lost records */
};

/* Loads the program. worst: what the kernel can do better is left unused, for tests. KNOT_EUNSUPPORTED where this
 * machine, or this user, cannot: the message says what is missing, and knot_probe_remedy what to do. */
int knot_probe_open(
	enum knot_probe_way best, struct knot_probe **ret_probe, struct knot_error *err);
/* Detaches. Accepts NULL. */
void knot_probe_close(struct knot_probe *p);

/* Reads the whole file, finds its hook, and has it recorded in every process that is started from it later. */
int knot_probe_attach(struct knot_probe *p, const char *path, struct knot_error *err);
/* A number that one target process is told to call the hook with; never 0, never the same again. */
uint64_t knot_probe_session(struct knot_probe *p);
/* The high half of all of them. */
uint32_t knot_probe_half(const struct knot_probe *p);

/*
 * Has a thread take records out of the kernel's ring, so that a goknot which is busy with something else for a while loses none.
 * It holds no lock but its own, and takes no signals.
 */
int knot_probe_read(struct knot_probe *p, struct knot_error *err);
/* Hands over what is there, in the order in which the kernel was given it: nearly that of seq. Returns how many. */
typedef void (*knot_probe_fn)(void *arg, const struct knot_probe_record *record);
uint64_t knot_probe_take(struct knot_probe *p, knot_probe_fn fn, void *arg);
void knot_probe_counters(struct knot_probe *p, struct knot_probe_counters *ret_counters);

enum knot_probe_way knot_probe_way(const struct knot_probe *p);
/* "uprobe_multi at a nop of five bytes" ...; static. */
const char *knot_probe_way_name(enum knot_probe_way way);

/* What a hook is called with, in the order of its arguments. */
enum {
	KNOT_PROBE_SESSION,
	KNOT_PROBE_REQUEST,
	KNOT_PROBE_RUN,
	KNOT_PROBE_CURSOR,
	KNOT_PROBE_EVENT, /* and the three that follow */
	KNOT_PROBE_WORDS = KNOT_PROBE_EVENT + 4,
};

/* Calls a hook of goknot's own, which is attached by the path /proc/self/exe. */
void knot_probe_hit_own(const uint64_t words[KNOT_PROBE_WORDS]);
/* The same hits times, as runs 0, 1, ... */
void knot_probe_hit_self(uint64_t session, uint32_t hits);
/* How this user gets what knot_probe_open found missing; static. */
const char *knot_probe_remedy(void);

#endif
