/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/crash_fields.h"

#include "base/alloc.h"
#include "base/error.h"
#include "wire/crash.h"
#include "wire/ops.h"
#include "wire/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WRAP_COLUMNS 100

static const void *member_const(const struct knot_crash_field *f, const struct knot_crash *c)
{
	return (const char *)c + f->offset;
}

static void *member(const struct knot_crash_field *f, struct knot_crash *c)
{
	return (char *)c + f->offset;
}

int knot_crash_bad(struct knot_crash_reader *r, const char *what)
{
	return knot_error_set(
		r->err, KNOT_EINPUT, "crash file: line %zu: %s: %s", r->line, r->key, what);
}

/* --- texts ----------------------------------------------------------------------------------- */

/* Limited raw text; cut is freed by the caller. */
static struct knot_span limited(const char *s, char **cut)
{
	struct knot_span raw = knot_span_str(s ? s : "");
	if (raw.len <= KNOT_CRASH_MAX_TEXT)
		return raw;
	*cut = knot_xasprintf("%.*s...", KNOT_CRASH_MAX_TEXT - 3, s);
	return knot_span_str(*cut);
}

void knot_crash_add_rest(struct knot_text *t, const char *s)
{
	char *cut = NULL;
	struct knot_span raw = limited(s, &cut);
	if (raw.len) {
		knot_text_adds(t, " ");
		knot_text_add_escaped(t, raw);
	}
	free(cut);
}

void knot_crash_add_word(struct knot_text *t, const char *s)
{
	char *cut = NULL;
	knot_text_adds(t, " ");
	knot_text_add_word(t, limited(s, &cut));
	free(cut);
}

/* Replaces *slot: a key that stands twice must not leak before the canonical check refuses it. */
static int store_text(struct knot_crash_reader *r, struct knot_span escaped, bool word, char **slot)
{
	char *raw = NULL;
	if (!(word ? knot_text_unescape_word : knot_text_unescape)(escaped, &raw))
		return knot_crash_bad(r, "broken escape");
	free(*slot);
	*slot = raw;
	if (strlen(raw) > KNOT_CRASH_MAX_TEXT)
		return knot_crash_bad(r, "text is longer than 65536 bytes");
	return 0;
}
_Static_assert(KNOT_CRASH_MAX_TEXT == 65536, "the message above names the limit");

/* The rest of a line as free text: " text" or nothing. */
int knot_crash_take_rest(struct knot_crash_reader *r, struct knot_span rest, char **slot)
{
	if (rest.len && !knot_span_skip(&rest, " "))
		return knot_crash_bad(r, "no space before the text");
	return store_text(r, rest, false, slot);
}

int knot_crash_take_word(struct knot_crash_reader *r, struct knot_span *rest, char **slot)
{
	struct knot_span word;
	if (!knot_span_skip(rest, " ") || !knot_span_take_word(rest, &word))
		return knot_crash_bad(r, "a word is missing");
	return store_text(r, word, true, slot);
}

static void put_text(
	struct knot_text *t, const struct knot_crash_field *f, const struct knot_crash *c)
{
	knot_crash_add_rest(t, *(char *const *)member_const(f, c));
}

static int get_text(struct knot_crash_reader *r, const struct knot_crash_field *f,
	struct knot_span value, struct knot_crash *c)
{
	return store_text(r, value, false, member(f, c));
}

/* --- numbers --------------------------------------------------------------------------------- */

static void put_u32(
	struct knot_text *t, const struct knot_crash_field *f, const struct knot_crash *c)
{
	knot_text_addf(t, " %" PRIu32, *(const uint32_t *)member_const(f, c));
}

static int get_u32(struct knot_crash_reader *r, const struct knot_crash_field *f,
	struct knot_span value, struct knot_crash *c)
{
	uint64_t number;
	if (!knot_span_take_u64(&value, UINT32_MAX, &number) || value.len)
		return knot_crash_bad(r, "not a decimal number below 4294967296");
	*(uint32_t *)member(f, c) = (uint32_t)number;
	return 0;
}

static void put_u64(
	struct knot_text *t, const struct knot_crash_field *f, const struct knot_crash *c)
{
	knot_text_addf(t, " %" PRIu64, *(const uint64_t *)member_const(f, c));
}

