/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/goplan.h"

#include "base/error.h"
#include "wire/json.h"

/* Null where the text is not valid UTF-8: the dump of the whole then says so. */
static json_t *texts(const char *const *list, size_t len)
{
	json_t *a = json_array();

	for (size_t i = 0; i < len; i++)
		if (json_array_append_new(a, json_string(list[i]))) {
			json_decref(a);
			return NULL;
		}
	return a;
}

static json_t *numbers(const uint32_t *list, size_t len)
{
	json_t *a = json_array();

	for (size_t i = 0; i < len; i++)
		json_array_append_new(a, json_integer(list[i]));
	return a;
}

static json_t *sites(const struct knot_goplan *p)
{
	json_t *a = json_array();

	for (size_t i = 0; i < p->sites_len; i++) {
		const struct knot_goplan_site *s = &p->sites[i];

		json_array_append_new(a,
			json_pack("{s:s, s:I, s:I, s:s}", "file", s->file, "line",
				(json_int_t)s->line, "col", (json_int_t)s->col, "op", s->op));
	}
	return a;
}

static json_t *goroutines(const struct knot_goplan *p)
{
	json_t *a = json_array();

	for (size_t i = 0; i < p->goroutines_len; i++) {
		const struct knot_goplan_goroutine *g = &p->goroutines[i];

		json_array_append_new(a,
			json_pack("{s:s, s:i, s:s, s:i, s:I, s:b}", "path", g->path, "parent",
				g->parent, "created", g->created, "site", g->site, "ordinal",
				(json_int_t)g->ordinal, "only", (int)g->only));
	}
	return a;
}

static json_t *points(const struct knot_goplan_turn *t)
{
	json_t *a = json_array();

	for (size_t i = 0; i < t->at_len; i++)
		json_array_append_new(a,
			json_pack("{s:I, s:I}", "site", (json_int_t)t->at[i].site, "nth",
				(json_int_t)t->at[i].nth));
	return a;
}

static json_t *turns(const struct knot_goplan *p)
{
	json_t *a = json_array();

	for (size_t i = 0; i < p->turns_len; i++) {
		const struct knot_goplan_turn *t = &p->turns[i];

		json_array_append_new(a,
			json_pack("{s:I, s:o, s:o, s:I, s:I}", "g", (json_int_t)t->g, "at",
				points(t), "settle", numbers(t->settle, t->settle_len), "pause_ns",
				(json_int_t)t->pause_ns, "slack_ns", (json_int_t)t->slack_ns));
	}
	return a;
}

int knot_goplan_encode(const struct knot_goplan *p, char **ret_text, struct knot_error *err)
{
	json_t *root = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:o, s:I, s:s, s:o, s:o}",
		"module", p->module, "root", p->root, "dir", p->dir, "test", p->test, "run", p->run,
		"tags", p->tags, "race", (int)p->race, "args", texts(p->args, p->args_len),
		"timeout_ns", (json_int_t)p->timeout_ns, "verdict", p->verdict, "places",
		texts(p->places, p->places_len), "story", texts(p->story, p->story_len));
	json_t *s = sites(p), *g = goroutines(p);
	char *text = NULL;

	/* An array that a broken text has kept out of is short. */
	if (root && json_array_size(s) == p->sites_len && json_array_size(g) == p->goroutines_len &&
		!json_object_set(root, "sites", s) && !json_object_set(root, "goroutines", g) &&
		!json_object_set_new(root, "leaks", numbers(p->leaks, p->leaks_len)) &&
		!json_object_set_new(root, "turns", turns(p)))
		text = json_dumps(root, JSON_COMPACT);
	json_decref(s);
	json_decref(g);
	json_decref(root);
	if (!text)
		return knot_error_set(err, KNOT_EUSAGE,
			"a name of the module or of one of its files is not valid UTF-8");
	*ret_text = text;
	return 0;
}
