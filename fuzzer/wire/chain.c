/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/chain.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "wire/envelope.h"
#include "wire/ops.h"
#include "wire/text.h"

#include <inttypes.h>
#include <string.h>
#include <xxhash.h>

#define ANY_OP "any"
/* A file without an origin is spelled as it always was, so that its name stays the same. */
#define VERSION_PLAIN 1
#define VERSION_ORIGIN 2
#define ORIGIN "origin: recording"

bool knot_chain_equal(const struct knot_chain *a, const struct knot_chain *b)
{
	if (a->len != b->len)
		return false;
	for (uint32_t i = 0; i < a->len; i++) {
		const struct knot_chain_op *x = &a->ops[i];
		const struct knot_chain_op *y = &b->ops[i];
		if (x->gpath != y->gpath || x->site != y->site || x->op != y->op)
			return false;
	}
	return true;
}

/* The bytes are laid out by hand: neither byte order nor unused slots may show in the hash. */
uint64_t knot_chain_hash(const struct knot_chain *c)
{
	uint8_t bytes[KNOT_CHAIN_MAX * 16];
	size_t n = 0;
	knot_assert(c->len <= KNOT_CHAIN_MAX);
	for (uint32_t i = 0; i < c->len; i++) {
		const struct knot_chain_op *op = &c->ops[i];
		for (unsigned shift = 0; shift < 64; shift += 8)
			bytes[n++] = (uint8_t)(op->gpath >> shift);
		for (unsigned shift = 0; shift < 32; shift += 8)
			bytes[n++] = (uint8_t)(op->site >> shift);
		for (unsigned shift = 0; shift < 32; shift += 8)
			bytes[n++] = (uint8_t)(op->op >> shift);
	}
	return XXH3_64bits(bytes, n);
}

bool knot_chain_push(struct knot_chain *c, struct knot_chain_op op)
{
	if (c->len >= KNOT_CHAIN_MAX)
		return false;
	c->ops[c->len++] = op;
	return true;
}

void knot_chain_put(const struct knot_chain *c, struct knot_shm_request *r)
{
	knot_assert(c->len <= KNOT_CHAIN_MAX);
	r->chain_len = c->len;
	for (uint32_t i = 0; i < c->len; i++)
		r->chain[i] = (struct knot_shm_chain_op){
			.gpath = c->ops[i].gpath, .site = c->ops[i].site, .op = c->ops[i].op};
}

struct knot_chain knot_chain_get(const struct knot_shm_request *r)
{
	struct knot_chain c = {
		.len = r->chain_len < KNOT_CHAIN_MAX ? r->chain_len : KNOT_CHAIN_MAX};

	for (uint32_t i = 0; i < c.len; i++)
		c.ops[i] = (struct knot_chain_op){
			.gpath = r->chain[i].gpath, .site = r->chain[i].site, .op = r->chain[i].op};
	return c;
}

void knot_chain_op_add(struct knot_text *t, const struct knot_chain_op *op)
{
	knot_text_addf(t, "%s %08" PRIx32 " %016" PRIx64,
		op->op == KNOT_OP_NONE ? ANY_OP : knot_op_name(op->op), op->site, op->gpath);
}

bool knot_chain_op_take(struct knot_span *line, struct knot_chain_op *ret_op)
{
	struct knot_span rest = *line;
	struct knot_span name;
	uint32_t op = KNOT_OP_NONE;
	uint64_t site;
	uint64_t gpath;
	if (!knot_span_take_word(&rest, &name))
		return false;
	if (!knot_span_eq(name, ANY_OP) && (!knot_op_parse(name, &op) || op == KNOT_OP_NONE))
		return false;
	if (!knot_span_skip(&rest, " ") || !knot_span_take_hex(&rest, 8, &site) ||
		!knot_span_skip(&rest, " ") || !knot_span_take_hex(&rest, 16, &gpath))
		return false;
	*ret_op = (struct knot_chain_op){.gpath = gpath, .site = (uint32_t)site, .op = op};
	*line = rest;
	return true;
}

bool knot_chain_take(struct knot_span text, struct knot_chain *ret_chain)
{
	struct knot_chain_op op;
	struct knot_span line;

	*ret_chain = (struct knot_chain){.len = 0};
	while (knot_span_take_line(&text, &line))
		if (!knot_chain_op_take(&line, &op) || !knot_chain_push(ret_chain, op))
			return false;
	return true;
}

