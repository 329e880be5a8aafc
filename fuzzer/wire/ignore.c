/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/ignore.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "wire/places.h"
#include "wire/text.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#define SHOWN_MAX 80 /* bytes of a user's word in a message */
#define DAY_S 86400

/* --- the file -------------------------------------------------------------------------------- */

struct reading {
	const char *name;
	const char *const *verdicts;
	int64_t now_s;
	size_t line;
	struct knot_error *err;
};

/* "name:3: before "word" after" */
static int refuse(
	const struct reading *r, const char *before, struct knot_span word, const char *after)
{
	knot_auto_free char *shown = knot_text_escape(word, SHOWN_MAX);
	const char *quote = word.len ? "\"" : "";

	return knot_error_set(r->err, KNOT_EINPUT, "%s:%zu: %s%s%s%s%s", r->name, r->line, before,
		quote, shown, quote, after);
}

static const struct knot_span none = {.data = "", .len = 0};

static struct knot_span take_word(struct knot_span *line)
{
	size_t n = 0;

	*line = knot_span_trim(*line);
	while (n < line->len && line->data[n] != ' ' && line->data[n] != '\t')
		n++;
	struct knot_span word = none;

	if (!knot_span_take(line, n, &word))
		return none;
	return word;
}

static int take_verdict(const struct reading *r, struct knot_span word, const char **ret)
{
	struct knot_text known = {0};

	*ret = NULL;
	if (knot_span_eq(word, "*"))
		return 0;
	for (size_t i = 0; r->verdicts[i]; i++) {
		if (knot_span_eq(word, r->verdicts[i])) {
			*ret = r->verdicts[i];
			return 0;
		}
	}
	for (size_t i = 0; r->verdicts[i]; i++)
		knot_text_addf(&known, "%s%s", i ? ", " : " is no verdict: it is ", r->verdicts[i]);
	knot_text_adds(&known, ", or * for any");
	knot_auto_free char *after = knot_text_steal(&known);

	return refuse(r, "", word, after);
}

/* Why a pattern is none, NULL = it is one. */
static const char *wrong(const char *pattern, bool is_site)
{
	const char *colon = strrchr(pattern, ':');
	const size_t len = strlen(pattern);
	bool letters = false;

	for (const char *p = pattern; *p; p++) {
		if (iscntrl((unsigned char)*p))
			return " has a control character in it";
		letters |= *p != '*' && *p != '.' && *p != '/' && *p != ':';
	}
	if (len > KNOT_IGNORE_MAX_PATTERN)
		return " is too long";
	if (!letters)
		return " matches everything: name at least a package or a file";
	if (!is_site)
		return len > 2 && !strcmp(pattern + len - 2, "()")
			? " is a call: a function stands without the parentheses"
			: NULL;
	if (*pattern == '/' || !strncmp(pattern, "./", 2))
		return " begins with a directory: a site is the end of a path, as "
		       "store/store.go:41";
	if (colon && strcmp(colon, ":*") != 0 &&
		(!colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1)))
		return " has no line behind its colon, as store/store.go:41 has";
	return NULL;
}

static int take_pattern(const struct reading *r, struct knot_span word, struct knot_ignore_entry *e)
{
	const char *what = e->is_site ? "the site " : "the function ";

	if (!word.len || knot_span_eq(word, "--"))
		return refuse(r,
			e->is_site
				? "no pattern behind site, as store/store.go:41"
				: "no pattern behind function, as example.org/m/store.(*Store).Get",
			none, "");
	if (knot_span_eq(word, "-") || !knot_text_unescape_word(word, &e->pattern))
		return refuse(r, what, word,
			" is no pattern: a backslash begins \\\\, \\x20 or the like");
	const char *why = wrong(e->pattern, e->is_site);

	return why ? refuse(r, what, word, why) : 0;
}

/* The first second behind that day, UTC; -1 = there is no such day. */
static int64_t end_of_day(struct knot_span date)
{
	uint64_t part[3];
	struct knot_span s = date;

	if (date.len != 10)
		return -1;
	for (size_t i = 0; i < 3; i++)
		if ((i && !knot_span_skip(&s, "-")) || !knot_span_take_u64(&s, 9999, &part[i]))
			return -1;
	struct tm day = {.tm_year = (int)part[0] - 1900,
		.tm_mon = (int)part[1] - 1,
		.tm_mday = (int)part[2]};
	const struct tm asked = day;
	const time_t at = timegm(&day);

	/* timegm makes the 3rd of March of the 31st of February. */
	if (s.len || day.tm_year != asked.tm_year || day.tm_mon != asked.tm_mon ||
		day.tm_mday != asked.tm_mday || part[0] < 1970)
		return -1;
	return at + DAY_S;
}

