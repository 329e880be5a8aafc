/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SARIF 2.1.0 in the form that code scanning pages ask for: a rule for each verdict, files named from the root of the
 * repository, fingerprints that stay when lines move, at most KNOT_RESULTS_RESULTS_MAX results.
 */
#include "view/results.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/vec.h"
#include "view/sarif_rules.h"
#include "wire/text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/" \
	"sarif-schema-2.1.0.json"

struct writing {
	json_t *results;
	size_t texts; /* bytes of explanations */
	KNOT_VEC(uint64_t) seen; /* fingerprints */
};

static json_t *text_of(const char *text)
{
	knot_auto_free char *clean = knot_text_utf8_only(text);

	return json_string(clean);
}

static json_t *message(const char *text)
{
	return json_pack("{s:o}", "text", text_of(text));
}

/* --- rules ----------------------------------------------------------------------------------- */

static json_t *rule(const struct knot_sarif_rule *r)
{
	return json_pack("{s:s, s:s, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s, s:s, s:[s,s]}}",
		"id", r->verdict, "name", r->name, "shortDescription", "text", r->brief,
		"fullDescription", "text", r->full, "help", "text", r->help, "defaultConfiguration",
		"level", r->level, "properties", "precision", "very-high", "problem.severity",
		r->level, "tags", "concurrency", "reliability");
}

static json_t *tool(void)
{
	json_t *rules = json_array();

	for (size_t i = 0; i < knot_sarif_rules(); i++)
		json_array_append_new(rules, rule(knot_sarif_rule(i)));
	return json_pack("{s:{s:s, s:s, s:s, s:o}}", "driver", "name", "goknot", "version",
		KNOT_VERSION, "semanticVersion", KNOT_VERSION, "rules", rules);
}

/* --- places ---------------------------------------------------------------------------------- */

/* A path as a URI reference: byte by byte, so that it need not be text. */
static char *uri_of(const char *path)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
	struct knot_text t = {0};

	if (*path == '/')
		knot_text_adds(&t, "file://");
	for (; *path; path++) {
		if (strchr(plain, *path))
			knot_text_add(&t, path, 1);
		else
			knot_text_addf(&t, "%%%02X", (unsigned char)*path);
	}
	return knot_text_steal(&t);
}

static json_t *physical(const struct knot_results_place *p)
{
	knot_auto_free char *uri = uri_of(p->file);
	json_t *artifact = json_pack("{s:s}", "uri", uri);
	json_t *place;

	if (*p->file != '/')
		json_object_set_new(artifact, "uriBaseId", json_string("%SRCROOT%"));
	place = json_pack("{s:o}", "artifactLocation", artifact);
	if (p->line)
		json_object_set_new(place, "region", json_pack("{s:i}", "startLine", (int)p->line));
	return place;
}

static json_t *location(const struct knot_results_place *p)
{
	return json_pack(
		"{s:o, s:o}", "physicalLocation", physical(p), "message", message(p->text));
}

/* Those behind the first, numbered so that a reader can point at them. */
static json_t *related(const struct knot_results_places *places)
{
	json_t *list = json_array();

	for (size_t i = 1; i < places->len; i++) {
		json_t *l = location(&places->data[i]);

		json_object_set_new(l, "id", json_integer((json_int_t)i));
		json_array_append_new(list, l);
	}
	return list;
}

static json_t *flow(const struct knot_results_places *places)
{
	json_t *list = json_array();

	for (size_t i = 0; i < places->len; i++)
		json_array_append_new(
			list, json_pack("{s:o}", "location", location(&places->data[i])));
	return json_pack("[{s:[{s:o}]}]", "threadFlows", "locations", list);
}

static json_t *stacks(const struct knot_results_finding *f)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->stacks_len; i++) {
		const struct knot_results_stack *s = &f->stacks[i];
		json_t *frames = json_array();

		for (size_t j = 0; j < s->frames.len; j++)
			json_array_append_new(frames,
				json_pack("{s:o}", "location", location(&s->frames.data[j])));
		json_array_append_new(list,
			json_pack("{s:o, s:o}", "message", message(s->text), "frames", frames));
	}
	return list;
}

/* --- results --------------------------------------------------------------------------------- */

/* A fence of Markdown that nothing in the text closes. */
static char *fence(const char *text)
{
	size_t longest = 2;

	for (const char *p = text; (p = strchr(p, '`'));) {
		const size_t run = strspn(p, "`");

		longest = run > longest ? run : longest;
		p += run;
	}
	char *f = knot_xalloc(longest + 2);

	memset(f, '`', longest + 1);
	return f;
}

/* Readers show a related place where the text points at it. */
static char *links(const struct knot_results_places *places)
{
	struct knot_text t = {0};

	for (size_t i = 1; i < places->len; i++) {
		knot_text_adds(&t, i == 1 ? "also: [" : ", [");
		for (const char *p = places->data[i].text; *p; p++) {
			if (strchr("[]\\", *p))
				knot_text_adds(&t, "\\");
			knot_text_add(&t, p, 1);
		}
		knot_text_addf(&t, "](%zu)", i);
	}
	if (places->len > 1)
		knot_text_adds(&t, "\n");
	return knot_text_steal(&t);
}

