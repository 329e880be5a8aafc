/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/ordering.h"

#include "base/alloc.h"
#include "explore/counts.h"

struct making {
	const struct knot_run_view *run;
	knot_ordering_holds holds;
	void *arg;
	struct knot_ordering *o;
	struct knot_counts counts;
	KNOT_VEC(uint32_t) settle; /* by their numbers in the run until the end */
	KNOT_VEC(uint16_t) woken; /* since the last timer fired */
	uint32_t last_site, last_op; /* the last operation of the last turn; 0 = none */
	uint64_t jump_ns; /* that the clock has made since the last turn began */
};

static struct knot_ordering_turn *last_turn(struct making *m)
{
	return m->o->turns.len ? &m->o->turns.data[m->o->turns.len - 1] : NULL;
}

/* Of this run's making, by go statements all the way from the test. */
static bool is_ours(const struct knot_run_view *run, uint16_t g, uint16_t root)
{
	size_t depth = 0;

	while (g != root) {
		if (g >= run->gs_len || run->gs[g].flags || depth++ > run->gs_len)
			return false;
		g = (uint16_t)run->gs[g].parent;
	}
	return true;
}

/* A turn that nobody can be held at goes on by itself: the one after it waits until it has come to rest. */
static void drop_empty(struct making *m)
{
	struct knot_ordering_turn *t = last_turn(m);

	if (!t || t->points_len || m->o->turns.len == 1)
		return;
	for (size_t i = 0; i < t->settle.len; i++)
		knot_vec_push(&m->settle, t->settle.data[i]);
	knot_vec_push(&m->settle, t->g);
	m->o->unheld += m->last_site != 0;
	m->o->unheld_site = m->last_site ? m->last_site : m->o->unheld_site;
	m->o->unheld_op = m->last_site ? m->last_op : m->o->unheld_op;
	m->jump_ns += t->slack_ns;
	if (t->pause_ns)
		m->jump_ns += t->pause_ns - KNOT_ORDERING_MARGIN_NS;
	knot_vec_free(&t->settle);
	m->o->turns.len--;
}

static void begin_turn(struct making *m, uint16_t g)
{
	struct knot_ordering_turn t = {.g = g};
	bool woken = false;

	for (size_t i = 0; i < m->woken.len; i++)
		woken |= m->woken.data[i] == g;
	if (m->jump_ns && woken)
		t.slack_ns = m->jump_ns;
	else if (m->jump_ns)
		t.pause_ns = m->jump_ns + KNOT_ORDERING_MARGIN_NS;
	for (size_t i = 0; i < m->settle.len; i++)
		if (m->settle.data[i] != g)
			knot_vec_push(&t.settle, m->settle.data[i]);
	m->settle.len = m->woken.len = 0;
	m->jump_ns = 0;
	m->last_site = 0;
	knot_vec_push(&m->o->turns, t);
}

static bool continues(struct making *m, uint16_t g)
{
	const struct knot_ordering_turn *t = last_turn(m);

	return t && t->g == g && !m->jump_ns && !m->settle.len;
}

static void step(struct making *m, const struct knot_shm_event *e, uint16_t root)
{
	const bool operation = knot_run_is_operation(e->op);
	const uint32_t nth = operation ? ++*knot_counts_of(&m->counts, e->g, 0, e->site) : 0;
	const bool held = operation && m->holds(m->arg, e->site);

	if (!is_ours(m->run, e->g, root)) {
		m->o->strangers++;
		if (operation)
			m->o->stranger = e->site;
		return;
	}
	if (!continues(m, e->g)) {
		drop_empty(m);
		if (!continues(m, e->g))
			begin_turn(m, e->g);
	}
	struct knot_ordering_turn *t = last_turn(m);

	if (operation) {
		m->last_site = e->site;
		m->last_op = e->op;
	}
	if (held && t->points_len < KNOT_ORDERING_POINTS)
		t->points[t->points_len++] =
			(struct knot_ordering_point){.site = e->site, .nth = nth};
}

