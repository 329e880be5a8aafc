/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/hb.h"

#include "base/alloc.h"
#include "base/vec.h"
#include "explore/budget.h"
#include "explore/cpop.h"

#include <stdlib.h>
#include <string.h>

#define NOBODY UINT32_MAX
#define SEVERAL (UINT32_MAX - 1)

/* An operation in a trace. */
struct row {
	uint32_t op; /* index in cpop */
	uint32_t g;
	uint32_t last; /* the goroutine's own clock at the last occurrence */
	uint32_t first; /* row of the trace's clocks: at the first one */
};

struct trace {
	struct row *rows; /* by op */
	size_t len;
	uint32_t *clocks; /* len rows of gs */
	uint32_t gs;
	size_t cells; /* taken from the budget */
};

struct knot_hb {
	const struct knot_cpop *cpop;
	struct knot_budget *budget;
	struct trace traces[KNOT_HB_TRACES];
	uint32_t next; /* the oldest */
	size_t cells;
};

/* --- one trace ------------------------------------------------------------------------------- */

/* What is known of a primitive: who uses it in the whole trace, and what has happened on it so far. */
struct prim {
	uint32_t sender, receiver, closer; /* a goroutine, NOBODY or SEVERAL */
	uint32_t sends, receives; /* so far */
	bool closed;
	uint32_t *at_close, *done; /* clocks; done is that of all Dones together */
	KNOT_VEC(uint32_t *) sent; /* clocks of the sends */
	uint32_t *adds; /* by goroutine: its clock at its last Add */
};

struct look {
	const struct knot_run_view *run;
	uint32_t gs;
	uint32_t *now; /* gs clocks */
	struct prim *prims;
	uint32_t prims_len;
	uint32_t *waits; /* by goroutine: the WaitGroup whose Wait it is in, 0 = none */
	uint32_t *receives; /* likewise: the channel whose value, or close, it may still wait for */
	uint32_t *row_of; /* by operation: its row + 1, 0 = none yet */
	KNOT_VEC(struct row) rows;
	KNOT_VEC(uint32_t) clocks;
};

static uint32_t *clock_of(struct look *l, uint32_t g)
{
	return l->now + (size_t)g * l->gs;
}

static void join(struct look *l, uint32_t *into, const uint32_t *from)
{
	for (uint32_t i = 0; from && i < l->gs; i++)
		if (into[i] < from[i])
			into[i] = from[i];
}

static uint32_t *copy(const struct look *l, const uint32_t *from)
{
	uint32_t *c = knot_xalloc(l->gs * sizeof(*c));

	if (from)
		memcpy(c, from, l->gs * sizeof(*c));
	return c;
}

static void use(uint32_t *who, uint32_t g)
{
	*who = *who == NOBODY || *who == g ? g : SEVERAL;
}

static bool is_send(uint32_t op)
{
	return op == KNOT_OP_SEND || op == KNOT_OP_SELSEND;
}

static bool is_receive(uint32_t op)
{
	return op == KNOT_OP_RECV || op == KNOT_OP_SELRECV;
}

/* A select acts on the primitive of the case it took; all other operations at their step. */
static bool acts(const struct knot_shm_event *e)
{
	return e->kind == KNOT_EV_STEP || e->kind == KNOT_EV_SELECTED;
}

static bool usable(const struct look *l, const struct knot_shm_event *e)
{
	return e->g < l->gs && e->prim && e->prim < l->prims_len;
}

static void find_users(struct look *l)
{
	for (size_t i = 0; i < l->run->len; i++) {
		const struct knot_shm_event *e = &l->run->events[i];

		if (!acts(e) || !usable(l, e))
			continue;
		struct prim *p = &l->prims[e->prim];

		if (is_send(e->op))
			use(&p->sender, e->g);
		else if (is_receive(e->op))
			use(&p->receiver, e->g);
		else if (e->op == KNOT_OP_CLOSE)
			use(&p->closer, e->g);
	}
}

static bool one(uint32_t who)
{
	return who != NOBODY && who != SEVERAL;
}

static bool is_pipe(const struct prim *p)
{
	return one(p->sender) && one(p->receiver);
}

static void sends(struct look *l, uint32_t prim, uint32_t g)
{
	struct prim *p = &l->prims[prim];

	p->sends++;
	if (!is_pipe(p))
		return;
	knot_vec_push(&p->sent, copy(l, clock_of(l, g)));
	if (l->receives[p->receiver] == prim)
		join(l, clock_of(l, p->receiver), clock_of(l, g));
	l->receives[p->receiver] = 0;
}