static json_t *result_message(struct writing *w, const struct knot_results_finding *f)
{
	size_t len = strlen(f->lines);

	if (len > KNOT_RESULTS_TEXT_MAX)
		len = KNOT_RESULTS_TEXT_MAX;
	if (w->texts + len > KNOT_RESULTS_TEXTS_MAX)
		len = 0;
	w->texts += len;
	knot_auto_free char *lines = knot_xstrndup(f->lines, len);
	knot_auto_free char *all = knot_xasprintf("%s\n%s%s%sto re-run: %s\n", f->title,
		f->unclear ? f->unclear : "", f->unclear ? "\n" : "", lines, f->command);
	knot_auto_free char *marks = fence(all);
	knot_auto_free char *also = links(&f->places);
	knot_auto_free char *text = knot_xasprintf("%s%s", all, also);
	knot_auto_free char *markdown = knot_xasprintf("%stext\n%s%s\n%s", marks, all, marks, also);

	return json_pack("{s:o, s:o}", "text", text_of(text), "markdown", text_of(markdown));
}

/*
 * primaryLocationLineHash is the one that code scanning follows an alert by, a hash and a number among those that have
 * it, too.
 */
static json_t *fingerprints(struct writing *w, const struct knot_results_finding *f)
{
	char bucket[17], hash[40];
	size_t nth = 1;

	for (size_t i = 0; i < w->seen.len; i++)
		nth += w->seen.data[i] == f->fingerprint;
	knot_vec_push(&w->seen, f->fingerprint);
	snprintf(bucket, sizeof(bucket), "%016llx", (unsigned long long)f->bucket);
	snprintf(hash, sizeof(hash), "%016llx:%zu", (unsigned long long)f->fingerprint, nth);
	return json_pack("{s:s, s:s}", "goknotBucket/v1", bucket, "primaryLocationLineHash", hash);
}

static void add_result(
	struct writing *w, const struct knot_results_case *c, const struct knot_results_finding *f)
{
	const size_t index = knot_sarif_rule_of(f->verdict);
	const bool known = index < knot_sarif_rules();
	const char *level = known ? knot_sarif_rule(index)->level : "error";
	json_t *result = json_pack("{s:o, s:s, s:o, s:o, s:{s:o, s:o, s:o}}", "ruleId",
		text_of(f->verdict), "level",
		f->unclear            ? "note"
			: f->unproven ? "warning"
				      : level,
		"message", result_message(w, f), "partialFingerprints", fingerprints(w, f),
		"properties", "package", text_of(c->package), "test", text_of(c->name), "command",
		text_of(f->command));

	if (f->unclear)
		json_object_set_new(
			json_object_get(result, "properties"), "unclear", text_of(f->unclear));
	if (known)
		json_object_set_new(result, "ruleIndex", json_integer((json_int_t)index));
	json_object_set_new(result, "locations",
		f->places.len ? json_pack("[o]", location(&f->places.data[0])) : json_array());
	if (f->places.len > 1)
		json_object_set_new(result, "relatedLocations", related(&f->places));
	if (f->flow.len)
		json_object_set_new(result, "codeFlows", flow(&f->flow));
	if (f->stacks_len)
		json_object_set_new(result, "stacks", stacks(f));
	json_array_append_new(w->results, result);
}

/* What could not be tried, so that no result is not taken for all is well. */
static json_t *invocation(const struct knot_results *r)
{
	json_t *notes = json_array();

	for (size_t i = 0; i < r->cases_len; i++) {
		const struct knot_results_case *c = &r->cases[i];

		if (c->outcome != KNOT_RESULTS_ERROR && c->outcome != KNOT_RESULTS_SKIPPED)
			continue;
		knot_auto_free char *text = knot_xasprintf(
			"%s %s: %s", c->package, c->name, c->why ? c->why : "not run");

		json_array_append_new(notes,
			json_pack("{s:s, s:o}", "level",
				c->outcome == KNOT_RESULTS_ERROR ? "error" : "warning", "message",
				message(text)));
	}
	return json_pack(
		"{s:b, s:o}", "executionSuccessful", r->whole, "toolExecutionNotifications", notes);
}

char *knot_sarif(const struct knot_results *r)
{
	struct writing w = {.results = json_array()};
	knot_auto_free char *id = knot_xasprintf("goknot %s/", r->command);

	for (size_t i = 0; i < r->cases_len; i++)
		for (size_t j = 0; j < r->cases[i].findings_len; j++)
			if (json_array_size(w.results) < KNOT_RESULTS_RESULTS_MAX)
				add_result(&w, &r->cases[i], &r->cases[i].findings[j]);
	knot_vec_free(&w.seen);
	json_t *log = json_pack("{s:s, s:s, s:[{s:o, s:o, s:{s:s}, s:{s:{s:{s:s}}}, s:s, s:o}]}",
		"$schema", SCHEMA, "version", "2.1.0", "runs", "tool", tool(), "invocations",
		json_pack("[o]", invocation(r)), "automationDetails", "id", id,
		"originalUriBaseIds", "%SRCROOT%", "description", "text",
		"The root of the repository.", "columnKind", "utf16CodeUnits", "results",
		w.results);
	char *text = json_dumps(log, JSON_INDENT(1) | JSON_ENSURE_ASCII);

	knot_assert(text);
	json_decref(log);
	return text;
}
