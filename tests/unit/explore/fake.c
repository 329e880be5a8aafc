/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/explore/fake.h"

#include "base/hash.h"
#include "base/rng.h"

#include <string.h>

const struct fake_program fake_fig1 = {
	.functions =
		{
			(const struct fake_instr[]){{KNOT_OP_GO, 1, 26, 0}, {KNOT_OP_GO, 2, 27, 0},
				{KNOT_OP_GO, 2, 28, 0}, {0, 0, 0, 0}},
			(const struct fake_instr[]){{KNOT_OP_RECV, FIG1_CHAN, 9, 0},
				{KNOT_OP_LOCK, FIG1_MUTEX, 10, 0},
				{KNOT_OP_UNLOCK, FIG1_MUTEX, 12, 0}, {FAKE_LOOP, 0, 2, 0},
				{0, 0, 0, 0}},
			(const struct fake_instr[]){{KNOT_OP_LOCK, FIG1_MUTEX, 17, 0},
				{KNOT_OP_SEND, FIG1_CHAN, 19, 0},
				{KNOT_OP_UNLOCK, FIG1_MUTEX, 20, 0}, {0, 0, 0, 0}},
		},
};

const struct fake_program fake_deep = {
	.functions =
		{
			(const struct fake_instr[]){
				{KNOT_OP_GO, 1, 1, 0}, {KNOT_OP_GO, 2, 2, 0}, {0, 0, 0, 0}},
			(const struct fake_instr[]){{KNOT_OP_LOCK, 2, 11, 0},
				{KNOT_OP_UNLOCK, 2, 12, 0}, {FAKE_LOOP, 0, 20, 0},
				{KNOT_OP_CLOSE, 1, 13, 0}, {0, 0, 0, 0}},
			(const struct fake_instr[]){{KNOT_OP_SEND, 1, 21, 0}, {0, 0, 0, 0}},
		},
	.cap = {[1] = 1},
};

uint64_t fake_fig1_path(int g)
{
	return knot_hash_child(KNOT_PATH_ROOT, 25u + (uint32_t)g, 0);
}

struct knot_chain_op fake_fig1_op(int g, uint32_t line, uint32_t op)
{
	return (struct knot_chain_op){.gpath = fake_fig1_path(g), .site = line, .op = op};
}

#define PASSES_MAX 64 /* of those held back, where nobody else can run */

enum state { READY, BLOCKED, RESUMING, ENDED };

struct gor {
	const struct fake_instr *code;
	uint32_t pc;
	enum state state;
	uint64_t prio;
	uint32_t turns[8]; /* of the loop at instruction i */
	uint32_t spawned[8]; /* by instruction */
	bool chain_lock; /* what it waits for is the active element */
	bool done; /* its blocked operation was completed by a partner */
};

struct prim {
	uint32_t number; /* in this run */
	uint32_t len, owner;
	bool closed;
};

struct fake {
	const struct fake_program *program;
	struct gor gs[FAKE_GS];
	struct knot_shm_goroutine table[FAKE_GS];
	uint32_t gs_len;
	struct prim prims[FAKE_PRIMS];
	uint32_t prims_used;
	KNOT_VEC(struct knot_shm_event) events;
	KNOT_VEC(uint16_t) decisions;
	struct knot_shm_snap snaps[FAKE_GS];
	const struct knot_shm_request *request;
	struct knot_rng rng;
	uint32_t steps, chain_pos, passes;
	bool chain_off, panicked;
	struct knot_cpop *seen; /* the target's own filter of what is new */
	struct fake_run out;
};

struct fake *fake_new(const struct fake_program *program)
{
	struct fake *f = knot_xalloc(sizeof(*f));

	f->program = program;
	f->seen = knot_cpop_new();
	return f;
}

void fake_free(struct fake *f)
{
	knot_vec_free(&f->events);
	knot_vec_free(&f->decisions);
	knot_cpop_free(f->seen);
	free(f);
}

