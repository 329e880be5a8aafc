/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/crash.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "wire/abi.h"
#include "wire/crash_fields.h"
#include "wire/envelope.h"
#include "wire/ops.h"
#include "wire/text.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(type, name) \
	{ \
#name, &knot_crash_kind_##type, offsetof(struct knot_crash, name), 0 \
	}

/* Left out when it is 0. */
#define OPTIONAL(type, name) \
	{ \
#name, &knot_crash_kind_##type, offsetof(struct knot_crash, name), \
			offsetof(struct knot_crash, name) \
	}

/* Left out when it is empty. */
#define LIST(name) \
	{ \
#name, &knot_crash_kind_##name, offsetof(struct knot_crash, name), \
			offsetof(struct knot_crash, name.len) \
	}

/* Of native runs only. */
#define NATIVE offsetof(struct knot_crash, native)

/*
 * In the order of the file. A change of keys or their meaning raises KNOT_CRASH_VERSION: one that may be left out, too, since
 * a goknot that does not know it must say that the file is newer, and not that it is wrong.
 */
static const struct knot_crash_field fields[] = {
	FIELD(text, goknot),
	FIELD(text, target),
	FIELD(text, dir),
	FIELD(text, module),
	FIELD(text, test),
	OPTIONAL(text, run),
	OPTIONAL(text, skip),
	FIELD(text, go),
	OPTIONAL(hex64, code),
	FIELD(text, tags),
	OPTIONAL(text, deps),
	FIELD(bool, race),
	{"short", &knot_crash_kind_bool, offsetof(struct knot_crash, is_short), 0},
	FIELD(texts, args),
	OPTIONAL(u64, memory_limit),
	OPTIONAL(u64, timeout_ns),
	{"sched", &knot_crash_kind_sched, offsetof(struct knot_crash, native), NATIVE},
	{"wait_us", &knot_crash_kind_u32, offsetof(struct knot_crash, wait_us), NATIVE},
	{"tries", &knot_crash_kind_u32, offsetof(struct knot_crash, tries), NATIVE},
	{"reproduced", &knot_crash_kind_u32, offsetof(struct knot_crash, reproduced), NATIVE},
	{"controlled", &knot_crash_kind_text, offsetof(struct knot_crash, controlled), NATIVE},
	FIELD(text, policy),
	FIELD(u64, seed),
	FIELD(u32, depth),
	FIELD(u32, steps_hint),
	FIELD(u32, step_limit),
	FIELD(u32, fair_after),
	FIELD(hex64, salt),
	FIELD(u64, start_ns),
	FIELD(hex32, request_flags),
	FIELD(hex32, config_flags),
	FIELD(text, verdict),
	FIELD(text, message),
	{"proof", &knot_crash_kind_text, offsetof(struct knot_crash, proof),
		offsetof(struct knot_crash, proof)},
	FIELD(hex64, bucket),
	FIELD(end, end),
	FIELD(hex32, run_flags),
	FIELD(u32, steps),
	FIELD(u64, virtual_ns),
	FIELD(hex64, schedule_hash),
	FIELD(texts, signature),
	{"at_end", &knot_crash_kind_texts, offsetof(struct knot_crash, at_end),
		offsetof(struct knot_crash, at_end.len)},
	FIELD(chain, chain),
	{"memory", &knot_crash_kind_texts, offsetof(struct knot_crash, memory),
		offsetof(struct knot_crash, memory.len)},
	{"switches", &knot_crash_kind_texts, offsetof(struct knot_crash, switches),
		offsetof(struct knot_crash, switches.len)},
	LIST(names),
	LIST(about),
	{"departures", &knot_crash_kind_departures, offsetof(struct knot_crash, departures),
		offsetof(struct knot_crash, minimised)},
	FIELD(goroutines, goroutines),
	FIELD(decisions, decisions),
};
#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))
_Static_assert(FIELD_COUNT <= 64, "the set of keys seen is a 64-bit mask");
_Static_assert(
	FIELD_COUNT == 50 && KNOT_CRASH_VERSION == 7, "another set of keys is another version");

