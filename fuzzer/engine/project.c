/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/project.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "engine/apart.h"
#include "sys/lock.h"
#include "sys/machine.h"
#include "wire/sites.h"
#include "wire/tests.h"

#include <string.h>

/* Replays of one campaign at the same time. */
#define ASIDE_MAX 64

static struct knot_instrument_options build_options(
	const struct knot_project_options *o, const char *work)
{
	return (struct knot_instrument_options){
		.dir = o->dir,
		.patterns = o->patterns,
		.patterns_len = o->patterns_len,
		.tags = o->tags,
		.deps = o->deps,
		.run = o->program ? NULL : o->run,
		.skip = o->program ? NULL : o->skip,
		.race = o->race,
		.program = o->program,
		.work_dir = work,
		.cancel_fd = o->cancel_fd,
	};
}

static int load_sites(struct knot_project *p, struct knot_error *err)
{
	knot_auto_free char *text = NULL;
	size_t len;
	int rc = knot_file_read(p->build.sites, KNOT_SITES_MAX_BYTES, &text, &len, err);

	return rc ? rc : knot_sites_decode(knot_span_of(text, len), &p->sites, err);
}

static int load_tests(struct knot_project *p, struct knot_tests **ret, struct knot_error *err)
{
	knot_auto_free char *text = NULL;
	size_t len;
	int rc = knot_file_read(p->build.tests, KNOT_TESTS_MAX_BYTES, &text, &len, err);

	return rc ? rc : knot_tests_decode(knot_span_of(text, len), ret, err);
}

static void choose_subtests(const struct knot_tests_package *pkg, struct knot_target *t)
{
	const struct knot_tests_subtests *s = knot_tests_subtests(pkg, t->test);

	t->only = s && s->run ? knot_xstrdup(s->run) : NULL;
	t->skip = s && s->skip ? knot_xstrdup(s->skip) : NULL;
	t->name = knot_xstrdup(s && s->name ? s->name : t->test);
}

static bool is_below(const char *path, const char *dir)
{
	const size_t len = strlen(dir);

	return !strncmp(path, dir, len) && path[len] == '/';
}

static void add_target(struct knot_project *p, const struct knot_tests_package *pkg,
	const char *test, const char *dir, const char *binary)
{
	struct knot_target *t = knot_xalloc(sizeof(*t));

	t->module = knot_xstrdup(*pkg->module ? pkg->module : p->build.module);
	t->module_dir = knot_xstrdup(!*pkg->module     ? p->build.module_dir
			: strcmp(pkg->module_dir, "/") ? pkg->module_dir
						       : "");
	t->package = knot_xstrdup(pkg->path);
	t->test = knot_xstrdup(test);
	choose_subtests(pkg, t);
	knot_auto_free char *id = knot_xasprintf("%s %s", pkg->path, t->name);

	t->rel_dir = *pkg->module || is_below(dir, t->module_dir)
		? knot_file_relative(t->module_dir, dir)
		: knot_xstrdup(".");
	t->binary = knot_xstrdup(binary);
	t->dir = knot_xstrdup(dir);
	t->run = (struct knot_worker_target){
		.binary = t->binary,
		.dir = t->dir,
		.test = t->test,
		.run = t->only,
		.skip = t->skip,
		.args = p->options.args,
		.program = p->options.program,
		.is_short = p->options.is_short,
		.race = p->options.race,
		.salt = knot_hash_mix(
			knot_hash_fnv32(id, strlen(id)) + ((uint64_t)strlen(id) << 32)),
	};
	/* A list of pointers. NOLINTNEXTLINE(bugprone-sizeof-expression) */
	knot_vec_push(&p->targets, t);
}

/* Packages that one go command builds: no two of its test binaries have the same name. */
struct group {
	KNOT_VEC(const char *) paths;
	KNOT_VEC(char *) names;
	char *dir;
};

struct build {
	const struct knot_tests_package *package;
	size_t group;
	char *binary;
	bool failed;
};

struct plan {
	KNOT_VEC(struct group) groups;
	KNOT_VEC(struct build) builds;
};

static void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->groups.len; i++) {
		struct group *g = &plan->groups.data[i];

		for (size_t j = 0; j < g->names.len; j++)
			free(g->names.data[j]);
		knot_vec_free(&g->paths);
		knot_vec_free(&g->names);
		free(g->dir);
	}
	for (size_t i = 0; i < plan->builds.len; i++)
		free(plan->builds.data[i].binary);
	knot_vec_free(&plan->groups);
	knot_vec_free(&plan->builds);
}

