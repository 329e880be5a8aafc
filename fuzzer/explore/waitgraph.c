/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/waitgraph.h"

#include "explore/names.h"

#include <stdlib.h>
#include <string.h>

/* Of the matrix waiters x primitives; beyond it the graph is blind rather than slow. */
#define TOUCH_MAX (1u << 20)

/* Waiters for locks that are looked at for rings. */
#define RING_MAX 1024

/* Prefixes of function names: what blocks, or what created it. */
static const char *const library[] = {
	"os/signal.",
	"net/http.(*persistConn).readLoop",
	"net/http.(*persistConn).writeLoop",
	"net/http.(*Transport).dialConn",
	"net/http.(*Server).Serve",
	"net/http.(*http2clientConnReadLoop).run",
	"net/http.(*http2ClientConn).readLoop",
	"net/http.(*http2Transport).newClientConn",
	"net/http/httptest.(*Server).goServe",
	"net/rpc.(*Server).Accept",
	"database/sql.(*DB).connectionOpener",
	"database/sql.(*DB).connectionCleaner",
	"database/sql.OpenDB",
	"testing.",
	"runtime.",
	"internal/poll.",
};

bool knot_waitgraph_is_library(const char *function)
{
	for (size_t i = 0; function && i < sizeof(library) / sizeof(library[0]); i++) {
		if (!strncmp(function, library[i], strlen(library[i])))
			return true;
	}
	return false;
}

void knot_waitgraph_free(struct knot_waitgraph *w)
{
	knot_vec_free(&w->waiters);
	knot_vec_free(&w->waits);
}

static const char *function_at(const struct knot_names *names, uint32_t site)
{
	const struct knot_site_name *s = knot_names_site(names, site);

	return s ? s->function : NULL;
}

static enum knot_role role_of(const struct knot_shm_snap *s, const struct knot_run_view *view,
	const struct knot_names *names)
{
	if (s->state == 5 || s->state == 6)
		return KNOT_ROLE_EXTERNAL;
	if (s->state != 3)
		return KNOT_ROLE_LIVE;
	if (s->flags & 2)
		return KNOT_ROLE_OLD;
	/* the test's own goroutine may well wait inside package testing, for a subtest */
	if (s->flags & 1)
		return KNOT_ROLE_BLOCKED;
	if (s->flags & 4 || knot_waitgraph_is_library(function_at(names, s->site)))
		return KNOT_ROLE_LIBRARY;
	uint32_t created = s->g < view->gs_len ? view->gs[s->g].site : 0;
	const char *creator = function_at(names, created);

	/* package testing starts the subtests: that creator says nothing about the goroutine */
	if (creator && strncmp(creator, "testing.", 8) != 0 && knot_waitgraph_is_library(creator))
		return KNOT_ROLE_LIBRARY;
	return KNOT_ROLE_BLOCKED;
}

static int by_number(const void *a, const void *b)
{
	const struct knot_waiter *x = a, *y = b;

	return (x->g > y->g) - (x->g < y->g);
}

const struct knot_waiter *knot_waitgraph_find(const struct knot_waitgraph *w, uint16_t g)
{
	struct knot_waiter key = {.g = g};

	if (!w->waiters.len)
		return NULL;
	return bsearch(&key, w->waiters.data, w->waiters.len, sizeof(key), by_number);
}

/* Which operations each waiter did on each primitive that somebody is blocked on: a bit per KNOT_OP_*. */
struct touch {
	size_t waiters, prims;
	uint32_t *prim_index; /* by primitive number: column + 1 */
	size_t prim_len;
	uint64_t *ops; /* waiters x prims */
	int16_t *reads; /* read locks held, the same */
};

static void touch_free(struct touch *t)
{
	free(t->prim_index);
	free(t->ops);
	free(t->reads);
}

static bool waits_for_lock(const struct knot_waiter *x)
{
	return (x->role == KNOT_ROLE_BLOCKED || x->role == KNOT_ROLE_LIBRARY) &&
		(x->op == KNOT_OP_LOCK || x->op == KNOT_OP_RLOCK);
}

static void touch_columns(struct touch *t, const struct knot_waitgraph *w)
{
	for (size_t i = 0; i < w->waiters.len; i++) {
		uint32_t prim = w->waiters.data[i].prim;

		if (prim && prim < KNOT_RUN_PRIMS_MAX && prim >= t->prim_len)
			t->prim_len = prim + 1;
	}
	t->prim_index = knot_xalloc(t->prim_len * sizeof(*t->prim_index) + 1);
	for (size_t i = 0; i < w->waiters.len; i++) {
		const struct knot_waiter *x = &w->waiters.data[i];

		if ((x->role == KNOT_ROLE_BLOCKED || waits_for_lock(x)) && x->prim &&
			x->prim < t->prim_len && !t->prim_index[x->prim])
			t->prim_index[x->prim] = (uint32_t)++t->prims;
	}
}

