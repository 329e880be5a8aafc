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
	knot_vec_push(&p->levels, ((struct level){.code = compiled, .top = top}));
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

bool knot_pattern_matches(const struct knot_pattern *p, const char *name)
{
	for (size_t i = 0; i < p->levels.len; i++) {
		const struct level *l = &p->levels.data[i];

		if (l->top &&
			pcre2_match(
				l->code, (PCRE2_SPTR)name, strlen(name), 0, 0, p->match, NULL) >= 0)
			return true;
	}
	return false;
}

void knot_pattern_free(struct knot_pattern *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->levels.len; i++)
		pcre2_code_free(p->levels.data[i].code);
	knot_vec_free(&p->levels);
	pcre2_match_data_free(p->match);
	free(p);
}