static bool has_name(const struct group *g, const char *name)
{
	for (size_t i = 0; i < g->names.len; i++)
		if (!strcmp(g->names.data[i], name))
			return true;
	return false;
}

static void plan_add(struct plan *plan, const char *bin, const struct knot_tests_package *pkg)
{
	char *name = knot_instrument_command_name(pkg->path);
	size_t at = 0;

	while (at < plan->groups.len && has_name(&plan->groups.data[at], name))
		at++;
	if (at == plan->groups.len)
		knot_vec_push(
			&plan->groups, ((struct group){.dir = knot_xasprintf("%s/%zu/", bin, at)}));
	struct group *g = &plan->groups.data[at];

	knot_vec_push(&g->paths, pkg->path);
	knot_vec_push(&g->names, name);
	knot_vec_push(&plan->builds,
		((struct build){.package = pkg,
			.group = at,
			.binary = knot_xasprintf("%s%s.test", g->dir, name)}));
}

/* A go command compiles what another has not compiled yet a second time: only what is up to date is built side by side. */
static size_t commands_at_once(const struct plan *plan)
{
	for (size_t i = 0; i < plan->builds.len; i++)
		if (!knot_file_exists(plan->builds.data[i].binary))
			return 1;
	return knot_machine_cores();
}

/* Where the go command for a group fails each of its packages is asked why. */
static int build_singly(struct knot_project *p, const struct knot_instrument_options *o,
	struct plan *plan, size_t group, struct knot_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < plan->builds.len && !rc; i++) {
		struct build *b = &plan->builds.data[i];
		struct knot_instrument_build one = {&b->package->path, 1, b->binary, NULL};

		if (b->group != group)
			continue;
		rc = knot_instrument_build(o, &p->build, &one, 1, 1, err);
		b->failed = one.why != NULL;
		if (b->failed)
			knot_vec_push(&p->failed, one.why);
	}
	return rc;
}

/* One go command for all packages of a group, which looks at what they share once. */
static int build_groups(struct knot_project *p, const struct knot_instrument_options *o,
	struct plan *plan, struct knot_error *err)
{
	const size_t n = plan->groups.len, at_once = commands_at_once(plan);
	struct knot_instrument_build *commands = knot_xalloc(n * sizeof(*commands));
	int rc = 0;

	for (size_t i = 0; i < n && !rc; i++) {
		const struct group *g = &plan->groups.data[i];

		commands[i] =
			(struct knot_instrument_build){g->paths.data, g->paths.len, g->dir, NULL};
		rc = knot_file_mkdirs(g->dir, 0777, err);
	}
	if (!rc)
		rc = knot_instrument_build(o, &p->build, commands, n, at_once, err);
	for (size_t i = 0; i < n; i++) {
		if (!rc && commands[i].why)
			rc = build_singly(p, o, plan, i, err);
		free(commands[i].why);
	}
	free(commands);
	return rc;
}

/* Under its whole path a test binary is found without knowing the groups. */
static int link_binary(const char *bin, const struct build *b, struct knot_error *err)
{
	knot_auto_free char *flat = knot_xstrdup(b->package->path);

	for (char *slash = flat; (slash = strchr(slash, '/'));)
		*slash = '+';
	knot_auto_free char *path = knot_xasprintf("%s/%s.test", bin, flat);

	return knot_file_link(b->binary + strlen(bin) + 1, path, err);
}

static int build_tests(struct knot_project *p, const struct knot_instrument_options *o,
	const char *bin, struct plan *plan, struct knot_error *err)
{
	int rc = build_groups(p, o, plan, err);

	for (size_t i = 0; i < plan->builds.len && !rc; i++) {
		const struct build *b = &plan->builds.data[i];

		/* There may be nothing to test after build constraints. */
		if (b->failed || !knot_file_exists(b->binary))
			continue;
		if ((rc = link_binary(bin, b, err)))
			return rc;
		for (size_t j = 0; j < knot_tests_names(b->package); j++)
			add_target(p, b->package, knot_tests_name(b->package, j), b->package->dir,
				b->binary);
	}
	return rc;
}