static int get_u64(struct knot_crash_reader *r, const struct knot_crash_field *f,
	struct knot_span value, struct knot_crash *c)
{
	uint64_t number;
	if (!knot_span_take_u64(&value, UINT64_MAX, &number) || value.len)
		return knot_crash_bad(r, "not a decimal number of 64 bits");
	*(uint64_t *)member(f, c) = number;
	return 0;
}

static void put_hex32(
	struct knot_text *t, const struct knot_crash_field *f, const struct knot_crash *c)
{
	knot_text_addf(t, " %08" PRIx32, *(const uint32_t *)member_const(f, c));
}

static int get_hex32(struct knot_crash_reader *r, const struct knot_crash_field *f,
	struct knot_span value, struct knot_crash *c)
{
	uint64_t number;
	if (!knot_span_take_hex(&value, 8, &number) || value.len)
		return knot_crash_bad(r, "not 8 hexadecimal digits");
	*(uint32_t *)member(f, c) = (uint32_t)number;
	return 0;
}

static void put_hex64(
	struct knot_text *t, const struct knot_crash_field *f, const struct knot_crash *c)
{
	knot_text_addf(t, " %016" PRIx64, *(const uint64_t *)member_const(f, c));
}

static int get_hex64(struct knot_crash_reader *r, const struct knot_crash_field *f,
	struct knot_span value, struct knot_crash *c)
{
	uint64_t number;
	if (!knot_span_take_hex(&value, 16, &number) || value.len)
		return knot_crash_bad(r, "not 16 hexadecimal digits");
	*(uint64_t *)member(f, c) = number;
	return 0;
}

static void put_bool(
	struct knot_text *t, const struct knot_crash_field *f, const struct knot_crash *c)
{
	knot_text_adds(t, *(const bool *)member_const(f, c) ? " yes" : " no");
}

static int get_bool(struct knot_crash_reader *r, const struct knot_crash_field *f,
	struct knot_span value, struct knot_crash *c)
{
	if (!knot_span_eq(value, "yes") && !knot_span_eq(value, "no"))
		return knot_crash_bad(r, "neither yes nor no");
	*(bool *)member(f, c) = knot_span_eq(value, "yes");
	return 0;
}

static void put_end(
	struct knot_text *t, const struct knot_crash_field *f, const struct knot_crash *c)
{
	knot_text_addf(t, " %s", knot_end_name(*(const uint32_t *)member_const(f, c)));
}

static int get_end(struct knot_crash_reader *r, const struct knot_crash_field *f,
	struct knot_span value, struct knot_crash *c)
{
	if (!knot_end_parse(value, member(f, c)))
		return knot_crash_bad(r, "unknown end");
	return 0;
}

static void put_sched(
	struct knot_text *t, const struct knot_crash_field *f, const struct knot_crash *c)
{
	(void)f;
	(void)c;
	knot_text_adds(t, " native");
}

/* A controlled run is what a file without the key is of. */
static int get_sched(struct knot_crash_reader *r, const struct knot_crash_field *f,
	struct knot_span value, struct knot_crash *c)
{
	if (!knot_span_eq(value, "native"))
		return knot_crash_bad(r, "not native");
	*(size_t *)member(f, c) = 1;
	return 0;
}

/* --- lists: "key: <count>", then one indented line per entry --------------------------------- */

int knot_crash_take_count(
	struct knot_crash_reader *r, struct knot_span value, uint64_t max, uint64_t *ret_count)
{
	if (!knot_span_take_u64(&value, UINT64_MAX, ret_count) || value.len)
		return knot_crash_bad(r, "not a count");
	if (*ret_count > max)
		return knot_error_set(r->err, KNOT_EINPUT,
			"crash file: line %zu: %s: %" PRIu64 " entries, more than the %" PRIu64
			" allowed",
			r->line, r->key, *ret_count, max);
	return 0;
}

int knot_crash_take_entry(struct knot_crash_reader *r, struct knot_span *ret_line)
{
	r->line++;
	if (!knot_span_take_line(&r->body, ret_line) || !knot_span_skip(ret_line, " ") ||
		!knot_span_has_prefix(*ret_line, " "))
		return knot_crash_bad(r, "the list is shorter than its count");
	return 0;
}

