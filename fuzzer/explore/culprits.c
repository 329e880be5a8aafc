/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/culprits.h"

#include "base/cleanup.h"
#include "explore/names.h"
#include "explore/verdict.h"
#include "wire/places.h"
#include "wire/race.h"
#include "wire/text.h"

#include <inttypes.h>
#include <string.h>

struct pair {
	uint32_t site, created; /* 0 = none */
};

struct taking {
	const struct knot_run_view *view;
	const struct knot_names *names;
	const struct knot_culprits_at *at;
	struct knot_places *places;
	KNOT_VEC(struct pair) pairs;
};

/*
 * As it is written: the linker has %2e for a dot in the last element of a path, a stack type arguments, and main for
 * the package of a command.
 */
static char *readable(const char *function, const char *package)
{
	static const char dot[] = "%2e", command[] = "main.";
	struct knot_text t = {0};
	const char *p = function;
	uint32_t depth = 0;

	if (!strncmp(p, command, strlen(command)) && package && *package) {
		knot_text_adds(&t, package);
		p += strlen(command) - 1;
	}
	for (; *p; p++) {
		depth += *p == '[';
		if (!depth && !strncmp(p, dot, strlen(dot))) {
			knot_text_adds(&t, ".");
			p += strlen(dot) - 1;
		} else if (!depth) {
			knot_text_add(&t, p, 1);
		}
		depth -= depth && *p == ']';
	}
	return knot_text_steal(&t);
}

static char *function_of(const struct taking *t, const char *package, const char *function)
{
	if (!function || !*function)
		return knot_xstrdup("");
	knot_auto_free char *name = readable(function, package ? NULL : t->at->package);

	return package ? knot_xasprintf("%s.%s", package, name) : knot_steal(&name);
}

static char *site_of(const struct taking *t, const char *path, uint32_t line)
{
	const char *dir = t->at->module_dir;
	const size_t len = dir ? strlen(dir) : 0;

	if (!path || !*path || !line)
		return knot_xstrdup("");
	if (len && !strncmp(path, dir, len) && path[len] == '/')
		path += len + 1;
	return knot_xasprintf("%s:%" PRIu32, path, line);
}

static void add_site(struct taking *t, bool next, uint32_t site)
{
	const struct knot_site_name *s = knot_names_site(t->names, site);
	knot_auto_free char *function = s ? function_of(t, s->package, s->function) : NULL;
	knot_auto_free char *at = s ? site_of(t,
					      s->path           ? s->path
						      : s->told ? s->told
								: s->file,
					      s->line)
				    : NULL;

	knot_places_add(t->places, next, function, at);
}

static void add_frame(struct taking *t, bool next, const struct knot_gostack_frame *f)
{
	knot_auto_free char *function = f ? function_of(t, NULL, f->func) : NULL;
	knot_auto_free char *at = f ? site_of(t, f->file, f->line) : NULL;

	knot_places_add(t->places, next, function, at);
}

/* The go statement that created it; 0 = the run did not. */
static uint32_t created_at(const struct taking *t, uint16_t g)
{
	return g < t->view->gs_len ? t->view->gs[g].site : 0;
}

static int by_sites(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->site != y->site)
		return x->site < y->site ? -1 : 1;
	return (x->created > y->created) - (x->created < y->created);
}

/* Thousands of workers that stand at one line are one. */
static void add_stuck(struct taking *t, const struct knot_verdict *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->graph.waiters.len; i++) {
		const struct knot_waiter *x = &v->graph.waiters.data[i];

		if (x->stuck)
			knot_vec_push(&t->pairs,
				((struct pair){.site = x->site,
					.created = x->is_test ? 0 : created_at(t, x->g)}));
	}
	if (t->pairs.len)
		qsort(t->pairs.data, t->pairs.len, sizeof(*t->pairs.data), by_sites);
	for (size_t i = 0; i < t->pairs.len; i++)
		if (!n || by_sites(&t->pairs.data[n - 1], &t->pairs.data[i]))
			t->pairs.data[n++] = t->pairs.data[i];
	for (size_t i = 0; i < n && n <= KNOT_PLACES_MAX / 2; i++) {
		add_site(t, true, t->pairs.data[i].site);
		if (t->pairs.data[i].created)
			add_site(t, false, t->pairs.data[i].created);
	}
	knot_vec_free(&t->pairs);
}

static void add_race(struct taking *t, const struct knot_race *race)
{
	for (size_t i = 0; i < 2; i++) {
		const struct knot_race_access *a = &race->access[i];

		add_frame(t, true, knot_race_position(a));
		if (a->creation.len)
			add_frame(t, false, &a->creation.data[0]);
	}
}

