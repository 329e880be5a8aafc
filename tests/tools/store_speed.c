/* SPDX-License-Identifier: BSD-2-Clause */
/* How fast the store takes pairs, and what a million of them cost at the start of a campaign: store_speed DIR. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/vec.h"
#include "store/pair.h"
#include "store/store.h"
#include "store/target.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define OPS 20000
#define PAIRS 1000000
#define BATCH 50000 /* committed together */
#define SMALL 1000 /* what a campaign finds in half a second that goes well */
#define SMALL_TIMES 21

static struct knot_store_op op_of(uint32_t i)
{
	return (struct knot_store_op){
		.gpath = i % 500, .gpath_text = "", .site = 7 * i + 1, .op = 1 + i % 20};
}

static uint64_t key_of(uint64_t n)
{
	const struct knot_store_op op = op_of((uint32_t)(knot_hash_mix(n) % OPS));

	return knot_hash_op(op.gpath, op.site, op.op);
}

/* CPU time: the machine may be shared. */
static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void check(int rc, const struct knot_error *err)
{
	if (!rc)
		return;
	fprintf(stderr, "store_speed: %s\n", err->message);
	exit(3);
}

/* Pairs from..from+len in one transaction; returns the nanoseconds of CPU time. */
static uint64_t add(struct knot_store *store, int64_t target, uint64_t from, size_t len)
{
	struct knot_store_pair *pairs = knot_xalloc(len * sizeof(*pairs));
	struct knot_error err = {0};

	for (size_t i = 0; i < len; i++)
		pairs[i] = (struct knot_store_pair){.type = 1 + (from + i) % 2,
			.a = key_of(2 * (from + i)),
			.b = key_of(2 * (from + i) + 1),
			.first_run = from,
			.count = 1};
	const uint64_t start = now_ns();

	check(knot_store_pair_add(store, target, pairs, len, &err), &err);
	check(knot_store_flush(store, &err), &err);
	const uint64_t ns = now_ns() - start;

	free(pairs);
	return ns;
}

static int on_pair(void *arg, const struct knot_store_pair *pair, struct knot_error *err)
{
	(void)err;
	(void)pair;
	++*(size_t *)arg;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Median and greatest of small transactions. */
static void small(struct knot_store *store, int64_t target, const char *name, uint64_t from)
{
	uint64_t ns[SMALL_TIMES];

	for (size_t i = 0; i < SMALL_TIMES; i++)
		ns[i] = add(store, target, from + i * SMALL, SMALL);
	qsort(ns, SMALL_TIMES, sizeof(*ns), compare);
	printf("%s_us %llu\n%s_most_us %llu\n", name,
		(unsigned long long)ns[SMALL_TIMES / 2] / 1000, name,
		(unsigned long long)ns[SMALL_TIMES - 1] / 1000);
}

int main(int argc, char **argv)
{
	struct knot_error err = {0};
	struct knot_store *store;
	struct knot_store_target t = {
		.import_path = "p", .test = "T", .dir = ".", .go_version = "", .flags = ""};
	struct knot_store_op *ops = knot_xalloc(OPS * sizeof(*ops));
	struct rusage usage;
	size_t loaded = 0;

	if (argc != 2)
		return 2;
	for (uint32_t i = 0; i < OPS; i++)
		ops[i] = op_of(i);
	check(knot_store_open(argv[1], KNOT_STORE_WRITE, &store, &err), &err);
	check(knot_store_target_upsert(store, &t, &err), &err);
	check(knot_store_op_add(store, ops, OPS, &err), &err);
	free(ops);
	small(store, t.id, "small_empty", PAIRS);
	for (uint64_t done = 0; done < PAIRS; done += BATCH) {
		const uint64_t ns = add(store, t.id, done, BATCH);

		if (done == 0 || done + BATCH == PAIRS)
			printf("rows_per_s_at_%llu %.0f\n", (unsigned long long)(done + BATCH),
				BATCH * 1e9 / (double)ns);
	}
	small(store, t.id, "small_full", 2 * (uint64_t)PAIRS);
	knot_store_close(store);
	uint64_t start = now_ns();

	check(knot_store_open(argv[1], KNOT_STORE_WRITE, &store, &err), &err);
	printf("open_ms %llu\n", (unsigned long long)(now_ns() - start) / 1000000);
	start = now_ns();
	check(knot_store_pair_each(store, t.id, on_pair, &loaded, &err), &err);
	printf("load_ms %llu\npairs %zu\n", (unsigned long long)(now_ns() - start) / 1000000,
		loaded);
	knot_store_close(store);
	getrusage(RUSAGE_SELF, &usage);
	printf("peak_kib %ld\n", usage.ru_maxrss);
	return 0;
}
