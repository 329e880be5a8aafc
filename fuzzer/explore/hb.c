/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/hb_internal.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "base/vec.h"
#include "explore/budget.h"
#include "explore/cpop.h"

#include <stdlib.h>
#include <string.h>

#define NOBODY UINT32_MAX
#define SEVERAL (UINT32_MAX - 1)

/* A lock that a goroutine has, and by which of the run's acquisitions. */
struct held {
	uint32_t prim, nth;
};

#define HELD_MAX 4 /* more at a time count for nothing */

struct locks {
	struct held all[HELD_MAX];
	uint32_t len;
};

/* An operation in a trace. */
struct row {
	uint32_t op; /* index in cpop */
	uint32_t g;
	uint32_t times;
	uint32_t last; /* the goroutine's own clock at the last occurrence */
	uint32_t first; /* row of the trace's clocks: at the first one */
	struct locks locks; /* held at each occurrence; nth is that of the first */
};

static struct knot_share *share_of(const struct knot_hb *hb)
{
	return hb->budget ? &hb->budget->evidence : NULL;
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
	knot_evidence_free(&hb->evidence, share_of(hb));
	free(hb);
}

/* --- one trace ------------------------------------------------------------------------------- */

/* What is known of a primitive: who uses it in the whole trace, and what has happened on it so far. */
struct prim {
	uint32_t sender, receiver, closer; /* a goroutine, NOBODY or SEVERAL */
	uint32_t sends, receives; /* so far */
	uint64_t done_by; /* of all Dones together */
	uint32_t waited; /* Waits so far */
	bool closed;
	bool unsure; /* who holds it is not told by locks and unlocks */
	uint32_t *at_close, *done; /* clocks; done is that of all Dones together */
	KNOT_VEC(uint32_t *) sent; /* clocks of the sends */
	uint32_t *adds; /* by goroutine: its clock at its last Add */
};

struct look {
	const struct knot_run_view *run;
	struct knot_partners *partners; /* NULL = nobody goes on because of another */
	uint32_t gs;
	uint32_t *now; /* gs clocks */
	struct prim *prims;
	uint32_t prims_len;
	uint32_t *waits; /* by goroutine: the WaitGroup whose Wait it is in, 0 = none */
	uint32_t *receives; /* likewise: the channel whose value, or close, it may still wait for */
	struct locks *locks,
		*let_go; /* by goroutine; those it had when it began to wait for a Cond */
	uint32_t acquired; /* locks so far */
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
		else if (e->op == KNOT_OP_TRYLOCK)
			p->unsure = true;
	}
}

/* --- locks ----------------------------------------------------------------------------------- */

static void acquires(struct look *l, uint32_t prim, uint32_t g)
{
	struct locks *has = &l->locks[g];

	if (has->len < HELD_MAX && !l->prims[prim].unsure)
		has->all[has->len++] = (struct held){.prim = prim, .nth = ++l->acquired};
}

static const struct held *find_held(const struct locks *has, uint32_t prim)
{
	for (uint32_t i = 0; i < has->len; i++)
		if (has->all[i].prim == prim)
			return &has->all[i];
	return NULL;
}

static bool drop(struct locks *has, uint32_t prim)
{
	const uint32_t before = has->len;

	for (uint32_t i = 0; i < has->len; i++)
		if (has->all[i].prim == prim)
			has->all[i--] = has->all[--has->len];
	return has->len < before;
}

/* Anybody may unlock a mutex: whose it was is then not known. */
static void releases(struct look *l, uint32_t prim, uint32_t g)
{
	if (drop(&l->locks[g], prim) || drop(&l->let_go[g], prim))
		return;
	for (uint32_t i = 0; i < l->gs; i++)
		drop(&l->locks[i], prim);
}

/* A Wait lets one of them go, and has it again when it ends. */
static void lets_go(struct look *l, uint32_t g)
{
	if (l->locks[g].len)
		l->let_go[g] = l->locks[g];
	l->locks[g].len = 0;
}

/* What is held at all occurrences of an operation. */
static void keep_common(struct locks *into, const struct locks *now)
{
	for (uint32_t i = 0; i < into->len; i++)
		if (!find_held(now, into->all[i].prim))
			into->all[i--] = into->all[--into->len];
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
	if (l->receives[p->receiver] != prim)
		return;
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
	p->done_by += knot_hash_mix(l->run->gs[g].path);
}

/* A Wait that an Add may still come behind does not need what that Add stands for. */
static bool counts_on_all(struct look *l, const struct prim *p, uint32_t g)
{
	for (uint32_t i = 0; p->adds && i < l->gs; i++)
		if (p->adds[i] > clock_of(l, g)[i])
			return false;
	return p->adds;
}

