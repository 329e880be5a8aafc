/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/recorded.h"

#include "base/error.h"
#include "wire/recording.h"
#include "wire/sites.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* "chan receive", "sleep" of go1.26. */
#define REASON_RECEIVE 19
#define REASON_SLEEP 24

#define SITE(id, pkg, file, line, op, func) \
	"{\"id\":" #id ",\"pkg\":\"" pkg "\",\"file\":\"" file "\",\"line\":" #line \
	",\"col\":1,\"op\":\"" op "\",\"prim\":\"p\",\"func\":\"" func \
	"\",\"parent\":0,\"after\":true}"
#define P "example.org/m/pool.v2"
#define F "/home/u/m/pool/pool.go"

static const char table[] = "{\"version\":1,\"module\":\"example.org/m\",\"sites\":[" SITE(
	1, P, F, 10, "send", "(*Pool).Put") "," SITE(2, P, F, 20, "recv", "(*Pool).Get") "," SITE(3,
	P, F, 30, "unlock", "(*Pool).Close") "," SITE(4, P, F, 31, "lock",
	"(*Pool).Close") "," SITE(5, P, F, 40, "range", "(*Pool).loop") "," SITE(6, P, F, 50,
	"send", "twice") "," SITE(7, P, F, 50, "send", "twice") "," SITE(8, P, F, 60, "go",
	"New") "," SITE(9, P, F, 70, "rlock", "(*Pool).Len") "," SITE(10, P, F, 80, "selrecv",
	"(*Pool).Try") "," SITE(11, P, F, 90, "select", "(*Pool).sweep") "," SITE(12,
	"example.org/m/cmd/srv", "/home/u/m/cmd/srv/main.go", 5, "close",
	"main") "],\"unplaced\":[],\"packages\":[{\"path\":\"" P
		"\",\"files\":1,\"instrumented\":1,\"reason\":\"\"},{\"path\":\"example.org/m/cmd/"
		"srv\",\"files\":1,"
		"\"instrumented\":1,\"reason\":\"\"}]}";

static struct knot_recording r;
static struct knot_sites *sites;
static struct knot_recorded found;
static KNOT_VEC(struct knot_recording_event) events;

static void open_all(void)
{
	struct knot_error err = {0};

	r.go = strdup("go1.26.8");
	cr_assert_eq(knot_sites_decode(knot_span_str(table), &sites, &err), 0, "%s", err.message);
}

static void close_all(void)
{
	knot_recorded_free(&found);
	knot_recording_free(&r);
	knot_sites_free(sites);
	knot_vec_free(&events);
}

TestSuite(recorded, .init = open_all, .fini = close_all);

/* A stack of the runtime, perhaps something of package sync, and the position. */
static uint32_t stack(const char *function, const char *file, uint32_t line, const char *between)
{
	const struct knot_recording_stack s = {(uint32_t)r.frames.len, between ? 3 : 2};
	const char *const functions[] = {"runtime.chansend1", between, function};

	for (size_t i = 0; i < 3; i++) {
		const struct knot_recording_position p = {
			.function = strdup(functions[i] ? functions[i] : ""),
			.file = strdup(i == 2 ? file : "/usr/local/go/src/runtime/chan.go"),
			.line = i == 2 ? line : 7};

		if (!functions[i]) {
			free(p.function);
			free(p.file);
			continue;
		}
		knot_vec_push(&r.frames, (uint32_t)r.positions.len);
		knot_vec_push(&r.positions, p);
	}
	knot_vec_push(&r.stacks, s);
	return (uint32_t)r.stacks.len - 1;
}

static struct knot_recording_event *put(
	uint8_t kind, uint64_t g, uint64_t other, uint64_t object, uint32_t at)
{
	const struct knot_recording_event e = {.seq = events.len,
		.g = g,
		.other = other,
		.object = object,
		.aux = kind == KNOT_RECORDING_PARK ? REASON_RECEIVE : 1,
		.stack = at,
		.kind = kind};

	knot_vec_push(&events, e);
	return &events.data[events.len - 1];
}

static void find(void)
{
	r.bytes = knot_span_of(events.data, events.len * sizeof(*events.data));
	r.events = events.len;
	knot_recorded_find(&r, sites, &found);
}