static int take_until(const struct reading *r, struct knot_span word, struct knot_ignore_entry *e)
{
	const int64_t end = end_of_day(word);

	if (end < 0)
		return refuse(r, "until wants a day of the calendar, as 2027-01-31, not ", word,
			word.len ? "" : "nothing");
	e->until = knot_span_dup(word);
	e->expired = r->now_s >= end;
	return 0;
}

static int take_reason(const struct reading *r, struct knot_span rest, struct knot_ignore_entry *e)
{
	rest = knot_span_trim(rest);
	if (!rest.len)
		return refuse(r,
			"no reason: at the end of the line belongs -- and why this is ignored",
			none, "");
	e->reason = knot_text_escape(rest, rest.len * 4);
	return 0;
}

static int take_entry(const struct reading *r, struct knot_span line, struct knot_ignore_entry *e)
{
	struct knot_span word = take_word(&line);
	int rc = take_verdict(r, word, &e->verdict);

	if (rc)
		return rc;
	word = take_word(&line);
	e->is_site = knot_span_eq(word, "site");
	if (!e->is_site && !knot_span_eq(word, "function"))
		return refuse(r, "behind the verdict stands function or site, not ", word,
			word.len ? "" : "nothing");
	if ((rc = take_pattern(r, take_word(&line), e)))
		return rc;
	word = take_word(&line);
	if (knot_span_eq(word, "until")) {
		if ((rc = take_until(r, take_word(&line), e)))
			return rc;
		word = take_word(&line);
	}
	if (!word.len || knot_span_eq(word, "--"))
		return take_reason(r, line, e);
	return refuse(
		r, "behind the pattern stands until DATE, or -- and a reason, not ", word, "");
}

static void free_entry(struct knot_ignore_entry *e)
{
	free(e->pattern);
	free(e->until);
	free(e->reason);
	free(e->text);
}

void knot_ignore_free(struct knot_ignore *ignore)
{
	for (size_t i = 0; i < ignore->entries.len; i++)
		free_entry(&ignore->entries.data[i]);
	knot_vec_free(&ignore->entries);
	free(ignore->name);
	ignore->name = NULL;
}

int knot_ignore_parse(struct knot_span text, const char *name, const char *const *verdicts,
	int64_t now_s, struct knot_ignore *ret_ignore, struct knot_error *err)
{
	knot_auto_free char *shown = knot_text_escape(knot_span_str(name), 4096);
	struct reading r = {.name = shown, .verdicts = verdicts, .now_s = now_s, .err = err};
	struct knot_ignore ignore = {.name = knot_xstrdup(shown)};
	struct knot_span line;
	int rc = 0;

	knot_span_skip(&text, "\xef\xbb\xbf");
	while (!rc && knot_span_take_line(&text, &line)) {
		struct knot_ignore_entry e = {.line = ++r.line};

		knot_span_cut(&line, "\r");
		line = knot_span_trim(line);
		if (!line.len || *line.data == '#')
			continue;
		if (ignore.entries.len == KNOT_IGNORE_MAX_ENTRIES)
			rc = refuse(&r, "more than 10000 entries", none, "");
		else
			rc = take_entry(&r, line, &e);
		if (rc) {
			free_entry(&e);
			break;
		}
		e.text = knot_text_escape(line, line.len * 4);
		if (!e.until)
			e.until = knot_xstrdup("");
		knot_vec_push(&ignore.entries, e);
	}
	if (rc) {
		knot_ignore_free(&ignore);
		return rc;
	}
	*ret_ignore = ignore;
	return 0;
}

/* --- matching -------------------------------------------------------------------------------- */

/* With * for any characters. It goes back to the last star only: a match of all before it stays one. */
static bool glob(struct knot_span pattern, struct knot_span text)
{
	size_t p = 0, t = 0, star = SIZE_MAX, from = 0;

	while (t < text.len) {
		if (p < pattern.len && pattern.data[p] == '*') {
			star = p++;
			from = t;
		} else if (p < pattern.len && pattern.data[p] == text.data[t]) {
			p++;
			t++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			t = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.data[p] == '*')
		p++;
	return p == pattern.len;
}

/* The function that it is written in: of "m/store.(*Store).Get.func1.2" what stands before ".func1". */
static struct knot_span outermost(const char *function)
{
	static const char *const marks[] = {".func", ".gowrap", ".deferwrap", "-range", "-fm"};
	const char *slash = strrchr(function, '/');
	const char *dot = strchr(slash ? slash : function, '.');
	struct knot_span whole = knot_span_str(function);

	for (const char *p = dot ? dot + 1 : function + whole.len; *p; p++)
		for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
			const size_t n = strlen(marks[i]);

			if (!strncmp(p, marks[i], n) &&
				(isdigit((unsigned char)p[n]) || (!p[n] && *p == '-')))
				return knot_span_of(function, (size_t)(p - function));
		}
	return whole;
}

static bool function_matches(const char *pattern, const char *function)
{
	const struct knot_span p = knot_span_str(pattern);

	return *function && (glob(p, knot_span_str(function)) || glob(p, outermost(function)));
}

