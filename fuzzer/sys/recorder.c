/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/recorder.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/vec.h"
#include "sys/elf.h"
#include "sys/probe.h"
#include "sys/uprobe.h"
#include "wire/gobinary.h"
#include "wire/hook.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <knot/record.skel.h>

#define NAMES_MAX 2

/* In the order of enum knot_record_kind. */
static const struct target {
	enum knot_record_kind kind;
	const char *names[NAMES_MAX]; /* of the newest release first */
	enum knot_elf_place place;
	bool needed; /* who runs, begins and ends cannot be told without */
	bool optional;
	bool whole; /* some of its calls would say less than none */
	bool audited;
	const char *
		shim; /* what the shim has made of it, where it has another name in targets of goknot's */
} targets[] = {
	{.kind = KNOT_RECORD_CREATE,
		.names = {"runtime.newproc1"},
		.needed = true,
		.audited = true},
	{.kind = KNOT_RECORD_QUEUE, .names = {"runtime.runqput"}, .needed = true, .audited = true},
	{.kind = KNOT_RECORD_END,
		.names = {"runtime.gdestroy", "runtime.goexit0"},
		.needed = true,
		.audited = true},
	{.kind = KNOT_RECORD_PARK, .names = {"runtime.gopark"}, .needed = true, .audited = true},
	{.kind = KNOT_RECORD_SWITCH,
		.names = {"runtime.gogo"},
		.place = KNOT_ELF_JUMP,
		.needed = true},
	{.kind = KNOT_RECORD_YIELD, .names = {"runtime.goschedImpl"}},
	{.kind = KNOT_RECORD_PREEMPT, .names = {"runtime.preemptPark"}},
	{.kind = KNOT_RECORD_CORO, .names = {"runtime.coroswitch_m"}, .optional = true},
	{.kind = KNOT_RECORD_SEND, .names = {"runtime.chansend"}, .audited = true},
	{.kind = KNOT_RECORD_RECV, .names = {"runtime.chanrecv"}, .audited = true},
	{.kind = KNOT_RECORD_CLOSE, .names = {"runtime.closechan"}, .audited = true},
	{.kind = KNOT_RECORD_SELECT, .names = {"runtime.selectgo"}, .audited = true},
	{.kind = KNOT_RECORD_LOCK_SLOW,
		.names = {"internal/sync.(*Mutex).lockSlow", "sync.(*Mutex).lockSlow"},
		.audited = true},
	{.kind = KNOT_RECORD_UNLOCK_SLOW,
		.names = {"internal/sync.(*Mutex).unlockSlow", "sync.(*Mutex).unlockSlow"},
		.audited = true},
	{.kind = KNOT_RECORD_LOCK,
		.names = {"sync.(*Mutex).Lock"},
		.optional = true,
		.whole = true},
	{.kind = KNOT_RECORD_UNLOCK,
		.names = {"sync.(*Mutex).Unlock"},
		.optional = true,
		.whole = true},
	{.kind = KNOT_RECORD_WGADD,
		.names = {"sync.(*WaitGroup).Add"},
		.optional = true,
		.audited = true,
		.shim = "sync.(*WaitGroup).knotAdd"},
	{.kind = KNOT_RECORD_WGWAIT,
		.names = {"sync.(*WaitGroup).Wait"},
		.optional = true,
		.audited = true},
	{.kind = KNOT_RECORD_ACQUIRE, .names = {"runtime.semacquire1"}},
	{.kind = KNOT_RECORD_RELEASE, .names = {"runtime.semrelease1"}},
	{.kind = KNOT_RECORD_SYSCALL, .names = {"runtime.reentersyscall"}},
	{.kind = KNOT_RECORD_SYSEXIT, .names = {"runtime.exitsyscall"}},
	{.kind = KNOT_RECORD_SYSWAIT, .names = {"runtime.exitsyscallNoP", "runtime.exitsyscall0"}},
};

#define TARGETS (sizeof(targets) / sizeof(targets[0]))
/* The hook is no function of the runtime's. */
_Static_assert(TARGETS == KNOT_RECORD_HOOK - 1 && TARGETS == KNOT_RECORD_KINDS - 2,
	"one target for each kind");
/* It stands before all others where there is one. */
#define POINTS (TARGETS + 1)

/* By release: structures g, m and p of runtime2.go, as the debugging information of the releases says. */
static const struct knot_record_config layouts[] = {
	[23 - KNOT_GOBINARY_OLDEST] = {.goid_late = 1, .curg_late = 1, .p_late = 1},
	[24 - KNOT_GOBINARY_OLDEST] = {.goid_late = 1, .curg_late = 1, .p_late = 1},
	[25 - KNOT_GOBINARY_OLDEST] = {0},
	[26 - KNOT_GOBINARY_OLDEST] = {.p_late = 1},
	[27 - KNOT_GOBINARY_OLDEST] = {.p_late = 1},
};
_Static_assert(
	sizeof(layouts) / sizeof(layouts[0]) == KNOT_GOBINARY_NEWEST - KNOT_GOBINARY_OLDEST + 1,
	"one layout for each release");

