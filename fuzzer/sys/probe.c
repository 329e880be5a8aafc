/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/probe.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/vec.h"
#include "sys/uprobe.h"
#include "wire/hook.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <knot/probe.skel.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define BINARY_MAX (1ull << 30)
/* Some seconds at the utmost rate. */
#define INBOX_MAX ((size_t)2 << 20)
/* What a burst needed is given back. */
#define KEEP_BYTES (4u << 20)
/* The ring is full after ten times that, at the utmost rate. */
#define READ_NS 5000000
/* Linux 6.18: the call that takes the place of an optimised nop. Made by anybody else it answers ENXIO. */
#define SYS_UPROBE 336

struct records {
	struct knot_probe_record *data;
	size_t len, cap;
};

struct knot_probe {
	struct knot_probe_bpf *skel;
	struct ring_buffer *ring;
	enum knot_probe_way way;
	unsigned cpus; /* that have counters of their own */
	uint32_t half; /* of the sessions */
	uint32_t sessions;
	KNOT_VEC(int) links; /* uprobe_multi */
	KNOT_VEC(struct bpf_link *) events; /* KNOT_PROBE_SINGLE */
	struct records taken; /* while they are handed over */
	/* What the thread works on, too. */
	pthread_mutex_t lock;
	struct records inbox;
	uint64_t left_out; /* for INBOX_MAX */
	uint64_t read; /* out of the kernel's ring */
	pthread_t reader;
	bool is_read; /* there is a reader */
	atomic_bool stop;
};

static int link_multi(const struct knot_probe *p, const char *path, uint64_t offset)
{
	return knot_uprobe_link(
		&(struct knot_uprobe_link){.prog = bpf_program__fd(p->skel->progs.knot_hook),
			.path = path,
			.offsets = &offset,
			.count = 1});
}

/* --- what is missing ------------------------------------------------------------------------- */

#define CAP_SYS_ADMIN_BIT 21
#define CAP_PERFMON_BIT 38
#define CAP_BPF_BIT 39

static uint64_t capabilities(void)
{
	knot_auto_fclose FILE *f = fopen("/proc/self/status", "re");
	char line[256];
	uint64_t caps = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "CapEff: %" SCNx64, &caps) == 1)
			break;
	return caps;
}

static bool has(uint64_t caps, unsigned bit)
{
	return caps >> bit & 1;
}

static int refused(enum knot_probe_way way, int sys_errno, struct knot_error *err)
{
	const uint64_t caps = capabilities();
	const bool admin = has(caps, CAP_SYS_ADMIN_BIT);
	const bool bpf = admin || has(caps, CAP_BPF_BIT),
		   perfmon = admin || has(caps, CAP_PERFMON_BIT);

	if (sys_errno == ENOSYS)
		return knot_error_set(err, KNOT_EUNSUPPORTED,
			"this kernel has no bpf(2), or a seccomp filter hides it");
	if (sys_errno != EPERM && sys_errno != EACCES)
		return knot_error_set(err, KNOT_EUNSUPPORTED,
			"the kernel does not take the probe: %s", strerror(sys_errno));
	if (!bpf || !perfmon)
		return knot_error_set(err, KNOT_EUNSUPPORTED, "%s%s%s missing",
			bpf ? "" : "CAP_BPF", bpf || perfmon ? "" : " and ",
			perfmon       ? " is"
				: bpf ? "CAP_PERFMON is"
				      : "CAP_PERFMON are");
	if (way == KNOT_PROBE_SINGLE && !admin)
		return knot_error_set(err, KNOT_EUNSUPPORTED,
			"CAP_SYS_ADMIN is missing, which kernels before 6.6 want");
	return knot_error_set(err, KNOT_EUNSUPPORTED,
		"the kernel refuses BPF programs, capabilities or not: a container, a user "
		"namespace or lockdown");
}

const char *knot_probe_remedy(void)
{
	const uint64_t caps = capabilities();

	if (!has(caps, CAP_SYS_ADMIN_BIT) &&
		!(has(caps, CAP_BPF_BIT) && has(caps, CAP_PERFMON_BIT)))
		return "sudo setcap cap_bpf,cap_perfmon+ep \"$(command -v goknot)\" (containers: "
		       "--cap-add BPF "
		       "--cap-add PERFMON), or run as root";
	if (!has(caps, CAP_SYS_ADMIN_BIT))
		return "run as root: a kernel of 6.6 or newer would do without";
	return "run it outside of the container, or in one with --privileged";
}

/* --- loading --------------------------------------------------------------------------------- */