enum partner {
	PARTNER_SENDER,
	PARTNER_CLOSER,
	PARTNER_WAITED_FOR,
};

static uint64_t who_is(const struct look *l, uint32_t who)
{
	return one(who) ? l->run->gs[who].path : who;
}

static void meets(struct look *l, const struct knot_shm_event *e)
{
	const struct prim *p = &l->prims[e->prim];

	if (p->sender != NOBODY || p->closer != NOBODY)
		knot_partners_meet(l->partners, (uint64_t)PARTNER_SENDER << 32 | e->site,
			who_is(l, p->sender));
	if (p->closer != NOBODY)
		knot_partners_meet(l->partners, (uint64_t)PARTNER_CLOSER << 32 | e->site,
			who_is(l, p->closer));
}

/* It goes on behind a Wait. */
static void waited(struct look *l, uint32_t prim, uint64_t path)
{
	struct prim *p = &l->prims[prim];

	knot_partners_meet(
		l->partners, knot_hash_mix(path + ++p->waited) + PARTNER_WAITED_FOR, p->done_by);
}

static void act(struct look *l, const struct knot_shm_event *e)
{
	struct prim *p = &l->prims[e->prim];

	if (!l->partners)
		return;
	if (is_receive(e->op))
		meets(l, e);
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
		struct row *known = &l->rows.data[l->row_of[op] - 1];

		known->times++;
		if (known->g != e->g) /* two of one name: nothing is last */
			known->last = UINT32_MAX;
		else if (known->last != UINT32_MAX)
			known->last = now[e->g];
		keep_common(&known->locks, &l->locks[e->g]);
		return;
	}
	const struct row fresh = {.op = op,
		.g = e->g,
		.times = 1,
		.last = now[e->g],
		.first = (uint32_t)l->rows.len,
		.locks = l->locks[e->g]};

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
			if (l->waits[e->g])
				waited(l, l->waits[e->g], l->run->gs[e->g].path);
			l->waits[e->g] = l->receives[e->g] = 0;
			if (e->op == KNOT_OP_LOCK && usable(l, e))
				acquires(l, e->prim, e->g);
			if (knot_run_is_operation(e->op))
				note(l, cpop, e);
			if (e->op == KNOT_OP_UNLOCK && usable(l, e))
				releases(l, e->prim, e->g);
			else if (e->op == KNOT_OP_CONDWAIT)
				lets_go(l, e->g);
		}
		if (acts(e) && usable(l, e))
			act(l, e);
	}
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

/* --- what it says ---------------------------------------------------------------------------- */

static bool share_lock(const struct row *x, const struct row *y)
{
	for (uint32_t i = 0; i < x->locks.len; i++)
		if (find_held(&y->locks, x->locks.all[i].prim))
			return true;
	return false;
}

/* All that was held at the first was held through to the second. */
static bool same_section(const struct row *x, const struct row *y)
{
	for (uint32_t i = 0; i < x->locks.len; i++) {
		const struct held *h = find_held(&y->locks, x->locks.all[i].prim);

		if (!h || h->nth != x->locks.all[i].nth)
			return false;
	}
	return x->locks.len;
}

static bool is_loose(const struct row *x, const struct row *y)
{
	if (x->times > 1 || x == y)
		return true;
	if (x->g != y->g)
		return !share_lock(x, y);
	return y->times > 1 || !same_section(x, y);
}

struct mask {
	uint64_t words[KNOT_EVIDENCE_WORDS];
};

/* The rows that evidence has room for, by operation: what is looked at once for each of them lies close together. */
struct columns {
	uint32_t len, held_len;
	uint32_t *op, *g, *last;
	const struct row **row, **held; /* held: those with locks */
};

static void make_columns(const struct look *l, uint32_t ops, struct columns *ret)
{
	ret->len = ret->held_len = 0;
	ret->op = knot_xreallocarray(NULL, 3 * (l->rows.len + 1), sizeof(*ret->op));
	ret->g = ret->op + l->rows.len + 1;
	ret->last = ret->g + l->rows.len + 1;
	/* Of pointers. NOLINTNEXTLINE(bugprone-sizeof-expression) */
	ret->row = knot_xreallocarray(NULL, 2 * (l->rows.len + 1), sizeof(*ret->row));
	ret->held = ret->row + l->rows.len + 1;
	for (uint32_t op = 0; op < ops; op++) {
		if (!l->row_of[op])
			continue;
		const struct row *x = &l->rows.data[l->row_of[op] - 1];

		ret->op[ret->len] = op;
		ret->g[ret->len] = x->g;
		ret->last[ret->len] = x->last;
		ret->row[ret->len++] = x;
		if (x->locks.len)
			ret->held[ret->held_len++] = x;
	}
}

