/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/waitgraph.h"

#include "explore/names.h"

#include <criterion/criterion.h>

#define BLOCKED 3
#define SLEEPING 4
#define IO 5

static struct knot_shm_snap snap(
	uint16_t g, uint8_t state, uint8_t op, uint32_t site, uint32_t prim)
{
	return (struct knot_shm_snap){.g = g,
		.state = state,
		.op = op,
		.site = site,
		.prim = prim,
		.holder = KNOT_G_NONE};
}

static struct knot_shm_event step(uint16_t g, uint8_t op, uint32_t prim)
{
	return (struct knot_shm_event){
		.kind = KNOT_EV_STEP, .g = g, .op = op, .site = 1, .prim = prim};
}

static const struct knot_waiter *at(const struct knot_waitgraph *w, uint16_t g)
{
	const struct knot_waiter *x = knot_waitgraph_find(w, g);

	cr_assert_not_null(x);
	return x;
}

static bool waits_for(const struct knot_waitgraph *w, uint16_t from, uint16_t to, uint32_t why)
{
	for (size_t i = 0; i < w->waits.len; i++) {
		const struct knot_wait *e = &w->waits.data[i];

		if (e->from == from && e->to == to && e->why == why)
			return true;
	}
	return false;
}

Test(waitgraph, two_locks_in_two_orders_are_a_knot)
{
	struct knot_shm_snap s[] = {snap(1, BLOCKED, KNOT_OP_LOCK, 10, 1),
		snap(2, BLOCKED, KNOT_OP_LOCK, 20, 2), snap(0, BLOCKED, KNOT_OP_WGWAIT, 30, 3),
		snap(3, BLOCKED, KNOT_OP_LOCK, 40, 1)};
	struct knot_shm_event e[] = {step(0, KNOT_OP_WGADD, 3), step(2, KNOT_OP_LOCK, 1),
		step(1, KNOT_OP_LOCK, 2), step(1, KNOT_OP_LOCK, 1), step(2, KNOT_OP_LOCK, 2)};
	struct knot_run_view view = {e, 5, NULL, 0};
	struct knot_waitgraph w = {.live = 0};

	s[0].holder = 2;
	s[1].holder = 1;
	s[3].holder = 2;
	knot_waitgraph_build(&w, s, 4, &view, false, NULL);
	cr_expect_eq(w.stuck, 4);
	cr_expect_eq(w.live, 0);
	cr_expect(waits_for(&w, 1, 2, KNOT_WAIT_HOLDER));
	cr_expect(waits_for(&w, 2, 1, KNOT_WAIT_HOLDER));
	cr_expect(at(&w, 1)->in_knot && at(&w, 2)->in_knot);
	cr_expect_not(at(&w, 0)->in_knot, "it waits for nobody in particular");
	cr_expect_not(at(&w, 3)->in_knot, "nobody waits for it");
	knot_waitgraph_free(&w);
}

Test(waitgraph, a_double_lock_is_a_knot_of_one)
{
	struct knot_shm_snap s[] = {snap(0, BLOCKED, KNOT_OP_LOCK, 10, 1)};
	struct knot_run_view view = {0};
	struct knot_waitgraph w = {.live = 0};

	s[0].holder = 0;
	knot_waitgraph_build(&w, s, 1, &view, false, NULL);
	cr_expect(at(&w, 0)->in_knot);
	cr_expect(waits_for(&w, 0, 0, KNOT_WAIT_HOLDER));
	knot_waitgraph_free(&w);
}

/* Fig. 1 of GoPie: G1 waits for the mutex that G3 holds, G3 sends on the channel that G1 reads. */
Test(waitgraph, a_mixed_deadlock_is_a_knot)
{
	struct knot_shm_snap s[] = {
		snap(1, BLOCKED, KNOT_OP_LOCK, 10, 2), snap(3, BLOCKED, KNOT_OP_SEND, 19, 1)};
	struct knot_shm_event e[] = {
		step(1, KNOT_OP_RECV, 1), step(3, KNOT_OP_LOCK, 2), step(3, KNOT_OP_SEND, 1)};
	struct knot_run_view view = {e, 3, NULL, 0};
	struct knot_waitgraph w = {.live = 0};

	s[0].holder = 3;
	knot_waitgraph_build(&w, s, 2, &view, false, NULL);
	cr_expect(waits_for(&w, 3, 1, KNOT_WAIT_PARTNER));
	cr_expect(at(&w, 1)->in_knot && at(&w, 3)->in_knot);
	knot_waitgraph_free(&w);
}