static struct knot_recorded_site map(uint8_t kind, uint64_t aux, uint32_t at)
{
	const struct knot_recording_event e = {.kind = kind, .aux = aux, .stack = at};
	struct knot_recorded_sites *m = knot_recorded_sites_new(&r, sites);
	const struct knot_recorded_site s = knot_recorded_site_of(m, &e);

	knot_recorded_sites_free(m);
	return s;
}

static void expect_site(uint8_t kind, const char *function, const char *file, uint32_t line,
	const char *between, uint32_t site, bool by_function)
{
	const struct knot_recorded_site s = map(kind, 1, stack(function, file, line, between));

	cr_expect_eq(s.why, KNOT_RECORDED_MAPPED, "%s: %d", function, s.why);
	cr_expect_eq(s.site, site, "%s: %u", function, s.site);
	cr_expect_eq(s.by_function, by_function, "%s", function);
}

#define SYM "example.org/m/pool%2ev2."

Test(recorded, places)
{
	expect_site(KNOT_RECORDING_SEND, SYM "(*Pool).Put", "/build/x/pool/pool.go", 10, NULL, 1,
		false);
	expect_site(KNOT_RECORDING_RECV, SYM "(*Pool).Get", "example.org/m/pool.v2@v1.2.3/pool.go",
		20, NULL, 2, false);
	expect_site(KNOT_RECORDING_RECV, SYM "(*Pool).loop", "pool.go", 40, NULL, 5, false);
	expect_site(KNOT_RECORDING_RECV, SYM "(*Pool).Try", "/a/pool.go", 80, NULL, 10, false);
	/* Inlined into another function, whose name the position does not have. */
	expect_site(KNOT_RECORDING_SEND, SYM "other", "/a/pool.go", 10, NULL, 1, false);
	/* Deferred, in a wrapper, in code that has moved. */
	expect_site(KNOT_RECORDING_UNLOCK_SLOW, SYM "(*Pool).Close.deferwrap1", "/a/pool.go", 35,
		"sync.(*Mutex).Unlock", 3, true);
	expect_site(KNOT_RECORDING_ACQUIRE, SYM "(*Pool).Len", "/a/pool.go", 70,
		"sync.(*RWMutex).RLock", 9, false);
	/* A command, which was built elsewhere. */
	expect_site(KNOT_RECORDING_CLOSE, "main.main", "/b/srv/main.go", 5, NULL, 12, false);
	cr_expect_eq(
		map(KNOT_RECORDING_RECV, 1, stack(SYM "(*Pool).Try", "/a/pool.go", 80, NULL)).op,
		KNOT_OP_RECV);
	cr_expect_eq(
		map(KNOT_RECORDING_RECV, 1, stack(SYM "(*Pool).loop", "/a/pool.go", 40, NULL)).op,
		KNOT_OP_RECV);
}

static void expect_why(uint8_t kind, const char *function, const char *file, uint32_t line,
	enum knot_recorded_why why)
{
	cr_expect_eq(
		map(kind, 1, stack(function, file, line, NULL)).why, why, "%s:%u", function, line);
}

Test(recorded, places_that_are_none)
{
	expect_why(KNOT_RECORDING_SEND, SYM "twice", "/a/pool.go", 50, KNOT_RECORDED_SEVERAL);
	expect_why(KNOT_RECORDING_SEND, SYM "(*Pool).Get", "/a/pool.go", 20, KNOT_RECORDED_NO_SITE);
	expect_why(KNOT_RECORDING_SEND, "example.org/m/pool.Put", "/a/pool.go", 10,
		KNOT_RECORDED_ELSEWHERE);
	expect_why(KNOT_RECORDING_SEND, "net/http.(*Server).Serve", "/g/server.go", 10,
		KNOT_RECORDED_ELSEWHERE);
	expect_why(
		KNOT_RECORDING_CLOSE, "main.main", "/b/other/main.go", 5, KNOT_RECORDED_ELSEWHERE);
	expect_why(KNOT_RECORDING_CLOSE, "main.run", "/b/srv/main.go", 5, KNOT_RECORDED_NO_SITE);
	expect_why(KNOT_RECORDING_SEND, "runtime.gcenable", "/g/mgc.go", 5, KNOT_RECORDED_UNPLACED);
	expect_why(KNOT_RECORDING_CREATE, SYM "New", "/a/pool.go", 60, KNOT_RECORDED_NO_ORDER);
	cr_expect_eq(map(KNOT_RECORDING_SEND, 1, KNOT_RECORDING_NONE).why, KNOT_RECORDED_UNPLACED);
}

