/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/sites.h"
#include "base/error.h"
#include "wire/abi.h"
#include "wire/text.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define SITE_1 \
	"{\"id\":7,\"pkg\":\"m/p\",\"file\":\"/src/p/a.go\",\"line\":3,\"col\":2,\"op\":\"send\"," \
	"\"prim\":\"c\",\"func\":\"F\",\"parent\":0,\"after\":true}"
#define SITE_2 \
	"{\"id\":4294967295,\"pkg\":\"m/p\",\"file\":\"/src/p/a.go\",\"line\":4,\"col\":1," \
	"\"op\":\"selrecv\",\"prim\":\"t.done\",\"func\":\"(*T).F\",\"parent\":7,\"after\":false}"
#define REST \
	"\"unplaced\":[{\"file\":\"/src/p/b.go\",\"line\":9,\"col\":5,\"op\":\"lock\"," \
	"\"reason\":\"method value\"}]," \
	"\"packages\":[{\"path\":\"m/p\",\"files\":2,\"instrumented\":1,\"reason\":\"\"}]"
#define TABLE(sites) "{\"version\":1,\"module\":\"m\",\"sites\":[" sites "]," REST "}"

Test(sites, reads_everything)
{
	struct knot_error err = {0};
	struct knot_sites *s = NULL;
	cr_assert_eq(knot_sites_decode(knot_span_str(TABLE(SITE_1 "," SITE_2)), &s, &err), 0, "%s",
		err.message);
	cr_expect_str_eq(knot_sites_module(s), "m");
	cr_assert_eq(knot_sites_count(s), 2);
	const struct knot_site *a = knot_sites_find(s, 7);
	cr_assert_eq(a, knot_sites_at(s, 0));
	cr_expect_eq(a->op, KNOT_OP_SEND);
	cr_expect_eq(a->line, 3);
	cr_expect_eq(a->col, 2);
	cr_expect_str_eq(a->pkg, "m/p");
	cr_expect_str_eq(a->file, "/src/p/a.go");
	cr_expect_str_eq(a->prim, "c");
	cr_expect_str_eq(a->func, "F");
	cr_expect(a->after);
	const struct knot_site *b = knot_sites_find(s, UINT32_MAX);
	cr_assert_eq(b, knot_sites_at(s, 1));
	cr_expect_eq(b->op, KNOT_OP_SELRECV);
	cr_expect_eq(b->parent, 7);
	cr_expect_not(b->after);
	cr_expect_null(knot_sites_find(s, 8));
	cr_assert_eq(knot_sites_unplaced_count(s), 1);
	cr_expect_str_eq(knot_sites_unplaced_at(s, 0)->reason, "method value");
	cr_expect_str_eq(knot_sites_unplaced_at(s, 0)->op, "lock");
	cr_expect_eq(knot_sites_unplaced_at(s, 0)->col, 5);
	cr_assert_eq(knot_sites_package_count(s), 1);
	cr_expect_str_eq(knot_sites_package_at(s, 0)->path, "m/p");
	cr_expect_eq(knot_sites_package_at(s, 0)->files, 2);
	cr_expect_eq(knot_sites_package_at(s, 0)->instrumented, 1);
	knot_sites_free(s);
	knot_sites_free(NULL);
}

Test(sites, an_empty_table_is_fine)
{
	struct knot_error err = {0};
	struct knot_sites *s = NULL;
	cr_assert_eq(knot_sites_decode(knot_span_str(TABLE("")), &s, &err), 0, "%s", err.message);
	cr_assert_eq(knot_sites_count(s), 0);
	cr_assert_null(knot_sites_find(s, 1));
	knot_sites_free(s);
}

