/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/golist.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/vec.h"

#include <jansson.h>
#include <string.h>

struct knot_golist {
	KNOT_VEC(struct knot_golist_package) packages;
	KNOT_VEC(json_t *) trees; /* that the texts are in */
};

typedef KNOT_VEC(const char *) text_list;

static int bad(const struct knot_golist *l, const char *key, struct knot_error *err)
{
	return knot_error_set(err, KNOT_EINPUT, "go list: package %zu: %s is not what it should be",
		l->packages.len + 1, key);
}

static int take_text(const struct knot_golist *l, const json_t *object, const char *key,
	const char **ret_text, struct knot_error *err)
{
	const json_t *value = json_object_get(object, key);

	*ret_text = value ? json_string_value(value) : "";
	return *ret_text ? 0 : bad(l, key, err);
}

static int take_bool(const struct knot_golist *l, const json_t *object, const char *key,
	bool *ret_bool, struct knot_error *err)
{
	const json_t *value = json_object_get(object, key);

	*ret_bool = json_is_true(value);
	return !value || json_is_boolean(value) ? 0 : bad(l, key, err);
}

static int take_list(const struct knot_golist *l, const json_t *object, const char *key,
	text_list *list, struct knot_error *err)
{
	const json_t *value = json_object_get(object, key), *item;
	size_t i;

	if (value && !json_is_array(value))
		return bad(l, key, err);
	json_array_foreach(value, i, item) {
		if (!json_is_string(item))
			return bad(l, key, err);
		knot_vec_push(list, json_string_value(item));
	}
	return 0;
}

static int take_embeds(const struct knot_golist *l, const json_t *object, text_list *files,
	text_list *patterns, struct knot_error *err)
{
	static const char *const of_files[] = {"EmbedFiles", "TestEmbedFiles", "XTestEmbedFiles"};
	static const char *const of_patterns[] = {
		"EmbedPatterns", "TestEmbedPatterns", "XTestEmbedPatterns"};
	int rc = 0;

	for (size_t i = 0; i < sizeof(of_files) / sizeof(of_files[0]) && !rc; i++)
		if (!(rc = take_list(l, object, of_files[i], files, err)))
			rc = take_list(l, object, of_patterns[i], patterns, err);
	return rc;
}

static int take_package(struct knot_golist *l, const json_t *object, struct knot_error *err)
{
	struct knot_golist_package p = {.gomod = ""};
	const json_t *module = json_object_get(object, "Module");
	text_list deps = {0}, embeds = {0}, patterns = {0};
	int rc;

	if ((rc = take_text(l, object, "ImportPath", &p.path, err)) ||
		(rc = take_text(l, object, "Dir", &p.dir, err)) ||
		(rc = take_text(l, object, "ForTest", &p.for_test, err)) ||
		(module && !json_is_object(module) && (rc = bad(l, "Module", err))) ||
		(module && (rc = take_text(l, module, "GoMod", &p.gomod, err))) ||
		(rc = take_bool(l, object, "Standard", &p.standard, err)) ||
		(rc = take_bool(l, object, "DepOnly", &p.dep_only, err)) ||
		(rc = take_bool(l, object, "Incomplete", &p.incomplete, err)) ||
		(rc = take_list(l, object, "Deps", &deps, err)) ||
		(rc = take_embeds(l, object, &embeds, &patterns, err))) {
		knot_vec_free(&deps);
		knot_vec_free(&embeds);
		knot_vec_free(&patterns);
		return rc;
	}
	p.deps = deps.data;
	p.deps_len = deps.len;
	p.embeds = embeds.data;
	p.embeds_len = embeds.len;
	p.patterns = patterns.data;
	p.patterns_len = patterns.len;
	knot_vec_push(&l->packages, p);
	return 0;
}

static bool is_blank(struct knot_span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!strchr(" \t\r\n", s.data[i]) || !s.data[i])
			return false;
	return true;
}

int knot_golist_decode(struct knot_span text, struct knot_golist **ret_list, struct knot_error *err)
{
	struct knot_golist *l = knot_xalloc(sizeof(*l));
	struct knot_span done;
	int rc = 0;

	while (!rc && !is_blank(text)) {
		json_error_t why;
		json_t *tree = json_loadb(text.data, text.len, JSON_DISABLE_EOF_CHECK, &why);

		if (!tree) {
			rc = knot_error_set(err, KNOT_EINPUT, "go list: package %zu: %s",
				l->packages.len + 1, why.text);
			break;
		}
		/* A list of pointers. NOLINTNEXTLINE(bugprone-sizeof-expression) */
		knot_vec_push(&l->trees, tree);
		rc = json_is_object(tree) ? take_package(l, tree, err) : bad(l, "it", err);
		if (!knot_span_take(&text, (size_t)why.position, &done) && !rc)
			rc = bad(l, "its length", err);
	}
	if (rc)
		knot_golist_free(l);
	else
		*ret_list = l;
	return rc;
}

void knot_golist_free(struct knot_golist *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->packages.len; i++) {
		free((void *)l->packages.data[i].deps);
		free((void *)l->packages.data[i].embeds);
		free((void *)l->packages.data[i].patterns);
	}
	for (size_t i = 0; i < l->trees.len; i++)
		json_decref(l->trees.data[i]);
	knot_vec_free(&l->packages);
	knot_vec_free(&l->trees);
	free(l);
}

size_t knot_golist_count(const struct knot_golist *l)
{
	return l->packages.len;
}

const struct knot_golist_package *knot_golist_at(const struct knot_golist *l, size_t i)
{
	return &l->packages.data[i];
}