/* The chain with these sites, and by these goroutines; -1 = it is not there. */
static int chain_at(size_t len, const uint32_t *ids, const uint64_t *who)
{
	for (size_t i = 0; i < found.chains.len; i++) {
		const struct knot_chain *c = &found.chains.data[i];
		bool same = c->len == len;

		for (size_t k = 0; k < len && same; k++)
			same = c->ops[k].site == ids[k] && c->ops[k].gpath == who[k];
		if (same)
			return (int)i;
	}
	return -1;
}

/* Who waits stands behind who it waited for, and where it began, too. */
Test(recorded, order_of_effects)
{
	const uint32_t send = stack(SYM "(*Pool).Put", "/a/pool.go", 10, NULL);
	const uint32_t recv = stack(SYM "(*Pool).Get", "/a/pool.go", 20, NULL);

	put(KNOT_RECORDING_RECV, 5, 0, 0x100, recv);
	put(KNOT_RECORDING_PARK, 5, 0, 0, recv);
	put(KNOT_RECORDING_SEND, 6, 0, 0x100, send);
	put(KNOT_RECORDING_READY, 6, 5, 0, send);
	put(KNOT_RECORDING_RUN, 0, 5, 0, KNOT_RECORDING_NONE);
	find();
	cr_expect_eq(found.counts.operations, 2);
	cr_expect_eq(found.counts.why[KNOT_RECORDED_MAPPED], 2);
	cr_expect_eq(found.counts.meetings, 1);
	cr_expect_eq(found.counts.pairs, 2);
	cr_expect_eq(found.chains.len, 2);
	cr_expect_geq(chain_at(2, (uint32_t[]){1, 2}, (uint64_t[]){1, 2}), 0);
	cr_expect_geq(chain_at(2, (uint32_t[]){2, 1}, (uint64_t[]){1, 2}), 0);
}

/* Asleep behind an operation is not in it. */
Test(recorded, sleep_is_no_wait)
{
	const uint32_t send = stack(SYM "(*Pool).Put", "/a/pool.go", 10, NULL);
	const uint32_t recv = stack(SYM "(*Pool).Get", "/a/pool.go", 20, NULL);

	put(KNOT_RECORDING_RECV, 5, 0, 0x100, recv);
	put(KNOT_RECORDING_PARK, 5, 0, 0, recv)->aux = REASON_SLEEP;
	put(KNOT_RECORDING_SEND, 6, 0, 0x100, send);
	find();
	cr_expect_eq(found.chains.len, 1);
	cr_expect_eq(chain_at(2, (uint32_t[]){2, 1}, (uint64_t[]){1, 2}), 0);
}

/* Of one goroutine, on different objects, or with something lost in between they are no pair. */
Test(recorded, no_pairs)
{
	const uint32_t send = stack(SYM "(*Pool).Put", "/a/pool.go", 10, NULL);
	const uint32_t recv = stack(SYM "(*Pool).Get", "/a/pool.go", 20, NULL);

	put(KNOT_RECORDING_SEND, 5, 0, 0x100, send);
	put(KNOT_RECORDING_RECV, 5, 0, 0x100, recv);
	put(KNOT_RECORDING_SEND, 6, 0, 0x200, send);
	put(KNOT_RECORDING_RECV, 7, 0, 0x100, recv)->seq += 3;
	r.lost = 3;
	find();
	cr_expect_eq(found.counts.gaps, 1);
	cr_expect_eq(found.chains.len, 0);
}