Test(waitgraph, those_that_wait_for_the_same_are_no_knot)
{
	struct knot_shm_snap s[] = {
		snap(1, BLOCKED, KNOT_OP_RECV, 10, 1), snap(2, BLOCKED, KNOT_OP_RECV, 10, 1)};
	struct knot_shm_event e[] = {step(1, KNOT_OP_SEND, 1), step(2, KNOT_OP_SEND, 1),
		step(1, KNOT_OP_RECV, 1), step(2, KNOT_OP_RECV, 1)};
	struct knot_run_view view = {e, 4, NULL, 0};
	struct knot_waitgraph w = {.live = 0};

	knot_waitgraph_build(&w, s, 2, &view, false, NULL);
	cr_expect_eq(w.waits.len, 0);
	cr_expect_not(at(&w, 1)->in_knot);
	cr_expect_eq(w.stuck, 2);
	knot_waitgraph_free(&w);
}

Test(waitgraph, a_writer_waits_for_the_readers)
{
	struct knot_shm_snap s[] = {snap(1, BLOCKED, KNOT_OP_LOCK, 10, 1),
		snap(2, BLOCKED, KNOT_OP_RECV, 20, 2), snap(3, BLOCKED, KNOT_OP_RECV, 30, 2)};
	struct knot_shm_event e[] = {
		{.kind = KNOT_EV_ACQUIRE, .g = 2, .op = KNOT_OP_RLOCK, .prim = 1},
		{.kind = KNOT_EV_ACQUIRE, .g = 3, .op = KNOT_OP_RLOCK, .prim = 1},
		step(3, KNOT_OP_RUNLOCK, 1)};
	struct knot_run_view view = {e, 3, NULL, 0};
	struct knot_waitgraph w = {.live = 0};

	knot_waitgraph_build(&w, s, 3, &view, false, NULL);
	cr_expect(waits_for(&w, 1, 2, KNOT_WAIT_READER));
	cr_expect_not(waits_for(&w, 1, 3, KNOT_WAIT_READER), "it has unlocked");
	knot_waitgraph_free(&w);
}

Test(waitgraph, what_live_goroutines_touched_is_not_stuck)
{
	/* 1 ticks and touched channel 1; 2 waits on it and touched 3; 4 waits on 3; 5 waits on 5 */
	struct knot_shm_snap s[] = {snap(1, SLEEPING, KNOT_OP_SLEEP, 10, 0),
		snap(2, BLOCKED, KNOT_OP_RECV, 20, 1), snap(4, BLOCKED, KNOT_OP_RECV, 40, 3),
		snap(5, BLOCKED, KNOT_OP_RECV, 50, 5), snap(6, BLOCKED, KNOT_OP_SELECT, 60, 0)};
	struct knot_shm_event e[] = {step(1, KNOT_OP_SEND, 1), step(2, KNOT_OP_SEND, 3),
		step(2, KNOT_OP_RECV, 1), step(4, KNOT_OP_RECV, 3), step(5, KNOT_OP_RECV, 5)};
	struct knot_run_view view = {e, 5, NULL, 0};
	struct knot_waitgraph w = {.live = 0};

	knot_waitgraph_build(&w, s, 5, &view, false, NULL);
	cr_expect_eq(w.live, 1);
	cr_expect_not(at(&w, 2)->stuck);
	cr_expect_not(at(&w, 4)->stuck, "2 may be woken, and then wake it");
	cr_expect(at(&w, 5)->stuck);
	cr_expect_not(at(&w, 6)->stuck, "nobody knows what its select waits for");
	cr_expect_eq(w.stuck, 1);
	/* a trace with holes proves nothing */
	knot_waitgraph_build(&w, s, 5, &view, true, NULL);
	cr_expect(w.blind);
	cr_expect_eq(w.stuck, 0);
	/* with nothing live everybody is stuck, trace or not */
	knot_waitgraph_build(&w, s + 1, 4, &view, true, NULL);
	cr_expect_eq(w.stuck, 4);
	knot_waitgraph_free(&w);
}

