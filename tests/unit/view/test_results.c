/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/results.h"

#include "base/alloc.h"
#include "base/cleanup.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* What a target may have put into any text: controls, broken and hidden characters, ends of every kind of quoting. */
#define HOSTILE "a\x1b[2J\x01\xff\xc3(\xed\xa0\x80\xef\xbf\xbf ]]> <b x='\"&amp;\">\r\n\t```\n````"

static const struct knot_results_place places[] = {
	{"pkg/a b%.go", 17, "lock a.go:17"},
	{"pkg/a_test.go", 0, "wg]ait a_test.go:9"},
	{"/usr/lib/go/src/net/http/server.go", 3, "http"},
};
static const struct knot_results_stack race[] = {
	{"the write", {places, 2}},
	{"the read", {places, 1}},
};

static struct knot_results_finding finding(const char *verdict, const char *text)
{
	return (struct knot_results_finding){.verdict = verdict,
		.title = text,
		.lines = text,
		.command = "goknot replay 'x y'",
		.bucket = 0xfedcba9876543210ull,
		.fingerprint = 7,
		.places = {places, 3},
		.flow = {places, 2},
		.stacks = race,
		.stacks_len = 2};
}

static struct knot_results report(const struct knot_results_case *cases, size_t len)
{
	return (struct knot_results){.command = "fuzz",
		.start_ns = 1700000000ull * 1000000000,
		.whole = true,
		.cases = cases,
		.cases_len = len};
}

static json_t *sarif(const struct knot_results_case *cases, size_t len)
{
	const struct knot_results r = report(cases, len);
	knot_auto_free char *text = knot_sarif(&r);
	json_error_t why;
	json_t *tree = json_loads(text, 0, &why);

	cr_assert(tree, "%s", why.text);
	return tree;
}

static const json_t *run(const json_t *tree)
{
	cr_assert_str_eq(json_string_value(json_object_get(tree, "version")), "2.1.0");
	return json_array_get(json_object_get(tree, "runs"), 0);
}

static const json_t *result(const json_t *tree, size_t i)
{
	return json_array_get(json_object_get(run(tree), "results"), i);
}

/* "a.0.b" */
static const json_t *at(const json_t *tree, const char *path)
{
	while (*path) {
		const size_t len = strcspn(path, ".");
		knot_auto_free char *key = knot_xstrndup(path, len);

		tree = json_is_array(tree) ? json_array_get(tree, (size_t)atoi(key))
					   : json_object_get(tree, key);
		path += len + (path[len] == '.');
	}
	return tree;
}

static const char *text_at(const json_t *tree, const char *path)
{
	const char *text = json_string_value(at(tree, path));

	cr_assert(text, "%s", path);
	return text;
}

Test(results, sarif_has_a_rule_for_each_result)
{
	static const char *const verdicts[] = {"deadlock", "leak", "panic", "fatal", "fail",
		"livelock", "race", "exit", "timeout"};
	const size_t n = sizeof(verdicts) / sizeof(verdicts[0]);
	struct knot_results_finding findings[9];

	for (size_t i = 0; i < n; i++)
		findings[i] = finding(verdicts[i], "title");
	const struct knot_results_case c = {"p", "T", KNOT_RESULTS_FAILED, NULL, 1, findings, n};
	json_t *tree = sarif(&c, 1);
	const json_t *rules = at(run(tree), "tool.driver.rules");

	for (size_t i = 0; i < n; i++) {
		const json_int_t index = json_integer_value(at(result(tree, i), "ruleIndex"));
		const json_t *rule = json_array_get(rules, (size_t)index);

		cr_expect_str_eq(text_at(result(tree, i), "ruleId"), verdicts[i]);
		cr_expect_str_eq(text_at(rule, "id"), verdicts[i]);
		cr_expect(*text_at(rule, "shortDescription.text"));
		cr_expect(*text_at(rule, "help.text"));
	}
	cr_expect_eq(json_array_size(rules), n);
	json_decref(tree);
}