/* What the receive cannot end without. */
static void receives(struct look *l, uint32_t prim, uint32_t g)
{
	struct prim *p = &l->prims[prim];
	const uint32_t nth = p->receives++;

	if (p->sender == NOBODY && p->closed && p->closer != SEVERAL)
		join(l, clock_of(l, g), p->at_close);
	else if (is_pipe(p) && nth < p->sent.len)
		join(l, clock_of(l, g), p->sent.data[nth]);
	else if (is_pipe(p) && p->closed && p->closer != SEVERAL)
		join(l, clock_of(l, g), p->at_close);
	else
		l->receives[g] = prim;
}

/* Who still waits for a value when nobody sends, or sends no more, goes on because of the close. */
static void closes(struct look *l, uint32_t prim, uint32_t g)
{
	struct prim *p = &l->prims[prim];

	if (!p->at_close)
		p->at_close = copy(l, clock_of(l, g));
	p->closed = true;
	for (uint32_t i = 0; i < l->gs && p->closer != SEVERAL; i++) {
		if (l->receives[i] == prim && (p->sender == NOBODY || is_pipe(p)))
			join(l, clock_of(l, i), clock_of(l, g));
	}
}

static void adds(struct look *l, struct prim *p, uint32_t g)
{
	if (!p->adds)
		p->adds = copy(l, NULL);
	p->adds[g] = clock_of(l, g)[g];
}

static void has_done(struct look *l, struct prim *p, uint32_t g)
{
	if (!p->done)
		p->done = copy(l, NULL);
	join(l, p->done, clock_of(l, g));
}

/* A Wait that an Add may still come behind does not need what that Add stands for. */
static bool counts_on_all(struct look *l, const struct prim *p, uint32_t g)
{
	for (uint32_t i = 0; p->adds && i < l->gs; i++)
		if (p->adds[i] > clock_of(l, g)[i])
			return false;
	return p->adds;
}

static void act(struct look *l, const struct knot_shm_event *e)
{
	struct prim *p = &l->prims[e->prim];

	if (is_send(e->op))
		sends(l, e->prim, e->g);
	else if (is_receive(e->op))
		receives(l, e->prim, e->g);
	else if (e->op == KNOT_OP_CLOSE)
		closes(l, e->prim, e->g);
	else if (e->op == KNOT_OP_WGADD || e->op == KNOT_OP_WGGO)
		adds(l, p, e->g);
	else if (e->op == KNOT_OP_WGDONE)
		has_done(l, p, e->g);
	else if (e->op == KNOT_OP_WGWAIT && counts_on_all(l, p, e->g)) {
		join(l, clock_of(l, e->g), p->done);
		l->waits[e->g] = e->prim;
	}
}

static void note(struct look *l, const struct knot_cpop *cpop, const struct knot_shm_event *e)
{
	const uint32_t op = knot_cpop_find(cpop, l->run->gs[e->g].path, e->site, e->op);
	const uint32_t *now = clock_of(l, e->g);

	if (op == KNOT_CPOP_NONE)
		return;
	if (l->row_of[op]) {
		l->rows.data[l->row_of[op] - 1].last = now[e->g];
		return;
	}
	const struct row fresh = {
		.op = op, .g = e->g, .last = now[e->g], .first = (uint32_t)l->rows.len};

	knot_vec_push(&l->rows, fresh);
	l->row_of[op] = (uint32_t)l->rows.len;
	for (uint32_t i = 0; i < l->gs; i++)
		knot_vec_push(&l->clocks, now[i]);
}

static void walk(struct look *l, const struct knot_cpop *cpop)
{
	for (size_t i = 0; i < l->run->len; i++) {
		const struct knot_shm_event *e = &l->run->events[i];

		if (e->g >= l->gs)
			continue;
		if (e->kind == KNOT_EV_SPAWN && e->aux < l->gs)
			join(l, clock_of(l, (uint32_t)e->aux), clock_of(l, e->g));
		if (e->kind == KNOT_EV_WAKE && e->aux < l->gs && l->waits[e->aux])
			join(l, clock_of(l, (uint32_t)e->aux), l->prims[l->waits[e->aux]].done);
		if (e->kind == KNOT_EV_STEP) {
			clock_of(l, e->g)[e->g]++;
			l->waits[e->g] = l->receives[e->g] = 0;
			if (knot_run_is_operation(e->op))
				note(l, cpop, e);
		}
		if (acts(e) && usable(l, e))
			act(l, e);
	}
}

static int by_op(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->op > y->op) - (x->op < y->op);
}

static uint32_t prims_of(const struct knot_run_view *run)
{
	uint32_t most = 0;

	for (size_t i = 0; i < run->len; i++)
		if (run->events[i].prim > most && run->events[i].prim < KNOT_RUN_PRIMS_MAX)
			most = run->events[i].prim;
	return most + 1;
}

static void free_prims(struct look *l)
{
	for (uint32_t i = 0; i < l->prims_len; i++) {
		struct prim *p = &l->prims[i];

		for (size_t k = 0; k < p->sent.len; k++)
			free(p->sent.data[k]);
		knot_vec_free(&p->sent);
		free(p->at_close);
		free(p->done);
		free(p->adds);
	}
	free(l->prims);
}