static void touch_event(
	struct touch *t, const struct knot_waitgraph *w, const struct knot_shm_event *e)
{
	if (!e->prim || e->prim >= t->prim_len || !t->prim_index[e->prim] || e->op >= KNOT_OP_LAST)
		return;
	if (e->kind != KNOT_EV_STEP && e->kind != KNOT_EV_SELECTED && e->kind != KNOT_EV_ACQUIRE &&
		e->kind != KNOT_EV_BLOCK)
		return;
	const struct knot_waiter *x = knot_waitgraph_find(w, e->g);

	if (!x)
		return;
	size_t at = (size_t)(x - w->waiters.data) * t->prims + t->prim_index[e->prim] - 1;

	t->ops[at] |= 1ull << e->op;
	/* Who gets the lock at once tells no more than the step. */
	if (e->op == KNOT_OP_RLOCK)
		t->reads[at] = (int16_t)(t->reads[at] + (e->kind == KNOT_EV_BLOCK ? -1 : 1));
	if (e->kind == KNOT_EV_ACQUIRE && e->op == KNOT_OP_TRYRLOCK)
		t->reads[at]++;
	if (e->kind == KNOT_EV_STEP && e->op == KNOT_OP_RUNLOCK)
		t->reads[at]--;
}

/* False when the matrix would be too large. */
static bool touch_build(
	struct touch *t, const struct knot_waitgraph *w, const struct knot_run_view *view)
{
	t->waiters = w->waiters.len;
	touch_columns(t, w);
	if (t->waiters * t->prims > TOUCH_MAX)
		return false;
	t->ops = knot_xalloc(t->waiters * t->prims * sizeof(*t->ops) + 1);
	t->reads = knot_xalloc(t->waiters * t->prims * sizeof(*t->reads) + 1);
	for (size_t i = 0; i < view->len; i++)
		touch_event(t, w, &view->events[i]);
	return true;
}

static uint64_t touched(const struct touch *t, size_t waiter, uint32_t prim)
{
	if (!prim || prim >= t->prim_len || !t->prim_index[prim])
		return 0;
	return t->ops[waiter * t->prims + t->prim_index[prim] - 1];
}

static void mark_all_stuck(struct knot_waitgraph *w)
{
	for (size_t i = 0; i < w->waiters.len; i++)
		w->waiters.data[i].stuck = w->waiters.data[i].role == KNOT_ROLE_BLOCKED;
}

/* Could awake goroutine i wake x? Unknown primitives (a select, a nil channel) could be anybody's. */
static bool may_wake(const struct touch *t, size_t i, const struct knot_waiter *x)
{
	return !x->prim || x->prim >= KNOT_RUN_PRIMS_MAX || touched(t, i, x->prim);
}

static void mark_stuck(struct knot_waitgraph *w, const struct touch *t)
{
	size_t n = w->waiters.len;
	bool *awake = knot_xalloc(n + 1);
	size_t *queue = knot_xreallocarray(NULL, n + 1, sizeof(*queue)), len = 0;

	for (size_t i = 0; i < n; i++) {
		if (w->waiters.data[i].live) {
			awake[i] = true;
			queue[len++] = i;
		}
	}
	for (size_t at = 0; at < len; at++) {
		for (size_t k = 0; k < n; k++) {
			if (!awake[k] && may_wake(t, queue[at], &w->waiters.data[k])) {
				awake[k] = true;
				queue[len++] = k;
			}
		}
	}
	for (size_t i = 0; i < n; i++)
		w->waiters.data[i].stuck =
			!awake[i] && w->waiters.data[i].role == KNOT_ROLE_BLOCKED;
	free(awake);
	free(queue);
}

/* The operations that let one blocked in op go on. */
static uint64_t counterparts(uint32_t op)
{
	switch (op) {
	case KNOT_OP_SEND:
	case KNOT_OP_SELSEND:
		return 1ull << KNOT_OP_RECV | 1ull << KNOT_OP_SELRECV;
	case KNOT_OP_RECV:
	case KNOT_OP_RANGE:
	case KNOT_OP_SELRECV:
		return 1ull << KNOT_OP_SEND | 1ull << KNOT_OP_SELSEND | 1ull << KNOT_OP_CLOSE;
	case KNOT_OP_WGWAIT:
		return 1ull << KNOT_OP_WGADD | 1ull << KNOT_OP_WGDONE;
	case KNOT_OP_CONDWAIT:
		return 1ull << KNOT_OP_SIGNAL | 1ull << KNOT_OP_BROADCAST;
	case KNOT_OP_ONCE:
		return 1ull << KNOT_OP_ONCE;
	default:
		return 0;
	}
}