Test(results, sarif_names_files_from_the_root)
{
	const struct knot_results_finding f = finding("deadlock", "title");
	const struct knot_results_case c = {"p", "T", KNOT_RESULTS_FAILED, NULL, 1, &f, 1};
	json_t *tree = sarif(&c, 1);
	const json_t *r = result(tree, 0);

	cr_expect_str_eq(
		text_at(r, "locations.0.physicalLocation.artifactLocation.uri"), "pkg/a%20b%25.go");
	cr_expect_str_eq(
		text_at(r, "locations.0.physicalLocation.artifactLocation.uriBaseId"), "%SRCROOT%");
	cr_expect_eq(
		json_integer_value(at(r, "locations.0.physicalLocation.region.startLine")), 17);
	/* No line is no region, and what lies outside is no part of the repository. */
	cr_expect_null(at(r, "relatedLocations.0.physicalLocation.region"));
	cr_expect_str_eq(text_at(r, "relatedLocations.1.physicalLocation.artifactLocation.uri"),
		"file:///usr/lib/go/src/net/http/server.go");
	cr_expect_null(at(r, "relatedLocations.1.physicalLocation.artifactLocation.uriBaseId"));
	cr_expect(strstr(text_at(r, "message.text"), "also: [wg\\]ait a_test.go:9](1), [http](2)"));
	cr_expect_eq(json_array_size(at(r, "codeFlows.0.threadFlows.0.locations")), 2);
	cr_expect_eq(json_array_size(at(r, "stacks.0.frames")), 2);
	cr_expect_str_eq(text_at(r, "stacks.1.message.text"), "the read");
	json_decref(tree);
}

Test(results, sarif_fingerprints)
{
	struct knot_results_finding f[3] = {
		finding("deadlock", "a"), finding("deadlock", "b"), finding("leak", "c")};
	const struct knot_results_case c = {"p", "T", KNOT_RESULTS_FAILED, NULL, 1, f, 3};

	f[2].fingerprint = 8;
	f[2].unproven = true;
	json_t *tree = sarif(&c, 1);

	cr_expect_str_eq(text_at(result(tree, 0), "partialFingerprints.goknotBucket/v1"),
		"fedcba9876543210");
	cr_expect_str_eq(text_at(result(tree, 0), "partialFingerprints.primaryLocationLineHash"),
		"0000000000000007:1");
	cr_expect_str_eq(text_at(result(tree, 1), "partialFingerprints.primaryLocationLineHash"),
		"0000000000000007:2");
	cr_expect_str_eq(text_at(result(tree, 2), "partialFingerprints.primaryLocationLineHash"),
		"0000000000000008:1");
	cr_expect_str_eq(text_at(result(tree, 0), "level"), "error");
	cr_expect_str_eq(text_at(result(tree, 2), "level"), "warning");
	json_decref(tree);
}

Test(results, sarif_of_hostile_texts)
{
	const struct knot_results_finding f = finding(HOSTILE, HOSTILE);
	const struct knot_results_case c[] = {
		{HOSTILE, HOSTILE, KNOT_RESULTS_FAILED, NULL, 1, &f, 1},
		{HOSTILE, "x", KNOT_RESULTS_ERROR, HOSTILE, 1, NULL, 0}};
	json_t *tree = sarif(c, 2);
	const char *markdown = text_at(result(tree, 0), "message.markdown");

	/* The longest fence in it has four marks. */
	cr_expect(!strncmp(markdown, "`````text\n", 10), "%s", markdown);
	cr_expect(strstr(text_at(result(tree, 0), "message.text"), "\xef\xbf\xbd"));
	cr_expect_null(at(result(tree, 0), "ruleIndex"));
	cr_expect_str_eq(
		text_at(run(tree), "invocations.0.toolExecutionNotifications.0.level"), "error");
	json_decref(tree);
}

