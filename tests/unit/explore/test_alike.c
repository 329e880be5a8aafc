/* SPDX-License-Identifier: BSD-2-Clause */
/* What it finds is held against the plain definition, which looks at all sites for each name. */
#include "explore/alike.h"

#include "base/error.h"
#include "base/rng.h"
#include "wire/crash.h"
#include "wire/ops.h"
#include "wire/sites.h"
#include "wire/text.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define SITES_MAX 40

static const char *const pkgs[] = {"m/p", "m/q"};
static const char *const funcs[] = {"F", "F.func1", "F.func2", "(*T).F", "F.func1.1"};
static const char *const prims[] = {"a", "b", ""};
static const char *const ops[] = {"lock", "send"};
#define ONE_OF(rng, list) (list)[knot_rng_below(rng, sizeof(list) / sizeof(*(list)))]

/* Lines are few, so that several sites have the same position. */
static struct knot_sites *random_table(struct knot_rng *rng, size_t len)
{
	struct knot_text t = {0};
	struct knot_sites *s = NULL;
	struct knot_error err = {0};

	knot_text_adds(&t, "{\"version\":1,\"module\":\"m\",\"sites\":[");
	for (size_t i = 0; i < len; i++)
		knot_text_addf(&t,
			"%s{\"id\":%zu,\"pkg\":\"%s\",\"file\":\"/a.go\",\"line\":%u,\"col\":%u,"
			"\"op\":\"%s\",\"prim\":\"%s\",\"func\":\"%s\",\"parent\":0,\"after\":"
			"true}",
			i ? "," : "", i + 1, ONE_OF(rng, pkgs), (unsigned)knot_rng_below(rng, 12),
			(unsigned)knot_rng_below(rng, 2), ONE_OF(rng, ops), ONE_OF(rng, prims),
			ONE_OF(rng, funcs));
	knot_text_adds(&t, "],\"unplaced\":[],\"packages\":[]}");
	cr_assert_eq(
		knot_sites_decode(knot_span_of(t.data, t.len), &s, &err), 0, "%s", err.message);
	knot_text_free(&t);
	return s;
}

/* As a file may have it: of a site, or made up. The texts are not its own. */
static struct knot_crash_name random_name(struct knot_rng *rng, const struct knot_sites *was)
{
	struct knot_crash_name n = {.site = 1 + (uint32_t)knot_rng_below(rng, SITES_MAX)};
	const struct knot_site *s = knot_sites_find(was, n.site);

	knot_op_parse(knot_span_str(ONE_OF(rng, ops)), &n.op);
	n.pkg = (char *)ONE_OF(rng, pkgs);
	n.func = (char *)ONE_OF(rng, funcs);
	n.prim = (char *)ONE_OF(rng, prims);
	n.nth = (uint32_t)knot_rng_below(rng, 3);
	n.of = (uint32_t)knot_rng_below(rng, 4);
	n.op_nth = (uint32_t)knot_rng_below(rng, 3);
	n.op_of = (uint32_t)knot_rng_below(rng, 4);
	if (s && knot_rng_below(rng, 4)) {
		n.op = s->op;
		n.pkg = (char *)s->pkg;
		n.func = (char *)s->func;
		n.prim = (char *)s->prim;
		knot_alike_count(was, n.site, &n);
	}
	return n;
}

static bool is_of_declared(const char *a, const char *b)
{
	const char *a_end = strstr(a, ".func"), *b_end = strstr(b, ".func");
	const size_t a_len = a_end ? (size_t)(a_end - a) : strlen(a);

	return a_len == (b_end ? (size_t)(b_end - b) : strlen(b)) && !strncmp(a, b, a_len);
}

static bool fits(
	const struct knot_crash_name *n, const struct knot_site *s, enum knot_alike_way way)
{
	const bool prim = !strcmp(s->prim, n->prim), func = !strcmp(s->func, n->func);

	if (s->op != n->op || strcmp(s->pkg, n->pkg) != 0)
		return false;
	return way == KNOT_ALIKE_NAME        ? func && prim
		: way == KNOT_ALIKE_CLOSURE  ? is_of_declared(s->func, n->func) && prim
		: way == KNOT_ALIKE_FUNCTION ? func
					     : s->id == n->site && prim;
}

static uint32_t plain_take(const struct knot_sites *sites, bool *taken,
	const struct knot_crash_name *n, enum knot_alike_way way)
{
	uint32_t all = 0, found = 0, in_order = 0, unmoved = 0, any = 0, result;

	for (size_t i = 0; i < knot_sites_count(sites); i++) {
		const struct knot_site *s = knot_sites_at(sites, i);
		struct knot_crash_name now;

		if (!fits(n, s, way))
			continue;
		all++;
		if (taken[s->id])
			continue;
		found++;
		any = s->id;
		unmoved = s->id == n->site ? s->id : unmoved;
		knot_alike_count(sites, s->id, &now);
		if (way == KNOT_ALIKE_NAME ? now.nth == n->nth
					   : now.op_of == n->op_of && now.op_nth == n->op_nth)
			in_order = s->id;
	}
	if (way == KNOT_ALIKE_NAME)
		result = all != n->of && unmoved ? unmoved : in_order;
	else if (way == KNOT_ALIKE_FUNCTION)
		result = in_order;
	else
		result = found == 1 ? any : 0;
	taken[result] = true;
	return result;
}

Test(alike, finds_what_looking_at_all_finds)
{
	size_t found[KNOT_ALIKE_WAYS] = {0};

	for (uint32_t seed = 0; seed < 400; seed++) {
		struct knot_rng rng = {.seed = seed};
		struct knot_sites *was = random_table(&rng, knot_rng_below(&rng, SITES_MAX + 1));
		struct knot_sites *now = random_table(&rng, knot_rng_below(&rng, SITES_MAX + 1));
		struct knot_alike *a = knot_alike_new(seed % 4 ? now : was);
		bool taken[SITES_MAX + 1] = {false};

		for (enum knot_alike_way way = 0; way < KNOT_ALIKE_WAYS; way++)
			for (size_t i = 0; i < 30; i++) {
				const struct knot_crash_name n = random_name(&rng, was);
				const uint32_t want =
					plain_take(seed % 4 ? now : was, taken, &n, way);

				cr_assert_eq(knot_alike_take(a, &n, way), want,
					"seed %u, way %u, name %zu", seed, way, i);
				found[way] += want != 0;
			}
		knot_alike_free(a);
		knot_sites_free(was);
		knot_sites_free(now);
	}
	for (enum knot_alike_way way = 0; way < KNOT_ALIKE_WAYS; way++)
		cr_expect_gt(found[way], 50, "way %u finds nothing", way);
	knot_alike_free(NULL);
}