static void event(
	struct fake *f, uint8_t kind, uint32_t g, const struct fake_instr *i, uint64_t aux)
{
	struct knot_shm_event e = {.step = f->steps, .g = (uint16_t)g, .kind = kind, .aux = aux};

	if (i) {
		e.op = i->op;
		e.site = i->site;
		if (i->prim && i->op != KNOT_OP_GO) {
			struct prim *p = &f->prims[i->prim];

			if (!p->number)
				p->number = ++f->prims_used;
			e.prim = p->number;
		}
	}
	knot_vec_push(&f->events, e);
}

static void spawn(
	struct fake *f, uint32_t function, uint32_t parent, uint32_t site, uint32_t ordinal)
{
	uint32_t g = f->gs_len++;

	knot_assert(g < FAKE_GS);
	f->gs[g] = (struct gor){.code = f->program->functions[function],
		.prio = knot_rng_next(&f->rng) | 1ull << 63};
	f->table[g] = (struct knot_shm_goroutine){
		.path = KNOT_PATH_ROOT, .parent = KNOT_G_NONE, .site = site, .ordinal = ordinal};
	if (parent != KNOT_G_NONE) {
		f->table[g].path = knot_hash_child(f->table[parent].path, site, ordinal);
		f->table[g].parent = parent;
	}
}

static struct fake_instr *pending(const struct fake *f, uint32_t g)
{
	return (struct fake_instr *)&f->gs[g].code[f->gs[g].pc];
}

/* Loops are no operations: they are gone through before the next point. */
static void settle(struct fake *f, uint32_t g)
{
	struct gor *x = &f->gs[g];

	while (pending(f, g)->op == FAKE_LOOP) {
		if (++x->turns[x->pc] < pending(f, g)->site)
			x->pc = pending(f, g)->arg;
		else
			x->pc++;
	}
	if (!pending(f, g)->op) {
		x->state = ENDED;
		event(f, KNOT_EV_EXIT, g, NULL, 0);
	}
}

/* A goroutine that is blocked in op on prim, or KNOT_G_NONE. */
static uint32_t find_blocked(const struct fake *f, uint8_t prim, uint8_t op)
{
	for (uint32_t g = 0; g < f->gs_len; g++) {
		if (f->gs[g].state == BLOCKED && pending(f, g)->prim == prim &&
			pending(f, g)->op == op)
			return g;
	}
	return KNOT_G_NONE;
}

static void wake(struct fake *f, uint32_t by, uint32_t g, bool done)
{
	f->gs[g].state = RESUMING;
	f->gs[g].done = done;
	event(f, KNOT_EV_WAKE, by, pending(f, g), g);
}

/* Executes the pending operation; false = it blocks. */
static bool perform(struct fake *f, uint32_t g, const struct fake_instr *i)
{
	struct prim *p = &f->prims[i->prim];
	uint32_t other;

	switch (i->op) {
	case KNOT_OP_GO:
		spawn(f, i->prim, g, i->site, f->gs[g].spawned[f->gs[g].pc]++);
		return true;
	case KNOT_OP_LOCK:
		if (p->owner)
			return false;
		p->owner = g + 1;
		event(f, KNOT_EV_ACQUIRE, g, i, 0);
		return true;
	case KNOT_OP_UNLOCK:
		p->owner = 0;
		other = find_blocked(f, i->prim, KNOT_OP_LOCK);
		if (other != KNOT_G_NONE)
			wake(f, g, other, false);
		return true;
	case KNOT_OP_SEND:
		f->panicked = p->closed;
		other = find_blocked(f, i->prim, KNOT_OP_RECV);
		if (other != KNOT_G_NONE)
			wake(f, g, other, true);
		else if (p->len < f->program->cap[i->prim])
			p->len++;
		else
			return p->closed;
		return true;
	case KNOT_OP_RECV:
		other = find_blocked(f, i->prim, KNOT_OP_SEND);
		if (other != KNOT_G_NONE)
			wake(f, g, other, true);
		else if (p->len)
			p->len--;
		else
			return p->closed;
		return true;
	case KNOT_OP_CLOSE:
		p->closed = true;
		while ((other = find_blocked(f, i->prim, KNOT_OP_RECV)) != KNOT_G_NONE)
			wake(f, g, other, true);
		return true;
	default:
		return true;
	}
}