static void add_wait(
	struct knot_waitgraph *w, size_t first, uint16_t from, uint16_t to, uint32_t why)
{
	if (w->waits.len - first >= KNOT_WAITS_PER_WAITER)
		return;
	for (size_t i = first; i < w->waits.len; i++) {
		if (w->waits.data[i].to == to)
			return;
	}
	struct knot_wait wait = {.from = from, .to = to, .why = why};

	knot_vec_push(&w->waits, wait);
}

static void add_waits(struct knot_waitgraph *w, const struct touch *t, size_t at, uint32_t holder)
{
	const struct knot_waiter *x = &w->waiters.data[at];
	bool locks = x->op == KNOT_OP_LOCK || x->op == KNOT_OP_RLOCK;
	size_t first = w->waits.len;

	if (x->role != KNOT_ROLE_BLOCKED)
		return;
	if (locks && holder < KNOT_MAX_GOROUTINES)
		add_wait(w, first, x->g, (uint16_t)holder, KNOT_WAIT_HOLDER);
	if (!t->ops || !x->prim || x->prim >= t->prim_len || !t->prim_index[x->prim])
		return;
	for (size_t i = 0; i < t->waiters; i++) {
		const struct knot_waiter *y = &w->waiters.data[i];
		size_t cell = i * t->prims + t->prim_index[x->prim] - 1;

		if (x->op == KNOT_OP_LOCK && t->reads[cell] > 0)
			add_wait(w, first, x->g, y->g, KNOT_WAIT_READER);
		/* two that wait for the same thing do not wait for each other */
		if (i != at && t->ops[cell] & counterparts(x->op) &&
			!(y->prim == x->prim && y->op == x->op))
			add_wait(w, first, x->g, y->g, KNOT_WAIT_PARTNER);
	}
}

/* Ends of a wait as positions in waiters; false when one of them has ended. */
static bool wait_ends(const struct knot_waitgraph *w, const struct knot_wait *e, size_t ret_ends[2])
{
	const struct knot_waiter *from = knot_waitgraph_find(w, e->from);
	const struct knot_waiter *to = knot_waitgraph_find(w, e->to);

	if (!from || !to)
		return false;
	ret_ends[0] = (size_t)(from - w->waiters.data);
	ret_ends[1] = (size_t)(to - w->waiters.data);
	return true;
}

/* Peels off who waits for nobody that waits, and whom nobody waits for, until only knots are left. */
static void mark_knots(struct knot_waitgraph *w)
{
	size_t(*ends)[2] = knot_xreallocarray(NULL, w->waits.len + 1, sizeof(*ends)), len = 0;
	uint8_t *degree = knot_xalloc(w->waiters.len + 1); /* 1 = waits, 2 = is waited for */

	for (size_t k = 0; k < w->waits.len; k++)
		len += wait_ends(w, &w->waits.data[k], ends[len]);
	for (size_t i = 0; i < w->waiters.len; i++)
		w->waiters.data[i].in_knot = w->waiters.data[i].role == KNOT_ROLE_BLOCKED;
	for (bool changed = true; changed;) {
		changed = false;
		memset(degree, 0, w->waiters.len);
		for (size_t k = 0; k < len; k++) {
			if (w->waiters.data[ends[k][0]].in_knot &&
				w->waiters.data[ends[k][1]].in_knot) {
				degree[ends[k][0]] |= 1;
				degree[ends[k][1]] |= 2;
			}
		}
		for (size_t i = 0; i < w->waiters.len; i++) {
			if (w->waiters.data[i].in_knot && degree[i] != 3) {
				w->waiters.data[i].in_knot = false;
				changed = true;
			}
		}
	}
	free(ends);
	free(degree);
}

/* The waiters for locks, and what is known of these. */
struct rings {
	size_t *at; /* positions in waiters */
	const struct knot_shm_snap **snaps;
	size_t len;
};

/* Has y to act before x can go on? */
static bool holds_up(const struct knot_waitgraph *w, const struct touch *t, const struct rings *r,
	size_t x, size_t y)
{
	const struct knot_waiter *from = &w->waiters.data[r->at[x]];
	const struct knot_waiter *to = &w->waiters.data[r->at[y]];

	if (!r->snaps[x]->readers)
		return r->snaps[x]->holder == to->g;
	/* Readers hold it: a writer waits for them, and one more reader for the writer. */
	if (from->op == KNOT_OP_RLOCK)
		return to->op == KNOT_OP_LOCK && to->prim == from->prim && from->prim;
	return !w->blind && from->prim < t->prim_len && t->prim_index[from->prim] &&
		t->reads[r->at[y] * t->prims + t->prim_index[from->prim] - 1] > 0;
}

