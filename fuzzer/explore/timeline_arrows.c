/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/timeline_internal.h"

static uint32_t add(
	struct knot_tl *tl, uint32_t from, uint32_t to, enum knot_timeline_arrow_kind kind)
{
	if (from == NONE || to == NONE || from >= to)
		return NONE;
	knot_vec_push(&tl->t->arrows,
		((struct knot_timeline_arrow){.from = from, .to = to, .kind = (uint8_t)kind}));
	return (uint32_t)tl->t->arrows.len - 1;
}

static void take_back(struct knot_tl *tl, uint32_t *arrow)
{
	if (*arrow != NONE)
		tl->t->arrows.data[*arrow].kind = KNOT_TIMELINE_ARROWS;
	*arrow = NONE;
}

void knot_tl_arrows_end(struct knot_tl *tl)
{
	size_t len = 0;

	for (size_t i = 0; i < tl->t->arrows.len; i++)
		if (tl->t->arrows.data[i].kind != KNOT_TIMELINE_ARROWS)
			tl->t->arrows.data[len++] = tl->t->arrows.data[i];
	tl->t->arrows.len = len;
}

static const struct knot_timeline_event *event_at(const struct knot_tl *tl, uint32_t at)
{
	return &tl->t->events.data[at];
}

static struct knot_tl_prim *prim_at(struct knot_tl *tl, uint32_t at)
{
	const uint32_t prim = event_at(tl, at)->primitive;

	return prim == NONE ? NULL : &tl->prims.data[prim];
}

/* The operation in which g is blocked, KNOT_OP_NONE = it is not. */
static uint32_t blocked_in(const struct knot_tl *tl, uint32_t g)
{
	const uint32_t span = tl->gs[g].span;

	return span == NONE ? KNOT_OP_NONE : tl->t->spans.data[span].op;
}

static bool waits_to_receive(const struct knot_tl *tl, uint32_t g)
{
	const uint32_t op = blocked_in(tl, g);

	return op == KNOT_OP_RECV || op == KNOT_OP_SELECT;
}

/* --- channels -------------------------------------------------------------------------------- */

/* Native: the first that may still wait for a value goes on with this. */
static bool serve(struct knot_tl *tl, struct knot_tl_prim *p, uint32_t at)
{
	while (p->served < p->waiting.len) {
		const uint32_t receive = p->waiting.data[p->served++];
		struct knot_tl_g *x = &tl->gs[event_at(tl, receive)->g];

		if (x->last == receive && x->message == NONE) {
			x->message = at;
			return true;
		}
	}
	return false;
}

static void sends(struct knot_tl *tl, struct knot_tl_prim *p, uint32_t at)
{
	/* On a closed channel it panics. */
	if (p->closed == NONE && !serve(tl, p, at))
		knot_vec_push(&p->sent, at);
}

static void receives(struct knot_tl *tl, struct knot_tl_prim *p, struct knot_tl_g *g, uint32_t at)
{
	if (p->received < p->sent.len)
		g->got = add(tl, p->sent.data[p->received++], at, KNOT_TIMELINE_MESSAGE);
	else if (p->closed != NONE)
		g->got = add(tl, p->closed, at, KNOT_TIMELINE_MESSAGE);
	else if (tl->in->native)
		knot_vec_push(&p->waiting, at);
}

static void closes(struct knot_tl *tl, struct knot_tl_prim *p, uint32_t at)
{
	if (p->closed == NONE)
		p->closed = at;
	while (serve(tl, p, at))
		;
}

/* Who sends with a select that blocks has its value taken out of its hands, or put behind those in the buffer. */
static void takes_of_select(struct knot_tl *tl, struct knot_tl_g *g, struct knot_tl_prim *p,
	uint32_t sender, uint32_t at)
{
	if (blocked_in(tl, sender) != KNOT_OP_SELECT)
		return;
	if (g->got != NONE)
		knot_vec_push(&p->sent, tl->gs[sender].step);
	else
		g->got = add(tl, tl->gs[sender].step, at, KNOT_TIMELINE_MESSAGE);
}

/* A receiver that waits is handed the value: it is in no channel. */
static bool hands_over(struct knot_tl *tl, uint32_t at, uint32_t receiver)
{
	if (receiver == NONE || !waits_to_receive(tl, receiver))
		return false;
	tl->gs[receiver].message = at;
	return true;
}

/* It had blocked all the same: what was in the channel had been sent in vain. */
static void got_nothing(struct knot_tl *tl, struct knot_tl_g *g, uint32_t at)
{
	struct knot_tl_prim *p = prim_at(tl, at);

	if (g->got == NONE)
		return;
	take_back(tl, &g->got);
	if (p)
		p->received = p->sent.len;
}

/* --- locks ----------------------------------------------------------------------------------- */

static void acquires(struct knot_tl *tl, struct knot_tl_prim *p, uint32_t op, uint32_t at)
{
	const uint32_t g = event_at(tl, at)->g;
	uint32_t from = p->unlocked;

	if (op == KNOT_OP_RLOCK) {
		/* Its own read lock since then is where it came. */
		if (from == NONE ||
			(p->runlocked != NONE && p->runlocked > from &&
				event_at(tl, p->runlocked)->g == g))
			return;
	} else if (from == NONE || (p->runlocked != NONE && p->runlocked > from)) {
		from = p->runlocked;
	}
	if (from != NONE && event_at(tl, from)->g != g)
		tl->gs[g].got = add(tl, from, at, KNOT_TIMELINE_HANDOVER);
}

