/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/bucket.h"

#include "base/cleanup.h"
#include "explore/names.h"
#include "explore/verdict.h"

#include <criterion/criterion.h>

static const struct knot_site_name *name_site(void *arg, uint32_t site)
{
	static struct knot_site_name name;

	(void)arg;
	name = (struct knot_site_name){
		.file = site >= 50 ? "a.go" : "manager.go", .line = 100 - site};
	return &name;
}

static const struct knot_names names = {.site = name_site};

/* A leak of n goroutines at the sites given, in that order. */
static void leak(struct knot_verdict *v, uint16_t first_g, const uint32_t *sites, size_t n)
{
	struct knot_shm_snap s[32];

	for (size_t i = 0; i < n; i++) {
		s[i] = (struct knot_shm_snap){.g = (uint16_t)(first_g + i),
			.op = KNOT_OP_RECV,
			.state = 3,
			.site = sites[i],
			.prim = (uint32_t)i + first_g,
			.holder = KNOT_G_NONE};
	}
	struct knot_verdict_input in = {
		.end = KNOT_END_LEAK, .snaps = s, .snaps_len = n, .bucket = first_g};

	knot_verdict_decide(&in, v);
}

static uint64_t bucket_of_leak(uint16_t first_g, const uint32_t *sites, size_t n)
{
	struct knot_verdict v = {.kind = 0};

	leak(&v, first_g, sites, n);
	uint64_t hash = knot_bucket_hash(&v);

	knot_verdict_free(&v);
	return hash;
}

Test(bucket, is_the_set_of_sites_and_nothing_else)
{
	uint64_t b = bucket_of_leak(1, (uint32_t[]){5, 9}, 2);

	cr_expect_neq(b, 0);
	cr_expect_eq(b, bucket_of_leak(7, (uint32_t[]){9, 5}, 2), "order and numbers");
	cr_expect_eq(b, bucket_of_leak(1, (uint32_t[]){5, 9, 9, 9, 5, 9}, 6), "how many");
	cr_expect_neq(b, bucket_of_leak(1, (uint32_t[]){5, 8}, 2));
	cr_expect_neq(b, bucket_of_leak(1, (uint32_t[]){5}, 1));
}

Test(bucket, value_is_pinned)
{
	/* stored in campaigns and crash files: a change would make every old bug a new one */
	cr_expect_eq(bucket_of_leak(1, (uint32_t[]){5, 9}, 2), 0xca02907b9d4d38ebull);
}

Test(bucket, tells_verdicts_apart)
{
	struct knot_shm_snap s = {.g = 0, .op = KNOT_OP_RECV, .state = 3, .site = 5, .flags = 1};
	struct knot_verdict_input in = {.end = KNOT_END_DEADLOCK, .snaps = &s, .snaps_len = 1};
	struct knot_verdict v = {.kind = 0};

	knot_verdict_decide(&in, &v);
	cr_expect_neq(knot_bucket_hash(&v), bucket_of_leak(1, (uint32_t[]){5}, 1));
	in = (struct knot_verdict_input){.end = KNOT_END_OK};
	knot_verdict_decide(&in, &v);
	cr_expect_eq(knot_bucket_hash(&v), 0);
	knot_verdict_free(&v);
}

static uint64_t bucket_of_panic(uint64_t pre, const uint32_t *sites, size_t n)
{
	struct knot_verdict_input in = {
		.end = KNOT_END_PANIC, .bucket = pre, .fail_sites = sites, .fail_sites_len = n};
	struct knot_verdict v = {.kind = 0};

	knot_verdict_decide(&in, &v);
	uint64_t hash = knot_bucket_hash(&v);

	knot_verdict_free(&v);
	return hash;
}

Test(bucket, a_panic_is_its_sites_or_else_what_the_target_made_of_them)
{
	cr_expect_neq(bucket_of_panic(1, NULL, 0), bucket_of_panic(2, NULL, 0));
	cr_expect_eq(
		bucket_of_panic(1, (uint32_t[]){5}, 1), bucket_of_panic(2, (uint32_t[]){5}, 1));
	cr_expect_neq(
		bucket_of_panic(1, (uint32_t[]){5}, 1), bucket_of_panic(1, (uint32_t[]){6}, 1));
}

Test(bucket, title_and_signature_read_in_order_of_position)
{
	struct knot_verdict v = {.kind = 0};

	leak(&v, 1, (uint32_t[]){5, 9, 60}, 3);
	knot_auto_free char *title = knot_bucket_title(&v, &names),
			    *first = knot_bucket_signature(&v, 0, &names);

	cr_expect_str_eq(title, "leak: recv a.go:40, recv manager.go:91, recv manager.go:95");
	cr_expect_eq(knot_bucket_signature_len(&v), 3);
	cr_expect_str_eq(first, "recv manager.go:95");
	leak(&v, 1, (uint32_t[]){1, 2, 3, 4, 5, 6, 7, 8, 9}, 9);
	knot_auto_free char *many = knot_bucket_title(&v, &names);

	cr_expect_str_eq(many,
		"leak: recv manager.go:91, recv manager.go:92, recv manager.go:93, recv "
		"manager.go:94, recv "
		"manager.go:95, recv manager.go:96 and 3 more");
	knot_verdict_free(&v);
}