static bool matches(const struct fake *f, uint32_t element, uint32_t g)
{
	const struct knot_shm_chain_op *c = &f->request->chain[element];
	const struct fake_instr *i = pending(f, g);

	return f->gs[g].state == READY && c->site == i->site && (!c->op || c->op == i->op) &&
		(!c->gpath || c->gpath == f->table[g].path);
}

static bool held_back(const struct fake *f, uint32_t g)
{
	if (f->chain_off || matches(f, f->chain_pos, g))
		return false;
	for (uint32_t i = f->chain_pos + 1; i < f->request->chain_len; i++) {
		if (matches(f, i, g))
			return true;
	}
	return false;
}

static uint32_t choose(struct fake *f)
{
	uint32_t all[FAKE_GS], open[FAKE_GS], n = 0, m = 0, best = 0;

	for (uint32_t g = 0; g < f->gs_len; g++) {
		if (f->gs[g].state == READY || f->gs[g].state == RESUMING)
			all[n++] = g;
	}
	for (uint32_t i = 0; i < n && f->chain_pos < f->request->chain_len; i++) {
		if (!held_back(f, all[i]))
			open[m++] = all[i];
	}
	if (!n)
		return KNOT_G_NONE;
	if (f->chain_pos < f->request->chain_len && m) {
		memcpy(all, open, sizeof(open));
		n = m;
	} else if (f->chain_pos < f->request->chain_len && f->passes++ == PASSES_MAX) {
		f->chain_off = true;
	}
	switch (f->request->policy) {
	case KNOT_POLICY_RANDOM:
		return all[knot_rng_below(&f->rng, n)];
	case KNOT_POLICY_PCT:
		for (uint32_t i = 1; i < n; i++) {
			if (f->gs[all[i]].prio > f->gs[all[best]].prio)
				best = i;
		}
		if (knot_rng_below(&f->rng, f->request->steps_hint) < f->request->depth - 1)
			f->gs[all[best]].prio = f->steps;
		return all[best];
	default:
		return all[0];
	}
}

static void step(struct fake *f, uint32_t g)
{
	struct gor *x = &f->gs[g];
	const struct fake_instr *i = pending(f, g);
	bool resuming = x->state == RESUMING;
	struct fake_instr shown = *i;

	knot_vec_push(&f->decisions, (uint16_t)g);
	f->steps++;
	if (resuming)
		shown.op = KNOT_OP_RESUME;
	event(f, KNOT_EV_STEP, g, &shown, 0);
	/* A lock is executed when it has been taken. */
	if (!resuming && f->chain_pos < f->request->chain_len && matches(f, f->chain_pos, g)) {
		if (i->op == KNOT_OP_LOCK)
			x->chain_lock = true;
		else
			event(f, KNOT_EV_CHAIN, g, i, f->chain_pos++);
	}
	if ((resuming && x->done) || perform(f, g, i)) {
		if (x->chain_lock && f->chain_pos < f->request->chain_len)
			event(f, KNOT_EV_CHAIN, g, i, f->chain_pos++);
		x->chain_lock = false;
		x->done = false;
		x->state = READY;
		x->pc++;
		settle(f, g);
	} else {
		x->state = BLOCKED;
		event(f, KNOT_EV_BLOCK, g, i, 0);
	}
}

