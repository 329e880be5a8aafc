/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/verdict.h"

#include "base/hash.h"
#include "explore/names.h"

#include <stdlib.h>
#include <string.h>

const char *knot_verdict_name(uint32_t kind)
{
	static const char *const names[KNOT_VERDICT_COUNT] = {
		"ok",
		"deadlock",
		"leak",
		"panic",
		"fatal",
		"fail",
		"livelock",
		"steps",
		"timeout",
		"exit",
		"race",
	};

	return kind < KNOT_VERDICT_COUNT ? names[kind] : "unknown";
}

const char *knot_verdict_note_text(uint32_t note)
{
	static const char *const texts[KNOT_NOTE_COUNT] = {
		"",
		"unproven: something live was left that might yet act",
		"only library goroutines that live for ever are left",
		"waits for something outside the process",
		"what is blocked could still be woken",
		"timing-dependent: a timer was fired half a second or more before it was due",
		"every schedule so far ends so",
		"the step limit was reached without proof of a livelock",
		"the program called os.Exit(0)",
		"not repeatable: the plain schedule ends so, too, on a second run in one process",
	};

	return note < KNOT_NOTE_COUNT ? texts[note] : "unknown";
}

const char *knot_proof_name(uint32_t proof)
{
	static const char *const names[KNOT_PROOF_COUNT] = {
		NULL,
		"unproven",
		"reachable",
		"proven",
	};

	return proof < KNOT_PROOF_COUNT ? names[proof] : NULL;
}

void knot_verdict_free(struct knot_verdict *v)
{
	knot_waitgraph_free(&v->graph);
	knot_spinners_free(&v->spinners);
	knot_vec_free(&v->sites);
}

static void add_site(struct knot_verdict *v, uint32_t op, uint32_t site)
{
	struct knot_verdict_site s = {.op = op, .site = site};

	knot_vec_push(&v->sites, s);
}

static int by_site(const void *a, const void *b)
{
	const struct knot_verdict_site *x = a, *y = b;

	if (x->site != y->site)
		return x->site < y->site ? -1 : 1;
	return (x->op > y->op) - (x->op < y->op);
}

/* A set: how many goroutines stand at a site is not what makes it another bug. */
static void sort_sites(struct knot_verdict *v)
{
	size_t n = 0;

	if (v->sites.len)
		qsort(v->sites.data, v->sites.len, sizeof(*v->sites.data), by_site);
	for (size_t i = 0; i < v->sites.len; i++) {
		if (!n || by_site(&v->sites.data[n - 1], &v->sites.data[i]))
			v->sites.data[n++] = v->sites.data[i];
	}
	v->sites.len = n;
}

static void take_stuck(struct knot_verdict *v)
{
	for (size_t i = 0; i < v->graph.waiters.len; i++) {
		const struct knot_waiter *x = &v->graph.waiters.data[i];

		if (x->stuck)
			add_site(v, x->op, x->site);
	}
}

/* No bucket is made of these: they say what is listed. */
static void take_external(struct knot_verdict *v)
{
	for (size_t i = 0; i < v->graph.waiters.len; i++) {
		const struct knot_waiter *x = &v->graph.waiters.data[i];

		if (x->role == KNOT_ROLE_EXTERNAL)
			add_site(v, x->op, x->site);
	}
}

static void find(struct knot_verdict *v, uint32_t kind, bool finding, uint32_t note)
{
	v->kind = kind;
	v->finding = finding;
	v->note = note;
	v->proven = finding && note != KNOT_NOTE_UNPROVEN;
}

/* Why goroutines are left although none of them is stuck. */
static uint32_t note_for_left(const struct knot_verdict *v)
{
	uint32_t count[KNOT_ROLE_OLD + 1] = {0};

	for (size_t i = 0; i < v->graph.waiters.len; i++)
		count[v->graph.waiters.data[i].role]++;
	if (count[KNOT_ROLE_BLOCKED] || count[KNOT_ROLE_LIVE])
		return KNOT_NOTE_LIVE;
	if (count[KNOT_ROLE_EXTERNAL])
		return KNOT_NOTE_EXTERNAL;
	return count[KNOT_ROLE_LIBRARY] ? KNOT_NOTE_LIBRARY : KNOT_NOTE_NONE;
}

/* The snapshot may have been cut short or a timer be left: live without a goroutine to show for it. */
static bool something_live(const struct knot_verdict_input *in, const struct knot_verdict *v)
{
	return v->graph.live || in->flags & KNOT_RUN_LIVE_LEFT;
}