/* A program is told its name (os.Args[0]): it lies in a directory of its own. */
static int build_program(struct knot_project *p, const struct knot_instrument_options *o,
	const struct knot_tests_package *pkg, struct knot_error *err)
{
	const char *under = p->options.program_dir, *module = p->options.module;
	const char *root = module && *module && !strcmp(module, pkg->module) ? pkg->module_dir
									     : p->build.module_dir;
	knot_auto_free char *below = under && strcmp(under, ".") != 0
		? knot_xasprintf("%s/%s", root, under)
		: knot_xstrdup(under ? root : p->build.dir);
	knot_auto_free char *real = realpath(below, NULL);
	const char *dir = real && strstr(below, "/..") ? real : below;
	knot_auto_free char *name = knot_instrument_command_name(pkg->path);
	knot_auto_free char *place = knot_xasprintf("%s/bin/program", o->work_dir);
	knot_auto_free char *binary = knot_xasprintf("%s/%s", place, name);
	struct knot_instrument_build build = {&pkg->path, 1, binary, NULL};
	int rc = knot_file_mkdirs(place, 0777, err);

	if (rc || (rc = knot_instrument_build(o, &p->build, &build, 1, 1, err)))
		return rc;
	if (build.why) {
		rc = knot_error_set(err, KNOT_EBUILD, "%s", build.why);
		free(build.why);
		return rc;
	}
	add_target(p, pkg, KNOT_PROGRAM_NAME, dir, binary);
	return 0;
}

static void say_building(
	knot_project_progress progress, void *arg, const struct knot_tests_package *pkg)
{
	knot_auto_free char *what = knot_xasprintf("building %s", pkg->path);

	if (progress)
		progress(arg, what);
}

/* The one command among the packages that were named; NULL sets err. */
static const struct knot_tests_package *find_program(const struct knot_project_options *o,
	const struct knot_tests *tests, struct knot_error *err)
{
	const struct knot_tests_package *found = NULL;
	size_t count = 0;

	for (size_t i = 0; i < knot_tests_count(tests); i++) {
		const struct knot_tests_package *pkg = knot_tests_at(tests, i);

		if (strcmp(pkg->name, "main") != 0)
			continue;
		found = pkg;
		count++;
	}
	if (count == 1)
		return found;
	if (count)
		knot_error_set(err, KNOT_EUSAGE,
			"%s names %zu main packages: before -- stands the one to run",
			o->patterns[0], count);
	else
		knot_error_set(err, KNOT_EUSAGE,
			"%s is no main package: only a program can be run with --", o->patterns[0]);
	return NULL;
}

static bool any_command(const struct knot_tests *tests)
{
	for (size_t i = 0; i < knot_tests_count(tests); i++)
		if (!strcmp(knot_tests_at(tests, i)->name, "main"))
			return true;
	return false;
}

static int build_all(struct knot_project *p, const struct knot_instrument_options *o,
	knot_project_progress progress, void *arg, struct knot_error *err)
{
	struct knot_tests *tests = NULL;
	knot_auto_free char *bin = knot_xasprintf("%s/bin", o->work_dir);
	struct plan plan = {0};
	int rc = knot_file_mkdirs(bin, 0777, err);

	if (rc || (rc = load_tests(p, &tests, err)))
		return rc;
	if (p->options.program) {
		const struct knot_tests_package *pkg = find_program(&p->options, tests, err);

		rc = KNOT_EUSAGE;
		if (pkg) {
			p->packages = 1;
			say_building(progress, arg, pkg);
			rc = build_program(p, o, pkg, err);
		}
		knot_tests_free(tests);
		return rc;
	}
	p->commands = any_command(tests);
	for (size_t i = 0; i < knot_tests_count(tests); i++) {
		const struct knot_tests_package *pkg = knot_tests_at(tests, i);

		if (!knot_tests_names(pkg))
			continue;
		p->packages++;
		plan_add(&plan, bin, pkg);
		say_building(progress, arg, pkg);
	}
	rc = build_tests(p, o, bin, &plan, err);
	plan_free(&plan);
	knot_tests_free(tests);
	return rc;
}

/* A place to build in that nobody else builds in. Locked before anything is written: the workers of a
 * running campaign start from what lies there. */
