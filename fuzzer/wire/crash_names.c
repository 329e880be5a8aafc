/* SPDX-License-Identifier: BSD-2-Clause */
/* The lists of a crash file that a replay finds its way by in changed code. */
#include "wire/crash.h"
#include "wire/crash_fields.h"
#include "wire/ops.h"
#include "wire/text.h"

#include <inttypes.h>
#include <stdlib.h>

static const char *const departs[] = {
	[KNOT_DEPARTS_AT] = "at",
	[KNOT_DEPARTS_IN] = "in",
	[KNOT_DEPARTS_AFTER] = "after",
	[KNOT_DEPARTS_BEHIND] = "behind",
};
#define DEPARTS_LEN (sizeof(departs) / sizeof(*departs))

static bool take_op(struct knot_span *line, uint32_t *ret_op)
{
	struct knot_span word;

	return knot_span_skip(line, " ") && knot_span_take_word(line, &word) &&
		knot_op_parse(word, ret_op);
}

static bool take_u32(struct knot_span *line, const char *before, uint32_t *ret)
{
	uint64_t number;

	if (!knot_span_skip(line, before) || !knot_span_take_u64(line, UINT32_MAX, &number))
		return false;
	*ret = (uint32_t)number;
	return true;
}

static bool take_site(struct knot_span *line, uint32_t *ret)
{
	uint64_t number;

	if (!knot_span_skip(line, " ") || !knot_span_take_hex(line, 8, &number))
		return false;
	*ret = (uint32_t)number;
	return true;
}

static bool take_path(struct knot_span *line, uint64_t *ret)
{
	return knot_span_skip(line, " ") && knot_span_take_hex(line, 16, ret);
}

/* --- names ----------------------------------------------------------------------------------- */

static void put_names(
	struct knot_text *t, const struct knot_crash_field *f, const struct knot_crash *c)
{
	(void)f;
	knot_text_addf(t, " %zu", c->names.len);
	for (size_t i = 0; i < c->names.len; i++) {
		const struct knot_crash_name *n = &c->names.data[i];

		knot_text_addf(t,
			"\n  %08" PRIx32 " %s %" PRIu32 "/%" PRIu32 " %" PRIu32 "/%" PRIu32,
			n->site, knot_op_name(n->op), n->nth, n->of, n->op_nth, n->op_of);
		knot_crash_add_word(t, n->pkg);
		knot_crash_add_word(t, n->func);
		knot_crash_add_word(t, n->pos);
		knot_crash_add_rest(t, n->prim);
	}
}

static int get_names(struct knot_crash_reader *r, const struct knot_crash_field *f,
	struct knot_span value, struct knot_crash *c)
{
	uint64_t count;
	int rc = knot_crash_take_count(r, value, KNOT_CRASH_MAX_LIST, &count);

	(void)f;
	while (!rc && count--) {
		struct knot_span line;

		if ((rc = knot_crash_take_entry(r, &line)))
			break;
		knot_vec_push(&c->names, (struct knot_crash_name){0});
		struct knot_crash_name *n = &c->names.data[c->names.len - 1];

		if (!take_site(&line, &n->site) || !take_op(&line, &n->op) ||
			!take_u32(&line, " ", &n->nth) || !take_u32(&line, "/", &n->of) ||
			!take_u32(&line, " ", &n->op_nth) || !take_u32(&line, "/", &n->op_of))
			return knot_crash_bad(
				r, "not \"<site> <operation> <nth>/<of> <nth>/<of>\"");
		if ((rc = knot_crash_take_word(r, &line, &n->pkg)) ||
			(rc = knot_crash_take_word(r, &line, &n->func)) ||
			(rc = knot_crash_take_word(r, &line, &n->pos)))
			break;
		rc = knot_crash_take_rest(r, line, &n->prim);
	}
	return rc;
}

static void free_names(const struct knot_crash_field *f, struct knot_crash *c)
{
	(void)f;
	for (size_t i = 0; i < c->names.len; i++) {
		const struct knot_crash_name *n = &c->names.data[i];

		free(n->pkg);
		free(n->func);
		free(n->pos);
		free(n->prim);
	}
	knot_vec_free(&c->names);
}