/* A lock is taken when its goroutine was run last before it did something else; a select is on the channel of who wakes it. */
Test(recorded, locks_and_selects)
{
	const uint32_t unlock =
		stack(SYM "(*Pool).Close", "/a/pool.go", 30, "sync.(*Mutex).Unlock");
	const uint32_t lock = stack(SYM "(*Pool).Close", "/a/pool.go", 31, "sync.(*Mutex).Lock");
	const uint32_t sweep = stack(SYM "(*Pool).sweep", "/a/pool.go", 90, NULL);
	const uint32_t send = stack(SYM "(*Pool).Put", "/a/pool.go", 10, NULL);

	put(KNOT_RECORDING_LOCK_SLOW, 5, 0, 0x100, lock);
	put(KNOT_RECORDING_ACQUIRE, 5, 0, 0x104, lock);
	put(KNOT_RECORDING_PARK, 5, 0, 0, lock);
	put(KNOT_RECORDING_UNLOCK_SLOW, 6, 0, 0x100, unlock);
	put(KNOT_RECORDING_RELEASE, 6, 0, 0x104, unlock);
	put(KNOT_RECORDING_READY, 6, 5, 0, unlock);
	put(KNOT_RECORDING_RUN, 0, 5, 0, KNOT_RECORDING_NONE);
	put(KNOT_RECORDING_SELECT, 5, 0, 0x999, sweep);
	put(KNOT_RECORDING_PARK, 5, 0, 0, sweep);
	put(KNOT_RECORDING_SEND, 6, 0, 0x300, send);
	put(KNOT_RECORDING_READY, 6, 5, 0, send);
	find();
	cr_expect_eq(found.counts.operations, 4);
	cr_expect_eq(found.counts.partly, 2);
	cr_expect_lt(chain_at(2, (uint32_t[]){4, 3}, (uint64_t[]){1, 2}), 0,
		"nobody has the lock before it is let go");
	cr_expect_geq(chain_at(2, (uint32_t[]){3, 4}, (uint64_t[]){1, 2}), 0);
	cr_expect_geq(chain_at(2, (uint32_t[]){1, 11}, (uint64_t[]){1, 2}), 0);
	cr_expect_geq(chain_at(4, (uint32_t[]){3, 4, 11, 1}, (uint64_t[]){1, 2, 2, 1}), 0,
		"a run over two objects");
}

/* The rare first. */
Test(recorded, order_of_chains)
{
	const uint32_t send = stack(SYM "(*Pool).Put", "/a/pool.go", 10, NULL);
	const uint32_t recv = stack(SYM "(*Pool).Get", "/a/pool.go", 20, NULL);
	const uint32_t done = stack("main.main", "/b/srv/main.go", 5, NULL);

	for (uint64_t i = 0; i < 9; i++) {
		put(KNOT_RECORDING_SEND, 5, 0, 0x100, send);
		put(KNOT_RECORDING_RECV, 6, 0, 0x100, recv);
	}
	put(KNOT_RECORDING_CLOSE, 7, 0, 0x100, done);
	find();
	const int rare = chain_at(2, (uint32_t[]){2, 12}, (uint64_t[]){1, 2});
	const int common = chain_at(2, (uint32_t[]){1, 2}, (uint64_t[]){1, 2});

	cr_expect(rare >= 0 && common >= 0 && rare < common, "%d %d", rare, common);
	for (size_t i = 0; i < found.chains.len; i++)
		cr_expect(found.chains.data[i].len >= 2 && found.chains.data[i].len <= 4);
}

static bool has_op(void *arg, uint64_t gpath, uint32_t site, uint32_t op)
{
	(void)arg;
	(void)op;
	/* A goroutine has the sites that are bits of its path. */
	return gpath >> site & 1;
}

Test(recorded, names)
{
	const struct knot_chain chain = {.ops = {{1, 1, KNOT_OP_SEND}, {2, 2, KNOT_OP_RECV},
						 {1, 3, KNOT_OP_SEND}, {3, 4, KNOT_OP_RECV}},
		.len = 4};
	const uint64_t paths[] = {1 << 1, 1 << 1 | 1 << 2 | 1 << 3, 1 << 2};
	const struct knot_chain named = knot_recorded_name(&chain, paths, 3, has_op, NULL);

	cr_expect_eq(named.len, 4);
	cr_expect_eq(named.ops[0].gpath, paths[1], "the first that has both");
	cr_expect_eq(named.ops[2].gpath, paths[1]);
	cr_expect_eq(named.ops[1].gpath, paths[2], "another one");
	cr_expect_eq(named.ops[3].gpath, 0, "nobody is known");
	cr_expect_eq(named.ops[3].site, 4);
}