struct knot_recorder {
	struct knot_record_bpf *skel;
	struct ring_buffer *ring;
	enum knot_probe_way way;
	bool audits;
	bool skipped[KNOT_RECORD_KINDS];
	struct knot_recorder_point points[TARGETS];
	uint64_t offsets[POINTS]; /* in the file, of those that are seen */
	uint64_t cookies[POINTS];
	uint32_t count;
	KNOT_VEC(int) links; /* uprobe_multi */
	KNOT_VEC(struct bpf_link *) events; /* KNOT_PROBE_SINGLE */
	/* While records are taken. */
	knot_recorder_fn fn;
	void *arg;
	uint64_t taken;
};

/* --- loading --------------------------------------------------------------------------------- */

static int load(struct knot_recorder *r, bool multi, uint32_t half)
{
	int rc;

	if (!(r->skel = knot_record_bpf__open()))
		return -errno;
	if (multi)
		bpf_program__set_expected_attach_type(
			r->skel->progs.knot_record, (enum bpf_attach_type)KNOT_UPROBE_MULTI);
	if (half)
		bpf_map__set_max_entries(r->skel->maps.records, KNOT_RECORD_AUDIT_BYTES);
	if ((rc = knot_record_bpf__load(r->skel))) {
		knot_record_bpf__destroy(r->skel);
		r->skel = NULL;
	}
	return rc;
}

static int on_record(void *arg, void *data, size_t size)
{
	struct knot_recorder *r = arg;

	const struct knot_record_record *record = data;

	if (size >= sizeof(*record) && size - sizeof(*record) >= record->stack_bytes) {
		r->fn(r->arg, record);
		r->taken++;
	}
	return 0;
}

static int open_recorder(enum knot_probe_way best, uint32_t half,
	struct knot_recorder **ret_recorder, struct knot_error *err)
{
	struct knot_recorder *r = knot_xalloc(sizeof(*r));
	struct knot_probe *probe = NULL;
	/* What the machine can do, and why it cannot, is found out in one place. */
	int rc = knot_probe_open(best, &probe, err);

	if (rc)
		goto fail;
	r->way = knot_probe_way(probe);
	knot_probe_close(probe);
	if ((rc = load(r, r->way != KNOT_PROBE_SINGLE, half))) {
		errno = -rc;
		rc = knot_error_sys(err, "the kernel does not take the recording program");
		goto fail;
	}
	r->ring = ring_buffer__new(bpf_map__fd(r->skel->maps.records), on_record, r, NULL);
	if (!r->ring) {
		rc = knot_error_sys(err, "the ring of the recording program");
		goto fail;
	}
	*ret_recorder = r;
	return 0;
fail:
	knot_recorder_close(r);
	return rc;
}

int knot_recorder_open(
	enum knot_probe_way best, struct knot_recorder **ret_recorder, struct knot_error *err)
{
	return open_recorder(best, 0, ret_recorder, err);
}

int knot_recorder_open_audit(enum knot_probe_way best, uint32_t half,
	struct knot_recorder **ret_recorder, struct knot_error *err)
{
	const int rc = open_recorder(best, half, ret_recorder, err);

	if (rc)
		return rc;
	(*ret_recorder)->audits = true;
	(*ret_recorder)->skel->bss->config.wanted = half;
	for (size_t i = 0; i < TARGETS; i++)
		(*ret_recorder)->skipped[targets[i].kind] = !targets[i].audited;
	return 0;
}

void knot_recorder_detach(struct knot_recorder *r)
{
	for (size_t i = 0; i < r->links.len; i++)
		close(r->links.data[i]);
	knot_vec_free(&r->links);
	for (size_t i = 0; i < r->events.len; i++)
		bpf_link__destroy(r->events.data[i]);
	knot_vec_free(&r->events);
}

void knot_recorder_close(struct knot_recorder *r)
{
	if (!r)
		return;
	knot_recorder_detach(r);
	ring_buffer__free(r->ring);
	knot_record_bpf__destroy(r->skel);
	free(r);
}

/* --- attaching ------------------------------------------------------------------------------- */

static void find(struct knot_recorder *r, const struct knot_gobinary *binary, size_t i)
{
	const struct target *t = &targets[i];
	struct knot_recorder_point *p = &r->points[i];
	struct knot_gobinary_function f;
	struct knot_error err = {0};
	uint32_t place;

	*p = (struct knot_recorder_point){
		.name = t->names[0], .kind = t->kind, .optional = t->optional};
	if (r->skipped[t->kind]) {
		snprintf(p->why, sizeof(p->why), "left out by -skip");
		return;
	}
	for (size_t n = 0; n <= NAMES_MAX; n++) {
		const char *name = n ? t->names[n - 1] : t->shim;

		if (!name || !knot_gobinary_find(binary, name, &f))
			continue;
		p->name = name;
		if (t->whole && knot_gobinary_inlines(binary, name)) {
			snprintf(p->why, sizeof(p->why), "the compiler has inlined it");
			return;
		}
		if (knot_elf_place(f.code, t->place, &place, &err)) {
			snprintf(p->why, sizeof(p->why), "%.*s", (int)sizeof(p->why) - 1,
				err.message);
			return;
		}
		p->address = f.entry + place;
		r->offsets[r->count] = f.offset + place;
		r->cookies[r->count++] = t->kind;
		return;
	}
	snprintf(p->why, sizeof(p->why), "the program has no such function");
}

