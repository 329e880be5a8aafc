/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/moved.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "explore/alike.h"
#include "explore/bucket.h"
#include "explore/describe.h"
#include "explore/names.h"
#include "explore/verdict.h"
#include "wire/ops.h"
#include "wire/sites.h"

#include <ctype.h>
#include <string.h>

/* From a number of the crash file to an index, by number. */
struct link {
	uint32_t key;
	uint32_t index;
};

typedef KNOT_VEC(struct link) links;

struct moved_site {
	uint32_t was, now; /* now 0 = it is gone */
};

struct knot_moved {
	const struct knot_crash *crash;
	const struct knot_sites *sites;
	KNOT_VEC(struct moved_site) list; /* of the names that are of the table */
	links by_was, by_now; /* in list */
	links names; /* by site, in those of the crash file */
	uint32_t *pkg_hashes; /* of names: where the hash of a site begins */
	uint32_t memory[KNOT_MEM_MAX]; /* where the entries of the file are now */
	uint64_t compared;
};

/* --- by number ------------------------------------------------------------------------------- */

static int by_key(const void *x, const void *y)
{
	const struct link *a = x, *b = y;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

static void add_link(links *l, uint32_t key, size_t index)
{
	knot_vec_push(l, ((struct link){.key = key, .index = (uint32_t)index}));
}

static void sort_links(links *l)
{
	if (l->len)
		qsort(l->data, l->len, sizeof(*l->data), by_key);
}

/* The first with that number. */
static bool find_link(const links *l, uint32_t key, size_t *ret_index)
{
	size_t low = 0, high = l->len;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (l->data[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == l->len || l->data[low].key != key)
		return false;
	*ret_index = l->data[low].index;
	return true;
}

/* --- names ----------------------------------------------------------------------------------- */

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
	knot_alike_count(sites, site, &n);
	return n;
}

static const struct knot_crash_name *name_of(const struct knot_moved *m, uint32_t site)
{
	size_t i;

	return find_link(&m->names, site, &i) ? &m->crash->names.data[i] : NULL;
}

/* --- where they are now ---------------------------------------------------------------------- */

static void find_sites(struct knot_moved *m)
{
	const struct knot_crash *c = m->crash;
	struct knot_alike *alike = knot_alike_new(m->sites);

	/* The surest first: nobody takes what another one is for certain. */
	for (enum knot_alike_way way = 0; way < KNOT_ALIKE_WAYS; way++) {
		size_t k = 0;

		for (size_t i = 0; i < c->names.len; i++) {
			const struct knot_crash_name *n = &c->names.data[i];

			if (!n->of)
				continue;
			if (!m->list.data[k].now)
				m->list.data[k].now = knot_alike_take(alike, n, way);
			k++;
		}
	}
	m->compared = knot_alike_compared(alike);
	knot_alike_free(alike);
}

struct knot_moved *knot_moved_new(const struct knot_crash *crash, const struct knot_sites *sites)
{
	struct knot_moved *m = knot_xalloc(sizeof(*m));

	m->crash = crash;
	m->sites = sites;
	m->pkg_hashes = knot_xalloc((crash->names.len + 1) * sizeof(*m->pkg_hashes));
	for (size_t i = 0; i < crash->names.len; i++) {
		const struct knot_crash_name *n = &crash->names.data[i];

		add_link(&m->names, n->site, i);
		m->pkg_hashes[i] = knot_hash_fnv32_more(KNOT_HASH_FNV32, n->pkg, strlen(n->pkg));
		if (!n->of)
			continue;
		add_link(&m->by_was, n->site, m->list.len);
		knot_vec_push(&m->list, ((struct moved_site){.was = n->site}));
	}
	sort_links(&m->names);
	sort_links(&m->by_was);
	find_sites(m);
	for (size_t i = 0; i < m->list.len; i++)
		add_link(&m->by_now, m->list.data[i].now, i);
	sort_links(&m->by_now);
	for (size_t i = 0; i < crash->memory.len && i < KNOT_MEM_MAX; i++)
		m->memory[i] = knot_moved_memory(m, crash->memory.data[i]);
	return m;
}

uint64_t knot_moved_compared(const struct knot_moved *m)
{
	return m->compared;
}

void knot_moved_free(struct knot_moved *m)
{
	if (!m)
		return;
	knot_vec_free(&m->list);
	knot_vec_free(&m->by_was);
	knot_vec_free(&m->by_now);
	knot_vec_free(&m->names);
	free(m->pkg_hashes);
	free(m);
}

uint32_t knot_moved_now(const struct knot_moved *m, uint32_t was)
{
	uint32_t site;
	size_t i;

	if (find_link(&m->by_was, was, &i))
		return m->list.data[i].now;
	for (i = 0; i < m->crash->memory.len && i < KNOT_MEM_MAX; i++)
		if (knot_crash_memory_site(m->crash->memory.data[i], &site) && site == was)
			return m->memory[i];
	return was;
}

uint32_t knot_moved_was(const struct knot_moved *m, uint32_t now)
{
	size_t i;

	if (find_link(&m->by_now, now, &i))
		return m->list.data[i].was;
	return find_link(&m->by_was, now, &i) ? 0 : now;
}

bool knot_moved_any(const struct knot_moved *m)
{
	for (size_t i = 0; i < m->list.len; i++)
		if (m->list.data[i].was != m->list.data[i].now)
			return true;
	return false;
}

bool knot_moved_has_about(const struct knot_moved *m)
{
	const struct knot_crash *c = m->crash;

	for (size_t i = 0; i < c->about.len; i++) {
		const struct knot_crash_name *n = name_of(m, c->about.data[i].site);

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

static uint32_t add_text(uint32_t hash, const char *text)
{
	return knot_hash_fnv32_more(hash, text, strlen(text));
}

/* "/a.go:15:37:0": what follows the package in the name of a site. Caller frees. */
static char *behind_package(struct knot_span file, int64_t line, uint32_t op)
{
	return knot_xasprintf("/%.*s:%lld:%u:0", (int)file.len, file.data, (long long)line, op);
}

/* The package that an access is in, as the beginning of its hash. */
static bool find_package(
	const struct knot_moved *m, const char *behind, uint32_t site, uint32_t *ret_hash)
{
	const struct knot_crash *c = m->crash;
	const uint32_t target = add_text(KNOT_HASH_FNV32, c->target);
	const uint32_t targets[] = {
		target, add_text(target, "_test"), add_text(KNOT_HASH_FNV32, "main")};

	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++)
		if (knot_hash_fnv32_end(add_text(targets[i], behind)) == site) {
			*ret_hash = targets[i];
			return true;
		}
	for (size_t i = 0; i < c->names.len; i++)
		if (c->names.data[i].of &&
			knot_hash_fnv32_end(add_text(m->pkg_hashes[i], behind)) == site) {
			*ret_hash = m->pkg_hashes[i];
			return true;
		}
	return false;
}

uint32_t knot_moved_memory(const struct knot_moved *m, const char *entry)
{
	struct knot_span word, left = knot_span_str(entry), file;
	const char *pos = strrchr(entry, ' ');
	uint32_t site, op, line, package;

	if (!knot_crash_memory_site(entry, &site))
		return 0;
	if (!knot_span_take_word(&left, &word) || !knot_op_parse(word, &op) || !pos ||
		!parse_position(pos + 1, &file, &line))
		return site;
	knot_auto_free char *was = behind_package(file, line, op);

	if (!find_package(m, was, site, &package))
		return site;
	knot_auto_free char *now = behind_package(file, line + shift_at(m, file, line), op);

	return knot_hash_fnv32_end(add_text(package, now));
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
	const struct knot_crash_name *was = name_of(m, a->site);

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

/* What else had gone wrong in a run that does not end is no part of what it is. */
static const char *own_words(const char *message)
{
	static const char before[] = "the test had failed before, ";

	return strncmp(message, before, sizeof(before) - 1) ? message : "";
}

bool knot_moved_same(const struct knot_moved *m, const struct knot_verdict *v, const char *message,
	const struct knot_names *names)
{
	const struct knot_crash *c = m->crash;

	if (strcmp(knot_verdict_name(v->kind), c->verdict) != 0 ||
		!reads_alike(own_words(c->message), own_words(message)))
		return false;
	return c->about.len ? is_about_same(m, v, names) : is_signature_same(c, v, names);
}