static uint32_t proof_of(const struct knot_verdict_input *in, const struct knot_verdict *v)
{
	if (!(in->flags & KNOT_RUN_COLLECTED))
		return KNOT_PROOF_UNPROVEN;
	for (size_t i = 0; i < v->graph.waiters.len; i++)
		if (v->graph.waiters.data[i].stuck && !v->graph.waiters.data[i].proven)
			return something_live(in, v) ? KNOT_PROOF_UNPROVEN : KNOT_PROOF_REACHABLE;
	return KNOT_PROOF_PROVEN;
}

/* What main itself waits for: a program that serves until it is killed may well wait for nothing. */
static bool waits_for_good(const struct knot_verdict_input *in, const struct knot_waiter *x)
{
	return x->proven && x->role == KNOT_ROLE_BLOCKED &&
		!(in->flags & KNOT_RUN_PROGRAM && x->is_test);
}

static bool in_ring(const struct knot_verdict_input *in, const struct knot_waiter *x)
{
	(void)in;
	return x->ring != KNOT_RING_NONE;
}

/* When there are such: only they count as stuck. */
static bool only(const struct knot_verdict_input *in, struct knot_verdict *v,
	bool (*such)(const struct knot_verdict_input *in, const struct knot_waiter *x))
{
	uint32_t n = 0;

	for (size_t i = 0; i < v->graph.waiters.len; i++)
		n += such(in, &v->graph.waiters.data[i]);
	for (size_t i = 0; i < v->graph.waiters.len && n; i++)
		v->graph.waiters.data[i].stuck = such(in, &v->graph.waiters.data[i]);
	if (n)
		v->graph.stuck = n;
	return n;
}

/*
 * The run has been stopped while something in it was live. Goroutines that wait for each other's locks wait for good
 * all the same.
 */
static bool decide_ring(const struct knot_verdict_input *in, struct knot_verdict *v)
{
	bool several = false;

	if (!only(in, v, in_ring))
		return false;
	for (size_t i = 0; i < v->graph.waiters.len; i++)
		several |= v->graph.waiters.data[i].ring == KNOT_RING_OTHERS;
	find(v, KNOT_VERDICT_DEADLOCK, true, several ? KNOT_NOTE_NONE : KNOT_NOTE_UNPROVEN);
	take_stuck(v);
	return true;
}

/* So do those that wait for what nothing live reaches, by the collector's proof. The test itself cannot go on then. */
static bool decide_proven(const struct knot_verdict_input *in, struct knot_verdict *v)
{
	bool test = false;

	if (!only(in, v, waits_for_good))
		return false;
	for (size_t i = 0; i < v->graph.waiters.len; i++)
		test |= v->graph.waiters.data[i].stuck && v->graph.waiters.data[i].is_test;
	v->sites.len = 0;
	find(v, test ? KNOT_VERDICT_DEADLOCK : KNOT_VERDICT_LEAK, true, KNOT_NOTE_NONE);
	v->proof = test ? KNOT_PROOF_NONE : KNOT_PROOF_PROVEN;
	take_stuck(v);
	return true;
}

static void decide_leak(const struct knot_verdict_input *in, struct knot_verdict *v)
{
	if (!v->graph.stuck) {
		find(v, KNOT_VERDICT_OK, false, note_for_left(v));
		take_external(v);
		return;
	}
	v->proof = proof_of(in, v);
	find(v, KNOT_VERDICT_LEAK, true,
		something_live(in, v) && v->proof != KNOT_PROOF_PROVEN ? KNOT_NOTE_UNPROVEN
								       : KNOT_NOTE_NONE);
	take_stuck(v);
}

/* The target found nothing runnable, no timer and nothing outside: whoever is blocked stays so. */
static void decide_deadlock(const struct knot_verdict_input *in, struct knot_verdict *v)
{
	bool test_stuck = false;

	for (size_t i = 0; i < v->graph.waiters.len; i++)
		test_stuck |= v->graph.waiters.data[i].is_test && v->graph.waiters.data[i].stuck;
	find(v, KNOT_VERDICT_DEADLOCK, true,
		test_stuck && !something_live(in, v) ? KNOT_NOTE_NONE : KNOT_NOTE_UNPROVEN);
	take_stuck(v);
}

/*
 * With something live left nobody can tell what it would have woken. Whatever a program waits for, the world
 * outside may bring it.
 */