static int take_place(struct knot_project *p, char **ret_work, struct knot_error *err)
{
	const char *dir = p->options.campaign_dir;
	int rc = KNOT_EBUSY;

	if (!p->options.aside) {
		rc = knot_lock_take(dir, &p->lock, err);
		if (!rc)
			*ret_work = knot_xasprintf("%s/build", dir);
		return rc;
	}
	for (unsigned i = 0; i < ASIDE_MAX && rc == KNOT_EBUSY; i++) {
		knot_auto_free char *work = knot_xasprintf(
			"%s/build/%s-%u", dir, p->options.debug ? "debug" : "aside", i);

		if ((rc = knot_file_mkdirs(work, 0777, err)) ||
			(rc = knot_lock_take(work, &p->lock, err)))
			continue;
		*ret_work = knot_steal(&work);
	}
	return rc;
}

static int no_tests(const struct knot_project *p, struct knot_error *err)
{
	const struct knot_project_options *o = &p->options;
	const char *where = o->patterns_len ? o->patterns[0] : ".";

	knot_error_set(err, KNOT_EUSAGE, "no test matches%s%s%s%s in %s", o->run ? " -run " : "",
		o->run ? o->run : "", o->skip ? " -skip " : "", o->skip ? o->skip : "", where);
	if (p->commands && !o->run && !o->skip && o->patterns_len < 2)
		return knot_error_set(err, KNOT_EUSAGE,
			"no test in %s, which is a main package: goknot fuzz %s -- runs the "
			"program "
			"(its arguments follow the --)",
			where, where);
	return KNOT_EUSAGE;
}

int knot_project_open(const struct knot_project_options *options, knot_project_progress progress,
	void *arg, struct knot_project *ret_project, struct knot_error *err)
{
	struct knot_project p = {.options = *options};
	knot_auto_free char *work = NULL;
	int rc = take_place(&p, &work, err);

	if (!rc && (rc = knot_apart(options->campaign_dir, err)))
		knot_lock_close(p.lock);
	if (rc)
		return rc;
	struct knot_instrument_options o = build_options(options, work);

	if (progress)
		progress(arg, "instrumenting");
	rc = knot_instrument(&o, &p.build, err);
	knot_auto_free char *gcflags = knot_xasprintf("-gcflags=%s/...=-N -l",
		options->module && *options->module ? options->module : p.build.module);

	if (options->debug)
		o.gcflags = gcflags;
	if (!rc)
		rc = load_sites(&p, err);
	if (!rc)
		rc = build_all(&p, &o, progress, arg, err);
	if (!rc && !p.targets.len) {
		if (p.failed.len)
			rc = knot_error_set(err, KNOT_EBUILD, "%s", p.failed.data[0]);
		else if (!options->maybe_none)
			rc = no_tests(&p, err);
	}
	if (rc)
		knot_project_close(&p);
	else
		*ret_project = p;
	return rc;
}

void knot_project_close(struct knot_project *p)
{
	for (size_t i = 0; i < p->targets.len; i++) {
		struct knot_target *t = p->targets.data[i];

		free(t->package);
		free(t->test);
		free(t->name);
		free(t->only);
		free(t->skip);
		free(t->module);
		free(t->module_dir);
		free(t->rel_dir);
		free(t->binary);
		free(t->dir);
		free(t);
	}
	knot_vec_free(&p->targets);
	for (size_t i = 0; i < p->failed.len; i++)
		free(p->failed.data[i]);
	knot_vec_free(&p->failed);
	knot_sites_free(p->sites);
	knot_instrument_free(&p->build);
	knot_lock_close(p->lock);
	*p = (struct knot_project){0};
}

struct knot_project_module knot_project_module(
	const struct knot_project *p, const char *package, const char *module)
{
	for (size_t i = 0; i < p->targets.len; i++) {
		const struct knot_target *t = p->targets.data[i];

		if (!strcmp(t->package, package) && !strcmp(t->module, module))
			return (struct knot_project_module){t->module, t->module_dir};
	}
	return (struct knot_project_module){p->build.module, p->build.module_dir};
}

size_t knot_project_copies(const struct knot_project *p, const char **ret_dirs, size_t max)
{
	size_t n = 0;

	if (*p->build.module_dir)
		ret_dirs[n++] = p->build.module_dir;
	for (size_t i = 0; i < p->targets.len && n < max; i++) {
		const char *dir = p->targets.data[i]->module_dir;
		bool has = !*dir;

		for (size_t k = 0; k < n && !has; k++)
			has = !strcmp(dir, ret_dirs[k]) || is_below(dir, ret_dirs[k]);
		if (!has)
			ret_dirs[n++] = dir;
	}
	return n;
}