static int no_words(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static int load(struct knot_probe *p, bool multi)
{
	int rc;

	if (!(p->skel = knot_probe_bpf__open()))
		return -errno;
	if (multi)
		bpf_program__set_expected_attach_type(
			p->skel->progs.knot_hook, (enum bpf_attach_type)KNOT_UPROBE_MULTI);
	if ((rc = knot_probe_bpf__load(p->skel))) {
		knot_probe_bpf__destroy(p->skel);
		p->skel = NULL;
	}
	return rc;
}

/* A directory is no program, which only a kernel that knows the request finds out. */
static bool knows_multi(const struct knot_probe *p)
{
	const int fd = link_multi(p, "/", 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || errno == EBADF;
}

static int choose(struct knot_probe *p, enum knot_probe_way best, struct knot_error *err)
{
	const bool multi = best != KNOT_PROBE_SINGLE;
	int rc = load(p, multi);

	if (rc)
		return refused(best, -rc, err);
	p->way = best;
	if (multi && !knows_multi(p)) {
		knot_probe_bpf__destroy(p->skel);
		p->way = KNOT_PROBE_SINGLE;
		if ((rc = load(p, false)))
			return refused(p->way, -rc, err);
	}
	if (p->way == KNOT_PROBE_FAST && (syscall(SYS_UPROBE) != -1 || errno != ENXIO))
		p->way = KNOT_PROBE_MULTI;
	return 0;
}

static int on_record(void *arg, void *data, size_t size)
{
	struct knot_probe *p = arg;

	if (size < sizeof(struct knot_probe_record))
		return 0;
	p->read++;
	if (p->inbox.len >= INBOX_MAX)
		p->left_out++;
	else
		knot_vec_push(&p->inbox, *(const struct knot_probe_record *)data);
	return 0;
}

int knot_probe_open(enum knot_probe_way best, struct knot_probe **ret_probe, struct knot_error *err)
{
	struct knot_probe *p = knot_xalloc(sizeof(*p));
	int rc;

	pthread_mutex_init(&p->lock, NULL);
	libbpf_set_print(no_words);
	if ((rc = choose(p, best, err)))
		goto fail;
	p->ring = ring_buffer__new(bpf_map__fd(p->skel->maps.records), on_record, p, NULL);
	if (!p->ring) {
		rc = refused(p->way, errno, err);
		goto fail;
	}
	do {
		if (getrandom(&p->half, sizeof(p->half), 0) != sizeof(p->half)) {
			rc = knot_error_sys(err, "a number for the probe");
			goto fail;
		}
	} while (!p->half);
	const int cpus = libbpf_num_possible_cpus();

	p->cpus = cpus > 0 && cpus < (int)KNOT_PROBE_CPUS ? (unsigned)cpus : KNOT_PROBE_CPUS;
	p->skel->bss->wanted = p->half;
	*ret_probe = p;
	return 0;
fail:
	knot_probe_close(p);
	return rc;
}

void knot_probe_close(struct knot_probe *p)
{
	if (!p)
		return;
	if (p->is_read) {
		atomic_store(&p->stop, true);
		pthread_join(p->reader, NULL);
	}
	for (size_t i = 0; i < p->links.len; i++)
		close(p->links.data[i]);
	for (size_t i = 0; i < p->events.len; i++)
		bpf_link__destroy(p->events.data[i]);
	knot_vec_free(&p->links);
	knot_vec_free(&p->events);
	knot_vec_free(&p->taken);
	knot_vec_free(&p->inbox);
	pthread_mutex_destroy(&p->lock);
	ring_buffer__free(p->ring);
	knot_probe_bpf__destroy(p->skel);
	free(p);
}

/* --- attaching and reading ------------------------------------------------------------------- */

static int attach_at(
	struct knot_probe *p, const char *path, uint64_t offset, struct knot_error *err)
{
	if (p->way == KNOT_PROBE_SINGLE) {
		struct bpf_link *link = bpf_program__attach_uprobe(
			p->skel->progs.knot_hook, false, -1, path, offset);

		if (!link)
			return refused(p->way, errno, err);
		knot_vec_push(&p->events, link);
		return 0;
	}
	const int fd =
		link_multi(p, path, offset + (p->way == KNOT_PROBE_FAST ? KNOT_HOOK_FAST : 0));

	if (fd < 0)
		return refused(p->way, errno, err);
	knot_vec_push(&p->links, fd);
	return 0;
}

int knot_probe_attach(struct knot_probe *p, const char *path, struct knot_error *err)
{
	knot_auto_free char *data = NULL;
	uint64_t offset;
	size_t len;
	/* All of it is in the page cache then, which kernels want of what they put a probe into. */
	int rc = knot_file_read(path, BINARY_MAX, &data, &len, err);

	if (!rc)
		rc = knot_hook_find(knot_span_of(data, len), &offset, err);
	if (!rc)
		rc = attach_at(p, path, offset, err);
	return rc ? knot_error_wrap(err, "probing %s", path) : 0;
}

uint64_t knot_probe_session(struct knot_probe *p)
{
	return (uint64_t)p->half << 32 | ++p->sessions;
}

uint32_t knot_probe_half(const struct knot_probe *p)
{
	return p->half;
}

static void *read_on(void *arg)
{
	const struct timespec tick = {.tv_nsec = READ_NS};
	struct knot_probe *p = arg;

	while (!atomic_load(&p->stop)) {
		pthread_mutex_lock(&p->lock);
		(void)ring_buffer__consume(p->ring);
		pthread_mutex_unlock(&p->lock);
		nanosleep(&tick, NULL);
	}
	return NULL;
}

int knot_probe_read(struct knot_probe *p, struct knot_error *err)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	const int rc = pthread_create(&p->reader, NULL, read_on, p);

	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc) {
		errno = rc;
		return knot_error_sys(err, "a thread for the probe");
	}
	p->is_read = true;
	return 0;
}