/* 1 and 2 hold what the other one wants, 3 wants the same, 4 waits for the outside and has touched all of it. */
Test(waitgraph, a_ring_of_locks_is_stuck_whoever_lives)
{
	struct knot_shm_snap s[] = {snap(1, BLOCKED, KNOT_OP_LOCK, 10, 1),
		snap(2, BLOCKED, KNOT_OP_LOCK, 20, 2), snap(3, BLOCKED, KNOT_OP_LOCK, 30, 1),
		snap(4, IO, KNOT_OP_IO, 40, 0), snap(5, BLOCKED, KNOT_OP_LOCK, 50, 3)};
	struct knot_shm_event e[] = {step(4, KNOT_OP_LOCK, 1), step(4, KNOT_OP_UNLOCK, 1),
		step(4, KNOT_OP_LOCK, 2), step(4, KNOT_OP_UNLOCK, 2)};
	struct knot_run_view view = {e, 4, NULL, 0};
	struct knot_waitgraph w = {.live = 0};

	s[0].holder = 2;
	s[1].holder = 1;
	s[2].holder = 2;
	s[4].holder = 5;
	knot_waitgraph_build(&w, s, 5, &view, false, NULL);
	cr_expect_eq(at(&w, 1)->ring, KNOT_RING_OTHERS);
	cr_expect_eq(at(&w, 2)->ring, KNOT_RING_OTHERS);
	cr_expect_eq(at(&w, 3)->ring, KNOT_RING_NONE, "nobody waits for it");
	cr_expect_eq(at(&w, 5)->ring, KNOT_RING_ITSELF);
	cr_expect(at(&w, 1)->stuck && at(&w, 2)->stuck);
	s[1].holder = 4;
	knot_waitgraph_build(&w, s, 4, &view, false, NULL);
	cr_expect_eq(at(&w, 1)->ring, KNOT_RING_NONE, "4 may yet unlock");
	cr_expect_not(at(&w, 1)->stuck);
	knot_waitgraph_free(&w);
}

Test(waitgraph, readers_and_a_writer_are_a_ring)
{
	/* 1 read-locks a and wants to once more; 2 waits to write to it; 3 has given its read lock back. */
	struct knot_shm_snap s[] = {snap(1, BLOCKED, KNOT_OP_RLOCK, 10, 1),
		snap(2, BLOCKED, KNOT_OP_LOCK, 20, 1), snap(3, IO, KNOT_OP_IO, 30, 0)};
	struct knot_shm_event e[] = {step(1, KNOT_OP_RLOCK, 1), step(3, KNOT_OP_RLOCK, 1),
		step(3, KNOT_OP_RUNLOCK, 1), step(1, KNOT_OP_RLOCK, 1),
		{.kind = KNOT_EV_BLOCK, .g = 1, .op = KNOT_OP_RLOCK, .site = 1, .prim = 1}};
	struct knot_run_view view = {e, 5, NULL, 0};
	struct knot_waitgraph w = {.live = 0};

	s[0].readers = s[1].readers = 1;
	s[0].holder = s[1].holder = 3; /* the last one to get it */
	knot_waitgraph_build(&w, s, 3, &view, false, NULL);
	cr_expect_eq(at(&w, 1)->ring, KNOT_RING_OTHERS);
	cr_expect_eq(at(&w, 2)->ring, KNOT_RING_OTHERS);
	knot_waitgraph_build(&w, s, 3, &view, true, NULL);
	cr_expect_eq(at(&w, 2)->ring, KNOT_RING_NONE, "with events lost nobody knows who reads");
	/* A reader that waits for the outside gives it back some time. */
	e[0].g = 3;
	view.len = 4;
	e[2] = e[3];
	e[3] = e[4];
	knot_waitgraph_build(&w, s, 3, &view, false, NULL);
	cr_expect_eq(at(&w, 1)->ring, KNOT_RING_NONE);
	knot_waitgraph_free(&w);
}

static const struct knot_site_name *name_site(void *arg, uint32_t site)
{
	static const struct knot_site_name names[] = {{.function = "main.worker"},
		{.function = "net/http.(*persistConn).writeLoop"},
		{.function = "os/signal.Notify.func1.1"}, {.function = "testing.(*T).Run"}};

	(void)arg;
	return site >= 1 && site <= 4 ? &names[site - 1] : NULL;
}

