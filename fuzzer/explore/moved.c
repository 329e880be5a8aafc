/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/moved.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "explore/bucket.h"
#include "explore/describe.h"
#include "explore/names.h"
#include "explore/verdict.h"
#include "wire/ops.h"
#include "wire/sites.h"

#include <ctype.h>
#include <string.h>

struct moved_site {
	uint32_t was, now; /* now 0 = it is gone */
};

struct knot_moved {
	const struct knot_crash *crash;
	const struct knot_sites *sites;
	KNOT_VEC(struct moved_site) list; /* of the names that are of the table */
};

/* --- names ----------------------------------------------------------------------------------- */

static bool does_alike(const struct knot_site *a, const struct knot_site *b)
{
	return a->op == b->op && !strcmp(a->func, b->func) && !strcmp(a->pkg, b->pkg);
}

static bool is_alike(const struct knot_site *a, const struct knot_site *b)
{
	return does_alike(a, b) && !strcmp(a->prim, b->prim);
}

static bool is_before(const struct knot_site *a, const struct knot_site *b)
{
	return a->line != b->line ? a->line < b->line : a->col < b->col;
}

/* Which of those alike it is, and how many there are. */
static void count(
	const struct knot_sites *sites, const struct knot_site *s, struct knot_crash_name *n)
{
	n->nth = n->of = n->op_nth = n->op_of = 0;
	for (size_t i = 0; i < knot_sites_count(sites); i++) {
		const struct knot_site *other = knot_sites_at(sites, i);

		if (!does_alike(other, s))
			continue;
		n->op_of++;
		n->op_nth += is_before(other, s);
		n->of += is_alike(other, s);
		n->nth += is_alike(other, s) && is_before(other, s);
	}
}

struct knot_crash_name knot_moved_name(
	const struct knot_sites *sites, const struct knot_names *names, uint32_t site)
{
	const struct knot_site *s = sites ? knot_sites_find(sites, site) : NULL;
	struct knot_crash_name n = {.site = site, .pos = knot_describe_site(names, site)};

	if (!s) {
		const struct knot_site_name *known = knot_names_site(names, site);

		n.func = known && known->function ? knot_xstrdup(known->function) : NULL;
		return n;
	}
	n.op = s->op;
	n.pkg = knot_xstrdup(s->pkg);
	n.func = knot_xstrdup(s->func);
	n.prim = knot_xstrdup(s->prim);
	count(sites, s, &n);
	return n;
}

/* --- where they are now ---------------------------------------------------------------------- */

/* How much of a name a site has to have. The first way that finds a site, finds it. */
enum way {
	WAY_NAME, /* all but the number in the function */
	WAY_CLOSURE, /* in the same function, whichever closure of it */
	WAY_FUNCTION, /* the primitive is called otherwise */
	WAY_LINE, /* the function is called otherwise */
	WAY_COUNT,
};

/* "(*T).run.func2.1": of the declared function. */
static size_t declared_len(const char *func)
{
	const char *closure = strstr(func, ".func");

	return closure ? (size_t)(closure - func) : strlen(func);
}

static bool is_of_declared(const char *a, const char *b)
{
	const size_t len = declared_len(a);

	return len == declared_len(b) && !strncmp(a, b, len);
}

static bool fits(const struct knot_crash_name *n, const struct knot_site *s, enum way way)
{
	if (s->op != n->op || strcmp(s->pkg, n->pkg) != 0)
		return false;
	switch (way) {
	case WAY_NAME:
		return !strcmp(s->func, n->func) && !strcmp(s->prim, n->prim);
	case WAY_CLOSURE:
		return is_of_declared(s->func, n->func) && !strcmp(s->prim, n->prim);
	case WAY_FUNCTION:
		return !strcmp(s->func, n->func);
	case WAY_LINE:
		return s->id == n->site && !strcmp(s->prim, n->prim);
	case WAY_COUNT:
		break;
	}
	return false;
}