typedef KNOT_VEC(char *) text_vec;

static void free_texts(const struct knot_crash_field *f, struct knot_crash *c)
{
	text_vec *v = member(f, c);
	for (size_t i = 0; i < v->len; i++)
		free(v->data[i]);
	knot_vec_free(v);
}

static void put_texts(
	struct knot_text *t, const struct knot_crash_field *f, const struct knot_crash *c)
{
	const text_vec *v = member_const(f, c);
	knot_text_addf(t, " %zu", v->len);
	for (size_t i = 0; i < v->len; i++) {
		/* The empty text and "-" need a spelling of their own, as words do. */
		bool plain = v->data[i] && *v->data[i] && strcmp(v->data[i], "-") != 0;
		knot_text_adds(t, "\n ");
		(plain ? knot_crash_add_rest : knot_crash_add_word)(t, v->data[i]);
	}
}

static int get_texts(struct knot_crash_reader *r, const struct knot_crash_field *f,
	struct knot_span value, struct knot_crash *c)
{
	uint64_t count;
	int rc = knot_crash_take_count(r, value, KNOT_CRASH_MAX_LIST, &count);
	text_vec *v = member(f, c);
	while (rc == 0 && count--) {
		struct knot_span line;
		rc = knot_crash_take_entry(r, &line);
		if (rc < 0)
			break;
		knot_vec_push(v, NULL);
		rc = knot_span_skip(&line, " ") ? store_text(r, line, true, &v->data[v->len - 1])
						: knot_crash_bad(r, "not indented");
	}
	return rc;
}

static void put_chain(
	struct knot_text *t, const struct knot_crash_field *f, const struct knot_crash *c)
{
	(void)f;
	knot_text_addf(t, " %zu", c->chain.len);
	for (size_t i = 0; i < c->chain.len; i++) {
		const struct knot_crash_op *op = &c->chain.data[i];
		knot_text_adds(t, "\n  ");
		knot_chain_op_add(t, &op->op);
		knot_crash_add_word(t, op->gpath);
		knot_crash_add_word(t, op->pos);
		knot_crash_add_rest(t, op->prim);
	}
}

static int get_chain(struct knot_crash_reader *r, const struct knot_crash_field *f,
	struct knot_span value, struct knot_crash *c)
{
	(void)f;
	uint64_t count;
	int rc = knot_crash_take_count(r, value, KNOT_CHAIN_MAX, &count);
	while (rc == 0 && count--) {
		struct knot_span line;
		rc = knot_crash_take_entry(r, &line);
		if (rc < 0)
			break;
		knot_vec_push(&c->chain, (struct knot_crash_op){0});
		struct knot_crash_op *op = &c->chain.data[c->chain.len - 1];
		if (!knot_span_skip(&line, " ") || !knot_chain_op_take(&line, &op->op))
			return knot_crash_bad(r, "not \"<operation> <site> <goroutine path>\"");
		rc = knot_crash_take_word(r, &line, &op->gpath);
		if (rc == 0)
			rc = knot_crash_take_word(r, &line, &op->pos);
		if (rc == 0)
			rc = knot_crash_take_rest(r, line, &op->prim);
	}
	return rc;
}

static void put_goroutines(
	struct knot_text *t, const struct knot_crash_field *f, const struct knot_crash *c)
{
	(void)f;
	knot_text_addf(t, " %zu", c->goroutines.len);
	for (size_t i = 0; i < c->goroutines.len; i++) {
		const struct knot_crash_goroutine *g = &c->goroutines.data[i];
		knot_text_addf(t, "\n  %" PRIu32 " %016" PRIx64, g->g, g->path);
		knot_crash_add_rest(t, g->gpath);
	}
}

static int get_goroutines(struct knot_crash_reader *r, const struct knot_crash_field *f,
	struct knot_span value, struct knot_crash *c)
{
	(void)f;
	uint64_t count;
	int rc = knot_crash_take_count(r, value, KNOT_CRASH_MAX_LIST, &count);
	while (rc == 0 && count--) {
		struct knot_span line;
		rc = knot_crash_take_entry(r, &line);
		if (rc < 0)
			break;
		knot_vec_push(&c->goroutines, (struct knot_crash_goroutine){0});
		struct knot_crash_goroutine *g = &c->goroutines.data[c->goroutines.len - 1];
		uint64_t number;
		if (!knot_span_skip(&line, " ") ||
			!knot_span_take_u64(&line, UINT16_MAX, &number) ||
			!knot_span_skip(&line, " ") || !knot_span_take_hex(&line, 16, &g->path))
			return knot_crash_bad(r, "not \"<number> <path hash> <path>\"");
		g->g = (uint32_t)number;
		rc = knot_crash_take_rest(r, line, &g->gpath);
	}
	return rc;
}

