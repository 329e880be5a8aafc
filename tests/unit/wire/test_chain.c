/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/chain.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/rng.h"
#include "wire/envelope.h"
#include "wire/text.h"

#include <criterion/criterion.h>
#include <string.h>

static struct knot_chain sample(void)
{
	struct knot_chain c = {0};
	knot_chain_push(&c, (struct knot_chain_op){.gpath = 0x54, .site = 7, .op = KNOT_OP_SEND});
	knot_chain_push(&c, (struct knot_chain_op){.gpath = 0, .site = UINT32_MAX, .op = 0});
	return c;
}

Test(chain, equality_and_hash_see_every_member)
{
	struct knot_chain a = sample();
	struct knot_chain b = sample();
	cr_assert(knot_chain_equal(&a, &b));
	cr_assert_eq(knot_chain_hash(&a), knot_chain_hash(&b));
	b.ops[5].site = 99; /* beyond its length */
	cr_assert(knot_chain_equal(&a, &b));
	cr_assert_eq(knot_chain_hash(&a), knot_chain_hash(&b));
	for (int member = 0; member < 5; member++) {
		b = sample();
		if (member == 0)
			b.ops[1].gpath = 1;
		else if (member == 1)
			b.ops[0].site++;
		else if (member == 2)
			b.ops[1].op = KNOT_OP_RECV;
		else if (member == 3)
			b.len--;
		else
			b = (struct knot_chain){.ops = {a.ops[1], a.ops[0]}, .len = 2};
		cr_expect_not(knot_chain_equal(&a, &b), "%d", member);
		cr_expect_neq(knot_chain_hash(&a), knot_chain_hash(&b), "%d", member);
	}
}

Test(chain, push_stops_at_the_limit)
{
	struct knot_chain c = {0};
	for (int i = 0; i < KNOT_CHAIN_MAX; i++)
		cr_assert(knot_chain_push(&c, (struct knot_chain_op){.site = 1}));
	cr_assert_not(knot_chain_push(&c, (struct knot_chain_op){.site = 1}));
	cr_assert_eq(c.len, KNOT_CHAIN_MAX);
	cr_assert_neq(knot_chain_hash(&c), 0);
}

Test(chain, a_request_carries_it_and_nothing_of_another)
{
	const struct knot_chain a = sample();
	struct knot_shm_request r = {.seed = 5, .chain_len = KNOT_CHAIN_MAX};

	knot_chain_put(&a, &r);
	cr_assert_eq(r.chain_len, a.len);
	cr_assert_eq(r.seed, 5);
	for (uint32_t i = 0; i < a.len; i++) {
		cr_expect_eq(r.chain[i].gpath, a.ops[i].gpath);
		cr_expect_eq(r.chain[i].site, a.ops[i].site);
		cr_expect_eq(r.chain[i].op, a.ops[i].op);
	}
	const struct knot_chain back = knot_chain_get(&r);

	cr_assert(knot_chain_equal(&a, &back));
}

Test(chain, a_request_that_claims_too_many_has_as_many_as_there_is_room_for)
{
	const struct knot_shm_request r = {.chain_len = KNOT_CHAIN_MAX + 1};

	cr_assert_eq(knot_chain_get(&r).len, KNOT_CHAIN_MAX);
}

Test(chain, text_of_an_operation)
{
	struct knot_chain c = sample();
	struct knot_text t = {0};
	knot_chain_op_add(&t, &c.ops[0]);
	cr_assert_str_eq(t.data, "send 00000007 0000000000000054");
	knot_text_free(&t);
	knot_chain_op_add(&t, &c.ops[1]);
	cr_assert_str_eq(t.data, "any ffffffff 0000000000000000");

	struct knot_span line = knot_span_str("lock 000000ff 00000000000000aa rest");
	struct knot_chain_op op;
	cr_assert(knot_chain_op_take(&line, &op));
	cr_assert_eq(op.op, KNOT_OP_LOCK);
	cr_assert_eq(op.site, 0xff);
	cr_assert_eq(op.gpath, 0xaa);
	cr_assert(knot_span_eq(line, " rest"));
	knot_text_free(&t);

	const char *broken[] = {"", "lock", "lock ff 00000000000000aa",
		"none 000000ff 00000000000000aa", "jump 000000ff 00000000000000aa",
		"lock 000000ff 00aa", " lock 000000ff 00000000000000aa",
		"lock000000ff 00000000000000aa", "lock  000000ff 00000000000000aa"};
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		line = knot_span_str(broken[i]);
		cr_expect_not(knot_chain_op_take(&line, &op), "%s", broken[i]);
		cr_expect(knot_span_eq(line, broken[i]));
	}
}

static struct knot_corpus corpus(void)
{
	struct knot_corpus c = {.target = knot_xstrdup("example.org/m/pkg"),
		.test = knot_xstrdup("TestA/sub test")};
	struct knot_chain empty = {0};
	knot_vec_push(&c.chains, sample());
	knot_vec_push(&c.chains, empty);
	return c;
}

