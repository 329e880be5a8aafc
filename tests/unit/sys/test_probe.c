/* SPDX-License-Identifier: BSD-2-Clause */
/* The probe on this very program, which has a hook of goknot's own in it. */
#include "base/error.h"
#include "sys/probe.h"
#include "tests/unit/skip.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <pthread.h>
#include <time.h>

#define SELF "/proc/self/exe"

/* What a test sees of the records. */
struct seen {
	uint64_t session, n, next_run, last_seq, holes;
	bool ordered;
};

static void on_record(void *arg, const struct knot_probe_record *r)
{
	struct seen *s = arg;

	if (r->session != s->session)
		return;
	if (s->n && r->seq > s->last_seq)
		s->holes += r->seq - s->last_seq - 1;
	s->ordered = s->ordered && r->run == s->next_run && (!s->n || r->seq > s->last_seq);
	s->last_seq = r->seq;
	s->next_run = r->run + 1;
	s->n++;
}

/* NULL where this machine, or user, cannot. */
static struct knot_probe *attached(enum knot_probe_way way)
{
	struct knot_probe *p = NULL;
	struct knot_error err = {0};
	int rc = knot_probe_open(way, &p, &err);

	if (rc == KNOT_EUNSUPPORTED) {
		knot_test_skip("the probe", err.message);
		return NULL;
	}
	cr_assert_eq(rc, 0, "%s", err.message);
	cr_assert_eq(knot_probe_attach(p, SELF, &err), 0, "%s", err.message);
	return p;
}

ParameterizedTestParameters(probe, hits)
{
	static enum knot_probe_way ways[] = {KNOT_PROBE_FAST, KNOT_PROBE_MULTI, KNOT_PROBE_SINGLE};

	return cr_make_param_array(enum knot_probe_way, ways, 3);
}

ParameterizedTest(enum knot_probe_way *way, probe, hits)
{
	struct knot_probe *p = attached(*way);
	struct knot_probe_counters c;

	if (!p)
		return;
	cr_expect_geq((int)knot_probe_way(p), (int)*way);
	struct seen s = {.session = knot_probe_session(p), .ordered = true};

	knot_probe_hit_self(s.session, 1000);
	cr_expect_eq(knot_probe_take(p, on_record, &s), 1000);
	cr_expect_eq(s.n, 1000);
	cr_expect(s.ordered && !s.holes);
	cr_expect_eq(knot_probe_take(p, on_record, &s), 0);
	knot_probe_counters(p, &c);
	cr_expect_eq(c.hits, 1000);
	cr_expect_eq(c.lost, 0);
	knot_probe_close(p);
	/* The hook is what it was. */
	knot_probe_hit_self(s.session, 10);
}

Test(probe, others_are_not_recorded)
{
	struct knot_probe *p = attached(KNOT_PROBE_FAST), *q = p ? attached(KNOT_PROBE_FAST) : NULL;
	struct seen s = {.ordered = true}, t = {.ordered = true};

	if (!q)
		return;
	s.session = knot_probe_session(p);
	t.session = knot_probe_session(q);
	cr_expect_neq(s.session >> 32, t.session >> 32);
	knot_probe_hit_self(0, 10);
	knot_probe_hit_self(s.session, 20);
	knot_probe_hit_self(t.session, 30);
	cr_expect_eq(knot_probe_take(p, on_record, &s), 20);
	cr_expect_eq(knot_probe_take(q, on_record, &t), 30);
	cr_expect(s.ordered && t.ordered);
	knot_probe_close(p);
	knot_probe_close(q);
}