Test(results, sarif_keeps_the_limits)
{
	const size_t n = KNOT_RESULTS_RESULTS_MAX + 10;
	struct knot_results_finding *f = knot_xalloc(n * sizeof(*f));
	char *lines = knot_xalloc(2 * KNOT_RESULTS_TEXT_MAX + 1);

	memset(lines, 'x', 2 * KNOT_RESULTS_TEXT_MAX);
	for (size_t i = 0; i < n; i++) {
		f[i] = finding("deadlock", "title");
		f[i].lines = lines;
	}
	const struct knot_results_case c = {"p", "T", KNOT_RESULTS_FAILED, NULL, 1, f, n};
	const struct knot_results r = report(&c, 1);
	knot_auto_free char *text = knot_sarif(&r);
	knot_auto_free char *xml = knot_junit(&r);
	json_t *tree = sarif(&c, 1);

	cr_expect_eq(json_array_size(at(run(tree), "results")), KNOT_RESULTS_RESULTS_MAX);
	/* Each explanation is there twice, as text and as Markdown; what is left is 5,000 times a place. */
	cr_expect_lt(strlen(text), 32u << 20);
	cr_expect_lt(strlen(xml), 8u << 20);
	json_decref(tree);
	free(f);
	free(lines);
}

static char *junit(const struct knot_results_case *cases, size_t len)
{
	const struct knot_results r = report(cases, len);

	return knot_junit(&r);
}

Test(results, junit_counts)
{
	const struct knot_results_finding f[2] = {
		finding("deadlock", "one"), finding("panic", "two")};
	const struct knot_results_case c[] = {
		{"p", "TestA", KNOT_RESULTS_FAILED, NULL, 1500000000, f, 2},
		{"p", "TestB", KNOT_RESULTS_PASSED, NULL, 2000000, NULL, 0},
		{"q", "TestC", KNOT_RESULTS_SKIPPED, "set aside", 0, NULL, 0},
		{"q", "TestD", KNOT_RESULTS_ERROR, "does not build", 0, NULL, 0},
		{"q", "TestE", KNOT_RESULTS_PASSED, "diverged", 0, NULL, 0},
	};
	knot_auto_free char *xml = junit(c, 5);

	cr_expect(strstr(xml,
		"<testsuites name=\"goknot fuzz\" tests=\"5\" failures=\"1\" errors=\"1\" "
		"time=\"1.502\">"));
	cr_expect(strstr(xml,
		"<testsuite name=\"p\" tests=\"2\" failures=\"1\" errors=\"0\" time=\"1.502\" "
		"skipped=\"0\" timestamp=\"2023-11-14T22:13:20\">"));
	cr_expect(strstr(xml,
		"<testcase classname=\"p\" name=\"TestA\" time=\"1.500\"><failure "
		"type=\"deadlock\" message=\"one (and 1 more)\">one\nat pkg/a b%.go:17\n"));
	cr_expect(strstr(xml, "to re-run: goknot replay 'x y'\n"));
	cr_expect(strstr(xml, "<testcase classname=\"p\" name=\"TestB\" time=\"0.002\"/>"));
	cr_expect(strstr(xml, "<skipped message=\"set aside\"/>"));
	cr_expect(strstr(xml, "<error type=\"error\" message=\"does not build\"/>"));
	cr_expect(strstr(xml, "<system-out>diverged</system-out>"));
}

Test(results, junit_of_hostile_texts)
{
	const struct knot_results_finding f = finding(HOSTILE, HOSTILE);
	const struct knot_results_case c = {HOSTILE, HOSTILE, KNOT_RESULTS_FAILED, NULL, 1, &f, 1};
	knot_auto_free char *xml = junit(&c, 1);

	for (const unsigned char *p = (const unsigned char *)xml; *p; p++)
		cr_assert(*p >= 0x20 || *p == '\n' || *p == '\t', "byte %02x", *p);
	cr_expect_null(strstr(xml, "]]>"));
	cr_expect_null(strstr(xml, "\xef\xbf\xbf"));
	cr_expect_null(strstr(xml, "\xed\xa0\x80"));
	cr_expect_null(strchr(xml, '\x7f'));
	cr_expect(strstr(xml, "]]&gt; &lt;b x='&quot;&amp;amp;&quot;&gt;"));
	/* White space of an attribute. */
	cr_expect(strstr(xml, "&#10;&#9;```&#10;````\""));
}

Test(results, of_nothing)
{
	knot_auto_free char *xml = junit(NULL, 0);
	json_t *tree = sarif(NULL, 0);

	cr_expect(strstr(xml, "tests=\"0\""));
	cr_expect(json_is_array(at(run(tree), "results")));
	cr_expect_eq(json_array_size(at(run(tree), "results")), 0);
	json_decref(tree);
}