int knot_corpus_encode(
	const struct knot_corpus *c, char **ret_data, size_t *ret_len, struct knot_error *err)
{
	if (c->chains.len > KNOT_CORPUS_MAX_CHAINS)
		return knot_error_set(err, KNOT_EINTERNAL,
			"a corpus file holds at most %d chains, not %zu", KNOT_CORPUS_MAX_CHAINS,
			c->chains.len);

	struct knot_text t = {0};
	knot_envelope_begin(&t, "corpus", c->recorded ? VERSION_ORIGIN : VERSION_PLAIN);
	knot_text_adds(&t, "target: ");
	knot_text_add_word(&t, knot_span_str(c->target));
	knot_text_adds(&t, "\ntest: ");
	knot_text_add_word(&t, knot_span_str(c->test));
	knot_text_adds(&t, c->recorded ? "\n" ORIGIN "\n" : "\n");
	for (size_t i = 0; i < c->chains.len; i++) {
		const struct knot_chain *chain = &c->chains.data[i];
		knot_text_addf(&t, "chain: %" PRIu32 "\n", chain->len);
		for (uint32_t k = 0; k < chain->len; k++) {
			knot_text_adds(&t, "  ");
			knot_chain_op_add(&t, &chain->ops[k]);
			knot_text_adds(&t, "\n");
		}
	}
	knot_envelope_end(&t);
	*ret_len = t.len;
	*ret_data = knot_text_steal(&t);
	return 0;
}

static bool take_field(struct knot_span *body, const char *key, char **ret_value)
{
	struct knot_span line;
	struct knot_span word;
	if (!knot_span_take_line(body, &line) || !knot_span_skip(&line, key) ||
		!knot_span_take_word(&line, &word) || line.len)
		return false;
	return knot_text_unescape_word(word, ret_value);
}

static bool take_chain(struct knot_span *body, struct knot_chain *chain, size_t *line_number)
{
	struct knot_span line;
	uint64_t len;
	if (!knot_span_take_line(body, &line) || !knot_span_skip(&line, "chain: ") ||
		!knot_span_take_u64(&line, KNOT_CHAIN_MAX, &len) || line.len)
		return false;
	*chain = (struct knot_chain){.len = (uint32_t)len};
	for (uint64_t i = 0; i < len; i++) {
		++*line_number;
		if (!knot_span_take_line(body, &line) || !knot_span_skip(&line, "  ") ||
			!knot_chain_op_take(&line, &chain->ops[i]) || line.len)
			return false;
	}
	return true;
}

static int take_corpus(
	struct knot_span body, uint32_t version, struct knot_corpus *c, struct knot_error *err)
{
	size_t line_number = 3;
	struct knot_span line;

	if (!take_field(&body, "target: ", &c->target))
		return knot_error_set(
			err, KNOT_EINPUT, "corpus file: line 2 is not \"target: <import path>\"");
	if (!take_field(&body, "test: ", &c->test))
		return knot_error_set(
			err, KNOT_EINPUT, "corpus file: line 3 is not \"test: <name>\"");
	if (version >= VERSION_ORIGIN) {
		if (!knot_span_take_line(&body, &line) || !knot_span_eq(line, ORIGIN))
			return knot_error_set(
				err, KNOT_EINPUT, "corpus file: line 4 is not \"" ORIGIN "\"");
		c->recorded = true;
		line_number++;
	}
	while (body.len) {
		struct knot_chain chain;
		line_number++;
		if (!take_chain(&body, &chain, &line_number))
			return knot_error_set(err, KNOT_EINPUT,
				"corpus file: line %zu is not part of a chain of at most %d "
				"operations",
				line_number, KNOT_CHAIN_MAX);
		if (c->chains.len >= KNOT_CORPUS_MAX_CHAINS)
			return knot_error_set(err, KNOT_EINPUT,
				"corpus file: line %zu: more than %d chains", line_number,
				KNOT_CORPUS_MAX_CHAINS);
		knot_vec_push(&c->chains, chain);
	}
	return 0;
}

static int check_canonical(
	struct knot_span file, const struct knot_corpus *c, struct knot_error *err)
{
	knot_auto_free char *again = NULL;
	size_t len = 0;
	int rc = knot_corpus_encode(c, &again, &len, err);

	return rc ? rc : knot_envelope_check_same(file, knot_span_of(again, len), "corpus", err);
}

int knot_corpus_decode(
	struct knot_span file, struct knot_corpus *ret_corpus, struct knot_error *err)
{
	if (file.len > KNOT_CORPUS_MAX_BYTES)
		return knot_error_set(err, KNOT_EINPUT, "the corpus file is larger than %u bytes",
			KNOT_CORPUS_MAX_BYTES);
	struct knot_span body;
	uint32_t version;
	int rc = knot_envelope_open(file, "corpus", KNOT_CORPUS_VERSION, &version, &body, err);
	if (rc < 0)
		return rc;

	struct knot_corpus c = {0};
	rc = take_corpus(body, version, &c, err);
	if (rc == 0)
		rc = check_canonical(file, &c, err);
	if (rc < 0) {
		knot_corpus_free(&c);
		return rc;
	}
	*ret_corpus = c;
	return 0;
}

void knot_corpus_free(struct knot_corpus *c)
{
	if (!c)
		return;
	free(c->target);
	free(c->test);
	knot_vec_free(&c->chains);
	*c = (struct knot_corpus){0};
}
