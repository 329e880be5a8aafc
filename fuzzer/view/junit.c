/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JUnit XML as Jenkins, GitLab and most others read it: a testsuite for each package, a testcase for each test or kept
 * schedule, at most one failure in each, since readers look at the first only.
 */
#include "view/results.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "wire/text.h"

#include <string.h>
#include <time.h>

#define NS_PER_S 1000000000u

/* Characters that XML 1.0 has at all; those that it discourages count as missing, too. */
static bool is_xml(uint32_t cp)
{
	return cp == '\t' || cp == '\n' || (cp >= 0x20 && cp < 0x7f) ||
		(cp >= 0xa0 && cp <= 0xfffd && (cp < 0xfdd0 || cp > 0xfdef)) ||
		(cp >= 0x10000 && (cp & 0xfffe) != 0xfffe);
}

/* In an attribute white space would be made blanks. */
static const char *entity(uint32_t cp, bool attribute)
{
	switch (cp) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;"; /* so that there is no "]]>" */
	case '"':
		return "&quot;";
	case '\t':
		return attribute ? "&#9;" : NULL;
	case '\n':
		return attribute ? "&#10;" : NULL;
	default:
		return NULL;
	}
}

static void put(struct knot_text *t, const char *text, size_t len, bool attribute)
{
	struct knot_span left = knot_span_of(text, len), done;

	while (left.len) {
		uint32_t cp = 0;
		const size_t n = knot_text_utf8(left, &cp);
		const char *name = n ? entity(cp, attribute) : NULL;

		if (name)
			knot_text_adds(t, name);
		else if (n && is_xml(cp))
			knot_text_add(t, left.data, n);
		else
			knot_text_adds(t, KNOT_TEXT_REPLACEMENT);
		if (!knot_span_take(&left, n ? n : 1, &done))
			break;
	}
}

static void put_attribute(struct knot_text *t, const char *name, const char *value)
{
	knot_text_addf(t, " %s=\"", name);
	put(t, value, strlen(value), true);
	knot_text_adds(t, "\"");
}

static void put_time(struct knot_text *t, uint64_t ns)
{
	knot_text_addf(t, " time=\"%llu.%03llu\"", (unsigned long long)(ns / NS_PER_S),
		(unsigned long long)(ns % NS_PER_S / (NS_PER_S / 1000)));
}

struct sums {
	size_t tests, failures, errors, skipped;
	uint64_t ns;
};

static void count(struct sums *s, const struct knot_results_case *c)
{
	s->tests++;
	s->failures += c->outcome == KNOT_RESULTS_FAILED;
	s->errors += c->outcome == KNOT_RESULTS_ERROR;
	s->skipped += c->outcome == KNOT_RESULTS_SKIPPED;
	s->ns += c->ns;
}

static void put_sums(struct knot_text *t, const struct sums *s)
{
	knot_text_addf(t, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", s->tests, s->failures,
		s->errors);
	put_time(t, s->ns);
}

static void put_places(struct knot_text *t, const struct knot_results_finding *f)
{
	for (size_t i = 0; i < f->places.len; i++) {
		const struct knot_results_place *p = &f->places.data[i];

		if (p->line)
			knot_text_addf(t, "at %s:%u\n", p->file, p->line);
		else
			knot_text_addf(t, "at %s\n", p->file);
	}
}

static void put_failure(struct knot_text *t, const struct knot_results_case *c, size_t *texts)
{
	const struct knot_results_finding *first = &c->findings[0];
	knot_auto_free char *message = c->findings_len == 1
		? knot_xstrdup(first->title)
		: knot_xasprintf("%s (and %zu more)", first->title, c->findings_len - 1);
	struct knot_text body = {0};

	for (size_t i = 0; i < c->findings_len; i++) {
		const struct knot_results_finding *f = &c->findings[i];
		size_t len = strlen(f->lines);

		if (len > KNOT_RESULTS_TEXT_MAX)
			len = KNOT_RESULTS_TEXT_MAX;
		if (*texts + len > KNOT_RESULTS_TEXTS_MAX)
			len = 0;
		*texts += len;
		knot_text_addf(&body, "%s%s\n", i ? "\n" : "", f->title);
		if (f->unclear)
			knot_text_addf(&body, "%s\n", f->unclear);
		put_places(&body, f);
		knot_text_addf(&body, "to re-run: %s\n", f->command);
		knot_text_add(&body, f->lines, len);
	}
	knot_auto_free char *text = knot_text_steal(&body);

	knot_text_adds(t, "<failure");
	put_attribute(t, "type", first->verdict);
	put_attribute(t, "message", message);
	knot_text_adds(t, ">");
	put(t, text, strlen(text), false);
	knot_text_adds(t, "</failure>");
}

static void put_case(struct knot_text *t, const struct knot_results_case *c, size_t *texts)
{
	knot_text_adds(t, "    <testcase");
	put_attribute(t, "classname", c->package);
	put_attribute(t, "name", c->name);
	put_time(t, c->ns);
	if (c->outcome == KNOT_RESULTS_PASSED && !c->why) {
		knot_text_adds(t, "/>\n");
		return;
	}
	knot_text_adds(t, ">");
	switch (c->outcome) {
	case KNOT_RESULTS_PASSED:
		knot_text_adds(t, "<system-out>");
		put(t, c->why, strlen(c->why), false);
		knot_text_adds(t, "</system-out>");
		break;
	case KNOT_RESULTS_FAILED:
		put_failure(t, c, texts);
		break;
	case KNOT_RESULTS_SKIPPED:
	case KNOT_RESULTS_ERROR:
		knot_text_adds(
			t, c->outcome == KNOT_RESULTS_ERROR ? "<error type=\"error\"" : "<skipped");
		put_attribute(t, "message", c->why ? c->why : "");
		knot_text_adds(t, "/>");
		break;
	}
	knot_text_adds(t, "</testcase>\n");
}

static void put_suite(
	struct knot_text *t, const struct knot_results *r, size_t from, size_t to, size_t *texts)
{
	struct sums sums = {0};

	for (size_t i = from; i < to; i++)
		count(&sums, &r->cases[i]);
	knot_text_adds(t, "  <testsuite");
	put_attribute(t, "name", r->cases[from].package);
	put_sums(t, &sums);
	knot_text_addf(t, " skipped=\"%zu\"", sums.skipped);
	if (r->start_ns) {
		const time_t at = (time_t)(r->start_ns / NS_PER_S);
		struct tm tm;
		char text[32];

		if (gmtime_r(&at, &tm) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm))
			put_attribute(t, "timestamp", text);
	}
	knot_text_adds(t, ">\n");
	for (size_t i = from; i < to; i++)
		put_case(t, &r->cases[i], texts);
	knot_text_adds(t, "  </testsuite>\n");
}

char *knot_junit(const struct knot_results *r)
{
	knot_auto_free char *name = knot_xasprintf("goknot %s", r->command);
	struct knot_text t = {0};
	struct sums sums = {0};
	size_t texts = 0;

	for (size_t i = 0; i < r->cases_len; i++)
		count(&sums, &r->cases[i]);
	knot_text_adds(&t, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	put_attribute(&t, "name", name);
	put_sums(&t, &sums);
	knot_text_adds(&t, ">\n");
	for (size_t from = 0, to; from < r->cases_len; from = to) {
		for (to = from + 1;
			to < r->cases_len && !strcmp(r->cases[to].package, r->cases[from].package);)
			to++;
		put_suite(&t, r, from, to, &texts);
	}
	knot_text_adds(&t, "</testsuites>\n");
	return knot_text_steal(&t);
}
