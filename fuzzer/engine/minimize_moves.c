/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/minimize_internal.h"

#include "base/alloc.h"
#include "explore/reduce.h"

#include <string.h>

/* So many preemptions, and fewer, are left for all their subsets to be tried. */
#define SUBSETS_MAX 8

/* The kinds of entry that are taken out, in this order. */
static bool is_preemption(const struct knot_switch *s)
{
	return s->preempts;
}

static bool is_choice(const struct knot_switch *s)
{
	return !s->preempts && s->to;
}

static bool is_timer(const struct knot_switch *s)
{
	return !s->to;
}

struct group {
	struct knot_minimizer *z;
	bool (*is)(const struct knot_switch *s);
	knot_switches pool; /* those of the kind when it began */
};

static int order(const void *a, const void *b)
{
	const struct knot_switch *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	if (x->ops != y->ops)
		return x->ops < y->ops ? -1 : 1;
	return x->at - y->at;
}

/* Those kept that the best run has made use of. */
static void still_there(struct group *g, size_t *kept, size_t *len)
{
	const knot_switches *best = &g->z->best;
	struct knot_switch *sorted = knot_xreallocarray(NULL, best->len + 1, sizeof(*sorted));
	size_t n = 0;

	if (best->len)
		memcpy(sorted, best->data, best->len * sizeof(*sorted));
	qsort(sorted, best->len, sizeof(*sorted), order);
	for (size_t i = 0; i < *len; i++)
		if (bsearch(&g->pool.data[kept[i]], sorted, best->len, sizeof(*sorted), order))
			kept[n++] = kept[i];
	*len = n;
	free(sorted);
}

static int try_kept(void *arg, size_t *kept, size_t *len, bool *ret_suffice, struct knot_error *err)
{
	struct group *g = arg;
	knot_switches list = {0};

	*ret_suffice = false;
	if (knot_minimizer_late(g->z))
		return 0;
	for (size_t i = 0; i < g->z->best.len; i++)
		if (!g->is(&g->z->best.data[i]))
			knot_vec_push(&list, g->z->best.data[i]);
	for (size_t i = 0; i < *len; i++)
		knot_vec_push(&list, g->pool.data[kept[i]]);
	int rc = knot_minimizer_try(g->z, &list, ret_suffice, err);

	if (!rc && *ret_suffice)
		still_there(g, kept, len);
	knot_vec_free(&list);
	return rc;
}

static int reduce_group(
	struct knot_minimizer *z, bool (*is)(const struct knot_switch *s), struct knot_error *err)
{
	struct group g = {.z = z, .is = is};
	size_t *kept = knot_xreallocarray(NULL, z->best.len + 1, sizeof(*kept));
	size_t len = 0;

	for (size_t i = 0; i < z->best.len; i++)
		if (is(&z->best.data[i])) {
			kept[len] = len;
			len++;
			knot_vec_push(&g.pool, z->best.data[i]);
		}
	int rc = knot_reduce(kept, &len, try_kept, &g, err);

	knot_vec_free(&g.pool);
	free(kept);
	return rc;
}

/* Where a preemption of a goroutine behind so many operations stands in the best list; its length when it is not there. */
static size_t find_stop(const struct knot_minimizer *z, uint64_t from, uint32_t ops)
{
	size_t i = 0;

	while (i < z->best.len &&
		(z->best.data[i].from != from || z->best.data[i].ops != ops ||
			!z->best.data[i].preempts))
		i++;
	return i;
}

static uint32_t ops_of(const struct knot_minimizer *z, uint64_t path)
{
	for (size_t i = 0; i < z->ops.len; i++)
		if (z->ops.data[i].path == path)
			return z->ops.data[i].ops;
	return 0;
}

/*
 * Who is stopped goes on before that for as long as may be: what it is then stopped before is what matters. By halves: it
 * is taken for granted that what is too late stays so.
 */
static int postpone(
	struct knot_minimizer *z, const struct knot_switch *stop, struct knot_error *err)
{
	uint32_t low = stop->ops, high = ops_of(z, stop->from);
	int rc = 0;

	while (!rc && low + 1 < high && !knot_minimizer_late(z)) {
		const uint32_t middle = low + (high - low) / 2;
		const size_t at = find_stop(z, stop->from, low);
		knot_switches list = knot_switches_copy(&z->best);
		bool taken = false;

		if (at < list.len) {
			list.data[at].ops = middle;
			rc = knot_minimizer_try(z, &list, &taken, err);
		}
		knot_vec_free(&list);
		*(taken ? &low : &high) = middle;
	}
	return rc;
}

static int postpone_all(struct knot_minimizer *z, struct knot_error *err)
{
	knot_switches stops = knot_switches_copy(&z->best);
	int rc = 0;

	/* A later one gives way to those before it. */
	for (size_t i = stops.len; i-- > 0 && !rc;)
		if (stops.data[i].preempts)
			rc = postpone(z, &stops.data[i], err);
	knot_vec_free(&stops);
	return rc;
}