/* --- decisions: "3*17 5 3", t, i = the timer, p = preempted, b3 x3.7 a3 s c7 m3.9 = the outside --- */

static const struct decision_kind {
	char letter;
	uint16_t slot;
} decision_kinds[] = {
	{'t', KNOT_DECISION_TIMER},
	{'i', KNOT_DECISION_IDLE},
	{'p', KNOT_DECISION_PREEMPT},
	{'b', KNOT_DECISION_BLOCKED},
	{'x', KNOT_DECISION_CALL},
	{'a', KNOT_DECISION_ARRIVED},
	{'s', KNOT_DECISION_SIGNAL},
	{'c', KNOT_DECISION_CLOCK},
	{'m', KNOT_DECISION_MOVED},
};
static const size_t decision_kinds_len = sizeof(decision_kinds) / sizeof(decision_kinds[0]);

/* 0 for the number of a goroutine. */
static char decision_letter(uint16_t slot)
{
	for (size_t i = 0; i < decision_kinds_len; i++)
		if (decision_kinds[i].slot == slot)
			return decision_kinds[i].letter;
	return 0;
}

static bool take_letter(struct knot_span *line, uint64_t *ret_slot)
{
	for (size_t i = 0; i < decision_kinds_len; i++)
		if (line->len && line->data[0] == decision_kinds[i].letter) {
			*ret_slot = decision_kinds[i].slot;
			line->data++;
			line->len--;
			return true;
		}
	return false;
}

/* What stands behind the first slot of an entry. */
static uint64_t decision_rest(const uint16_t *slots, size_t len)
{
	uint64_t n = 0;

	for (size_t i = len; i-- > 1;)
		n = n << 16 | slots[i];
	return n;
}

/* One entry, or the same several times; returns the slots it took. */
static size_t put_decision(char *token, size_t size, const uint16_t *slots, size_t left)
{
	const size_t len = knot_decision_slots(slots[0]);
	const char letter = decision_letter(slots[0]);

	if (len > 1 && len <= left) {
		if (slots[0] == KNOT_DECISION_CALL || slots[0] == KNOT_DECISION_MOVED)
			(void)snprintf(token, size, " %c%u.%" PRIu64, letter, slots[1],
				decision_rest(slots + 1, len - 1));
		else
			(void)snprintf(
				token, size, " %c%" PRIu64, letter, decision_rest(slots, len));
		return len;
	}
	size_t run = 1;
	while (run < left && slots[run] == slots[0])
		run++;
	int n = letter && len == 1 ? snprintf(token, size, " %c", letter)
				   : snprintf(token, size, " %u", slots[0]);
	if (run > 1)
		(void)snprintf(token + n, size - (size_t)n, "*%zu", run);
	return run;
}

static void put_decisions(
	struct knot_text *t, const struct knot_crash_field *f, const struct knot_crash *c)
{
	(void)f;
	knot_text_addf(t, " %zu", c->decisions.len);
	size_t column = WRAP_COLUMNS;
	for (size_t i = 0; i < c->decisions.len;) {
		char token[48];
		i += put_decision(
			token, sizeof(token), c->decisions.data + i, c->decisions.len - i);
		size_t n = strlen(token);
		if (column + n > WRAP_COLUMNS) {
			knot_text_adds(t, "\n ");
			column = 1;
		}
		knot_text_add(t, token, n);
		column += n;
	}
}

