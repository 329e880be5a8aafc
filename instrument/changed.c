/* SPDX-License-Identifier: BSD-2-Clause */
#include "instrument/changed.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "wire/golist.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <uthash.h>

/* GCC 12's analyzer does not see that a uthash table owns what was added to it. */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"

/* A directory with a package in it. */
struct place {
	char *dir; /* real */
	bool changed;
	bool embeds; /* files */
	UT_hash_handle hh;
};

/* From an import path to where it is. */
struct import {
	const char *path; /* borrowed */
	struct place *place;
	UT_hash_handle hh;
};

struct choosing {
	const struct knot_golist *list;
	const char *top;
	struct place *places;
	struct import *imports;
	bool all;
};

static bool ends(const char *text, const char *end)
{
	const size_t a = strlen(text), b = strlen(end);

	return a >= b && !strcmp(text + a - b, end);
}

static struct place *place_at(const struct choosing *c, const char *dir)
{
	struct place *p;

	HASH_FIND_STR(c->places, dir, p);
	return p;
}

/* --- the packages ---------------------------------------------------------------------------- */

static struct place *add_place(struct choosing *c, const char *dir)
{
	char *real = realpath(dir, NULL);
	struct place *p;

	if (!real)
		real = knot_xstrdup(dir);
	p = place_at(c, real);
	if (p) {
		free(real);
		return p;
	}
	p = knot_xalloc(sizeof(*p));
	p->dir = real;
	HASH_ADD_KEYPTR(hh, c->places, p->dir, strlen(p->dir), p);
	return p;
}

static void add_package(struct choosing *c, const struct knot_golist_package *p)
{
	struct import *i;

	/* Built for a test it lies where it does without one. */
	if (p->standard || !*p->dir || *p->for_test)
		return;
	HASH_FIND_STR(c->imports, p->path, i);
	if (i)
		return;
	i = knot_xalloc(sizeof(*i));
	i->path = p->path;
	i->place = add_place(c, p->dir);
	i->place->embeds |= p->embeds_len > 0;
	HASH_ADD_KEYPTR(hh, c->imports, i->path, strlen(i->path), i);
}

static const struct import *import_of(const struct choosing *c, const char *path, size_t len)
{
	struct import *i;

	HASH_FIND(hh, c->imports, path, len, i);
	return i;
}

static void close_all(struct choosing *c)
{
	struct place *p, *next_place;
	struct import *i, *next_import;

	HASH_ITER(hh, c->imports, i, next_import) {
		/* The iteration holds the next one. NOLINTNEXTLINE(clang-analyzer-*) */
		HASH_DEL(c->imports, i);
		free(i);
	}
	HASH_ITER(hh, c->places, p, next_place) {
		/* NOLINTNEXTLINE(clang-analyzer-*) */
		HASH_DEL(c->places, p);
		free(p->dir);
		free(p);
	}
}

/* --- the files ------------------------------------------------------------------------------- */

/* What is embedded counts whatever it is called. */
static bool mark_embedded(struct choosing *c, const char *file)
{
	bool found = false;

	for (size_t i = 0; i < knot_golist_count(c->list); i++) {
		const struct knot_golist_package *p = knot_golist_at(c->list, i);
		const struct import *at =
			p->embeds_len ? import_of(c, p->path, strlen(p->path)) : NULL;

		for (size_t j = 0; at && j < p->embeds_len; j++) {
			const size_t dir = strlen(at->place->dir);

			if (strncmp(file, at->place->dir, dir) != 0 || file[dir] != '/' ||
				strcmp(file + dir + 1, p->embeds[j]) != 0)
				continue;
			at->place->changed = true;
			found = true;
		}
	}
	return found;
}

/* What decides which modules there are, and of which version. */
static bool decides_modules(const struct choosing *c, const char *file, const char *gowork)
{
	knot_auto_free char *sum = knot_xasprintf("%s.sum", gowork);

	if (*gowork && (!strcmp(file, gowork) || !strcmp(file, sum)))
		return true;
	if (!ends(file, "/go.mod") && !ends(file, "/go.sum") && !ends(file, "/vendor/modules.txt"))
		return false;
	for (size_t i = 0; i < knot_golist_count(c->list); i++) {
		const struct knot_golist_package *p = knot_golist_at(c->list, i);
		const char *slash = strrchr(p->gomod, '/');
		knot_auto_free char *dir =
			slash ? knot_xstrndup(p->gomod, (size_t)(slash - p->gomod)) : NULL;
		knot_auto_free char *real = dir ? realpath(dir, NULL) : NULL;
		const size_t len = real ? strlen(real) : 0;

		if (!p->standard && len && !strncmp(file, real, len) &&
			(!strcmp(file + len, "/go.mod") || !strcmp(file + len, "/go.sum") ||
				!strcmp(file + len, "/vendor/modules.txt")))
			return true;
	}
	return false;
}

/* A submodule that moved to another commit: everything in it. */
static void mark_below(struct choosing *c, const char *dir)
{
	const size_t len = strlen(dir);

	for (struct place *p = c->places; p; p = p->hh.next)
		p->changed |= !strncmp(p->dir, dir, len) && (!p->dir[len] || p->dir[len] == '/');
}

