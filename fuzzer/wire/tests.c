/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/tests.h"
#include "base/alloc.h"
#include "base/error.h"
#include "wire/json.h"

#include <stdlib.h>
#include <string.h>

#define FILE_NAME "list of tests"

struct knot_tests {
	json_t *root; /* owns every text */
	struct knot_tests_package *packages;
	size_t count;
};

static int read_names(const json_t *from, const char *key, const struct knot_json_at *at,
	struct knot_test_names *names, struct knot_error *err)
{
	const json_t *list;
	int rc = knot_json_array(from, key, KNOT_TESTS_MAX, at, &list, err);
	if (rc < 0)
		return rc;
	names->names = knot_xalloc(json_array_size(list) * sizeof(*names->names));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));
		if (!name)
			return knot_json_bad(at, key, "holds something that is no string", err);
		names->names[names->count++] = name;
	}
	return 0;
}

static int read_subtests(const json_t *from, const struct knot_json_at *at,
	struct knot_tests_package *p, struct knot_error *err)
{
	const json_t *list;
	int rc;

	if (!json_object_get(from, "subtests"))
		return 0;
	rc = knot_json_array(from, "subtests", KNOT_TESTS_MAX, at, &list, err);
	if (rc < 0)
		return rc;
	p->subtests = knot_xalloc(json_array_size(list) * sizeof(*p->subtests));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *entry = json_array_get(list, i);
		struct knot_tests_subtests s;

		if ((rc = knot_json_text(entry, "test", NULL, at, &s.test, err)) < 0 ||
			(rc = knot_json_text(entry, "run", NULL, at, &s.run, err)) < 0 ||
			(rc = knot_json_text(entry, "name", NULL, at, &s.name, err)) < 0 ||
			(rc = knot_json_text(entry, "skip", NULL, at, &s.skip, err)) < 0)
			return rc;
		if (!*s.run)
			s.run = s.name = NULL;
		if (!*s.skip)
			s.skip = NULL;
		p->subtests[p->subtests_count++] = s;
	}
	return 0;
}

/* A package of the standard library, or of a dependency, has none. */
static int read_module(const json_t *from, const struct knot_json_at *at,
	struct knot_tests_package *p, struct knot_error *err)
{
	int rc;

	p->module = p->module_dir = "";
	if (!json_object_get(from, "module"))
		return 0;
	if ((rc = knot_json_text(from, "module", NULL, at, &p->module, err)) < 0)
		return rc;
	return knot_json_text(from, "module_dir", NULL, at, &p->module_dir, err);
}

static int read_package(const json_t *from, const struct knot_json_at *at,
	struct knot_tests_package *p, struct knot_error *err)
{
	int rc;
	if ((rc = knot_json_text(from, "path", NULL, at, &p->path, err)) < 0 ||
		(rc = knot_json_text(from, "dir", NULL, at, &p->dir, err)) < 0 ||
		(rc = knot_json_text(from, "name", NULL, at, &p->name, err)) < 0 ||
		(rc = read_module(from, at, p, err)) < 0 ||
		(rc = read_names(from, "tests", at, &p->tests, err)) < 0 ||
		(rc = read_names(from, "examples", at, &p->examples, err)) < 0 ||
		(rc = read_names(from, "fuzz", at, &p->fuzz, err)) < 0 ||
		(rc = read_subtests(from, at, p, err)) < 0)
		return rc;
	return knot_json_bool(from, "has_testmain", at, &p->has_testmain, err);
}

int knot_tests_decode(struct knot_span text, struct knot_tests **ret_tests, struct knot_error *err)
{
	json_t *root = NULL;
	int rc = knot_json_open(
		text, FILE_NAME, KNOT_TESTS_MAX_BYTES, KNOT_TESTS_VERSION, &root, err);
	if (rc < 0)
		return rc;

	struct knot_tests *t = knot_xalloc(sizeof(*t));
	struct knot_json_at at = {.file = FILE_NAME};
	const json_t *list;
	t->root = root;
	rc = knot_json_array(root, "packages", KNOT_TESTS_MAX, &at, &list, err);
	if (rc == 0)
		t->packages = knot_xalloc(json_array_size(list) * sizeof(*t->packages));
	at.list = "packages";
	while (rc == 0 && at.index < json_array_size(list)) {
		t->count = at.index + 1; /* half-read entries are freed as well */
		rc = read_package(json_array_get(list, at.index), &at, &t->packages[at.index], err);
		at.index++;
	}
	if (rc < 0) {
		knot_tests_free(t);
		return rc;
	}
	*ret_tests = t;
	return 0;
}

void knot_tests_free(struct knot_tests *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->count; i++) {
		free(t->packages[i].tests.names);
		free(t->packages[i].examples.names);
		free(t->packages[i].fuzz.names);
		free(t->packages[i].subtests);
	}
	free(t->packages);
	json_decref(t->root);
	free(t);
}

size_t knot_tests_count(const struct knot_tests *t)
{
	return t->count;
}

const struct knot_tests_package *knot_tests_at(const struct knot_tests *t, size_t i)
{
	knot_assert(i < t->count);
	return &t->packages[i];
}

size_t knot_tests_names(const struct knot_tests_package *p)
{
	return p->tests.count + p->fuzz.count + p->examples.count;
}

const char *knot_tests_name(const struct knot_tests_package *p, size_t i)
{
	if (i < p->tests.count)
		return p->tests.names[i];
	i -= p->tests.count;
	if (i < p->fuzz.count)
		return p->fuzz.names[i];
	i -= p->fuzz.count;
	knot_assert(i < p->examples.count);
	return p->examples.names[i];
}

const struct knot_tests_subtests *knot_tests_subtests(
	const struct knot_tests_package *p, const char *test)
{
	for (size_t i = 0; i < p->subtests_count; i++)
		if (strcmp(p->subtests[i].test, test) == 0)
			return &p->subtests[i];
	return NULL;
}

const struct knot_tests_package *knot_tests_find(const struct knot_tests *t, const char *path)
{
	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->packages[i].path, path) == 0)
			return &t->packages[i];
	return NULL;
}