static void add_spinners(struct taking *t, const struct knot_verdict *v)
{
	for (size_t i = 0; i < v->spinners.list.len; i++) {
		const struct knot_spinner *s = &v->spinners.list.data[i];

		for (uint32_t n = 0; n < s->spots_len; n++)
			add_site(t, !n, s->spots[n].site);
		if (s->spots_len && created_at(t, s->g))
			add_site(t, false, created_at(t, s->g));
	}
}

void knot_culprits_places(const struct knot_verdict *v, const struct knot_race *race,
	const struct knot_run_view *view, const struct knot_names *names,
	const struct knot_culprits_at *at, struct knot_places *ret_places)
{
	struct taking t = {.view = view, .names = names, .at = at, .places = ret_places};

	if (race)
		add_race(&t, race);
	else if (v->kind == KNOT_VERDICT_LEAK || v->kind == KNOT_VERDICT_DEADLOCK)
		add_stuck(&t, v);
	else if (v->kind == KNOT_VERDICT_LIVELOCK && v->spinners.list.len)
		add_spinners(&t, v);
	else
		for (size_t i = 0; i < v->sites.len && v->sites.len <= KNOT_PLACES_MAX; i++)
			add_site(&t, true, v->sites.data[i].site);
}

/* --- leaks that are meant -------------------------------------------------------------------- */

/* A worker that has nothing to do stands so; who has something to hand over does not. */
static bool waits_for_work(uint32_t op)
{
	return op == KNOT_OP_RECV || op == KNOT_OP_RANGE || op == KNOT_OP_SELECT ||
		op == KNOT_OP_SELRECV || op == KNOT_OP_CONDWAIT;
}

/* Of "a/b.(*T).F": "a/b". */
static bool in_module(const struct knot_culprits_at *at, const char *package, const char *function)
{
	const size_t len = at->module ? strlen(at->module) : 0;
	const char *name = package ? package : function ? function : "";

	if (!len || !strncmp(name, "main.", 5))
		return true;
	return !strncmp(name, at->module, len) &&
		(!name[len] || name[len] == '/' || name[len] == '.' ||
			!strncmp(name + len, "_test", 5));
}

static bool is_init(const struct knot_site_name *s)
{
	const char *f = s && s->function ? s->function : "";
	const char *slash = strrchr(f, '/');
	const char *dot = s && s->package ? NULL : strchr(slash ? slash : f, '.');

	if (dot)
		f = dot + 1;
	return !strncmp(f, "init", 4) && (!f[4] || f[4] == '.');
}

static bool is_test_file(const struct knot_site_name *s)
{
	static const char end[] = "_test.go";
	const size_t len = s && s->file ? strlen(s->file) : 0;

	return len >= strlen(end) && !strcmp(s->file + len - strlen(end), end);
}

static bool is_only_one(const struct knot_run_view *view, uint32_t created)
{
	size_t n = 0;

	for (size_t g = 0; g < view->gs_len; g++)
		n += view->gs[g].site == created;
	return n == 1;
}

static const char *meant(const struct knot_verdict *v, const struct knot_waiter *x,
	const struct knot_run_view *view, const struct knot_names *names,
	const struct knot_culprits_at *at)
{
	const uint32_t created = x->g < view->gs_len ? view->gs[x->g].site : 0;

	if (!waits_for_work(x->op) || x->is_test || x->proven || !created)
		return NULL;
	const struct knot_site_name *s = knot_names_site(names, created);

	if (s && s->function && !in_module(at, s->package, s->function))
		return "idle goroutine of a library";
	if (is_test_file(s))
		return NULL;
	if (is_init(s))
		return "idle worker, started by an init function";
	return v->proof == KNOT_PROOF_REACHABLE && is_only_one(view, created)
		? "idle worker, started once"
		: NULL;
}

const char *knot_culprits_meant(const struct knot_verdict *v, const struct knot_run_view *view,
	const struct knot_names *names, const struct knot_culprits_at *at)
{
	const char *why = NULL;

	if (v->kind != KNOT_VERDICT_LEAK || v->proof == KNOT_PROOF_PROVEN)
		return NULL;
	for (size_t i = 0; i < v->graph.waiters.len; i++) {
		const struct knot_waiter *x = &v->graph.waiters.data[i];

		if (x->stuck && !(why = meant(v, x, view, names, at)))
			return NULL;
	}
	return why;
}