static bool is_taken(const struct knot_moved *m, uint32_t now)
{
	for (size_t i = 0; i < m->list.len; i++)
		if (m->list.data[i].now == now)
			return true;
	return false;
}

/*
 * Where there are as many as there were, the same one of them; else the one that has not moved, and then the same one. A
 * primitive is called otherwise only where there are as many operations on any.
 */
static uint32_t find_one_way(
	const struct knot_moved *m, const struct knot_crash_name *n, enum way way)
{
	uint32_t all = 0, found = 0, in_order = 0, unmoved = 0, any = 0;

	for (size_t i = 0; i < knot_sites_count(m->sites); i++) {
		const struct knot_site *s = knot_sites_at(m->sites, i);
		struct knot_crash_name now;

		if (!fits(n, s, way))
			continue;
		all++;
		if (is_taken(m, s->id))
			continue;
		found++;
		any = s->id;
		if (s->id == n->site)
			unmoved = s->id;
		count(m->sites, s, &now);
		if (way == WAY_NAME ? now.nth == n->nth
				    : now.op_of == n->op_of && now.op_nth == n->op_nth)
			in_order = s->id;
	}
	switch (way) {
	case WAY_NAME:
		return all != n->of && unmoved ? unmoved : in_order;
	case WAY_FUNCTION:
		return in_order;
	case WAY_CLOSURE:
	case WAY_LINE:
	case WAY_COUNT:
		break;
	}
	return found == 1 ? any : 0;
}

struct knot_moved *knot_moved_new(const struct knot_crash *crash, const struct knot_sites *sites)
{
	struct knot_moved *m = knot_xalloc(sizeof(*m));

	m->crash = crash;
	m->sites = sites;
	for (size_t i = 0; i < crash->names.len; i++)
		if (crash->names.data[i].of)
			knot_vec_push(
				&m->list, ((struct moved_site){.was = crash->names.data[i].site}));
	/* The surest first: nobody takes what another one is for certain. */
	for (enum way way = WAY_NAME; way < WAY_COUNT; way++) {
		size_t k = 0;

		for (size_t i = 0; i < crash->names.len; i++) {
			const struct knot_crash_name *n = &crash->names.data[i];

			if (!n->of)
				continue;
			if (!m->list.data[k].now)
				m->list.data[k].now = find_one_way(m, n, way);
			k++;
		}
	}
	return m;
}

void knot_moved_free(struct knot_moved *m)
{
	if (!m)
		return;
	knot_vec_free(&m->list);
	free(m);
}

uint32_t knot_moved_now(const struct knot_moved *m, uint32_t was)
{
	for (size_t i = 0; i < m->list.len; i++)
		if (m->list.data[i].was == was)
			return m->list.data[i].now;
	for (size_t i = 0; i < m->crash->memory.len; i++) {
		const char *entry = m->crash->memory.data[i];
		uint32_t site;

		if (knot_crash_memory_site(entry, &site) && site == was)
			return knot_moved_memory(m, entry);
	}
	return was;
}

uint32_t knot_moved_was(const struct knot_moved *m, uint32_t now)
{
	bool other = false;

	for (size_t i = 0; i < m->list.len; i++) {
		if (m->list.data[i].now == now)
			return m->list.data[i].was;
		other |= m->list.data[i].was == now;
	}
	return other ? 0 : now;
}

bool knot_moved_any(const struct knot_moved *m)
{
	for (size_t i = 0; i < m->list.len; i++)
		if (m->list.data[i].was != m->list.data[i].now)
			return true;
	return false;
}

static const struct knot_crash_name *name_of(const struct knot_crash *c, uint32_t site)
{
	for (size_t i = 0; i < c->names.len; i++)
		if (c->names.data[i].site == site)
			return &c->names.data[i];
	return NULL;
}

