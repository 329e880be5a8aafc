/* SPDX-License-Identifier: BSD-2-Clause */
#include "instrument/changed.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/table.h"
#include "wire/golist.h"
#include "wire/text.h"

#include <dirent.h>
#include <fnmatch.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* GCC 12's analyzer does not see that a uthash table owns what was added to it. */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"

#define LINKS_MAX 40
#define SHOWN_MAX 200

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
	const struct knot_changed_repository *repository;
	const char *top;
	struct place *places;
	struct import *imports;
	bool all;
	char *why;
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
	i->place->embeds |= p->embeds_len > 0 || p->patterns_len > 0;
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
	for (struct place *p = c->places; p; p = p->hh.next)
		free(p->dir);
	KNOT_TABLE_FREE(c->places);
	KNOT_TABLE_FREE(c->imports);
}

/* --- the files ------------------------------------------------------------------------------- */

/* The first reason is told. */
static void explain(struct choosing *c, const char *name, const char *why)
{
	knot_auto_free char *shown = knot_text_escape(knot_span_str(name), SHOWN_MAX);

	if (!c->why)
		c->why = knot_xasprintf("%s %s", shown, why);
}

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

/* Is it the file at this path, or a link on the way to that? */
static bool leads_to(const char *path, const char *file)
{
	knot_auto_free char *at = knot_xstrdup(path);
	bool found = false;

	for (int i = 0; i < LINKS_MAX && !found && strchr(at, '/'); i++) {
		knot_auto_free char *dir = knot_xstrndup(at, (size_t)(strrchr(at, '/') - at));
		knot_auto_free char *real = realpath(*dir ? dir : "/", NULL);
		knot_auto_free char *here =
			real ? knot_xasprintf("%s%s", real, strrchr(at, '/')) : NULL;
		char to[PATH_MAX];
		const ssize_t n = here ? readlink(here, to, sizeof(to) - 1) : -1;

		found = here && !strcmp(here, file);
		if (n < 0)
			break;
		to[n] = '\0';
		free(at);
		at = *to == '/' ? knot_xstrdup(to) : knot_xasprintf("%s/%s", real, to);
	}
	return found;
}

/* That of the path, or the sums beside it: go.sum for go.mod, go.work.sum for go.work. */
static bool is_with_sums(const char *path, const char *suffix, const char *file)
{
	const size_t len = strlen(path) - (ends(path, suffix) ? strlen(suffix) : 0);
	knot_auto_free char *sums = knot_xasprintf("%.*s.sum", (int)len, path);

	return *path && (leads_to(path, file) || leads_to(sums, file));
}

/* A go.work that the go command would have found from where it runs, be it there or not. */
static bool is_workspace(const struct choosing *c, const char *file)
{
	const char *gowork = c->repository->gowork;
	const size_t dir = (size_t)(strrchr(file, '/') - file);

	if (!strcmp(gowork, "off"))
		return false;
	if (is_with_sums(gowork, "", file))
		return true;
	return (ends(file, "/go.work") || ends(file, "/go.work.sum")) &&
		!strncmp(c->repository->dir, file, dir) &&
		(!c->repository->dir[dir] || c->repository->dir[dir] == '/');
}