/* Keys that came later stand only in files that need them: older files stay as they are. */
static bool left_out(const struct knot_crash_field *f, const struct knot_crash *c)
{
	static const size_t none;

	return f->optional && !memcmp((const char *)c + f->optional, &none, sizeof(none));
}

static int check_limits(const struct knot_crash *c, struct knot_error *err)
{
	const struct {
		const char *key;
		size_t len, max;
	} lists[] = {
		{"args", c->args.len, KNOT_CRASH_MAX_LIST},
		{"signature", c->signature.len, KNOT_CRASH_MAX_LIST},
		{"at_end", c->at_end.len, KNOT_CRASH_MAX_LIST},
		{"chain", c->chain.len, KNOT_CHAIN_MAX},
		{"memory", c->memory.len, KNOT_MEM_MAX},
		{"switches", c->switches.len, KNOT_CRASH_MAX_LIST},
		{"names", c->names.len, KNOT_CRASH_MAX_LIST},
		{"about", c->about.len, KNOT_CRASH_MAX_LIST},
		{"departures", c->departures.len, KNOT_CRASH_MAX_LIST},
		{"goroutines", c->goroutines.len, KNOT_CRASH_MAX_LIST},
		{"decisions", c->decisions.len, KNOT_CRASH_MAX_DECISIONS},
	};
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (lists[i].len > lists[i].max)
			return knot_error_set(err, KNOT_EINTERNAL,
				"a crash file holds at most %zu %s, not %zu", lists[i].max,
				lists[i].key, lists[i].len);
	return 0;
}

int knot_crash_encode(
	const struct knot_crash *c, char **ret_data, size_t *ret_len, struct knot_error *err)
{
	int rc = check_limits(c, err);
	if (rc < 0)
		return rc;

	struct knot_text t = {0};
	knot_envelope_begin(&t, "crash", c->version ? c->version : KNOT_CRASH_VERSION);
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (left_out(&fields[i], c))
			continue;
		knot_text_addf(&t, "%s:", fields[i].key);
		fields[i].kind->put(&t, &fields[i], c);
		knot_text_adds(&t, "\n");
	}
	knot_envelope_end(&t);
	*ret_len = t.len;
	*ret_data = knot_text_steal(&t);
	return 0;
}

static int take_field(struct knot_crash_reader *r, struct knot_crash *c, uint64_t *seen)
{
	struct knot_span line;
	struct knot_span key;
	r->line++;
	if (!knot_span_take_line(&r->body, &line) || !knot_span_take_until(&line, ':', &key))
		return knot_error_set(
			r->err, KNOT_EINPUT, "crash file: line %zu is not \"key: value\"", r->line);
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (!knot_span_eq(key, fields[i].key))
			continue;
		if (*seen >> i & 1)
			return knot_error_set(r->err, KNOT_EINPUT,
				"crash file: line %zu: %s stands there twice", r->line,
				fields[i].key);
		*seen |= 1ull << i;
		r->key = fields[i].key;
		if (line.len && !knot_span_skip(&line, " "))
			return knot_crash_bad(r, "no space after the colon");
		return fields[i].kind->get(r, &fields[i], line, c);
	}
	char *shown = knot_text_escape(key, 40);
	knot_error_set(
		r->err, KNOT_EINPUT, "crash file: line %zu: unknown key \"%s\"", r->line, shown);
	free(shown);
	return KNOT_EINPUT;
}

bool knot_crash_memory_site(const char *entry, uint32_t *ret_site)
{
	struct knot_span s = knot_span_str(entry), word;
	uint32_t op;
	uint64_t site;

	if (!knot_span_take_word(&s, &word) || !knot_op_parse(word, &op) ||
		!knot_span_skip(&s, " ") || !knot_span_take_hex(&s, 8, &site))
		return false;
	*ret_site = (uint32_t)site;
	return true;
}