bool knot_moved_has_about(const struct knot_moved *m)
{
	const struct knot_crash *c = m->crash;

	for (size_t i = 0; i < c->about.len; i++) {
		const struct knot_crash_name *n = name_of(c, c->about.data[i].site);

		/* Where a test fails or panics is no operation, and stays where it is whatever becomes of the bug. */
		if (n && n->of && knot_moved_now(m, c->about.data[i].site))
			return true;
	}
	return false;
}

/* --- goroutine paths ------------------------------------------------------------------------- */

static void add_alias(knot_alias_slots *slots, uint32_t site, uint32_t counts_as)
{
	knot_vec_push(slots, (uint16_t)site);
	knot_vec_push(slots, (uint16_t)(site >> 16));
	knot_vec_push(slots, (uint16_t)counts_as);
	knot_vec_push(slots, (uint16_t)(counts_as >> 16));
}

void knot_moved_aliases(const struct knot_moved *m, knot_alias_slots *ret)
{
	for (size_t i = 0; i < knot_sites_count(m->sites); i++) {
		const struct knot_site *s = knot_sites_at(m->sites, i);

		if (knot_op_runs_as(s->op) != KNOT_OP_GO)
			continue;
		const uint32_t was = knot_moved_was(m, s->id);

		/* One that stands where another one was must not be taken for it. */
		if (was != s->id)
			add_alias(ret, s->id, was ? was : (uint32_t)knot_hash_mix(s->id) | 1);
	}
}

/* --- accesses to memory ---------------------------------------------------------------------- */

/* "a.go:15"; false when it is not of that form. */
static bool parse_position(const char *pos, struct knot_span *ret_file, uint32_t *ret_line)
{
	const char *colon = strrchr(pos, ':');
	struct knot_span rest;
	uint64_t line;

	if (!colon)
		return false;
	rest = knot_span_str(colon + 1);
	if (!knot_span_take_u64(&rest, UINT32_MAX, &line) || rest.len)
		return false;
	*ret_file = knot_span_of(pos, (size_t)(colon - pos));
	*ret_line = (uint32_t)line;
	return true;
}

/* By how many lines the named operation of that file that is nearest has moved; 0 = there is none. */
static int64_t shift_at(const struct knot_moved *m, struct knot_span file, uint32_t line)
{
	const struct knot_crash *c = m->crash;
	uint32_t nearest = UINT32_MAX;
	int64_t shift = 0;

	for (size_t i = 0; i < c->names.len; i++) {
		const struct knot_crash_name *n = &c->names.data[i];
		struct knot_span its;
		uint32_t was;

		if (!n->of || !parse_position(n->pos, &its, &was) || its.len != file.len ||
			memcmp(its.data, file.data, file.len) != 0)
			continue;
		const struct knot_site *s = knot_sites_find(m->sites, knot_moved_now(m, n->site));
		const uint32_t away = was < line ? line - was : was - line;

		if (s && away < nearest) {
			nearest = away;
			shift = (int64_t)s->line - was;
		}
	}
	return shift;
}

static uint32_t memory_site(
	const char *pkg, const char *more, struct knot_span file, int64_t line, uint32_t op)
{
	knot_auto_free char *text = knot_xasprintf(
		"%s%s/%.*s:%lld:%u:0", pkg, more, (int)file.len, file.data, (long long)line, op);

	return knot_hash_fnv32(text, strlen(text));
}

uint32_t knot_moved_memory(const struct knot_moved *m, const char *entry)
{
	struct knot_span word, left = knot_span_str(entry), file;
	const char *pos = strrchr(entry, ' ');
	const char *const targets[][2] = {
		{m->crash->target, ""}, {m->crash->target, "_test"}, {"main", ""}};
	uint32_t site, op, line;

	if (!knot_crash_memory_site(entry, &site))
		return 0;
	if (!knot_span_take_word(&left, &word) || !knot_op_parse(word, &op) || !pos ||
		!parse_position(pos + 1, &file, &line))
		return site;
	const int64_t now = line + shift_at(m, file, line);

	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++)
		if (memory_site(targets[i][0], targets[i][1], file, line, op) == site)
			return memory_site(targets[i][0], targets[i][1], file, now, op);
	for (size_t i = 0; i < m->crash->names.len; i++)
		if (m->crash->names.data[i].of &&
			memory_site(m->crash->names.data[i].pkg, "", file, line, op) == site)
			return memory_site(m->crash->names.data[i].pkg, "", file, now, op);
	return site;
}