/* How the run ended, with a snapshot of who is left. */
static uint32_t finish(struct fake *f)
{
	f->out.snaps_len = 0;
	if (f->panicked)
		return KNOT_END_PANIC;
	for (uint32_t g = 0; g < f->gs_len; g++) {
		if (f->gs[g].state == ENDED)
			continue;
		const struct fake_instr *i = pending(f, g);
		struct knot_shm_snap *s = &f->snaps[f->out.snaps_len++];

		*s = (struct knot_shm_snap){
			.g = (uint16_t)g, .op = i->op, .state = 3, .site = i->site};
		s->prim = f->prims[i->prim].number;
		s->holder = f->prims[i->prim].owner ? f->prims[i->prim].owner - 1 : KNOT_G_NONE;
		s->flags = g == 0;
	}
	if (!f->out.snaps_len)
		return KNOT_END_OK;
	return f->gs[0].state == ENDED ? KNOT_END_LEAK : KNOT_END_DEADLOCK;
}

const struct fake_run *fake_run(
	struct fake *f, const struct knot_shm_request *r, const uint16_t *prefix, uint32_t nth)
{
	f->request = r;
	f->rng = (struct knot_rng){.seed = r->seed + nth, .stream = 1};
	f->gs_len = f->prims_used = f->steps = f->chain_pos = 0;
	f->events.len = f->decisions.len = 0;
	f->passes = 0;
	f->chain_off = f->panicked = false;
	memset(f->prims, 0, sizeof(f->prims));
	spawn(f, 0, KNOT_G_NONE, 0, 0);
	for (uint32_t at = 0; !f->panicked && f->steps < r->step_limit; at++) {
		uint32_t g = at < r->prefix_len ? prefix[at] : choose(f);

		if (g >= f->gs_len || (f->gs[g].state != READY && f->gs[g].state != RESUMING))
			g = choose(f);
		if (g == KNOT_G_NONE)
			break;
		step(f, g);
	}
	uint32_t end = finish(f);

	f->out.result = (struct knot_shm_result){.seed = r->seed + nth,
		.end = end,
		.steps = f->steps,
		.chain_done = f->chain_pos,
		.goroutines = f->gs_len,
		.snap = (uint32_t)f->out.snaps_len};
	f->out.view = (struct knot_run_view){f->events.data, f->events.len, f->table, f->gs_len};
	f->out.decisions = f->decisions.data;
	f->out.decisions_len = f->decisions.len;
	f->out.snaps = f->snaps;
	return &f->out;
}

static bool wasted(const struct knot_shm_request *r, const struct knot_plan_end *end)
{
	return r->chain_misses && r->chain_len &&
		end->runs - end->chain_all > r->chain_misses + end->chain_all / 8;
}

uint32_t fake_serve(struct fake *f, struct knot_portfolio *p, const struct knot_plan *plan)
{
	struct knot_plan_end end = {.runs = 0};
	uint32_t bad = 0;

	for (uint32_t i = 0; i < plan->request.count; i++) {
		const struct fake_run *run = fake_run(f, &plan->request, plan->prefix, i);
		bool ok = run->result.end == KNOT_END_OK;
		struct knot_cpop_gain gain;

		knot_cpop_add(f->seen, &run->view, &gain);
		end.runs++;
		end.steps += run->result.steps;
		end.chain_any += run->result.chain_done > 0;
		bool whole = plan->request.chain_len &&
			run->result.chain_done == plan->request.chain_len;

		end.chain_all += whole;
		bad += !ok;
		whole = whole && end.chain_all == 1 && plan->request.flags & KNOT_REQ_HOLD_CHAIN;
		if (gain.pairs1 + gain.pairs2 || !ok || whole) {
			struct knot_plan_run fed = {.result = &run->result,
				.view = run->view,
				.decisions = run->decisions,
				.decisions_len = run->decisions_len};

			knot_portfolio_feed_run(p, plan, &fed, &gain);
		}
		/* the process is tainted */
		if (!ok || wasted(&plan->request, &end))
			break;
	}
	knot_portfolio_feed_end(p, plan, &end);
	return bad;
}