static void decide_extwait(const struct knot_verdict_input *in, struct knot_verdict *v)
{
	bool test_stuck = false;

	for (size_t i = 0; i < v->graph.waiters.len; i++)
		test_stuck |= v->graph.waiters.data[i].is_test && v->graph.waiters.data[i].stuck;
	if (!test_stuck || in->flags & (KNOT_RUN_LIVE_LEFT | KNOT_RUN_PROGRAM)) {
		if (decide_ring(in, v) || decide_proven(in, v))
			return;
		find(v, KNOT_VERDICT_OK, false, KNOT_NOTE_EXTERNAL);
		take_external(v);
		return;
	}
	find(v, KNOT_VERDICT_DEADLOCK, true, KNOT_NOTE_UNPROVEN);
	take_stuck(v);
}

#define SEEN_BITS 16

/* Bloom filter of one hash: a collision can only hide something new, in 1 of hundreds of cases. */
static bool seen_before(uint8_t *seen, const struct knot_shm_event *e, bool add)
{
	uint64_t h = knot_hash_op(e->g, e->site, e->op) + e->prim * 0x9e3779b97f4a7c15ull;
	uint32_t at = (uint32_t)(knot_hash_mix(h) >> (64 - SEEN_BITS));
	bool was = seen[at];

	if (add)
		seen[at] = 1;
	return was;
}

/* What the second half of the steps did. */
struct tail {
	bool progress; /* something that the first half had not done */
	bool acts; /* more than asking: something that changes a primitive */
	bool long_past; /* timers have fired over so long a time that waiting for one is no hope */
};

/* Asking and waiting: a loop of these alone goes round until somebody else acts. */
static bool only_asks(const struct knot_shm_event *e)
{
	const uint64_t asking = 1ull << KNOT_OP_NONE | 1ull << KNOT_OP_RESUME |
		1ull << KNOT_OP_YIELD | 1ull << KNOT_OP_SELECT | 1ull << KNOT_OP_SELDEFAULT |
		1ull << KNOT_OP_TRYLOCK | 1ull << KNOT_OP_TRYRLOCK | 1ull << KNOT_OP_ATOMIC_LOAD |
		1ull << KNOT_OP_SLEEP | 1ull << KNOT_OP_MEMREAD;

	return e->op < KNOT_OP_LAST && asking >> e->op & 1;
}

/* Nothing sensible waits this long; from then on a timer is no progress any more. */
#define LONG_NS (3600ull * 1000 * 1000 * 1000)

/*
 * A timer fired so long before it was due excuses a failed test. Well below the second that tests like to
 * wait for: each step since the timer was set has already taken a little of that.
 */
#define EARLY_NS (500ull * 1000 * 1000)

/* KNOT_SNAP states up to this one: it runs, or could. */
#define STATE_RUNNABLE 2
/* KNOT_SNAP state of one that sleeps, or waits for a channel that a timer feeds. */
#define STATE_TICKING 4

/*
 * A goroutine that came or went, a timer that fired, something from outside, an operation not seen
 * before: then the program was on its way.
 */
static struct tail look_at_tail(const struct knot_run_view *view, uint32_t half)
{
	uint8_t *seen = knot_xalloc(1u << SEEN_BITS);
	struct tail t = {.progress = false};
	bool timers = false;
	uint64_t from = 0, to = 0;

	for (size_t i = 0; i < view->len; i++) {
		const struct knot_shm_event *e = &view->events[i];
		bool late = e->step > half;

		if (e->kind == KNOT_EV_STEP)
			t.progress |= !seen_before(seen, e, !late) && late;
		else if (e->kind == KNOT_EV_SPAWN || e->kind == KNOT_EV_EXIT ||
			(e->kind == KNOT_EV_EXTERNAL && e->aux != KNOT_EXT_WATCHDOG))
			t.progress |= late;
		else if (e->kind == KNOT_EV_TIMER)
			timers |= late;
		if (e->kind == KNOT_EV_STEP || e->kind == KNOT_EV_SELECTED)
			t.acts |= late && !only_asks(e);
		*(late ? &to : &from) = e->vtime;
	}
	t.long_past = timers && to - from >= LONG_NS;
	t.progress |= timers && !t.long_past;
	free(seen);
	return t;
}

/* Sites where the spinners went round, each once. */
static void take_spun(struct knot_verdict *v, const struct knot_run_view *view, uint32_t from)
{
	for (size_t i = 0; i < view->len; i++) {
		const struct knot_shm_event *e = &view->events[i];

		if (e->kind != KNOT_EV_STEP || e->step <= from || !e->site || e->op < KNOT_OP_YIELD)
			continue;
		add_site(v, e->op, e->site);
		if (v->sites.len > 4096)
			sort_sites(v);
	}
}

