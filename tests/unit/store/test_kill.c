/* SPDX-License-Identifier: BSD-2-Clause */
/* A campaign killed with SIGKILL at any moment loses nothing that was flushed. */
#include "base/hash.h"
#include "base/rng.h"
#include "store/pair.h"
#include "store/target.h"
#include "scratch.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define KILLS 30
#define BATCH 50

TestSuite(kill, .init = make_scratch, .fini = remove_scratch);

/* Pair i of the campaign, the same whoever asks. */
static struct knot_store_pair pair_of(uint64_t i, struct knot_store_op *op)
{
	*op = (struct knot_store_op){
		.gpath = 1 + i % 97, .gpath_text = "T", .site = (uint32_t)i, .op = 4};
	const uint64_t key = knot_hash_op(op->gpath, op->site, op->op);
	return (struct knot_store_pair){.type = 1, .a = key, .b = key, .first_run = i, .count = 1};
}

/* Never returns. *flushed is in memory that outlives the writer. */
static void write_for_ever(volatile uint64_t *flushed)
{
	struct knot_store *store = NULL;
	struct knot_store_target target = {.import_path = "p",
		.test = "T",
		.dir = "/",
		.go_version = "",
		.flags = "",
		.salt = 1};
	if (knot_store_open(dir, KNOT_STORE_WRITE, &store, NULL) < 0 ||
		knot_store_target_upsert(store, &target, NULL) < 0)
		_exit(1);
	for (uint64_t next = *flushed;;) {
		for (int i = 0; i < BATCH; i++, next++) {
			struct knot_store_op op;
			const struct knot_store_pair pair = pair_of(next, &op);
			if (knot_store_op_add(store, &op, 1, NULL) < 0 ||
				knot_store_pair_add(store, target.id, &pair, 1, NULL) < 0)
				_exit(2);
		}
		if (knot_store_flush(store, NULL) < 0)
			_exit(3);
		*flushed = next;
	}
}

static int check_pair(void *arg, const struct knot_store_pair *pair, struct knot_error *err)
{
	(void)err;
	uint64_t *sum = arg;
	*sum += pair->count;
	return 0;
}

static void check_after_kill(uint64_t flushed, int round)
{
	struct knot_store *store = open_store(KNOT_STORE_WRITE);
	struct knot_error err = {0};
	struct knot_store_target target = {.import_path = "p",
		.test = "T",
		.dir = "/",
		.go_version = "",
		.flags = "",
		.salt = 9};
	uint64_t count = 0;
	uint64_t sum = 0;
	cr_assert_eq(knot_store_check(store, &err), 0, "%s", err.message);
	cr_assert_eq(knot_store_target_upsert(store, &target, &err), 0, "%s", err.message);
	cr_assert_eq(knot_store_pair_count(store, target.id, &count, &err), 0);
	cr_assert_geq(count, flushed, "round %d lost %d", round, (int)(flushed - count));
	/* The commit may be done and its note not: one batch more, never a part of one. */
	cr_assert_leq(count, flushed + BATCH);
	cr_assert_eq(count % BATCH, 0);
	cr_assert_eq(knot_store_pair_each(store, target.id, check_pair, &sum, &err), 0);
	cr_assert_geq(sum, count);
	knot_store_close(store);
}

Test(kill, nothing_flushed_is_lost, .timeout = 120)
{
	volatile uint64_t *flushed = mmap(
		NULL, sizeof(*flushed), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct knot_rng rng = {.seed = 42};
	cr_assert_neq((void *)flushed, MAP_FAILED);
	for (int round = 0; round < KILLS; round++) {
		const pid_t pid = fork();
		if (pid == 0)
			write_for_ever(flushed);
		usleep((useconds_t)(1000 + knot_rng_below(&rng, 60000)));
		kill(pid, SIGKILL);
		int status;
		waitpid(pid, &status, 0);
		cr_assert(WIFSIGNALED(status), "the writer failed with %d", WEXITSTATUS(status));
		check_after_kill(*flushed, round);
	}
	cr_assert_gt(*flushed, BATCH, "the writer never got anywhere");
}