int knot_recorder_skip(struct knot_recorder *r, enum knot_record_kind kind, struct knot_error *err)
{
	for (size_t i = 0; i < TARGETS; i++)
		if (targets[i].kind == kind && targets[i].needed)
			return knot_error_set(
				err, KNOT_EUSAGE, "without it no goroutine can be followed");
	r->skipped[kind] = true;
	return 0;
}

static int attach_single(
	struct knot_recorder *r, const char *path, pid_t pid, struct knot_error *err)
{
	for (uint32_t i = 0; i < r->count; i++) {
		LIBBPF_OPTS(bpf_uprobe_opts, options, .bpf_cookie = r->cookies[i]);
		struct bpf_link *link = bpf_program__attach_uprobe_opts(
			r->skel->progs.knot_record, pid, path, r->offsets[i], &options);

		if (!link)
			return knot_error_sys(err, "attaching to process %d", (int)pid);
		knot_vec_push(&r->events, link);
	}
	return 0;
}

/* pid 0 = all processes of the file. */
static int attach(struct knot_recorder *r, const char *path, pid_t pid, struct knot_error *err)
{
	if (r->way == KNOT_PROBE_SINGLE)
		return attach_single(r, path, pid ? pid : -1, err);
	const struct knot_uprobe_link link = {
		.prog = bpf_program__fd(r->skel->progs.knot_record),
		.path = path,
		.offsets = r->offsets,
		.cookies = r->cookies,
		.count = r->count,
		.pid = pid,
	};
	const int fd = knot_uprobe_link(&link);

	if (fd >= 0) {
		knot_vec_push(&r->links, fd);
		return 0;
	}
	if (!pid)
		return knot_error_sys(err, "attaching to %s", path);
	if (errno == ESRCH)
		return knot_error_set(err, KNOT_EUSAGE,
			"process %d ended while it was being attached to", (int)pid);
	return knot_error_sys(err, "attaching to process %d", (int)pid);
}

static int find_all(
	struct knot_recorder *r, const struct knot_gobinary *binary, struct knot_error *err)
{
	const uint32_t wanted = r->skel->bss->config.wanted;

	for (size_t i = 0; i < TARGETS; i++) {
		find(r, binary, i);
		/* An audit sees no changes of goroutine, and needs none. */
		if (targets[i].needed && !r->points[i].address && !r->skipped[targets[i].kind])
			return knot_error_set(err, KNOT_EINPUT,
				"%s cannot be seen, and without it no goroutine can be followed: "
				"%s",
				r->points[i].name, r->points[i].why);
	}
	r->skel->bss->config = layouts[knot_gobinary_minor(binary) - KNOT_GOBINARY_OLDEST];
	r->skel->bss->config.wanted = wanted;
	return 0;
}

int knot_recorder_attach(struct knot_recorder *r, const struct knot_gobinary *binary,
	const char *path, pid_t pid, struct knot_error *err)
{
	r->count = 0;
	const int rc = find_all(r, binary, err);

	return rc ? rc : attach(r, path, pid, err);
}

int knot_recorder_attach_target(struct knot_recorder *r, const struct knot_gobinary *binary,
	uint64_t hook, const char *path, struct knot_error *err)
{
	knot_assert(r->audits);
	r->offsets[0] = hook + (r->way == KNOT_PROBE_FAST ? KNOT_HOOK_FAST : 0);
	r->cookies[0] = KNOT_RECORD_HOOK;
	r->count = 1;
	const int rc = find_all(r, binary, err);

	return rc ? rc : attach(r, path, 0, err);
}

const struct knot_recorder_point *knot_recorder_points(
	const struct knot_recorder *r, size_t *ret_count)
{
	*ret_count = TARGETS;
	return r->points;
}

/* --- reading --------------------------------------------------------------------------------- */

uint64_t knot_recorder_take(struct knot_recorder *r, knot_recorder_fn fn, void *arg)
{
	r->fn = fn;
	r->arg = arg;
	r->taken = 0;
	(void)ring_buffer__consume(r->ring);
	return r->taken;
}

void knot_recorder_counters(
	const struct knot_recorder *r, struct knot_recorder_counters *ret_counters)
{
	const struct knot_record_counts *counts = r->skel->bss->counts;

	*ret_counters = (struct knot_recorder_counters){
		.hits = __atomic_load_n(&r->skel->bss->next_seq, __ATOMIC_RELAXED)};
	for (unsigned i = 0; i < KNOT_RECORD_CPUS; i++) {
		const uint64_t lost = __atomic_load_n(&counts[i].lost, __ATOMIC_RELAXED);

		ret_counters->faults += __atomic_load_n(&counts[i].faults, __ATOMIC_RELAXED);
		ret_counters->lost += lost;
		ret_counters->lost_by_cpu[i] = lost;
	}
}