static void remove_entry(knot_switches *list, size_t at)
{
	memmove(&list->data[at], &list->data[at + 1], (list->len - at - 1) * sizeof(*list->data));
	list->len--;
}

/* Who is stopped goes on to where it blocks by itself, and then who went on for it does: no preemption at all. */
static bool await_block(const struct knot_minimizer *z, size_t i, knot_switches *list)
{
	list->data[i].ops = z->around.data[i].block;
	list->data[i].at = list->data[i].preempts = false;
	list->data[i].visit = 0;
	return list->data[i].ops;
}

/* Who goes on when another is stopped does so before that one: where that one took over. */
static bool go_first(const struct knot_minimizer *z, size_t i, knot_switches *list)
{
	struct knot_switch lead = z->around.data[i].lead;
	const uint64_t second = list->data[i].from;

	lead.to = list->data[i].to;
	if (!z->around.data[i].led || lead.from == lead.to)
		return false;
	remove_entry(list, i);
	for (size_t k = 0; k < list->len; k++) {
		struct knot_switch *s = &list->data[k];

		if (s->from == lead.from && s->ops == lead.ops && s->at == lead.at &&
			s->to == second) {
			s->to = lead.to;
			return true;
		}
	}
	knot_vec_push(list, lead);
	return true;
}

/* Each preemption is put in another way that needs none, as long as one of them can be. */
static int replace(struct knot_minimizer *z,
	bool (*other)(const struct knot_minimizer *z, size_t i, knot_switches *list), bool *ret_any,
	struct knot_error *err)
{
	bool again = true;
	int rc = 0;

	for (*ret_any = false; again && !rc; *ret_any |= again) {
		again = false;
		for (size_t i = 0; i < z->around.len && i < z->best.len && !rc && !again &&
			!knot_minimizer_late(z);
			i++) {
			knot_switches list = knot_switches_copy(&z->best);

			if (list.data[i].preempts && other(z, i, &list))
				rc = knot_minimizer_try(z, &list, &again, err);
			knot_vec_free(&list);
		}
	}
	return rc;
}

/*
 * Who goes on for another and then makes room for a third is left out: the third goes on at once. When that is the first
 * again, both go.
 */
static int leave_out(struct knot_minimizer *z, bool *ret_any, struct knot_error *err)
{
	bool again = true;
	int rc = 0;

	for (*ret_any = false; again && !rc; *ret_any |= again) {
		again = false;
		for (size_t i = 0; i < z->best.len && !rc && !again && !knot_minimizer_late(z);
			i++) {
			knot_switches list = knot_switches_copy(&z->best);
			size_t j = i + 1;

			while (j < list.len && list.data[j].from != list.data[i].to)
				j++;
			if (j < list.len && list.data[j].to) {
				const bool back = list.data[j].to == list.data[i].from;

				list.data[i].to = list.data[j].to;
				remove_entry(&list, j);
				if (back)
					remove_entry(&list, i);
				rc = knot_minimizer_try(z, &list, &again, err);
			}
			knot_vec_free(&list);
		}
	}
	return rc;
}

/*
 * None can be taken out alone; two together may be. All subsets, the smallest first: another preemption may then do the work
 * of two, since who goes on at it is another, too.
 */
static int reduce_subsets(struct knot_minimizer *z, struct knot_error *err)
{
	struct group g = {.z = z, .is = is_preemption};
	int rc = 0;

	for (size_t i = 0; i < z->best.len; i++)
		if (is_preemption(&z->best.data[i]))
			knot_vec_push(&g.pool, z->best.data[i]);
	const size_t n = g.pool.len;
	bool same = n > SUBSETS_MAX || z->counts.preemptions != n;

	for (size_t size = 0; size + 1 < n && !same; size++) {
		for (uint32_t set = 0; set < 1u << n && !rc && !same; set++) {
			size_t kept[SUBSETS_MAX], len = 0;

			for (size_t i = 0; i < n; i++)
				if (set >> i & 1)
					kept[len++ % SUBSETS_MAX] = i;
			if (len == size)
				rc = try_kept(&g, kept, &len, &same, err);
		}
	}
	knot_vec_free(&g.pool);
	return rc;
}

int knot_minimizer_reduce(struct knot_minimizer *z, struct knot_error *err)
{
	bool (*const kinds[])(const struct knot_switch *s) = {is_preemption, is_choice, is_timer};
	struct knot_switch_counts before;
	bool any = false;
	int rc = 0;

	/* What one way could not do without, it may when another has been gone. */
	do {
		before = z->counts;
		for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds) && !rc; i++)
			rc = reduce_group(z, kinds[i], err);
		if (!rc)
			rc = postpone_all(z, err);
		if (!rc)
			rc = replace(z, await_block, &any, err);
		if (!rc && !any)
			rc = replace(z, go_first, &any, err);
		if (!rc && !any)
			rc = leave_out(z, &any, err);
		if (!rc && !any)
			rc = reduce_subsets(z, err);
	} while (!rc && !knot_minimizer_late(z) && knot_switch_counts_compare(&z->counts, &before));
	return rc;
}