/* From the beginning of the path or of one of its elements. */
static bool site_matches(const char *pattern, const char *site)
{
	const char *colon = strrchr(site, ':');
	const bool line = strchr(pattern, ':') != NULL;
	const size_t len = line || !colon ? strlen(site) : (size_t)(colon - site);

	for (size_t i = 0; i < len; i++)
		if ((!i || site[i - 1] == '/') &&
			glob(knot_span_str(pattern), knot_span_of(site + i, len - i)))
			return true;
	return false;
}

static bool matches(
	const struct knot_ignore_entry *e, const char *verdict, const struct knot_place *p)
{
	if (e->expired || (e->verdict && strcmp(e->verdict, verdict) != 0))
		return false;
	return e->is_site ? site_matches(e->pattern, p->site)
			  : function_matches(e->pattern, p->function);
}

/* The first entry that matches a place of the goroutine whose first is places[from]; SIZE_MAX = none. */
static size_t entry_for(const struct knot_ignore *ignore, const char *verdict,
	const struct knot_places *places, size_t from)
{
	const struct knot_place *p = places->list.data;

	for (size_t n = 0; n < ignore->entries.len; n++)
		for (size_t i = from; i < places->list.len && p[i].goroutine == p[from].goroutine;
			i++)
			if (matches(&ignore->entries.data[n], verdict, &p[i]))
				return n;
	return SIZE_MAX;
}

/* Lines of one person often have one reason. */
static bool is_told(const struct knot_ignore *ignore, const bool *used, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (used[i] &&
			!strcmp(ignore->entries.data[i].reason, ignore->entries.data[n].reason))
			return true;
	return false;
}

char *knot_ignore_reason(
	struct knot_ignore *ignore, const char *verdict, const struct knot_places *places)
{
	const struct knot_place *p = places->list.data;
	struct knot_text reasons = {0};

	if (!ignore || !ignore->entries.len || !places->list.len)
		return NULL;
	knot_auto_free bool *used = knot_xalloc(ignore->entries.len * sizeof(*used));

	for (size_t i = 0; i < places->list.len; i++) {
		if (i && p[i].goroutine == p[i - 1].goroutine)
			continue;
		const size_t n = entry_for(ignore, verdict, places, i);

		if (n == SIZE_MAX)
			return NULL;
		used[n] = true;
	}
	for (size_t n = 0; n < ignore->entries.len; n++) {
		if (!used[n])
			continue;
		ignore->entries.data[n].matched++;
		if (!is_told(ignore, used, n))
			knot_text_addf(&reasons, "%s%s", reasons.len ? "; " : "",
				ignore->entries.data[n].reason);
	}
	return knot_text_steal(&reasons);
}

/* --- lines for what is found ----------------------------------------------------------------- */

/* Functions that much blocks in whatever it is about: who created the goroutine says more. */
static bool is_plumbing(const char *function)
{
	static const char *const packages[] = {"sync.", "internal/", "io.", "bufio.", "context.",
		"time.", "os.", "net.", "reflect."};

	for (size_t i = 0; i < sizeof(packages) / sizeof(*packages); i++)
		if (!strncmp(function, packages[i], strlen(packages[i])))
			return true;
	return false;
}

/* The place that tells most, of the goroutine whose first is places[from]; NULL = all of them are unknown. */
static const struct knot_place *telling(const struct knot_places *places, size_t from)
{
	const struct knot_place *p = places->list.data, *found = NULL;

	for (size_t i = from; i < places->list.len && p[i].goroutine == p[from].goroutine; i++) {
		if (*p[i].function && !is_plumbing(p[i].function))
			return &p[i];
		if (!found && (*p[i].function || *p[i].site))
			found = &p[i];
	}
	return found;
}

static char *line_of(const char *verdict, const struct knot_place *p, const char *reason)
{
	struct knot_text t = {0};

	knot_text_addf(&t, "%s %s ", verdict, *p->function ? "function" : "site");
	knot_text_add_word(&t, *p->function ? outermost(p->function) : knot_span_str(p->site));
	knot_text_addf(&t, " -- %s\n", reason);
	return knot_text_steal(&t);
}

char *knot_ignore_propose(const char *verdict, const struct knot_places *places, const char *reason)
{
	const struct knot_place *p = places->list.data;
	struct knot_text t = {0};

	for (size_t i = 0; i < places->list.len; i++) {
		if (i && p[i].goroutine == p[i - 1].goroutine)
			continue;
		const struct knot_place *at = telling(places, i);

		if (!at) {
			knot_text_free(&t);
			return NULL;
		}
		knot_auto_free char *line = line_of(verdict, at, reason);

		if (!t.len || !strstr(t.data, line))
			knot_text_adds(&t, line);
	}
	return t.len ? knot_text_steal(&t) : NULL;
}
