/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/engine/fake.h"

#include "sys/shm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void *part(struct knot_fake *t, uint64_t off)
{
	return (char *)t->h + off;
}

void knot_fake_position(struct knot_fake *t, uint32_t site, const char *file, uint32_t line)
{
	struct knot_shm_site *slots = part(t, t->h->off_sites);
	struct knot_shm_site *s = &slots[site % KNOT_SITE_SLOTS];

	*s = (struct knot_shm_site){.hash = site, .line = line};
	snprintf(s->text, sizeof(s->text), "m.F%c%s", '\0', file);
}

void knot_fake_end(
	struct knot_fake *t, const struct knot_shm_request *request, uint32_t end, uint32_t site)
{
	struct knot_shm_result *slots = part(t, t->h->off_results);
	const bool good = end == KNOT_END_OK || end == KNOT_END_SKIP;

	t->h->runs_total += request->count;
	slots[t->h->res_head % KNOT_RES_SLOTS] = (struct knot_shm_result){
		.request = request->id,
		.seed = request->seed,
		.hash = 1,
		.bucket = good ? 0 : (uint64_t)end << 32 | site,
		.batch_runs = request->count,
		.batch_steps = request->count,
		.end = end,
		.flags = KNOT_RUN_BATCH_END | KNOT_RUN_HELD,
		.steps = 1,
		.goroutines = 1,
	};
	__atomic_store_n(&t->h->res_head, t->h->res_head + 1, __ATOMIC_RELEASE);
	__atomic_store_n(&t->h->req_tail, t->h->req_tail + 1, __ATOMIC_RELEASE);
}

static void serve(struct knot_fake *t, const struct knot_fake_test *test)
{
	const struct knot_shm_request *slots = part(t, t->h->off_requests);

	for (;;) {
		t->h->state = KNOT_STATE_IDLE;
		while (__atomic_load_n(&t->h->req_head, __ATOMIC_ACQUIRE) == t->h->req_tail)
			usleep(100);
		const struct knot_shm_request r = slots[t->h->req_tail % KNOT_REQ_SLOTS];

		t->h->state = KNOT_STATE_RUNNING;
		test->answer(t, &r);
		t->answered++;
		if (r.flags & KNOT_REQ_EXIT)
			break;
	}
	t->h->state = KNOT_STATE_ENDED;
	_exit(0);
}

/* Before main: Criterion must not see the command line of a test binary. */
__attribute__((constructor)) static void become_target(void)
{
	const char *fd = getenv("GOKNOT_SHM"), *name = getenv("GOKNOT_TEST");

	if (!fd || !name)
		return;
	void *base = mmap(NULL, knot_shm_size(), PROT_READ | PROT_WRITE, MAP_SHARED, atoi(fd), 0);

	if (base == MAP_FAILED)
		_exit(100);
	for (const struct knot_fake_test *test = knot_fake_tests; test->name; test++)
		if (!strcmp(test->name, name))
			serve(&(struct knot_fake){.h = base}, test);
	_exit(101);
}