Test(sites, many_sites_are_all_found)
{
	struct knot_error err = {0};
	struct knot_sites *s = NULL;
	struct knot_text t = {0};
	knot_text_adds(&t, "{\"version\":1,\"module\":\"m\",\"sites\":[");
	for (unsigned i = 1; i <= 5000; i++)
		knot_text_addf(&t,
			"%s{\"id\":%u,\"pkg\":\"p\",\"file\":\"f\",\"line\":%u,\"col\":1,"
			"\"op\":\"go\",\"parent\":0,\"after\":false}",
			i > 1 ? "," : "", i * 858993u, i);
	knot_text_adds(&t, "]," REST "}");
	cr_assert_eq(
		knot_sites_decode(knot_span_of(t.data, t.len), &s, &err), 0, "%s", err.message);
	for (unsigned i = 1; i <= 5000; i++) {
		const struct knot_site *site = knot_sites_find(s, i * 858993u);
		cr_assert_not_null(site);
		cr_assert_eq(site->line, i);
		cr_assert_str_eq(site->prim, "");
	}
	knot_sites_free(s);
	knot_text_free(&t);
}

Test(sites, bad_tables_are_refused_with_the_place)
{
	const struct {
		const char *text, *why;
	} cases[] = {
		{"", "site table: line 1"},
		{"[]", "not a JSON object"},
		{"{}", "site table: version is missing"},
		{"{\"version\":2}", "site table: format 2; this goknot reads 1"},
		{"{\"version\":1}", "site table: module is missing or no string"},
		{"{\"version\":1,\"version\":1}", "line 1"},
		{"{\"version\":1,\"module\":\"m\"}", "sites is missing or no array"},
		{"{\"version\":1,\"module\":\"m\",\"sites\":[]}", "unplaced is missing"},
		{"{\"version\":1,\"module\":\"m\",\"sites\":[],\"unplaced\":[]}",
			"packages is missing"},
		{"{\"version\":1,\"module\":\"m\",\"sites\":[],\"unplaced\":[{}]}",
			"unplaced[0]: file is missing"},
		{"{\"version\":1,\"module\":\"m\",\"sites\":[],\"unplaced\":[],\"packages\":[1]}",
			"packages[0]: path is missing"},
		{TABLE("7"), "sites[0]: id is missing"},
		{TABLE(SITE_1 "," SITE_1), "sites[1]: id stands there twice"},
		{TABLE("{\"id\":4294967296}"), "sites[0]: id is missing or no number from 0"},
		{TABLE("{\"id\":-1}"), "sites[0]: id"},
		{TABLE("{\"id\":1.5}"), "sites[0]: id"},
		{TABLE("{\"id\":0,\"pkg\":\"p\",\"file\":\"f\",\"line\":1,\"col\":1,\"op\":\"go\","
		       "\"parent\":0,\"after\":false}"),
			"sites[0]: id is 0"},
		{TABLE("{\"id\":1,\"pkg\":\"p\",\"file\":\"f\",\"line\":1,\"col\":1,\"op\":"
		       "\"jump\","
		       "\"parent\":0,\"after\":false}"),
			"sites[0]: op is no operation"},
		{TABLE("{\"id\":1,\"pkg\":\"p\",\"file\":\"f\",\"line\":1,\"col\":1,\"op\":\"go\","
		       "\"parent\":0,\"after\":1}"),
			"sites[0]: after is missing"},
		{TABLE("{\"id\":1,\"pkg\":\"p\\u0000q\"}"), "line 1"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct knot_error err = {0};
		struct knot_sites *s = NULL;
		int rc = knot_sites_decode(knot_span_str(cases[i].text), &s, &err);
		cr_expect_eq(rc, KNOT_EINPUT, "%s", cases[i].text);
		cr_expect(strstr(err.message, cases[i].why), "%s: %s", cases[i].text, err.message);
		cr_expect_null(s);
	}
	struct knot_error err = {0};
	struct knot_sites *s = NULL;
	cr_assert_eq(
		knot_sites_decode(knot_span_of("", (size_t)KNOT_SITES_MAX_BYTES + 1), &s, &err),
		KNOT_EINPUT);
	cr_assert(strstr(err.message, "larger than"));
}

/* jansson quotes what it stumbled over; a terminal must not see it raw. */
Test(sites, syntax_errors_are_harmless_to_print)
{
	struct knot_error err = {0};
	struct knot_sites *s = NULL;
	cr_assert_eq(knot_sites_decode(knot_span_str("{\"a\":\x1b[2J}"), &s, &err), KNOT_EINPUT);
	for (const char *p = err.message; *p; p++)
		cr_assert(*p >= 0x20 && *p < 0x7f, "%s", err.message);
}