uint64_t knot_probe_take(struct knot_probe *p, knot_probe_fn fn, void *arg)
{
	pthread_mutex_lock(&p->lock);
	(void)ring_buffer__consume(p->ring);
	const struct records inbox = p->inbox;

	p->inbox = p->taken;
	pthread_mutex_unlock(&p->lock);
	p->taken = inbox;
	for (size_t i = 0; i < inbox.len; i++)
		fn(arg, &inbox.data[i]);
	p->taken.len = 0;
	if (p->taken.cap * sizeof(*p->taken.data) > KEEP_BYTES)
		knot_vec_free(&p->taken);
	return inbox.len;
}

void knot_probe_counters(struct knot_probe *p, struct knot_probe_counters *ret_counters)
{
	const struct knot_probe_counts *counts = p->skel->bss->counts;
	struct knot_probe_counters c = {
		.hits = __atomic_load_n(&p->skel->bss->hits, __ATOMIC_RELAXED)};

	for (unsigned i = 0; i < p->cpus; i++) {
		const uint64_t lost = __atomic_load_n(&counts[i].lost, __ATOMIC_RELAXED);

		c.lost += lost;
		c.cpus_lost += lost != 0;
	}
	pthread_mutex_lock(&p->lock);
	c.lost += p->left_out;
	c.read = p->read;
	pthread_mutex_unlock(&p->lock);
	*ret_counters = c;
}

enum knot_probe_way knot_probe_way(const struct knot_probe *p)
{
	return p->way;
}

const char *knot_probe_way_name(enum knot_probe_way way)
{
	static const char *const names[] = {
		[KNOT_PROBE_FAST] = "uprobe_multi, as a call",
		[KNOT_PROBE_MULTI] = "uprobe_multi, by traps",
		[KNOT_PROBE_SINGLE] = "single uprobes, by traps",
	};

	return names[way];
}

/* --- a hook of goknot's own ------------------------------------------------------------------ */

/* A function of its own, and called as one: what takes the place of the nop writes below the stack pointer. */
__asm__(".pushsection .text\n"
	".p2align 5\n"
	".type knot_probe_own_site, @function\n"
	"knot_probe_own_site:\n"
	".byte 0x90, 0x0f, 0x1f, 0x44, 0x00, 0x00, 0xc3\n"
	".ascii \"" KNOT_HOOK_NAME "\"\n"
	".size knot_probe_own_site, . - knot_probe_own_site\n"
	".p2align 4\n"
	".globl knot_probe_hit_own\n"
	".type knot_probe_hit_own, @function\n"
	"knot_probe_hit_own:\n"
	"pushq %rbx\n"
	"movq (%rdi), %rax\n"
	"movq 8(%rdi), %rbx\n"
	"movq 16(%rdi), %rcx\n"
	"movq 32(%rdi), %rsi\n"
	"movq 40(%rdi), %r8\n"
	"movq 48(%rdi), %r9\n"
	"movq 56(%rdi), %r10\n"
	"movq 24(%rdi), %rdi\n"
	"call knot_probe_own_site\n"
	"popq %rbx\n"
	"ret\n"
	".size knot_probe_hit_own, . - knot_probe_hit_own\n"
	".popsection\n");

void knot_probe_hit_self(uint64_t session, uint32_t hits)
{
	uint64_t words[KNOT_PROBE_WORDS] = {session};

	for (uint32_t i = 0; i < hits; i++) {
		words[KNOT_PROBE_RUN] = i;
		knot_probe_hit_own(words);
	}
}