Test(waitgraph, knows_library_goroutines_by_where_they_block_or_were_created)
{
	const struct knot_names names = {.site = name_site};
	struct knot_shm_snap s[] = {snap(0, BLOCKED, KNOT_OP_SELECT, 1, 0),
		snap(1, BLOCKED, KNOT_OP_SELECT, 2, 0), snap(2, BLOCKED, KNOT_OP_RECV, 1, 0),
		snap(3, IO, KNOT_OP_IO, 1, 0), snap(4, BLOCKED, KNOT_OP_RECV, 1, 0),
		snap(5, BLOCKED, KNOT_OP_RECV, 1, 0), snap(6, BLOCKED, KNOT_OP_RECV, 4, 0),
		snap(7, BLOCKED, KNOT_OP_RECV, 1, 0)};
	struct knot_shm_goroutine gs[8] = {[2] = {.site = 3}, [7] = {.site = 4}};
	struct knot_run_view view = {NULL, 0, gs, 8};
	struct knot_waitgraph w = {.live = 0};

	s[4].flags = 2;
	s[5].flags = 4;
	s[6].flags = 1;
	knot_waitgraph_build(&w, s, 8, &view, false, &names);
	cr_expect_eq(at(&w, 0)->role, KNOT_ROLE_BLOCKED);
	cr_expect_eq(at(&w, 1)->role, KNOT_ROLE_LIBRARY);
	cr_expect_eq(at(&w, 2)->role, KNOT_ROLE_LIBRARY);
	cr_expect_eq(at(&w, 3)->role, KNOT_ROLE_EXTERNAL);
	cr_expect_eq(at(&w, 4)->role, KNOT_ROLE_OLD);
	cr_expect_eq(at(&w, 5)->role, KNOT_ROLE_LIBRARY);
	cr_expect_eq(at(&w, 6)->role, KNOT_ROLE_BLOCKED, "a test that waits for its subtest");
	cr_expect_eq(at(&w, 7)->role, KNOT_ROLE_BLOCKED, "a subtest is the program's");
	knot_waitgraph_free(&w);
	cr_expect(knot_waitgraph_is_library("database/sql.(*DB).connectionOpener"));
	cr_expect_not(knot_waitgraph_is_library("mytesting.run"));
	cr_expect_not(knot_waitgraph_is_library(NULL));
}

Test(waitgraph, a_thousand_workers_are_quick_and_bounded)
{
	enum { N = 1000 };
	static struct knot_shm_snap s[N];
	static struct knot_shm_event e[2 * N];
	struct knot_run_view view = {e, 2 * N, NULL, 0};
	struct knot_waitgraph w = {.live = 0};

	for (uint16_t i = 0; i < N; i++) {
		s[i] = snap(i, BLOCKED, i % 2 ? KNOT_OP_SEND : KNOT_OP_RECV, 10, i % 2 + 1u);
		e[2 * i] = step(i, KNOT_OP_SEND, 1);
		e[2 * i + 1] = step(i, KNOT_OP_RECV, 2);
	}
	knot_waitgraph_build(&w, s, N, &view, false, NULL);
	cr_expect_eq(w.stuck, N);
	cr_expect_leq(w.waits.len, N * KNOT_WAITS_PER_WAITER);
	knot_waitgraph_free(&w);
}

Test(waitgraph, hostile_numbers_do_no_harm)
{
	struct knot_shm_snap s[] = {snap(0xffff, 77, 255, 1, UINT32_MAX),
		snap(5, BLOCKED, 255, 1, UINT32_MAX), snap(5, BLOCKED, KNOT_OP_LOCK, 1, 3)};
	struct knot_shm_event e[] = {step(0xffff, 255, UINT32_MAX), step(5, 255, 3)};
	struct knot_run_view view = {e, 2, NULL, 0};
	struct knot_waitgraph w = {.live = 0};

	s[2].holder = UINT32_MAX;
	knot_waitgraph_build(&w, s, 3, &view, false, NULL);
	cr_expect_eq(w.waiters.len, 3);
	cr_expect_eq(w.waits.len, 0);
	knot_waitgraph_free(&w);
}
