/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/alike.h"

#include "base/alloc.h"
#include "wire/crash.h"
#include "wire/sites.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Those alike in one way. */
struct group {
	size_t begin, len; /* in the order of the way */
	size_t left; /* that are not taken */
	size_t left_sum; /* of their numbers: of a single one, its own */
};

struct place {
	const struct knot_site *site;
	bool taken;
	struct group *of[KNOT_ALIKE_WAYS];
};

/* All places, those alike one behind the other, by line and column in each group. */
struct order {
	struct place **places;
	struct group *groups;
	size_t groups_len;
};

struct knot_alike {
	struct place *places; /* in the order of the table */
	size_t len;
	struct order orders[KNOT_ALIKE_WAYS];
	uint64_t compared;
};

struct sorting {
	struct knot_alike *a;
	enum knot_alike_way way;
};

/* "(*T).run.func2.1": of the declared function. */
static size_t declared_len(const char *func)
{
	const char *closure = strstr(func, ".func");

	return closure ? (size_t)(closure - func) : strlen(func);
}

static int compare_declared(const char *a, const char *b)
{
	const size_t a_len = declared_len(a), b_len = declared_len(b);
	const int c = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return c ? c : (a_len > b_len) - (a_len < b_len);
}

/* 0 = alike. */
static int compare(const struct knot_site *a, const struct knot_site *b, enum knot_alike_way way)
{
	int c;

	if (way == KNOT_ALIKE_LINE && a->id != b->id)
		return a->id < b->id ? -1 : 1;
	if (a->op != b->op)
		return a->op < b->op ? -1 : 1;
	if ((way == KNOT_ALIKE_NAME || way == KNOT_ALIKE_FUNCTION) &&
		(c = strcmp(a->func, b->func)))
		return c;
	if (way == KNOT_ALIKE_CLOSURE && (c = compare_declared(a->func, b->func)))
		return c;
	if (way != KNOT_ALIKE_FUNCTION && (c = strcmp(a->prim, b->prim)))
		return c;
	return strcmp(a->pkg, b->pkg);
}

static bool is_before(const struct knot_site *a, const struct knot_site *b)
{
	return a->line != b->line ? a->line < b->line : a->col < b->col;
}

static int by_group_and_line(const void *x, const void *y, void *arg)
{
	const struct place *a = *(struct place *const *)x, *b = *(struct place *const *)y;
	const struct sorting *s = arg;
	const int c = compare(a->site, b->site, s->way);

	s->a->compared++;
	if (c)
		return c;
	if (is_before(a->site, b->site))
		return -1;
	if (is_before(b->site, a->site))
		return 1;
	return (a > b) - (a < b); /* as in the table */
}

static void sort(struct knot_alike *a, enum knot_alike_way way)
{
	struct order *o = &a->orders[way];
	struct group *g = NULL;

	o->places = knot_xalloc((a->len + 1) * sizeof(struct place *));
	o->groups = knot_xalloc((a->len + 1) * sizeof(*o->groups));
	for (size_t i = 0; i < a->len; i++)
		o->places[i] = &a->places[i];
	qsort_r(o->places, a->len, sizeof(struct place *), by_group_and_line,
		&(struct sorting){.a = a, .way = way});
	for (size_t i = 0; i < a->len; i++) {
		struct place *p = o->places[i];

		if (!g || compare(o->places[g->begin]->site, p->site, way) != 0) {
			g = &o->groups[o->groups_len++];
			g->begin = i;
		}
		p->of[way] = g;
		g->len++;
		g->left++;
		g->left_sum += (size_t)(p - a->places);
	}
}

struct knot_alike *knot_alike_new(const struct knot_sites *sites)
{
	struct knot_alike *a = knot_xalloc(sizeof(*a));

	a->len = knot_sites_count(sites);
	a->places = knot_xalloc((a->len + 1) * sizeof(*a->places));
	for (size_t i = 0; i < a->len; i++)
		a->places[i].site = knot_sites_at(sites, i);
	for (enum knot_alike_way way = 0; way < KNOT_ALIKE_WAYS; way++)
		sort(a, way);
	return a;
}