static void walk(struct making *m, uint16_t root)
{
	uint64_t clock = 0;

	for (size_t i = 0; i < m->run->len; i++) {
		const struct knot_shm_event *e = &m->run->events[i];

		if (e->kind == KNOT_EV_TIMER) {
			m->jump_ns += e->aux > clock ? e->aux - clock : 0;
			m->woken.len = 0;
			clock = e->aux;
			continue;
		}
		/* Of other events it may be something else. */
		if (e->kind == KNOT_EV_STEP)
			clock = e->vtime;
		if (e->kind == KNOT_EV_WAKE && e->aux < KNOT_G_NONE && m->jump_ns)
			knot_vec_push(&m->woken, (uint16_t)e->aux);
		else if (e->kind == KNOT_EV_STEP)
			step(m, e, root);
	}
	drop_empty(m);
}

static void add_goroutine(struct making *m, uint16_t g, uint16_t root, bool *needed)
{
	if (!is_ours(m->run, g, root))
		return;
	for (; g != root; g = (uint16_t)m->run->gs[g].parent)
		needed[g] = true;
}

static bool is_only(const struct knot_run_view *run, uint16_t g)
{
	for (size_t i = 0; i < run->gs_len; i++)
		if (i != g && run->gs[i].parent == run->gs[g].parent &&
			run->gs[i].site == run->gs[g].site)
			return false;
	return true;
}

int knot_ordering_find(const struct knot_ordering *o, uint16_t g)
{
	for (size_t i = 0; i < o->goroutines.len; i++)
		if (o->goroutines.data[i].g == g)
			return (int)i;
	return -1;
}

/* A goroutine's number is greater than that of its parent. */
static void name_goroutines(struct making *m, const uint16_t *also, size_t also_len, uint16_t root)
{
	const struct knot_run_view *run = m->run;
	struct knot_ordering *o = m->o;
	bool *needed = knot_xalloc((run->gs_len + 1) * sizeof(*needed));

	for (size_t i = 0; i < o->turns.len; i++) {
		add_goroutine(m, (uint16_t)o->turns.data[i].g, root, needed);
		for (size_t k = 0; k < o->turns.data[i].settle.len; k++)
			add_goroutine(m, (uint16_t)o->turns.data[i].settle.data[k], root, needed);
	}
	for (size_t i = 0; i < also_len; i++)
		add_goroutine(m, also[i], root, needed);
	knot_vec_push(&o->goroutines, ((struct knot_ordering_goroutine){.g = root, .parent = -1}));
	for (size_t g = 0; g < run->gs_len; g++)
		if (needed[g] && g != root)
			knot_vec_push(&o->goroutines,
				((struct knot_ordering_goroutine){.g = (uint16_t)g,
					.parent =
						knot_ordering_find(o, (uint16_t)run->gs[g].parent),
					.site = run->gs[g].site,
					.ordinal = run->gs[g].ordinal,
					.only = is_only(run, (uint16_t)g)}));
	for (size_t i = 0; i < o->turns.len; i++) {
		struct knot_ordering_turn *t = &o->turns.data[i];

		t->g = (uint32_t)knot_ordering_find(o, (uint16_t)t->g);
		for (size_t k = 0; k < t->settle.len; k++)
			t->settle.data[k] =
				(uint32_t)knot_ordering_find(o, (uint16_t)t->settle.data[k]);
	}
	free(needed);
}

void knot_ordering_make(const struct knot_run_view *run, const uint16_t *also, size_t also_len,
	knot_ordering_holds holds, void *arg, struct knot_ordering *ret)
{
	struct making m = {.run = run, .holds = holds, .arg = arg, .o = ret};
	size_t first = 0;

	while (first < run->len && run->events[first].kind != KNOT_EV_STEP)
		first++;
	if (first == run->len)
		return;
	const uint16_t root = run->events[first].g;

	walk(&m, root);
	name_goroutines(&m, also, also_len, root);
	knot_counts_free(&m.counts);
	knot_vec_free(&m.settle);
	knot_vec_free(&m.woken);
}

uint64_t knot_ordering_waits_ns(const struct knot_ordering *o)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < o->turns.len; i++)
		sum += o->turns.data[i].pause_ns + o->turns.data[i].slack_ns;
	return sum;
}

void knot_ordering_free(struct knot_ordering *o)
{
	for (size_t i = 0; i < o->turns.len; i++)
		knot_vec_free(&o->turns.data[i].settle);
	knot_vec_free(&o->turns);
	knot_vec_free(&o->goroutines);
}
