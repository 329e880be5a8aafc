/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/recorded_sites.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "base/span.h"
#include "base/vec.h"
#include "wire/abi.h"
#include "wire/ops.h"
#include "wire/recording.h"
#include "wire/sites.h"

#include <string.h>

#define BIT(op) (1ull << KNOT_OP_##op)
_Static_assert(KNOT_OP_LAST <= 64, "operations are bits here");

/* No event is of kind 0: there stands what a wait group is counted down by. */
#define SLOT_DONE 0

/* What a site may be for an event of a kind; none = it is no operation. */
static const uint64_t wanted[KNOT_RECORDING_KINDS] = {
	[SLOT_DONE] = BIT(WGDONE) | BIT(WGADD),
	[KNOT_RECORDING_CREATE] = BIT(GO) | BIT(WGGO),
	[KNOT_RECORDING_SEND] = BIT(SEND) | BIT(SELSEND),
	[KNOT_RECORDING_RECV] = BIT(RECV) | BIT(RANGE) | BIT(SELRECV),
	[KNOT_RECORDING_CLOSE] = BIT(CLOSE),
	[KNOT_RECORDING_SELECT] = BIT(SELECT),
	[KNOT_RECORDING_LOCK_SLOW] = BIT(LOCK),
	[KNOT_RECORDING_UNLOCK_SLOW] = BIT(UNLOCK),
	[KNOT_RECORDING_LOCK] = BIT(LOCK),
	[KNOT_RECORDING_UNLOCK] = BIT(UNLOCK),
	[KNOT_RECORDING_WGADD] = BIT(WGADD),
	[KNOT_RECORDING_WGWAIT] = BIT(WGWAIT),
	[KNOT_RECORDING_ACQUIRE] = BIT(LOCK) | BIT(RLOCK),
	[KNOT_RECORDING_RELEASE] = BIT(UNLOCK) | BIT(RUNLOCK),
};

struct place {
	const struct knot_site *site;
	struct knot_span base; /* of its file */
	struct knot_span dir; /* the last part of the file's directory */
	struct knot_span function;
};

/* A position of the recording, taken apart. */
struct spot {
	struct knot_span package; /* as in the symbol: with %2e for dots in its last part */
	struct knot_span function, base, dir;
	uint32_t line;
};

struct knot_recorded_sites {
	const struct knot_recording *r;
	const struct knot_sites *sites;
	size_t len;
	struct place *by_line, *by_function;
	KNOT_VEC(struct knot_span) packages; /* sorted */
	struct knot_recorded_site *memo; /* by stack and slot */
	bool *known;
};

/* --- names ----------------------------------------------------------------------------------- */

/* Both separators: the recording may be of another machine. */
static void split_file(const char *file, struct knot_span *ret_base, struct knot_span *ret_dir)
{
	struct knot_span before;

	*ret_base = knot_span_after_last(knot_span_str(file), '/', &before);
	*ret_dir = knot_span_after_last(before, '/', NULL);
}

static bool ends_in_number(struct knot_span s, const char *word)
{
	const size_t len = strlen(word);

	if (s.len <= len || memcmp(s.data, word, len) != 0)
		return false;
	for (size_t i = len; i < s.len; i++)
		if (s.data[i] < '0' || s.data[i] > '9')
			return false;
	return true;
}

/* What the compiler puts around a go or defer statement is of the function that it stands in. */
static struct knot_span without_wraps(struct knot_span function)
{
	for (;;) {
		struct knot_span before;
		const struct knot_span last = knot_span_after_last(function, '.', &before);

		if (!before.len ||
			(!ends_in_number(last, "gowrap") && !ends_in_number(last, "deferwrap")))
			return function;
		function = before;
	}
}

/* "example.org/m/p.(*T).f" is the package up to the first dot behind the last slash, and the function behind it. */
static void split_symbol(const char *symbol, struct spot *s)
{
	const size_t end = strcspn(symbol, "[");
	size_t at = end;

	while (at && symbol[at - 1] != '/')
		at--;
	while (at < end && symbol[at] != '.')
		at++;
	s->package = knot_span_of(symbol, at);
	s->function = knot_span_str(symbol[at] ? symbol + at + 1 : "");
	s->function = without_wraps(s->function);
}