/* Timers fire when nothing else can run, or by choice: in a spin a sleeper may never have had its turn. */
static bool sleeper_waits(const struct knot_verdict_input *in)
{
	for (size_t i = 0; i < in->snaps_len; i++)
		if (in->snaps[i].state == STATE_TICKING)
			return true;
	return false;
}

/* It need not ever end by itself: a server serves until it is told to stop. */
static bool is_program(const struct knot_verdict_input *in)
{
	return in->flags & KNOT_RUN_PROGRAM;
}

static bool waits_outside(const struct knot_verdict *v)
{
	for (size_t i = 0; i < v->graph.waiters.len; i++)
		if (v->graph.waiters.data[i].role == KNOT_ROLE_EXTERNAL)
			return true;
	return false;
}

/*
 * A long loop of real work looks like a livelock in the fair tail, but then it is as long in every run:
 * when none has ended, only loops that merely ask are one.
 */
static void decide_steps(const struct knot_verdict_input *in, struct knot_verdict *v)
{
	bool whole = in->view.len && !in->lost && !(in->flags & KNOT_RUN_TRUNCATED);
	uint32_t half = in->steps / 2;
	struct tail tail = look_at_tail(&in->view, half);

	knot_spinners_take(&v->spinners, &in->view, half, &v->graph);
	if (decide_ring(in, v))
		return;
	if (!whole || !(in->flags & KNOT_RUN_FAIR_TAIL) || tail.progress ||
		(sleeper_waits(in) && !tail.long_past))
		find(v, KNOT_VERDICT_STEPS, false, KNOT_NOTE_SLOW);
	else if (is_program(in) && waits_outside(v))
		find(v, KNOT_VERDICT_STEPS, false, KNOT_NOTE_EXTERNAL);
	else if (in->always && (tail.acts || is_program(in)))
		find(v, KNOT_VERDICT_STEPS, false, KNOT_NOTE_ALWAYS);
	else
		find(v, KNOT_VERDICT_LIVELOCK, true, KNOT_NOTE_NONE);
	if (!v->finding && decide_proven(in, v))
		return;
	take_stuck(v);
	if (!v->sites.len)
		take_spun(v, &in->view, half);
}

/* Panics that tell of a wrong order by themselves, whoever stood still for how long. */
static const char *const misuse[] = {"send on closed channel", "close of closed channel",
	"close of nil channel", "sync: ", NULL};
/* How package testing puts a failure that comes too late, wherever the helper stands that reports it. */
static const char *const too_late[] = {"Fail in goroutine after ", "Log in goroutine after ", NULL};

static bool begins(const char *message, const char *const *with)
{
	for (; message && *with; with++)
		if (!strncmp(message, *with, strlen(*with)))
			return true;
	return false;
}

/* The test has given up, or gone on without what it waited for. */
static bool test_gave_up(const struct knot_verdict_input *in, uint32_t kind)
{
	if (kind != KNOT_VERDICT_PANIC)
		return kind == KNOT_VERDICT_FAIL;
	const struct knot_site_name *at =
		knot_names_site(in->names, in->fail_sites_len ? in->fail_sites[0] : 0);
	static const char suffix[] = "_test.go";
	size_t len = at && at->file ? strlen(at->file) : 0;

	const bool by_test =
		len >= sizeof(suffix) - 1 && !strcmp(at->file + len - (sizeof(suffix) - 1), suffix);

	return (by_test || in->watchdog || begins(in->message, too_late)) &&
		!begins(in->message, misuse);
}

static void decide_failure(
	const struct knot_verdict_input *in, struct knot_verdict *v, uint32_t kind)
{
	uint32_t note = KNOT_NOTE_NONE;

	if (in->always)
		note = KNOT_NOTE_ALWAYS;
	else if (test_gave_up(in, kind) &&
		(in->early_ns >= EARLY_NS || in->flags & KNOT_RUN_EARLY_TIMER))
		note = KNOT_NOTE_TIMING;
	else if (kind == KNOT_VERDICT_EXIT && in->exit_code == 0)
		note = KNOT_NOTE_CLEAN_EXIT;
	find(v, kind, note == KNOT_NOTE_NONE, note);
	for (size_t i = 0; i < in->fail_sites_len; i++)
		add_site(v, KNOT_OP_NONE, in->fail_sites[i]);
}

/*
 * What goroutines did last before they went on computing without any operation. Who else was where when the time
 * was up is another matter in the next run.
 */
static void take_computing(struct knot_verdict *v)
{
	for (size_t i = 0; i < v->graph.waiters.len; i++) {
		const struct knot_waiter *x = &v->graph.waiters.data[i];

		if (x->op == KNOT_OP_COMPUTE)
			add_site(v, x->op, x->site);
	}
}