/* What decides which modules there are, and of which version. */
static bool decides_modules(const struct choosing *c, const char *file)
{
	const char *gowork = c->repository->gowork;

	if (is_workspace(c, file) || is_with_sums(c->repository->modfile, ".mod", file))
		return true;
	if (!ends(file, "/go.mod") && !ends(file, "/go.sum") && !ends(file, "/vendor/modules.txt"))
		return false;
	/* Modules of a workspace choose versions for each other, also those that nothing is imported from. */
	if (*gowork && strcmp(gowork, "off") != 0)
		return true;
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

/* Could go:embed have meant it? What lies in a directory that a pattern names is embedded, too. */
static bool may_match(const char *pattern, const char *file)
{
	static const char all[] = "all:";
	knot_auto_free char *part = knot_xstrdup(file);

	if (!strncmp(pattern, all, strlen(all)))
		pattern += strlen(all);
	/* Classes and escapes are Go's own. */
	if (!strcmp(pattern, ".") || strpbrk(pattern, "[\\"))
		return true;
	for (char *slash; fnmatch(pattern, part, FNM_PATHNAME) != 0; *slash = 0)
		if (!(slash = strrchr(part, '/')))
			return false;
	return true;
}

/* Could it mean something below this directory? */
static bool may_reach(const char *pattern, const char *dir)
{
	static const char all[] = "all:";
	const char *rest =
		strncmp(pattern, all, strlen(all)) != 0 ? pattern : pattern + strlen(all);
	const char *end = rest;

	for (const char *p = dir; p && end; p = strchr(p + 1, '/'))
		end = strchr(end == rest ? end : end + 1, '/');
	if (!end)
		return may_match(pattern, dir);
	knot_auto_free char *head = knot_xstrndup(rest, (size_t)(end - rest));

	return may_match(head, dir);
}

static void mark_patterns(struct choosing *c, const char *file, const char *name,
	bool (*fits)(const char *pattern, const char *file), const char *why)
{
	for (size_t i = 0; i < knot_golist_count(c->list); i++) {
		const struct knot_golist_package *p = knot_golist_at(c->list, i);
		const struct import *at =
			p->patterns_len ? import_of(c, p->path, strlen(p->path)) : NULL;
		const size_t dir = at ? strlen(at->place->dir) : 0;

		if (!at || strncmp(file, at->place->dir, dir) != 0 || file[dir] != '/')
			continue;
		for (size_t j = 0; j < p->patterns_len; j++) {
			if (!fits(p->patterns[j], file + dir + 1))
				continue;
			at->place->changed = true;
			explain(c, name, why);
		}
	}
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
	else if (!data && !ends(file, ".go") && !ends(file, "/go.mod"))
		mark_above(c, dir, ends(file, ".h") || ends(file, ".c"));
}

/* Where a module begins or ends, packages come or go, and what was embedded does. */
static void mark_border(struct choosing *c, const char *file, const char *name)
{
	knot_auto_free char *dir = knot_xstrndup(file, (size_t)(strrchr(file, '/') - file));

	mark_below(c, dir);
	mark_patterns(c, dir, name, may_reach,
		"may be where another module begins, so that packages that may embed files there "
		"are taken");
}

static void take_all(struct choosing *c, const char *name, const char *why)
{
	if (!c->all)
		free(knot_steal(&c->why));
	c->all = true;
	explain(c, name, why);
}

static void mark(struct choosing *c, const char *name)
{
	knot_auto_free char *file = knot_xasprintf("%s/%s", c->top, name);
	struct stat st, target;
	const bool there = !lstat(file, &st);

	if (decides_modules(c, file)) {
		take_all(c, name, "has changed, which counts for every package");
		return;
	}
	if (there && S_ISLNK(st.st_mode) && !stat(file, &target) && S_ISDIR(target.st_mode)) {
		take_all(c, name, "leads to another directory, so that every package is taken");
		return;
	}
	if (there && S_ISDIR(st.st_mode)) {
		mark_below(c, file);
		return;
	}
	/* No list has it any more; a file in whose place a link is now is not embedded either. */
	if (!there || !S_ISREG(st.st_mode))
		mark_patterns(c, file, name, may_match,
			"is gone and may have been embedded, so that packages that may depend on "
			"it "
			"are taken");
	if (ends(file, "/go.mod"))
		mark_border(c, file, name);
	if (!mark_embedded(c, file) && !is_hidden(file, strlen(c->top)))
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

void knot_changed_choose(const struct knot_golist *list,
	const struct knot_changed_repository *repository, struct knot_since *ret)
{
	struct choosing c = {.list = list, .repository = repository, .top = repository->top};

	for (size_t i = 0; i < knot_golist_count(list); i++)
		add_package(&c, knot_golist_at(list, i));
	for (size_t i = 0; i < repository->files_len; i++)
		mark(&c, repository->files[i]);
	if (repository->overlay && repository->files_len)
		take_all(&c, "GOFLAGS",
			"has an -overlay whose files cannot be told apart, so that every package "
			"is "
			"taken");
	ret->named = 0;
	for (size_t i = 0; i < knot_golist_count(list); i++) {
		const struct knot_golist_package *p = knot_golist_at(list, i);

		if (p->dep_only || p->standard || *p->for_test || tested(&c, p))
			continue;
		ret->named++;
		if (is_chosen(&c, p, repository->files_len > 0))
			/* A list of pointers. NOLINTNEXTLINE(bugprone-sizeof-expression) */
			knot_vec_push(&ret->packages, knot_xstrdup(p->path));
	}
	ret->why = c.why;
	close_all(&c);
}
