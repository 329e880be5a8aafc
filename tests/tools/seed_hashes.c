/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs one test of a built target with given seeds and prints a line for each run: seed, end, steps and schedule
 * hash. Each seed has a process of its own, in which it runs as often as asked: the first time cold, then warm;
 * or as many processes as asked.
 *
 * usage: seed_hashes BINARY DIRECTORY TEST POLICY FIRST-SEED SEEDS TIMES [events|PROCESSES]
 */
#include "base/alloc.h"
#include "base/error.h"
#include "base/span.h"
#include "engine/worker.h"
#include "sys/proc.h"
#include "wire/ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define START_NS 1790000000000000000u
#define STEP_LIMIT 100000
#define TIMEOUT_NS 20000000000u

struct asked {
	uint64_t seed;
	unsigned times, ended;
	bool events, left;
};

static void print_events(const struct knot_record *rec)
{
	const struct knot_run_view view = knot_record_view(rec);

	for (size_t i = 0; i < view.len; i++) {
		const struct knot_shm_event *e = &view.events[i];

		printf("  step %u G%u kind %u %s site %08x prim %u aux %llu at %llu\n", e->step,
			e->g, e->kind, knot_op_name(e->op), e->site, e->prim,
			(unsigned long long)e->aux, (unsigned long long)e->vtime);
	}
}

static int on_run(
	void *arg, const struct knot_plan *plan, struct knot_record *rec, struct knot_error *err)
{
	struct asked *a = arg;

	(void)plan;
	(void)err;
	printf("%llu %u %u %016llx\n", (unsigned long long)a->seed, rec->result.end,
		rec->result.steps, (unsigned long long)rec->result.hash);
	if (a->events)
		print_events(rec);
	a->left |= (rec->result.flags & KNOT_RUN_TAINTED) != 0;
	return 0;
}

static int on_end(void *arg, const struct knot_plan *plan, const struct knot_plan_end *end,
	struct knot_error *err)
{
	struct asked *a = arg;

	(void)plan;
	(void)end;
	(void)err;
	a->ended++;
	return 0;
}

static int on_broken(void *arg, const char *why, struct knot_error *err)
{
	(void)arg;
	return knot_error_set(err, KNOT_EUSAGE, "%s", why);
}

static int run_seed(const struct knot_worker_options *options,
	const struct knot_worker_target *target, uint32_t policy, struct asked *a,
	struct knot_error *err)
{
	const struct knot_worker_events events = {
		.run = on_run, .end = on_end, .broken = on_broken, .arg = a};
	const struct timespec tick = {.tv_nsec = 100000};
	struct knot_worker *w = NULL;
	unsigned posted = 0;
	int rc = knot_worker_open(options, &w, err);

	if (!rc)
		rc = knot_worker_assign(w, target, err);
	while (!rc && a->ended < a->times && !a->left) {
		while (!rc && posted < a->times && knot_worker_room(w)) {
			const struct knot_plan plan = {
				.request = {.seed = a->seed,
					.count = 1,
					.policy = policy,
					.depth = 3,
					.steps_hint = 50,
					.step_limit = STEP_LIMIT,
					.fair_after = STEP_LIMIT / 2,
					.flags = KNOT_REQ_HOLD | KNOT_REQ_NO_FEEDBACK},
			};

			rc = knot_worker_post(w, &plan, err);
			posted++;
		}
		if (!rc)
			rc = knot_worker_poll(w, &events, err);
		nanosleep(&tick, NULL);
	}
	knot_worker_close(w);
	return rc;
}

int main(int argc, char **argv)
{
	struct knot_error err = {0};
	uint32_t policy;

	if (argc < 8 || !knot_policy_parse(knot_span_str(argv[4]), &policy)) {
		fputs("usage: seed_hashes BINARY DIRECTORY TEST POLICY FIRST-SEED SEEDS TIMES "
		      "[events|PROCESSES]\n",
			stderr);
		return 2;
	}
	const struct knot_worker_target target = {
		.binary = argv[1], .dir = argv[2], .test = argv[3], .start_ns = START_NS};
	const struct knot_worker_options options = {
		.timeout_ns = TIMEOUT_NS, .stdout_fd = KNOT_PROC_NULL, .stderr_fd = KNOT_PROC_NULL};
	const uint64_t first = strtoull(argv[5], NULL, 10), seeds = strtoull(argv[6], NULL, 10);
	const bool events = argc > 8 && !strcmp(argv[8], "events");
	const uint64_t processes = argc > 8 && !events ? strtoull(argv[8], NULL, 10) : 1;
	int rc = 0;

	for (uint64_t i = 0; i < seeds * processes && !rc; i++) {
		struct asked a = {.seed = first + i / processes,
			.times = (unsigned)strtoul(argv[7], NULL, 10),
			.events = events};

		rc = run_seed(&options, &target, policy, &a, &err);
	}
	if (rc)
		fprintf(stderr, "seed_hashes: %s\n", err.message);
	return rc ? 1 : 0;
}