/* Somebody has work to do, and nobody waits for the world outside to bring more. */
static bool works(const struct knot_verdict_input *in, const struct knot_verdict *v)
{
	bool runs = false;

	for (size_t i = 0; i < v->graph.waiters.len; i++)
		if (v->graph.waiters.data[i].op == KNOT_OP_COMPUTE)
			return true;
	for (size_t i = 0; i < in->snaps_len; i++)
		runs |= in->snaps[i].state <= STATE_RUNNABLE;
	return runs && !waits_outside(v);
}

/*
 * The target itself has seen that the time was up. A test may be slow by nature in real time, which is what a native
 * run takes; under control others are as slow in every schedule.
 */
static void decide_timeout(const struct knot_verdict_input *in, struct knot_verdict *v)
{
	const bool slow = in->always && (in->flags & KNOT_RUN_NATIVE || is_program(in));
	const bool waits = is_program(in) && !works(in, v);

	find(v, KNOT_VERDICT_TIMEOUT, !slow && !waits,
		waits          ? KNOT_NOTE_EXTERNAL
			: slow ? KNOT_NOTE_ALWAYS
			       : KNOT_NOTE_NONE);
	knot_spinners_take(&v->spinners, &in->view, in->steps / 2, &v->graph);
	if (decide_ring(in, v))
		return;
	if (in->flags & KNOT_RUN_NATIVE)
		take_stuck(v);
	else
		take_computing(v);
}

/* No reason was left behind: killed by goknot, by a signal, or gone. */
static void decide_gone(const struct knot_verdict_input *in, struct knot_verdict *v)
{
	if (in->timed_out) {
		const bool slow = in->always && is_program(in);

		find(v, KNOT_VERDICT_TIMEOUT, !slow, slow ? KNOT_NOTE_ALWAYS : KNOT_NOTE_NONE);
		knot_spinners_take(&v->spinners, &in->view, in->steps / 2, &v->graph);
		take_stuck(v);
		return;
	}
	decide_failure(in, v, in->signal ? KNOT_VERDICT_FATAL : KNOT_VERDICT_EXIT);
}

/* Every schedule may show it, and what the run ended in is another question. */
static void decide_race(const struct knot_verdict_input *in, struct knot_verdict *v)
{
	const struct knot_run_view none = {.len = 0};

	knot_waitgraph_build(&v->graph, NULL, 0, &none, true, in->names);
	find(v, KNOT_VERDICT_RACE, true, KNOT_NOTE_NONE);
	for (size_t i = 0; i < in->fail_sites_len; i++)
		add_site(v, KNOT_OP_NONE, in->fail_sites[i]);
	sort_sites(v);
}

void knot_verdict_decide(const struct knot_verdict_input *in, struct knot_verdict *ret_verdict)
{
	struct knot_verdict *v = ret_verdict;

	v->spinners.list.len = v->sites.len = 0;
	v->pre_bucket = in->bucket;
	v->proof = KNOT_PROOF_NONE;
	if (in->race) {
		decide_race(in, v);
		return;
	}
	knot_waitgraph_build(&v->graph, in->snaps, in->snaps_len, &in->view,
		in->lost || in->flags & KNOT_RUN_TRUNCATED, in->names);
	switch (in->timed_out ? KNOT_END_NONE : in->end) {
	case KNOT_END_OK:
	case KNOT_END_SKIP:
		find(v, KNOT_VERDICT_OK, false, note_for_left(v));
		break;
	case KNOT_END_FAIL:
		decide_failure(in, v, KNOT_VERDICT_FAIL);
		break;
	case KNOT_END_DEADLOCK:
		decide_deadlock(in, v);
		break;
	case KNOT_END_LEAK:
		decide_leak(in, v);
		break;
	case KNOT_END_STEPS:
		decide_steps(in, v);
		break;
	case KNOT_END_PANIC:
		decide_failure(in, v, KNOT_VERDICT_PANIC);
		break;
	case KNOT_END_FATAL:
		decide_failure(in, v, KNOT_VERDICT_FATAL);
		break;
	case KNOT_END_OSEXIT:
		decide_failure(in, v, KNOT_VERDICT_EXIT);
		break;
	case KNOT_END_EXTWAIT:
		decide_extwait(in, v);
		break;
	case KNOT_END_TIMEOUT:
		decide_timeout(in, v);
		break;
	default:
		decide_gone(in, v);
		break;
	}
	sort_sites(v);
}