/* An entry of several slots: appends them. */
static int take_long_decision(struct knot_crash_reader *r, struct knot_span *line, uint16_t kind,
	uint64_t left, struct knot_crash *c)
{
	const uint32_t len = knot_decision_slots(kind);
	const bool two = kind == KNOT_DECISION_CALL || kind == KNOT_DECISION_MOVED;
	uint64_t rest, second = 0;

	if (!knot_span_take_u64(
		    line, kind == KNOT_DECISION_CLOCK ? UINT64_MAX : UINT16_MAX, &rest) ||
		(two &&
			(!knot_span_skip(line, ".") ||
				!knot_span_take_u64(line,
					kind == KNOT_DECISION_CALL ? UINT16_MAX : UINT32_MAX,
					&second))))
		return knot_crash_bad(r, "b, x, a, c or m without its numbers");
	rest |= second << 16;
	if (len > left)
		return knot_crash_bad(r, "more decisions than its count says");
	knot_vec_push(&c->decisions, kind);
	for (uint32_t i = 1; i < len; i++, rest >>= 16)
		knot_vec_push(&c->decisions, (uint16_t)rest);
	return 0;
}

static int take_decision(
	struct knot_crash_reader *r, struct knot_span *line, uint64_t *left, struct knot_crash *c)
{
	const size_t before = c->decisions.len;
	uint64_t d;
	uint64_t run = 1;

	if (!knot_span_skip(line, " "))
		return knot_crash_bad(r, "no space between two decisions");
	const bool letter = take_letter(line, &d);
	if (!letter && !knot_span_take_u64(line, UINT16_MAX - 1, &d))
		return knot_crash_bad(
			r, "neither a goroutine number nor one of t, i, p, b, x, a, s, c, m");
	if (letter && knot_decision_slots((uint16_t)d) > 1) {
		int rc = take_long_decision(r, line, (uint16_t)d, *left, c);
		*left -= c->decisions.len - before;
		return rc;
	}
	if (knot_span_skip(line, "*") && (!knot_span_take_u64(line, UINT32_MAX, &run) || run < 2))
		return knot_crash_bad(r, "a repetition is not a number of at least 2");
	if (run > *left)
		return knot_crash_bad(r, "more decisions than its count says");
	for (uint64_t i = 0; i < run; i++)
		knot_vec_push(&c->decisions, (uint16_t)d);
	*left -= run;
	return 0;
}

static int get_decisions(struct knot_crash_reader *r, const struct knot_crash_field *f,
	struct knot_span value, struct knot_crash *c)
{
	(void)f;
	uint64_t left;
	int rc = knot_crash_take_count(r, value, KNOT_CRASH_MAX_DECISIONS, &left);
	while (rc == 0 && left) {
		struct knot_span line;
		rc = knot_crash_take_entry(r, &line);
		while (rc == 0 && line.len)
			rc = take_decision(r, &line, &left, c);
	}
	return rc;
}
/* --- kinds ------------------------------------------------------------------------------------ */

static void free_text(const struct knot_crash_field *f, struct knot_crash *c)
{
	char **text = member(f, c);

	free(*text);
	*text = NULL;
}

static void free_nothing(const struct knot_crash_field *f, struct knot_crash *c)
{
	(void)f;
	(void)c;
}

void knot_crash_op_free(struct knot_crash_op *op)
{
	free(op->gpath);
	free(op->pos);
	free(op->prim);
}

static void free_chain(const struct knot_crash_field *f, struct knot_crash *c)
{
	(void)f;
	for (size_t i = 0; i < c->chain.len; i++)
		knot_crash_op_free(&c->chain.data[i]);
	knot_vec_free(&c->chain);
}

static void free_goroutines(const struct knot_crash_field *f, struct knot_crash *c)
{
	(void)f;
	for (size_t i = 0; i < c->goroutines.len; i++)
		free(c->goroutines.data[i].gpath);
	knot_vec_free(&c->goroutines);
}

static void free_decisions(const struct knot_crash_field *f, struct knot_crash *c)
{
	(void)f;
	knot_vec_free(&c->decisions);
}

#define KIND(name, free_name) \
	const struct knot_crash_kind knot_crash_kind_##name = { \
		put_##name, get_##name, free_##free_name}

KIND(text, text);
KIND(u32, nothing);
KIND(u64, nothing);
KIND(hex32, nothing);
KIND(hex64, nothing);
KIND(bool, nothing);
KIND(sched, nothing);
KIND(end, nothing);
KIND(texts, texts);
KIND(chain, chain);
KIND(goroutines, goroutines);
KIND(decisions, decisions);