void knot_alike_free(struct knot_alike *a)
{
	if (!a)
		return;
	for (enum knot_alike_way way = 0; way < KNOT_ALIKE_WAYS; way++) {
		free(a->orders[way].places);
		free(a->orders[way].groups);
	}
	free(a->places);
	free(a);
}

uint64_t knot_alike_compared(const struct knot_alike *a)
{
	return a->compared;
}

static const struct group *find_group(
	struct knot_alike *a, const struct knot_site *like, enum knot_alike_way way)
{
	const struct order *o = &a->orders[way];
	size_t low = 0, high = o->groups_len;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const struct group *g = &o->groups[middle];
		const int c = compare(like, o->places[g->begin]->site, way);

		a->compared++;
		if (!c)
			return g;
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* With so many before it in the group. Of several in one position the last of the table that is left. */
static struct place *find_nth(
	struct knot_alike *a, const struct group *g, enum knot_alike_way way, uint32_t nth)
{
	struct place **in = a->orders[way].places + g->begin;
	struct place *found = NULL;

	if (nth >= g->len || (nth && !is_before(in[nth - 1]->site, in[nth]->site)))
		return NULL;
	for (size_t i = nth; i < g->len && !is_before(in[nth]->site, in[i]->site); i++) {
		a->compared++;
		if (!in[i]->taken)
			found = in[i];
	}
	return found;
}

/* Where it was, if what stands there is like it. */
static struct place *find_unmoved(
	struct knot_alike *a, const struct knot_site *like, const struct group *g)
{
	const struct group *line = find_group(a, like, KNOT_ALIKE_LINE);
	struct place *p = line ? a->orders[KNOT_ALIKE_LINE].places[line->begin] : NULL;

	return p && p->of[KNOT_ALIKE_NAME] == g && !p->taken ? p : NULL;
}

static struct place *find(
	struct knot_alike *a, const struct knot_crash_name *n, enum knot_alike_way way)
{
	const struct knot_site like = {
		.id = n->site, .op = n->op, .pkg = n->pkg, .func = n->func, .prim = n->prim};
	const struct group *g = find_group(a, &like, way);
	struct place *unmoved;

	if (!g || !g->left)
		return NULL;
	switch (way) {
	case KNOT_ALIKE_NAME:
		unmoved = g->len != n->of ? find_unmoved(a, &like, g) : NULL;
		return unmoved ? unmoved : find_nth(a, g, way, n->nth);
	case KNOT_ALIKE_FUNCTION:
		return g->len == n->op_of ? find_nth(a, g, way, n->op_nth) : NULL;
	case KNOT_ALIKE_CLOSURE:
	case KNOT_ALIKE_LINE:
	case KNOT_ALIKE_WAYS:
		break;
	}
	return g->left == 1 ? &a->places[g->left_sum] : NULL;
}

uint32_t knot_alike_take(
	struct knot_alike *a, const struct knot_crash_name *n, enum knot_alike_way way)
{
	struct place *p = find(a, n, way);

	if (!p)
		return 0;
	p->taken = true;
	for (enum knot_alike_way w = 0; w < KNOT_ALIKE_WAYS; w++) {
		p->of[w]->left--;
		p->of[w]->left_sum -= (size_t)(p - a->places);
	}
	return p->site->id;
}

void knot_alike_count(const struct knot_sites *sites, uint32_t site, struct knot_crash_name *n)
{
	const struct knot_site *s = knot_sites_find(sites, site);

	n->nth = n->of = n->op_nth = n->op_of = 0;
	for (size_t i = 0; i < knot_sites_count(sites); i++) {
		const struct knot_site *other = knot_sites_at(sites, i);
		const bool before = is_before(other, s);

		if (compare(other, s, KNOT_ALIKE_FUNCTION) != 0)
			continue;
		n->op_of++;
		n->op_nth += before;
		if (compare(other, s, KNOT_ALIKE_NAME) != 0)
			continue;
		n->of++;
		n->nth += before;
	}
}