/* After it had been blocked. That the unlock has also woken it is told by the hand-over. */
static void has_lock(struct knot_tl *tl, struct knot_tl_g *g, uint32_t op, uint32_t at)
{
	struct knot_tl_prim *p = prim_at(tl, at);

	if (!p || !g->was_blocked)
		return;
	acquires(tl, p, op, at);
	if (g->got != NONE && tl->t->arrows.data[g->got].from == g->waker)
		take_back(tl, &g->wake);
}

/* --- events ---------------------------------------------------------------------------------- */

static void goes_on(struct knot_tl *tl, struct knot_tl_g *g, uint32_t at)
{
	if (g->spawned != NONE)
		add(tl, g->spawned, at, KNOT_TIMELINE_SPAWN);
	if (g->message != NONE)
		add(tl, g->message, at, KNOT_TIMELINE_MESSAGE);
	else if (g->woken != NONE)
		g->wake = add(tl, g->woken, at, KNOT_TIMELINE_WAKE);
	g->spawned = g->message = g->woken = NONE;
}

static void operate(struct knot_tl *tl, struct knot_tl_g *g, uint32_t op, uint32_t at)
{
	struct knot_tl_prim *p = prim_at(tl, at);

	if (!p)
		return;
	if (op == KNOT_OP_SEND)
		sends(tl, p, at);
	else if (op == KNOT_OP_RECV)
		receives(tl, p, g, at);
	else if (op == KNOT_OP_CLOSE)
		closes(tl, p, at);
	else if (op == KNOT_OP_LOCK || op == KNOT_OP_RLOCK)
		acquires(tl, p, op, at);
	else if (op == KNOT_OP_UNLOCK)
		p->unlocked = at;
	else if (op == KNOT_OP_RUNLOCK)
		p->runlocked = at;
}

static void step(struct knot_tl *tl, struct knot_tl_g *g, uint32_t op, uint32_t at)
{
	goes_on(tl, g, at);
	g->doing = at;
	g->woke = g->got = NONE;
	if (op == KNOT_OP_RESUME)
		return;
	g->step = at;
	g->was_blocked = false;
	g->wake = g->waker = NONE;
	operate(tl, g, op, at);
}

/* Whom it has woken it has woken before it says which case it took. */
static void selected(struct knot_tl *tl, struct knot_tl_g *g, uint32_t op, uint32_t at)
{
	struct knot_tl_prim *p = prim_at(tl, at);

	goes_on(tl, g, at);
	g->doing = at;
	if (!p || g->was_blocked)
		return;
	if (op == KNOT_OP_SEND) {
		if (!hands_over(tl, at, g->woke))
			sends(tl, p, at);
	} else if (op == KNOT_OP_RECV) {
		receives(tl, p, g, at);
		if (g->woke != NONE)
			takes_of_select(tl, g, p, g->woke, at);
	}
}

static void wake(struct knot_tl *tl, struct knot_tl_g *g, uint32_t to, uint32_t at)
{
	struct knot_tl_g *x = &tl->gs[to];
	struct knot_tl_prim *p = g->doing == NONE ? NULL : prim_at(tl, g->doing);

	x->woken = at;
	x->waker = g->doing;
	g->woke = to;
	if (!p || event_at(tl, g->doing)->kind != KNOT_EV_STEP)
		return;
	switch (event_at(tl, g->doing)->op) {
	case KNOT_OP_SEND:
		if (hands_over(tl, g->doing, to) && p->sent.len > p->received &&
			p->sent.data[p->sent.len - 1] == g->doing)
			p->sent.len--;
		break;
	case KNOT_OP_CLOSE:
		hands_over(tl, g->doing, to);
		break;
	case KNOT_OP_RECV:
		takes_of_select(tl, g, p, to, g->doing);
	}
}

void knot_tl_arrows(struct knot_tl *tl, const struct knot_shm_event *e)
{
	const uint32_t at = (uint32_t)tl->t->events.len - 1;
	const struct knot_timeline_event *x = event_at(tl, at);
	struct knot_tl_g *g = x->g == NONE ? NULL : &tl->gs[x->g];

	if (e->kind == KNOT_EV_SPAWN && g && x->to != NONE)
		tl->gs[x->to].spawned = at;
	if (!g)
		return;
	switch (e->kind) {
	case KNOT_EV_STEP:
		step(tl, g, e->op, at);
		break;
	case KNOT_EV_SELECTED:
		selected(tl, g, e->op, at);
		break;
	case KNOT_EV_BLOCK:
		g->was_blocked = true;
		if (e->op == KNOT_OP_RECV)
			got_nothing(tl, g, at);
		else
			take_back(tl, &g->got);
		break;
	case KNOT_EV_WAKE:
		if (x->to != NONE)
			wake(tl, g, x->to, at);
		break;
	case KNOT_EV_ACQUIRE:
		has_lock(tl, g, e->op, at);
	}
	g->last = at;
}
