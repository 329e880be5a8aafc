/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the eBPF probe costs, on the hook of goknot's own: rows of a table in Markdown. Times are of the CPU, so that other work
 * on the machine counts little; but for attaching and detaching, which wait for the kernel.
 *
 * usage: probe_cost hits|lost|attach [target]
 */
#include "base/error.h"
#include "engine/entering.h"
#include "sys/clock.h"
#include "sys/probe.h"

#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REPEATS 9
#define HITS 100000u /* the ring holds more */
#define SECONDS 5u
#define RATE 1000000u /* a second, of both processors */
#define THREADS 2u

static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * KNOT_NS_PER_S + (uint64_t)t.tv_nsec;
}

static void pin(unsigned cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void count(void *arg, const struct knot_probe_record *r)
{
	(void)r;
	++*(uint64_t *)arg;
}

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* p NULL: nothing is attached. */
static void hits(struct knot_probe *p, uint64_t session, const char *what)
{
	double ns[REPEATS];
	uint64_t records = 0;

	knot_probe_hit_self(session, HITS / 10); /* the kernel optimises what is hit often */
	for (unsigned i = 0; i < REPEATS; i++) {
		if (p)
			knot_probe_take(p, count, &records);
		const uint64_t from = cpu_ns();

		knot_probe_hit_self(session, HITS);
		ns[i] = (double)(cpu_ns() - from) / HITS;
	}
	qsort(ns, REPEATS, sizeof(*ns), by_value);
	printf("| %s | %.1f | %.1f to %.1f |\n", what, ns[REPEATS / 2], ns[0], ns[REPEATS - 1]);
}

static int open_probe(enum knot_probe_way way, struct knot_probe **ret_probe)
{
	struct knot_error err = {0};

	if (knot_probe_open(way, ret_probe, &err) ||
		knot_probe_attach(*ret_probe, "/proc/self/exe", &err)) {
		fprintf(stderr, "probe_cost: %s -> %s\n", err.message, knot_probe_remedy());
		return -1;
	}
	return 0;
}

static int all_hits(void)
{
	char what[128];

	pin(0);
	hits(NULL, 0, "nothing attached");
	for (int way = KNOT_PROBE_FAST; way <= KNOT_PROBE_SINGLE; way++) {
		struct knot_probe *p = NULL;

		if (open_probe(way, &p))
			return 1;
		if ((int)knot_probe_way(p) == way) {
			hits(p, knot_probe_session(p), knot_probe_way_name(way));
			snprintf(what, sizeof(what), "%s, another's session",
				knot_probe_way_name(way));
			hits(p, 1, what);
		}
		knot_probe_close(p);
	}
	return 0;
}

struct producer {
	pthread_t thread;
	uint64_t session;
	unsigned cpu;
};

static void *produce(void *arg)
{
	const struct producer *me = arg;
	const uint64_t start = knot_clock_mono_ns();

	pin(me->cpu);
	for (uint64_t done = 0; done < (uint64_t)RATE / THREADS * SECONDS;) {
		const uint64_t due =
			(knot_clock_mono_ns() - start) * (RATE / THREADS) / KNOT_NS_PER_S;

		if (done >= due)
			continue;
		knot_probe_hit_self(me->session, (uint32_t)(due - done));
		done = due;
	}
	return NULL;
}

static int lost(void)
{
	const struct timespec tick = {.tv_nsec = 500000};
	struct producer producers[THREADS];
	struct knot_probe_counters c;
	struct knot_probe *p = NULL;
	uint64_t records = 0;

	if (open_probe(KNOT_PROBE_FAST, &p))
		return 1;
	const uint64_t start = knot_clock_mono_ns();

	for (unsigned i = 0; i < THREADS; i++) {
		producers[i] = (struct producer){.session = knot_probe_session(p), .cpu = i};
		pthread_create(&producers[i].thread, NULL, produce, &producers[i]);
	}
	for (bool running = true; running;) {
		knot_probe_take(p, count, &records);
		knot_probe_counters(p, &c);
		running = c.hits < (uint64_t)RATE * SECONDS;
		nanosleep(&tick, NULL);
	}
	const double seconds = (double)(knot_clock_mono_ns() - start) / KNOT_NS_PER_S;

	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(producers[i].thread, NULL);
	knot_probe_take(p, count, &records);
	knot_probe_counters(p, &c);
	printf("| %u MiB | %" PRIu64 " | %.0f | %" PRIu64 " | %" PRIu64 " |\n",
		KNOT_PROBE_RING_BYTES >> 20, c.hits, (double)c.hits / seconds, records, c.lost);
	knot_probe_close(p);
	return 0;
}

static void print_attach(double ms[2][REPEATS])
{
	for (unsigned i = 0; i < 2; i++) {
		qsort(ms[i], REPEATS, sizeof(**ms), by_value);
		printf("| %s | %.1f | %.1f to %.1f |\n", i ? "detach" : "load and attach",
			ms[i][REPEATS / 2], ms[i][0], ms[i][REPEATS - 1]);
	}
}

static int attach(void)
{
	double ms[2][REPEATS];

	for (unsigned i = 0; i < REPEATS; i++) {
		struct knot_probe *p = NULL;
		const uint64_t from = knot_clock_mono_ns();

		if (open_probe(KNOT_PROBE_FAST, &p))
			return 1;
		const uint64_t open = knot_clock_mono_ns();

		knot_probe_close(p);
		ms[0][i] = (double)(open - from) / 1e6;
		ms[1][i] = (double)(knot_clock_mono_ns() - open) / 1e6;
	}
	print_attach(ms);
	return 0;
}

/* At the runtime's own functions in a target of goknot's. */
static int attach_runtime(const char *target)
{
	double ms[2][REPEATS];

	for (unsigned i = 0; i < REPEATS; i++) {
		struct knot_entering *e = NULL;
		struct knot_error err = {0};
		const uint64_t from = knot_clock_mono_ns();

		if (knot_entering_open(1, NULL, &e, &err) ||
			knot_entering_attach(e, target, &err)) {
			fprintf(stderr, "probe_cost: %s -> %s\n", err.message, knot_probe_remedy());
			return 1;
		}
		const uint64_t open = knot_clock_mono_ns();

		knot_entering_close(e);
		ms[0][i] = (double)(open - from) / 1e6;
		ms[1][i] = (double)(knot_clock_mono_ns() - open) / 1e6;
	}
	print_attach(ms);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "hits") == 0)
		return all_hits();
	if (argc == 2 && strcmp(argv[1], "lost") == 0)
		return lost();
	if (argc == 2 && strcmp(argv[1], "attach") == 0)
		return attach();
	if (argc == 3 && strcmp(argv[1], "attach") == 0)
		return attach_runtime(argv[2]);
	fputs("usage: probe_cost hits|lost|attach [target]\n", stderr);
	return 2;
}