static int hex(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Does the linker write path as symbol? Dots of the last part are %2e, and what else is strange likewise. */
static int compare_package(struct knot_span symbol, struct knot_span path)
{
	size_t i = 0, j = 0;

	while (i < symbol.len && j < path.len) {
		uint8_t c = symbol.data[i];

		if (c == '%' && i + 2 < symbol.len && hex(symbol.data[i + 1]) >= 0 &&
			hex(symbol.data[i + 2]) >= 0) {
			c = (uint8_t)(hex(symbol.data[i + 1]) * 16 + hex(symbol.data[i + 2]));
			i += 2;
		}
		if (c != (uint8_t)path.data[j])
			return c < (uint8_t)path.data[j] ? -1 : 1;
		i++;
		j++;
	}
	return (i < symbol.len) - (j < path.len);
}

/* A generic function is "f[...]" in a symbol; type parameters say nothing about where it stands. */
static bool same_function(struct knot_span symbol, struct knot_span function)
{
	size_t i = 0, j = 0;

	while (i < symbol.len || j < function.len) {
		struct knot_span *const both[] = {&symbol, &function};
		size_t *const at[] = {&i, &j};

		for (int k = 0; k < 2; k++) {
			const struct knot_span *s = both[k];
			int depth = *at[k] < s->len && s->data[*at[k]] == '[';

			while (depth && ++*at[k] < s->len)
				depth += (s->data[*at[k]] == '[') - (s->data[*at[k]] == ']');
			if (*at[k] < s->len && s->data[*at[k]] == ']')
				++*at[k];
		}
		if (i >= symbol.len || j >= function.len)
			return i >= symbol.len && j >= function.len;
		if (symbol.data[i++] != function.data[j++])
			return false;
	}
	return true;
}

static bool is_main(const struct spot *s)
{
	return knot_span_eq(s->package, "main");
}

/*
 * The symbols of every command begin with "main.". The directory of its sources is known by its last part, that of a
 * module's root by none: its name is as one likes.
 */
static bool is_command_of(const struct knot_recorded_sites *m, const struct spot *s,
	struct knot_span package, struct knot_span dir)
{
	return knot_span_eq(package, "main") || knot_span_equal(s->dir, dir) ||
		knot_span_eq(package, knot_sites_module(m->sites));
}

static bool is_package(
	const struct knot_recorded_sites *m, const struct spot *s, const struct place *p)
{
	if (!is_main(s))
		return compare_package(s->package, knot_span_str(p->site->pkg)) == 0;
	return same_function(s->function, p->function) &&
		is_command_of(m, s, knot_span_str(p->site->pkg), p->dir);
}

/* --- tables ---------------------------------------------------------------------------------- */

static int by_line(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	const int c = knot_span_compare(x->base, y->base);

	if (c)
		return c;
	if (x->site->line != y->site->line)
		return x->site->line < y->site->line ? -1 : 1;
	return (x->site->id > y->site->id) - (x->site->id < y->site->id);
}

/* Up to a bracket: a symbol and a name differ from there on. */
static struct knot_span stem(struct knot_span function)
{
	const size_t at = knot_span_find(function, '[');

	return at == SIZE_MAX ? function : knot_span_of(function.data, at);
}

static int by_function(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	const int c = knot_span_compare(stem(x->function), stem(y->function));

	return c ? c : (x->site->id > y->site->id) - (x->site->id < y->site->id);
}

static int by_package(const void *a, const void *b)
{
	return knot_span_compare(*(const struct knot_span *)a, *(const struct knot_span *)b);
}

static void note_packages(struct knot_recorded_sites *m)
{
	for (size_t i = 0; i < knot_sites_package_count(m->sites); i++) {
		const struct knot_span path =
			knot_span_str(knot_sites_package_at(m->sites, i)->path);

		knot_vec_push(&m->packages, path);
	}
	for (size_t i = 0; i < m->len; i++) {
		const struct knot_span path = knot_span_str(m->by_line[i].site->pkg);

		if (!i || strcmp(m->by_line[i - 1].site->pkg, m->by_line[i].site->pkg) != 0)
			knot_vec_push(&m->packages, path);
	}
	if (m->packages.len)
		qsort(m->packages.data, m->packages.len, sizeof(*m->packages.data), by_package);
}

struct knot_recorded_sites *knot_recorded_sites_new(
	const struct knot_recording *r, const struct knot_sites *sites)
{
	struct knot_recorded_sites *m = knot_xalloc(sizeof(*m));

	*m = (struct knot_recorded_sites){.r = r, .sites = sites, .len = knot_sites_count(sites)};
	m->by_line = knot_xreallocarray(NULL, m->len + 1, sizeof(*m->by_line));
	m->by_function = knot_xreallocarray(NULL, m->len + 1, sizeof(*m->by_function));
	for (size_t i = 0; i < m->len; i++) {
		struct place *p = &m->by_line[i];

		*p = (struct place){.site = knot_sites_at(sites, i)};
		p->function = knot_span_str(p->site->func);
		split_file(p->site->file, &p->base, &p->dir);
		m->by_function[i] = *p;
	}
	note_packages(m);
	qsort(m->by_line, m->len, sizeof(*m->by_line), by_line);
	qsort(m->by_function, m->len, sizeof(*m->by_function), by_function);
	m->memo = knot_xreallocarray(
		NULL, (r->stacks.len + 1) * KNOT_RECORDING_KINDS, sizeof(*m->memo));
	m->known = knot_xalloc((r->stacks.len + 1) * KNOT_RECORDING_KINDS * sizeof(*m->known));
	return m;
}

void knot_recorded_sites_free(struct knot_recorded_sites *m)
{
	if (!m)
		return;
	knot_vec_free(&m->packages);
	free(m->by_line);
	free(m->by_function);
	free(m->memo);
	free(m->known);
	free(m);
}

/* --- finding --------------------------------------------------------------------------------- */

static uint32_t slot_of(const struct knot_recording_event *e)
{
	return e->kind == KNOT_RECORDING_WGADD && (int64_t)e->aux < 0 ? SLOT_DONE : e->kind;
}

bool knot_recorded_is_operation(const struct knot_recording_event *e)
{
	return wanted[slot_of(e)] != 0;
}

/* What carries out an operation for whoever it stands in the source of. */
static bool is_beneath(const struct knot_recording_position *p, const struct spot *s)
{
	return !s->package.len || knot_span_eq(s->package, "runtime") ||
		knot_span_eq(s->package, "sync") || knot_span_has_prefix(s->package, "internal/") ||
		knot_span_has_prefix(s->package, "runtime/") || !strcmp(p->file, "<autogenerated>");
}

/* Of the methods of RWMutex on the way to the position: which of the two kinds of lock it was. */
static uint64_t narrowed(const char *function, uint64_t ops)
{
	struct knot_span method = knot_span_str(function);

	if (!knot_span_skip(&method, "sync.(*RWMutex)."))
		return ops;
	if (knot_span_eq(method, "RLock"))
		return ops & BIT(RLOCK);
	if (knot_span_eq(method, "Lock"))
		return ops & BIT(LOCK);
	if (knot_span_has_prefix(method, "RUnlock") || knot_span_has_prefix(method, "rUnlock"))
		return ops & BIT(RUNLOCK);
	return knot_span_eq(method, "Unlock") ? ops & BIT(UNLOCK) : ops;
}

/* False when there is none. */
static bool find_spot(const struct knot_recorded_sites *m, const struct knot_recording_event *e,
	struct spot *ret_spot, uint64_t *ops)
{
	if (e->stack == KNOT_RECORDING_NONE)
		return false;
	const struct knot_recording_stack *s = &m->r->stacks.data[e->stack];

	for (uint32_t i = 0; i < s->len; i++) {
		const struct knot_recording_position *p =
			&m->r->positions.data[m->r->frames.data[s->first + i]];

		*ops = narrowed(p->function, *ops);
		split_symbol(p->function, ret_spot);
		if (is_beneath(p, ret_spot))
			continue;
		split_file(p->file, &ret_spot->base, &ret_spot->dir);
		ret_spot->line = p->line;
		return true;
	}
	return false;
}

static bool is_ours(const struct knot_recorded_sites *m, const struct spot *s)
{
	size_t low = 0, high = m->packages.len;

	for (size_t i = 0; is_main(s) && i < m->packages.len; i++) {
		const struct knot_span path = m->packages.data[i];

		if (is_command_of(m, s, path, knot_span_after_last(path, '/', NULL)))
			return true;
	}
	while (low < high) {
		const size_t at = low + (high - low) / 2;
		const int c = compare_package(s->package, m->packages.data[at]);

		if (!c)
			return true;
		if (c < 0)
			high = at;
		else
			low = at + 1;
	}
	return false;
}

/* The first of a sorted table that is not before the key. */
static size_t lower(const struct place *table, size_t len, const struct place *key,
	int (*compare)(const void *, const void *))
{
	size_t low = 0, high = len;

	while (low < high) {
		const size_t at = low + (high - low) / 2;

		if (compare(&table[at], key) < 0)
			low = at + 1;
		else
			high = at;
	}
	return low;
}

/* Those of the sites that fit. A select of one case is no select but that case, also where it has a default. */
struct match {
	uint32_t site, op;
	size_t count;
};

static void add_match(struct match *m, const struct knot_site *s)
{
	m->site = s->id;
	m->op = knot_op_runs_as(s->op);
	m->count++;
}

static bool fits(const struct knot_recorded_sites *m, const struct spot *s, uint64_t ops,
	const struct place *p)
{
	return p->site->op < 64 && ops & 1ull << p->site->op && is_package(m, s, p);
}

static struct match match_line(const struct knot_recorded_sites *m, const struct spot *s,
	uint64_t ops, bool same_function_only)
{
	const struct knot_site at = {.line = s->line, .id = 0};
	const struct place key = {.site = &at, .base = s->base};
	struct match found = {.count = 0};

	for (size_t i = lower(m->by_line, m->len, &key, by_line); i < m->len &&
		m->by_line[i].site->line == s->line && knot_span_equal(m->by_line[i].base, s->base);
		i++)
		if (fits(m, s, ops, &m->by_line[i]) &&
			(!same_function_only || same_function(s->function, m->by_line[i].function)))
			add_match(&found, m->by_line[i].site);
	return found;
}

static struct match match_function(
	const struct knot_recorded_sites *m, const struct spot *s, uint64_t ops)
{
	const struct knot_site at = {.id = 0};
	const struct place key = {.site = &at, .function = s->function};
	struct match found = {.count = 0};

	for (size_t i = lower(m->by_function, m->len, &key, by_function);
		i < m->len && knot_span_equal(stem(m->by_function[i].function), stem(s->function));
		i++)
		if (fits(m, s, ops, &m->by_function[i]) &&
			same_function(s->function, m->by_function[i].function))
			add_match(&found, m->by_function[i].site);
	return found;
}

static struct knot_recorded_site find(
	const struct knot_recorded_sites *m, const struct knot_recording_event *e)
{
	uint64_t ops = wanted[slot_of(e)];
	struct knot_recorded_site ret = {.why = KNOT_RECORDED_UNPLACED};
	struct spot s;

	if (!find_spot(m, e, &s, &ops))
		return ret;
	ret.why = KNOT_RECORDED_ELSEWHERE;
	if (!is_ours(m, &s))
		return ret;
	struct match found = match_line(m, &s, ops, false);

	if (found.count > 1)
		found = match_line(m, &s, ops, true);
	if (!found.count) {
		found = match_function(m, &s, ops);
		ret.by_function = true;
	}
	ret.why = found.count > 1        ? KNOT_RECORDED_SEVERAL
		: !found.count           ? KNOT_RECORDED_NO_SITE
		: found.op == KNOT_OP_GO ? KNOT_RECORDED_NO_ORDER
					 : KNOT_RECORDED_MAPPED;
	ret.site = found.site;
	ret.op = found.op;
	return ret;
}

struct knot_recorded_site knot_recorded_site_of(
	struct knot_recorded_sites *m, const struct knot_recording_event *e)
{
	const size_t stack = e->stack == KNOT_RECORDING_NONE ? m->r->stacks.len : e->stack;
	const size_t at = stack * KNOT_RECORDING_KINDS + slot_of(e);

	if (!m->known[at]) {
		m->memo[at] = find(m, e);
		m->known[at] = true;
	}
	return m->memo[at];
}