static void free_columns(struct columns *c)
{
	free(c->op);
	/* NOLINTNEXTLINE(bugprone-multi-level-implicit-pointer-conversion) */
	free(c->row);
}

/* Which others are loose: all but those that hold a lock as x does. */
static void find_loose(
	const struct columns *c, const struct row *x, const struct mask *all, struct mask *ret)
{
	*ret = *all;
	if (x->times > 1 || !x->locks.len)
		return;
	for (uint32_t i = 0; i < c->held_len;) {
		const uint32_t word = c->held[i]->op / 64;
		uint64_t bits = 0;

		for (; i < c->held_len && c->held[i]->op / 64 == word; i++)
			bits |= (uint64_t)!is_loose(x, c->held[i]) << c->held[i]->op % 64;
		ret->words[word] &= ~bits;
	}
}

static void learn_row(struct knot_hb *hb, const struct look *l, const struct columns *c,
	const struct row *x, const struct mask *all)
{
	const uint32_t *first = l->clocks.data + (size_t)x->first * l->gs;
	struct mask follows = {0}, loose;

	/* The best case for x before y: the first of the one, the last of the other. */
	for (uint32_t i = 0; i < c->len;) {
		const uint32_t word = c->op[i] / 64;
		uint64_t bits = 0;

		for (; i < c->len && c->op[i] / 64 == word; i++)
			bits |= (uint64_t)(first[c->g[i]] < c->last[i]) << c->op[i] % 64;
		follows.words[word] = bits;
	}
	follows.words[x->op / 64] |= 1ull << x->op % 64;
	find_loose(c, x, all, &loose);
	knot_evidence_add(&hb->evidence, KNOT_EVIDENCE_TOGETHER, x->op, all->words);
	knot_evidence_add(&hb->evidence,
		l->partners ? KNOT_EVIDENCE_FOLLOWS : KNOT_EVIDENCE_PERHAPS, x->op, follows.words);
	knot_evidence_add(&hb->evidence, KNOT_EVIDENCE_LOOSE, x->op, loose.words);
}

static void learn(struct knot_hb *hb, const struct look *l)
{
	const uint32_t ops = knot_cpop_op_count(hb->cpop);
	const uint32_t room = knot_evidence_reach(&hb->evidence, ops, share_of(hb));
	struct columns columns;
	struct mask all = {0};

	make_columns(l, room < ops ? room : ops, &columns);
	for (uint32_t i = 0; i < columns.len; i++)
		all.words[columns.op[i] / 64] |= 1ull << columns.op[i] % 64;
	for (uint32_t i = 0; i < columns.len; i++)
		learn_row(hb, l, &columns, columns.row[i], &all);
	free_columns(&columns);
}

/* With partners or without. */
static void look_at(
	struct knot_hb *hb, const struct knot_run_view *run, struct knot_partners *partners)
{
	struct look l = {.run = run, .partners = partners, .gs = (uint32_t)run->gs_len};

	l.now = knot_xalloc((size_t)l.gs * l.gs * sizeof(*l.now));
	l.waits = knot_xalloc(l.gs * sizeof(*l.waits));
	l.receives = knot_xalloc(l.gs * sizeof(*l.receives));
	l.locks = knot_xalloc(l.gs * sizeof(*l.locks));
	l.let_go = knot_xalloc(l.gs * sizeof(*l.let_go));
	l.row_of = knot_xalloc((knot_cpop_op_count(hb->cpop) + 1) * sizeof(*l.row_of));
	l.prims_len = knot_run_prims(run);
	l.prims = knot_xalloc(l.prims_len * sizeof(*l.prims));
	for (uint32_t i = 0; i < l.prims_len; i++)
		l.prims[i].sender = l.prims[i].receiver = l.prims[i].closer = NOBODY;
	find_users(&l);
	walk(&l, hb->cpop);
	learn(hb, &l);
	free_prims(&l);
	knot_vec_free(&l.rows);
	knot_vec_free(&l.clocks);
	free(l.locks);
	free(l.let_go);
	free(l.row_of);
	free(l.receives);
	free(l.waits);
	free(l.now);
}

void knot_hb_add(struct knot_hb *hb, const struct knot_run_view *run)
{
	if (!run->len || run->len > KNOT_HB_EVENTS_MAX || !run->gs_len ||
		run->gs_len > KNOT_HB_GS_MAX)
		return;
	look_at(hb, run, NULL);
	if (!hb->partners.differ)
		look_at(hb, run, &hb->partners);
}