static bool has_go(const char *dir)
{
	DIR *d = opendir(dir);
	bool found = false;

	for (struct dirent *e; d && !found && (e = readdir(d));)
		found = ends(e->d_name, ".go");
	if (d)
		closedir(d);
	return found;
}

/* Cuts a path in front of its first testdata directory; false = there is none. */
static bool cut_testdata(char *dir, size_t top)
{
	static const char name[] = "/testdata";

	for (char *p = dir + top; (p = strstr(p, name)); p += strlen(name)) {
		if (p[strlen(name)] && p[strlen(name)] != '/')
			continue;
		*p = 0;
		return true;
	}
	return false;
}

static bool is_hidden(const char *file, size_t top)
{
	return !strstr(file + top, "/testdata/") && (strstr(file + top, "/.") || ends(file, ".md"));
}

/* In a directory without Go files: headers, and what may have been embedded before it went. */
static void mark_above(struct choosing *c, char *dir, bool header)
{
	const size_t top = strlen(c->top);
	struct place *p = NULL;

	while (!p) {
		knot_auto_free char *gomod = knot_xasprintf("%s/go.mod", dir);

		/* A package that nothing asked for depends on, or another module. */
		if (has_go(dir) || knot_file_exists(gomod) || strlen(dir) <= top)
			return;
		*strrchr(dir, '/') = 0;
		p = place_at(c, dir);
	}
	p->changed |= header || p->embeds;
}

static void mark_nearest(struct choosing *c, const char *file)
{
	const char *name = strrchr(file, '/');
	knot_auto_free char *dir = knot_xstrndup(file, (size_t)(name - file));
	struct place *p = place_at(c, dir);
	const bool data = !p && cut_testdata(dir, strlen(c->top));

	if (data)
		p = place_at(c, dir);
	if (p)
		p->changed = true;
	else if (data && !has_go(dir))
		mark_below(c, dir); /* shared by the packages beside it */
	else if (!data && !ends(file, ".go"))
		mark_above(c, dir, ends(file, ".h") || ends(file, ".c"));
}

static void mark(struct choosing *c, const char *name, const char *gowork)
{
	knot_auto_free char *file = knot_xasprintf("%s/%s", c->top, name);
	struct stat st;

	if (decides_modules(c, file, gowork))
		c->all = true;
	else if (!lstat(file, &st) && S_ISDIR(st.st_mode))
		mark_below(c, file);
	else if (!mark_embedded(c, file) && !is_hidden(file, strlen(c->top)))
		mark_nearest(c, file);
}

/* --- the choice ------------------------------------------------------------------------------ */

/* What depends on it is named without " [a.test]". */
static bool depends(const struct choosing *c, const struct knot_golist_package *p)
{
	for (size_t i = 0; i < p->deps_len; i++) {
		const struct import *at = import_of(c, p->deps[i], strcspn(p->deps[i], " "));

		if (at && at->place->changed)
			return true;
	}
	return false;
}

/* The main package that go makes for a test, "a.test", lies where a does. */
static const struct import *tested(const struct choosing *c, const struct knot_golist_package *p)
{
	static const char end[] = ".test";
	const struct import *own = import_of(c, p->path, strlen(p->path));

	if (!own || !ends(p->path, end))
		return NULL;
	const struct import *of = import_of(c, p->path, strlen(p->path) - strlen(end));

	return of && of->place == own->place ? of : NULL;
}

static bool is_chosen(const struct choosing *c, const struct knot_golist_package *p, bool any)
{
	const struct import *own = import_of(c, p->path, strlen(p->path));

	if (c->all || !own || (any && p->incomplete) || own->place->changed || depends(c, p))
		return true;
	for (size_t i = 0; i < knot_golist_count(c->list); i++) {
		const struct knot_golist_package *t = knot_golist_at(c->list, i);

		if (ends(t->path, ".test") && tested(c, t) == own)
			return depends(c, t) || (any && t->incomplete);
	}
	return false;
}

void knot_changed_choose(const struct knot_golist *list, const char *top, const char *gowork,
	const char *const *files, size_t files_len, knot_changed_paths *ret_chosen,
	size_t *ret_named)
{
	struct choosing c = {.list = list, .top = top};

	for (size_t i = 0; i < knot_golist_count(list); i++)
		add_package(&c, knot_golist_at(list, i));
	for (size_t i = 0; i < files_len; i++)
		mark(&c, files[i], gowork);
	*ret_named = 0;
	for (size_t i = 0; i < knot_golist_count(list); i++) {
		const struct knot_golist_package *p = knot_golist_at(list, i);

		if (p->dep_only || p->standard || *p->for_test || tested(&c, p))
			continue;
		++*ret_named;
		if (is_chosen(&c, p, files_len > 0))
			/* A list of pointers. NOLINTNEXTLINE(bugprone-sizeof-expression) */
			knot_vec_push(ret_chosen, knot_xstrdup(p->path));
	}
	close_all(&c);
}