/* --- the same bug ---------------------------------------------------------------------------- */

static const char *past_number(const char *s)
{
	if (s[0] == '0' && s[1] == 'x')
		for (s += 2; isxdigit((unsigned char)*s);)
			s++;
	while (isdigit((unsigned char)*s))
		s++;
	return s;
}

/* But for numbers: lines, counts, addresses. */
static bool reads_alike(const char *a, const char *b)
{
	while (*a || *b) {
		a = past_number(a);
		b = past_number(b);
		if (*a != *b)
			return false;
		a += *a != '\0';
		b += *b != '\0';
	}
	return true;
}

/* A position that is no operation, such as where a test fails, is known by its function or else its file. */
static bool is_same_position(const struct knot_moved *m, const struct knot_crash_name *was,
	uint32_t now, const struct knot_names *names)
{
	const struct knot_site_name *s = knot_names_site(names, now);

	if (was->of || knot_sites_find(m->sites, now) || !s)
		return false;
	if (*was->func && s->function && *s->function)
		return !strcmp(was->func, s->function);
	knot_auto_free char *pos = knot_describe_site(names, now);

	return reads_alike(was->pos, pos);
}

static bool is_same_about(const struct knot_moved *m, const struct knot_crash_about *a,
	const struct knot_verdict_site *v, const struct knot_names *names)
{
	const struct knot_crash_name *was = name_of(m->crash, a->site);

	if (a->op != v->op)
		return false;
	return knot_moved_was(m, v->site) == a->site ||
		(was && is_same_position(m, was, v->site, names));
}

static bool is_about_same(
	const struct knot_moved *m, const struct knot_verdict *v, const struct knot_names *names)
{
	const struct knot_crash *c = m->crash;

	for (size_t i = 0; i < c->about.len; i++) {
		size_t k = 0;

		while (k < v->sites.len &&
			!is_same_about(m, &c->about.data[i], &v->sites.data[k], names))
			k++;
		if (k == v->sites.len)
			return false;
	}
	for (size_t k = 0; k < v->sites.len; k++) {
		size_t i = 0;

		while (i < c->about.len &&
			!is_same_about(m, &c->about.data[i], &v->sites.data[k], names))
			i++;
		if (i == c->about.len)
			return false;
	}
	return true;
}

/* Of a file that has only the text of it: "lock manager.go:31". */
static bool is_signature_same(
	const struct knot_crash *c, const struct knot_verdict *v, const struct knot_names *names)
{
	const size_t len = knot_bucket_signature_len(v);
	knot_auto_free bool *used = knot_xalloc(len + 1);

	if (len != c->signature.len)
		return false;
	for (size_t i = 0; i < len; i++) {
		knot_auto_free char *text = knot_bucket_signature(v, i, names);
		size_t k = 0;

		while (k < len && (used[k] || !reads_alike(text, c->signature.data[k])))
			k++;
		if (k == len)
			return false;
		used[k] = true;
	}
	return true;
}

bool knot_moved_same(const struct knot_moved *m, const struct knot_verdict *v, const char *message,
	const struct knot_names *names)
{
	const struct knot_crash *c = m->crash;

	if (strcmp(knot_verdict_name(v->kind), c->verdict) != 0 ||
		!reads_alike(c->message, message))
		return false;
	return c->about.len ? is_about_same(m, v, names) : is_signature_same(c, v, names);
}