/* Peels off who is held up by nobody that is, and who holds up nobody. */
static void peel(struct knot_waitgraph *w, const struct touch *t, struct rings *r)
{
	bool *left = knot_xalloc(r->len + 1), *alone = knot_xalloc(r->len + 1);

	memset(left, true, r->len);
	for (bool changed = true; changed;) {
		changed = false;
		for (size_t x = 0; x < r->len; x++) {
			bool out = false, in = false;

			alone[x] = true;
			for (size_t y = 0; y < r->len && left[x]; y++) {
				const bool to = left[y] && holds_up(w, t, r, x, y);
				const bool from = left[y] && holds_up(w, t, r, y, x);

				out |= to;
				in |= from;
				alone[x] &= x == y || !(to || from);
			}
			changed |= left[x] && !(in && out);
			left[x] &= in && out;
		}
	}
	for (size_t x = 0; x < r->len; x++)
		if (left[x])
			w->waiters.data[r->at[x]].ring =
				alone[x] ? KNOT_RING_ITSELF : KNOT_RING_OTHERS;
	free(left);
	free(alone);
}

static void mark_rings(
	struct knot_waitgraph *w, const struct touch *t, const struct knot_shm_snap *const *by_g)
{
	struct rings r = {.len = 0};

	r.at = knot_xalloc((w->waiters.len + 1) * sizeof(*r.at));
	r.snaps = knot_xalloc((w->waiters.len + 1) * sizeof(struct knot_shm_snap *));
	for (size_t i = 0; i < w->waiters.len && r.len < RING_MAX; i++) {
		if (!waits_for_lock(&w->waiters.data[i]))
			continue;
		r.at[r.len] = i;
		r.snaps[r.len++] = by_g[w->waiters.data[i].g];
	}
	peel(w, t, &r);
	for (size_t i = 0; i < w->waiters.len; i++)
		w->waiters.data[i].stuck |= w->waiters.data[i].ring != KNOT_RING_NONE;
	free(r.at);
	free(r.snaps);
}

static void take_snaps(struct knot_waitgraph *w, const struct knot_shm_snap *snaps,
	size_t snaps_len, const struct knot_run_view *view, const struct knot_names *names)
{
	for (size_t i = 0; i < snaps_len; i++) {
		const struct knot_shm_snap *s = &snaps[i];
		struct knot_waiter x = {.g = s->g,
			.op = s->op,
			.role = (uint8_t)role_of(s, view, names),
			.site = s->site,
			.prim = s->prim,
			.goid = s->goid,
			.is_test = s->flags & 1,
			.proven = s->flags & 8};

		x.live = x.role == KNOT_ROLE_LIVE || x.role == KNOT_ROLE_EXTERNAL;
		knot_vec_push(&w->waiters, x);
		w->live += x.live;
	}
	if (w->waiters.len)
		qsort(w->waiters.data, w->waiters.len, sizeof(*w->waiters.data), by_number);
}

void knot_waitgraph_build(struct knot_waitgraph *w, const struct knot_shm_snap *snaps,
	size_t snaps_len, const struct knot_run_view *view, bool truncated,
	const struct knot_names *names)
{
	struct touch t = {.waiters = 0};
	/* Every waiter has one. */
	const struct knot_shm_snap **by_g =
		knot_xreallocarray(NULL, KNOT_G_NONE + 1u, sizeof(struct knot_shm_snap *));

	knot_waitgraph_free(w);
	w->live = 0;
	take_snaps(w, snaps, snaps_len, view, names);
	for (size_t i = 0; i < snaps_len; i++)
		by_g[snaps[i].g] = &snaps[i];
	w->blind = !touch_build(&t, w, view) || !view->len || truncated;
	if (!w->live)
		mark_all_stuck(w);
	else if (!w->blind)
		mark_stuck(w, &t);
	mark_rings(w, &t, by_g);
	for (size_t i = 0; i < w->waiters.len; i++)
		add_waits(w, &t, i, by_g[w->waiters.data[i].g]->holder);
	mark_knots(w);
	w->stuck = 0;
	for (size_t i = 0; i < w->waiters.len; i++)
		w->stuck += w->waiters.data[i].stuck;
	touch_free(&t);
	free(by_g);
}