static int check_memory(const struct knot_crash *c, struct knot_error *err)
{
	uint32_t site;

	if (c->memory.len > KNOT_MEM_MAX)
		return knot_error_set(err, KNOT_EINPUT,
			"crash file: memory: more than the %d entries allowed", KNOT_MEM_MAX);
	for (size_t i = 0; i < c->memory.len; i++)
		if (!knot_crash_memory_site(c->memory.data[i], &site))
			return knot_error_set(err, KNOT_EINPUT,
				"crash file: memory: entry %zu is not \"<operation> <site> "
				"<position>\"",
				i + 1);
	return 0;
}

static int take_crash(struct knot_crash_reader *r, struct knot_crash *c)
{
	uint64_t seen = 0;
	while (r->body.len) {
		int rc = take_field(r, c, &seen);
		if (rc < 0)
			return rc;
	}
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (!(seen >> i & 1) && !left_out(&fields[i], c))
			return knot_error_set(r->err, KNOT_EINPUT,
				"crash file: the key \"%s\" is missing", fields[i].key);
	return 0;
}

uint32_t knot_crash_config(const struct knot_crash *c)
{
	const uint32_t version = c->version ? c->version : KNOT_CRASH_VERSION;

	/* The hashes and the bucket of an old file are of the old names. */
	return c->config_flags | (version < 2 ? KNOT_CFG_OLD_NAMES : 0) |
		(version < 3 ? KNOT_CFG_OLD_IO : 0) | (version < 4 ? KNOT_CFG_OLD_DESCS : 0) |
		(version < 5 ? KNOT_CFG_OLD_RAND : 0) | (version < 7 ? KNOT_CFG_OLD_RACE : 0);
}

void knot_crash_renew(struct knot_crash *c)
{
	c->config_flags = knot_crash_config(c);
	c->version = KNOT_CRASH_VERSION;
}

static int check_canonical(
	struct knot_span file, const struct knot_crash *c, struct knot_error *err)
{
	knot_auto_free char *again = NULL;
	size_t len = 0;
	int rc = knot_crash_encode(c, &again, &len, err);

	return rc ? rc : knot_envelope_check_same(file, knot_span_of(again, len), "crash", err);
}

int knot_crash_decode(struct knot_span file, struct knot_crash *ret_crash, struct knot_error *err)
{
	if (file.len > KNOT_CRASH_MAX_BYTES)
		return knot_error_set(err, KNOT_EINPUT, "the crash file is larger than %u bytes",
			KNOT_CRASH_MAX_BYTES);
	struct knot_crash_reader r = {.line = 1, .err = err};
	struct knot_crash c = {0};
	int rc = knot_envelope_open(file, "crash", KNOT_CRASH_VERSION, &c.version, &r.body, err);
	if (rc < 0)
		return rc;

	rc = take_crash(&r, &c);
	if (rc == 0)
		rc = check_memory(&c, err);
	if (rc == 0)
		rc = check_canonical(file, &c, err);
	if (rc < 0) {
		knot_crash_free(&c);
		return rc;
	}
	*ret_crash = c;
	return 0;
}

static void forget(struct knot_crash *c, const char *const *keys, size_t len)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		for (size_t k = 0; k < len; k++)
			if (!strcmp(fields[i].key, keys[k]))
				fields[i].kind->free(&fields[i], c);
}

void knot_crash_forget_run(struct knot_crash *c)
{
	static const char *const keys[] = {"verdict", "message", "proof", "signature", "at_end",
		"switches", "names", "about", "departures", "goroutines", "decisions"};

	forget(c, keys, sizeof(keys) / sizeof(*keys));
}

void knot_crash_forget_chain(struct knot_crash *c)
{
	static const char *const keys[] = {"chain"};

	forget(c, keys, 1);
}

void knot_crash_free(struct knot_crash *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < FIELD_COUNT; i++)
		fields[i].kind->free(&fields[i], c);
	*c = (struct knot_crash){0};
}