const struct knot_crash_name *knot_crash_name_of(const struct knot_crash *c, uint32_t site)
{
	for (size_t i = 0; i < c->names.len; i++)
		if (c->names.data[i].site == site)
			return &c->names.data[i];
	return NULL;
}

/* --- about ----------------------------------------------------------------------------------- */

static void put_about(
	struct knot_text *t, const struct knot_crash_field *f, const struct knot_crash *c)
{
	(void)f;
	knot_text_addf(t, " %zu", c->about.len);
	for (size_t i = 0; i < c->about.len; i++)
		knot_text_addf(t, "\n  %s %08" PRIx32, knot_op_name(c->about.data[i].op),
			c->about.data[i].site);
}

static int get_about(struct knot_crash_reader *r, const struct knot_crash_field *f,
	struct knot_span value, struct knot_crash *c)
{
	uint64_t count;
	int rc = knot_crash_take_count(r, value, KNOT_CRASH_MAX_LIST, &count);

	(void)f;
	while (!rc && count--) {
		struct knot_crash_about a;
		struct knot_span line;

		if ((rc = knot_crash_take_entry(r, &line)))
			break;
		if (!take_op(&line, &a.op) || !take_site(&line, &a.site) || line.len)
			return knot_crash_bad(r, "not \"<operation> <site>\"");
		knot_vec_push(&c->about, a);
	}
	return rc;
}

static void free_about(const struct knot_crash_field *f, struct knot_crash *c)
{
	(void)f;
	knot_vec_free(&c->about);
}

/* --- departures ------------------------------------------------------------------------------ */

static void put_departures(
	struct knot_text *t, const struct knot_crash_field *f, const struct knot_crash *c)
{
	(void)f;
	knot_text_addf(t, " %zu", c->departures.len);
	for (size_t i = 0; i < c->departures.len; i++) {
		const struct knot_crash_departure *d = &c->departures.data[i];

		knot_text_addf(t,
			"\n  %s %016" PRIx64 " %" PRIu32 " %s %08" PRIx32 " %" PRIu32
			" %016" PRIx64,
			departs[d->kind < DEPARTS_LEN ? d->kind : 0], d->from, d->ops,
			knot_op_name(d->op), d->site, d->nth, d->to);
	}
}

static bool take_kind(struct knot_span *line, uint32_t *ret)
{
	struct knot_span word;

	if (!knot_span_skip(line, " ") || !knot_span_take_word(line, &word))
		return false;
	for (uint32_t i = 0; i < DEPARTS_LEN; i++)
		if (knot_span_eq(word, departs[i])) {
			*ret = i;
			return true;
		}
	return false;
}

static int get_departures(struct knot_crash_reader *r, const struct knot_crash_field *f,
	struct knot_span value, struct knot_crash *c)
{
	uint64_t count;
	int rc = knot_crash_take_count(r, value, KNOT_CRASH_MAX_LIST, &count);

	(void)f;
	c->minimised = 1;
	while (!rc && count--) {
		struct knot_crash_departure d;
		struct knot_span line;

		if ((rc = knot_crash_take_entry(r, &line)))
			break;
		if (!take_kind(&line, &d.kind) || !take_path(&line, &d.from) ||
			!take_u32(&line, " ", &d.ops) || !take_op(&line, &d.op) ||
			!take_site(&line, &d.site) || !take_u32(&line, " ", &d.nth) ||
			!take_path(&line, &d.to) || line.len)
			return knot_crash_bad(r,
				"not \"at|in|after|behind <path> <operations> <operation> <site> "
				"<nth> "
				"<path>\"");
		knot_vec_push(&c->departures, d);
	}
	return rc;
}

static void free_departures(const struct knot_crash_field *f, struct knot_crash *c)
{
	(void)f;
	c->minimised = 0;
	knot_vec_free(&c->departures);
}

#define KIND(name) \
	const struct knot_crash_kind knot_crash_kind_##name = {put_##name, get_##name, free_##name}

KIND(names);
KIND(about);
KIND(departures);