/* Each record that there is no room for is counted, and leaves a hole where it would have been. */
Test(probe, a_full_ring)
{
	const uint32_t many = KNOT_PROBE_RING_BYTES / sizeof(struct knot_probe_record);
	struct knot_probe *p = attached(KNOT_PROBE_FAST);
	struct knot_probe_counters c;

	if (!p)
		return;
	struct seen s = {.session = knot_probe_session(p), .ordered = true};

	knot_probe_hit_self(s.session, many);
	knot_probe_counters(p, &c);
	cr_expect_eq(c.hits, many);
	cr_expect_gt(c.lost, 0);
	cr_expect_eq(c.cpus_lost > 0, c.lost > 0);
	const uint64_t taken = knot_probe_take(p, on_record, &s);

	cr_expect_eq(taken + c.lost, many);
	cr_expect(s.ordered);
	knot_probe_hit_self(s.session, 1);
	cr_expect_eq(knot_probe_take(p, on_record, &s), 1);
	cr_expect_eq(s.holes, c.lost);
	knot_probe_close(p);
}

/* More than the ring holds, while nobody asks for it. */
Test(probe, a_reader, .timeout = 60)
{
	const uint32_t many = KNOT_PROBE_RING_BYTES / sizeof(struct knot_probe_record) / 8;
	const struct timespec pause = {.tv_nsec = 5000000};
	struct knot_probe *p = attached(KNOT_PROBE_FAST);
	struct knot_probe_counters c;
	struct knot_error err = {0};

	if (!p)
		return;
	struct seen s = {.session = knot_probe_session(p)};

	cr_assert_eq(knot_probe_read(p, &err), 0, "%s", err.message);
	for (unsigned i = 0; i < 16; i++) {
		knot_probe_hit_self(s.session, many);
		/* However long the thread waits for its turn. */
		do {
			nanosleep(&pause, NULL);
			knot_probe_counters(p, &c);
		} while (c.read < (i + 1) * (uint64_t)many);
	}
	cr_expect_eq(knot_probe_take(p, on_record, &s), 16 * many);
	knot_probe_counters(p, &c);
	cr_expect_eq(c.lost, 0);
	cr_expect_eq(s.holes, 0);
	knot_probe_hit_self(s.session, 3);
	cr_expect_eq(knot_probe_take(p, on_record, &s), 3);
	knot_probe_close(p);
}

static void *hit(void *session)
{
	knot_probe_hit_self(*(uint64_t *)session, 20000);
	return NULL;
}

Test(probe, two_processors)
{
	struct knot_probe *p = attached(KNOT_PROBE_FAST);
	struct knot_probe_counters c;
	pthread_t other;

	if (!p)
		return;
	struct seen s = {.session = knot_probe_session(p), .ordered = true};

	cr_assert_eq(pthread_create(&other, NULL, hit, &s.session), 0);
	hit(&s.session);
	pthread_join(other, NULL);
	knot_probe_take(p, on_record, &s);
	knot_probe_counters(p, &c);
	cr_expect_eq(s.n, 40000);
	cr_expect_eq(c.hits, 40000);
	cr_expect_eq(c.lost, 0);
	knot_probe_close(p);
}

Test(probe, what_cannot_be_probed)
{
	struct knot_probe *p = NULL;
	struct knot_error err = {0};

	if (knot_probe_open(KNOT_PROBE_FAST, &p, &err)) {
		knot_test_skip("the probe", err.message);
		return;
	}
	cr_expect_eq(knot_probe_attach(p, "/etc/passwd", &err), KNOT_EINPUT);
	cr_expect_str_eq(err.message, "probing /etc/passwd: not a program: it is no ELF file");
	cr_expect_eq(knot_probe_attach(p, "/bin/sh", &err), KNOT_EINPUT);
	cr_expect_str_eq(
		err.message, "probing /bin/sh: the hook is not in it: goknot has not built it");
	cr_expect_eq(knot_probe_attach(p, "/nowhere", &err), KNOT_EUSAGE);
	knot_probe_close(p);
	knot_probe_close(NULL);
}

Test(probe, words)
{
	cr_expect_str_eq(knot_probe_way_name(KNOT_PROBE_FAST), "uprobe_multi, as a call");
	cr_expect_gt(strlen(knot_probe_remedy()), 0);
}
