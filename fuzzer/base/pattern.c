/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/pattern.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/vec.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

struct level {
	pcre2_code *code;
	bool top; /* the first of its alternative */
	char *below; /* of a first one: the text of those behind it, "" or "/x/y" */
};

struct knot_pattern {
	KNOT_VEC(struct level) levels;
	pcre2_match_data *match;
};

static int add_level(
	struct knot_pattern *p, const char *text, size_t len, bool top, struct knot_error *err)
{
	int code;
	PCRE2_SIZE at;
	pcre2_code *compiled = pcre2_compile(
		(PCRE2_SPTR)text, len, PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &at, NULL);

	if (!compiled) {
		PCRE2_UCHAR why[160];

		pcre2_get_error_message(code, why, sizeof(why));
		return knot_error_set(err, KNOT_EUSAGE, "%s", (const char *)why);
	}
	if (!top) {
		size_t i = p->levels.len - 1;

		while (!p->levels.data[i].top)
			i--;
		knot_auto_free char *above = p->levels.data[i].below;

		p->levels.data[i].below = knot_xasprintf("%s/%.*s", above, (int)len, text);
	}
	knot_vec_push(&p->levels,
		((struct level){
			.code = compiled, .top = top, .below = top ? knot_xstrdup("") : NULL}));
	return 0;
}

int knot_pattern_compile(const char *text, struct knot_pattern **ret, struct knot_error *err)
{
	struct knot_pattern *p = knot_xalloc(sizeof(*p));
	const char *start = text;
	unsigned square = 0;
	unsigned round = 0;
	bool top = true;
	int rc = 0;

	p->match = pcre2_match_data_create(1, NULL);
	if (!p->match)
		abort();
	for (const char *c = text; !rc; c++) {
		bool last = !*c;
		bool bare = !square && !round;

		if (*c == '\\' && c[1]) {
			c++;
			continue;
		}
		if (last || (bare && (*c == '/' || *c == '|'))) {
			rc = add_level(p, start, (size_t)(c - start), top, err);
			top = *c == '|';
			start = c + 1;
		}
		if (last)
			break;
		square += *c == '[';
		square -= *c == ']' && square;
		round += !square && *c == '(';
		round -= !square && *c == ')' && round;
	}
	if (rc)
		knot_pattern_free(p);
	else
		*ret = p;
	return rc;
}

/* The first level, from `i` on, of an alternative that matches; NULL = none. */
static const struct level *next_match(const struct knot_pattern *p, const char *name, size_t *i)
{
	while (*i < p->levels.len) {
		const struct level *l = &p->levels.data[(*i)++];

		if (l->top &&
			pcre2_match(
				l->code, (PCRE2_SPTR)name, strlen(name), 0, 0, p->match, NULL) >= 0)
			return l;
	}
	return NULL;
}

bool knot_pattern_matches(const struct knot_pattern *p, const char *name)
{
	size_t i = 0;

	return next_match(p, name, &i);
}

bool knot_pattern_skips(const struct knot_pattern *p, const char *name)
{
	size_t i = 0;
	const struct level *l = next_match(p, name, &i);

	return l && !*l->below;
}

bool knot_pattern_whole(const struct knot_pattern *p, const char *name)
{
	size_t i = 0;
	const struct level *l;

	while ((l = next_match(p, name, &i)))
		if (!*l->below)
			return true;
	return false;
}

char *knot_pattern_narrow(
	const struct knot_pattern *p, const char *before, const char *name, const char *after)
{
	char *text = NULL;
	size_t i = 0;
	const struct level *l;

	while ((l = next_match(p, name, &i))) {
		knot_auto_free char *left = text;

		text = knot_xasprintf("%s%s%s%s%s%s", left ? left : "", left ? "|" : "", before,
			name, after, l->below);
	}
	return text;
}

void knot_pattern_free(struct knot_pattern *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->levels.len; i++) {
		pcre2_code_free(p->levels.data[i].code);
		free(p->levels.data[i].below);
	}
	knot_vec_free(&p->levels);
	pcre2_match_data_free(p->match);
	free(p);
}