Test(corpus, known_text)
{
	struct knot_error err = {0};
	struct knot_corpus c = corpus();
	knot_auto_free char *data = NULL;
	size_t len;
	cr_assert_eq(knot_corpus_encode(&c, &data, &len, &err), 0);
	const char *want = "goknot corpus 1\n"
			   "target: example.org/m/pkg\n"
			   "test: TestA/sub\\x20test\n"
			   "chain: 2\n"
			   "  send 00000007 0000000000000054\n"
			   "  any ffffffff 0000000000000000\n"
			   "chain: 0\n"
			   "end ";
	cr_assert_eq(strncmp(data, want, strlen(want)), 0, "%s", data);
	knot_corpus_free(&c);
	knot_corpus_free(&c);
	knot_corpus_free(NULL);
}

/* One spelling each: with an origin version 2, without one version 1. */
Test(corpus, origin)
{
	struct knot_error err = {0};
	struct knot_corpus c = corpus(), back = {0};
	knot_auto_free char *data = NULL;
	size_t len;

	c.recorded = true;
	cr_assert_eq(knot_corpus_encode(&c, &data, &len, &err), 0);
	const char *want = "goknot corpus 2\n"
			   "target: example.org/m/pkg\n"
			   "test: TestA/sub\\x20test\n"
			   "origin: recording\n"
			   "chain: 2\n";
	cr_assert_eq(strncmp(data, want, strlen(want)), 0, "%s", data);
	cr_assert_eq(
		knot_corpus_decode(knot_span_of(data, len), &back, &err), 0, "%s", err.message);
	cr_expect(back.recorded);
	cr_expect_eq(back.chains.len, 2);
	knot_corpus_free(&c);
	knot_corpus_free(&back);
}

Test(corpus, round_trip)
{
	struct knot_error err = {0};
	struct knot_rng rng = {.seed = 9};
	struct knot_corpus c = corpus();
	for (int i = 0; i < 200; i++) {
		struct knot_chain chain = {
			.len = (uint32_t)knot_rng_below(&rng, KNOT_CHAIN_MAX + 1)};
		for (uint32_t k = 0; k < chain.len; k++)
			chain.ops[k] = (struct knot_chain_op){.gpath = knot_rng_next(&rng),
				.site = (uint32_t)knot_rng_next(&rng),
				.op = (uint32_t)knot_rng_below(&rng, KNOT_OP_LAST)};
		knot_vec_push(&c.chains, chain);
	}
	knot_auto_free char *data = NULL;
	knot_auto_free char *again = NULL;
	size_t len;
	size_t len_again;
	struct knot_corpus back = {0};
	cr_assert_eq(knot_corpus_encode(&c, &data, &len, &err), 0);
	cr_assert_eq(
		knot_corpus_decode(knot_span_of(data, len), &back, &err), 0, "%s", err.message);
	cr_assert_str_eq(back.target, c.target);
	cr_assert_str_eq(back.test, c.test);
	cr_assert_eq(back.chains.len, c.chains.len);
	for (size_t i = 0; i < c.chains.len; i++)
		cr_assert(knot_chain_equal(&c.chains.data[i], &back.chains.data[i]));
	cr_assert_eq(knot_corpus_encode(&back, &again, &len_again, &err), 0);
	cr_assert_eq(len, len_again);
	cr_assert_eq(memcmp(data, again, len), 0);
	knot_corpus_free(&c);
	knot_corpus_free(&back);
}

static void refuse(const char *body, const char *why)
{
	struct knot_error err = {0};
	struct knot_corpus back = {0};
	struct knot_text t = {0};
	knot_envelope_begin(&t, "corpus", 1);
	knot_text_adds(&t, body);
	knot_envelope_end(&t);
	int rc = knot_corpus_decode(knot_span_of(t.data, t.len), &back, &err);
	cr_expect_eq(rc, KNOT_EINPUT, "%s", body);
	cr_expect(strstr(err.message, why), "%s", err.message);
	cr_expect_null(back.target);
	knot_text_free(&t);
}

Test(corpus, bad_files_are_named_by_line)
{
	refuse("", "line 2");
	refuse("target: a\n", "line 3");
	refuse("target: a b\ntest: T\n", "line 2");
	refuse("target: \\q\ntest: T\n", "line 2");
	refuse("target: a\ntest: T\nchain: 17\n", "line 4");
	refuse("target: a\ntest: T\nchain: 1\n", "line 5");
	refuse("target: a\ntest: T\nchain: 1\n  send 1\n", "line 5");
	refuse("target: a\ntest: T\nchain: 0\njunk\n", "line 5");
	refuse("target: a\ntest: T\nchain: 00\n", "line 4 is not spelled as goknot writes it");
	refuse("target: \\x61\ntest: T\n", "line 2 is not spelled as goknot writes it");
}

Test(corpus, the_number_of_chains_is_limited)
{
	struct knot_error err = {0};
	struct knot_corpus c = {.target = knot_xstrdup("a"), .test = knot_xstrdup("T")};
	struct knot_chain empty = {0};
	for (size_t i = 0; i <= KNOT_CORPUS_MAX_CHAINS; i++)
		knot_vec_push(&c.chains, empty);
	char *data = NULL;
	size_t len;
	cr_assert_eq(knot_corpus_encode(&c, &data, &len, &err), KNOT_EINTERNAL);
	cr_assert_null(data);
	knot_corpus_free(&c);
	struct knot_corpus back;
	cr_assert_eq(knot_corpus_decode(
			     knot_span_of("", (size_t)KNOT_CORPUS_MAX_BYTES + 1), &back, &err),
		KNOT_EINPUT);
	cr_assert(strstr(err.message, "larger than"));
}