/* --- those remembered ------------------------------------------------------------------------ */

static struct knot_share *share_of(const struct knot_hb *hb)
{
	return hb->budget ? &hb->budget->clocks : NULL;
}

static void forget(struct knot_hb *hb, struct trace *t)
{
	knot_share_give(share_of(hb), hb->cells, t->cells);
	hb->cells -= t->cells;
	free(t->rows);
	free(t->clocks);
	*t = (struct trace){0};
}

struct knot_hb *knot_hb_new(const struct knot_cpop *cpop, struct knot_budget *budget)
{
	struct knot_hb *hb = knot_xalloc(sizeof(*hb));

	hb->cpop = cpop;
	hb->budget = budget;
	return hb;
}

void knot_hb_free(struct knot_hb *hb)
{
	if (!hb)
		return;
	for (size_t i = 0; i < KNOT_HB_TRACES; i++)
		forget(hb, &hb->traces[i]);
	free(hb);
}

static void keep(struct knot_hb *hb, struct look *l)
{
	struct trace *t = &hb->traces[hb->next];
	const size_t cells = l->clocks.len + l->rows.len * sizeof(struct row) / sizeof(uint32_t);

	forget(hb, t);
	if (!l->rows.len || !knot_share_take(share_of(hb), hb->cells, cells)) {
		knot_vec_free(&l->rows);
		knot_vec_free(&l->clocks);
		return;
	}
	qsort(l->rows.data, l->rows.len, sizeof(*l->rows.data), by_op);
	*t = (struct trace){
		.rows = knot_xreallocarray(l->rows.data, l->rows.len, sizeof(struct row)),
		.len = l->rows.len,
		.clocks = knot_xreallocarray(l->clocks.data, l->clocks.len, sizeof(uint32_t)),
		.gs = l->gs,
		.cells = cells};
	hb->cells += cells;
	hb->next = (hb->next + 1) % KNOT_HB_TRACES;
}

void knot_hb_add(struct knot_hb *hb, const struct knot_run_view *run)
{
	struct look l = {.run = run, .gs = (uint32_t)run->gs_len};

	if (!run->len || run->len > KNOT_HB_EVENTS_MAX || !run->gs_len ||
		run->gs_len > KNOT_HB_GS_MAX)
		return;
	l.now = knot_xalloc((size_t)l.gs * l.gs * sizeof(*l.now));
	l.waits = knot_xalloc(l.gs * sizeof(*l.waits));
	l.receives = knot_xalloc(l.gs * sizeof(*l.receives));
	l.row_of = knot_xalloc((knot_cpop_op_count(hb->cpop) + 1) * sizeof(*l.row_of));
	l.prims_len = prims_of(run);
	l.prims = knot_xalloc(l.prims_len * sizeof(*l.prims));
	for (uint32_t i = 0; i < l.prims_len; i++)
		l.prims[i].sender = l.prims[i].receiver = l.prims[i].closer = NOBODY;
	find_users(&l);
	walk(&l, hb->cpop);
	keep(hb, &l);
	free_prims(&l);
	free(l.row_of);
	free(l.receives);
	free(l.waits);
	free(l.now);
}

static const struct row *row_of(const struct trace *t, uint32_t op)
{
	const struct row key = {.op = op};

	return t->len ? bsearch(&key, t->rows, t->len, sizeof(*t->rows), by_op) : NULL;
}

bool knot_hb_forbids(const struct knot_hb *hb, uint32_t a, uint32_t b)
{
	bool seen = false;

	for (size_t i = 0; i < KNOT_HB_TRACES; i++) {
		const struct trace *t = &hb->traces[i];
		const struct row *x = row_of(t, a), *y = row_of(t, b);

		if (!x || !y)
			continue;
		/* The best case for a before b: the first of the one, the last of the other. */
		if (a == b || t->clocks[(size_t)x->first * t->gs + y->g] < y->last)
			return false;
		seen = true;
	}
	return seen;
}

bool knot_hb_forbids_chain(void *arg, const struct knot_chain *chain)
{
	const struct knot_hb *hb = arg;

	for (uint32_t j = 1; j < chain->len; j++) {
		const struct knot_chain_op *y = &chain->ops[j];
		const uint32_t b = knot_cpop_find(hb->cpop, y->gpath, y->site, y->op);

		for (uint32_t i = 0; i < j && b != KNOT_CPOP_NONE; i++) {
			const struct knot_chain_op *x = &chain->ops[i];
			const uint32_t a = knot_cpop_find(hb->cpop, x->gpath, x->site, x->op);

			if (a != KNOT_CPOP_NONE && knot_hb_forbids(hb, a, b))
				return true;
		}
	}
	return false;
}
