/* SPDX-License-Identifier: BSD-2-Clause */
#include "instrument/driver.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "instrument/argv.h"
#include "instrument/overlay.h"
#include "instrument/stamp.h"
#include "instrument/toolchain.h"
#include "instrument/words.h"
#include "sys/command.h"
#include "wire/gomod.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

/* Leaves room in an error message for what is put before it. */
#define WORDS_MAX 380
#define LIST_MAX_BYTES (1u << 30)

/* The environment with some variables set ("NAME=value"); strings are borrowed. */
static void environment(knot_argv *ret, const char *const *set, size_t set_len)
{
	for (char **e = environ; *e; e++) {
		bool ours = false;

		for (size_t i = 0; i < set_len; i++)
			ours |= !strncmp(*e, set[i], strcspn(set[i], "=") + 1);
		if (!ours)
			knot_vec_push(ret, *e);
	}
	for (size_t i = 0; i < set_len; i++)
		knot_vec_push(ret, set[i]);
	knot_vec_push(ret, NULL);
}

static struct knot_command command(
	const char *const *argv, const char *dir, const char *const *env, int cancel_fd)
{
	struct knot_command c = KNOT_COMMAND_INIT;

	c.process.argv = argv;
	c.process.envp = env;
	c.process.cwd = dir;
	c.output_limit = LIST_MAX_BYTES;
	c.cancel_fd = cancel_fd;
	return c;
}

/* Runs a command of the toolchain; its standard error becomes the message when it fails. */
static int run(const char *const *argv, const char *dir, const char *const *set, size_t set_len,
	const char *input, size_t input_len, int cancel_fd, struct knot_command_result *ret,
	struct knot_error *err)
{
	knot_argv env = {0};

	environment(&env, set, set_len);
	struct knot_command c = command(argv, dir, env.data, cancel_fd);

	c.input = input;
	c.input_len = input_len;
	int rc = knot_command_run(&c, ret, err);

	knot_vec_free(&env);
	if (rc)
		return rc;
	if (ret->canceled)
		return knot_error_set(err, KNOT_EUSAGE, "interrupted");
	return 0;
}

static int failed(
	const struct knot_command_result *r, int code, const char *what, struct knot_error *err)
{
	knot_auto_free char *words = knot_words_tidy(r->err.data ? r->err.data : "", WORDS_MAX);

	if (r->exit.signaled)
		return knot_error_set(err, code, "%s died of signal %d", what, r->exit.code);
	if (!*words)
		return knot_error_set(err, code, "%s failed with exit code %d", what, r->exit.code);
	return knot_error_set(err, code, "%s", words);
}

static int go_env(
	const char *go, const char *dir, struct knot_toolchain *ret, struct knot_error *err)
{
	const char *argv[] = {go, "env", "-json", NULL};
	struct knot_command_result r = {0};
	int rc = run(argv, dir, NULL, 0, NULL, 0, -1, &r, err);

	if (!rc && (r.exit.code || r.exit.signaled))
		rc = failed(&r, KNOT_EUSAGE, "go env", err);
	if (!rc)
		rc = knot_toolchain_parse(r.out.data, r.out.len, ret, err);
	knot_command_result_free(&r);
	return rc;
}

int knot_instrument_can_race(const char *go, const char *dir, struct knot_error *err)
{
	struct knot_toolchain t = {0};
	int rc = go_env(go, dir, &t, err);

	if (!rc)
		rc = knot_toolchain_check_race(&t, err);
	knot_toolchain_free(&t);
	return rc;
}

/* Overlays of files below the module cache are refused, and GOTOOLCHAIN keeps its toolchains there. */
static int own_goroot(const struct knot_instrument_options *o, struct knot_toolchain *t, char **go,
	struct knot_error *err)
{
	size_t n = strlen(t->modcache);

	if (!n || strncmp(t->goroot, t->modcache, n) != 0 || t->goroot[n] != '/')
		return 0;
	char *copy = knot_xasprintf("%s/goroot-%s", o->work_dir, t->version);
	knot_auto_free char *done = knot_xasprintf("%s/.complete", copy);

	if (!knot_file_exists(done)) {
		/* Linked where the file system allows it: a toolchain is some 250 MB. */
		static const char script[] =
			"rm -rf \"$2\" && { cp -al \"$1\" \"$2\" 2>/dev/null || { rm -rf \"$2\" && "
			"cp -r \"$1\" \"$2\"; }; } && find \"$2\" -type d -exec chmod u+w {} + && "
			": >\"$2/.complete\"";
		const char *argv[] = {"/bin/sh", "-c", script, "sh", t->goroot, copy, NULL};
		struct knot_command_result r = {0};
		int rc = run(argv, NULL, NULL, 0, NULL, 0, o->cancel_fd, &r, err);

		if (!rc && (r.exit.code || r.exit.signaled))
			rc = failed(&r, KNOT_ESYS, "copying the toolchain", err);
		knot_command_result_free(&r);
		if (rc) {
			free(copy);
			return rc;
		}
	}
	free(t->goroot);
	t->goroot = copy;
	free(*go);
	*go = knot_xasprintf("%s/bin/go", copy);
	return 0;
}

static int check_module(const struct knot_instrument_options *o, const struct knot_toolchain *t,
	struct knot_error *err)
{
	bool relative = !o->patterns_len;

	for (size_t i = 0; i < o->patterns_len; i++)
		relative |= o->patterns[i][0] == '.';
	if (relative && (!*t->gomod || !strcmp(t->gomod, "/dev/null")) && !*t->gowork)
		return knot_error_set(err, KNOT_EUSAGE,
			"%s is not in a Go module: no go.mod there or above (go mod init makes "
			"one; -C names another directory)",
			o->dir);
	return 0;
}

/* The go command's overlays are JSON, which has no way to write such a name. */
static int check_name(const char *path, const char *what, struct knot_error *err)
{
	if (knot_overlay_can_name(path))
		return 0;
	knot_auto_free char *shown = knot_words_tidy(path, WORDS_MAX);

	return knot_error_set(err, KNOT_EUSAGE,
		"%s: the name of %s is not valid UTF-8, which go build -overlay needs", shown,
		what);
}

static int check_user_overlay(
	const struct knot_toolchain *t, const char *dir, struct knot_error *err)
{
	knot_auto_free char *user = knot_toolchain_user_overlay(t);

	return user ? knot_overlay_check(user, dir, err) : 0;
}

static int go_build_helper(const struct knot_instrument_options *o, const char *go,
	const char *source, const char *helper, struct knot_error *err)
{
	static const char *const set[] = {
		"GOFLAGS=", "GOWORK=off", "GOTOOLCHAIN=local", "GO111MODULE=on", "GOEXPERIMENT="};
	const char *argv[] = {go, "build", "-trimpath", "-buildvcs=false", "-o", helper, ".", NULL};
	struct knot_command_result r = {0};

	/* The go command writes over nothing that it has not built. */
	if (unlink(helper) < 0 && errno != ENOENT) {
		const char *why = strerror(errno);

		return knot_error_set(err, KNOT_EUSAGE,
			"%s: goknot's helper is to be built there, and what is there cannot be "
			"removed (%s): remove it, or take another campaign directory (-o)",
			helper, why);
	}
	int rc = run(argv, source, set, sizeof(set) / sizeof(*set), NULL, 0, o->cancel_fd, &r, err);

	if (!rc && (r.exit.code || r.exit.signaled)) {
		failed(&r, KNOT_EINTERNAL, "go build", err);
		rc = knot_error_wrap(err, "building goknot's helper");
	}
	knot_command_result_free(&r);
	return rc;
}

static int build_helper(const struct knot_instrument_options *o, const struct knot_toolchain *t,
	const char *go, const char *data, const char *helper, struct knot_error *err)
{
	knot_auto_free char *source = knot_xasprintf("%s/instrument/helper", data);
	knot_auto_free char *file = knot_xasprintf("%s.stamp", helper);
	knot_auto_free char *before = NULL, *after = NULL;
	const char *words[] = {go, t->version, t->goroot, t->goamd64, t->cgo};
	const size_t n = sizeof(words) / sizeof(*words);
	int rc = knot_stamp_make(source, words, n, helper, &before, err);

	if (rc || (knot_stamp_matches(file, before) && access(helper, X_OK) == 0))
		return rc;
	if ((rc = go_build_helper(o, go, source, helper, err)) ||
		(rc = knot_stamp_make(source, words, n, helper, &after, err)))
		return rc;
	/* Sources that changed meanwhile may or may not have been built. */
	if (strncmp(before, after, strcspn(before, " ")) != 0)
		return 0;
	return knot_file_write(file, after, strlen(after), err);
}

/* What both go list and go test take. The strings are borrowed. */
/* copies, when not NULL, has go list find the export data, too, of what will be built. */
static int list(const struct knot_instrument_options *o, const char *go,
	const struct knot_instrument_result *copies, struct knot_command_result *ret,
	struct knot_error *err)
{
	/* What the helper reads of an entry (internal/golist): the whole answer is five times as long. */
	static const char *const flags[] = {"-e", "-deps",
		"-json=Dir,ImportPath,Name,Export,ForTest,Standard,Error,DepOnly,Module,GoFiles,"
		"InvalidGoFiles,CgoFiles,TestGoFiles,XTestGoFiles,EmbedFiles,TestEmbedFiles,"
		"XTestEmbedFiles,Imports,ImportMap"};
	knot_auto_free char *gowork =
		copies && copies->gowork ? knot_xasprintf("GOWORK=%s", copies->gowork) : NULL;
	const char *set[] = {gowork};
	knot_argv argv = {0};

	knot_vec_push(&argv, go);
	knot_vec_push(&argv, "list");
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		knot_vec_push(&argv, flags[i]);
	if (copies)
		knot_vec_push(&argv, "-export");
	knot_argv_add_packages(&argv, o, copies ? copies->modfile : NULL);
	int rc = run(argv.data, o->dir, set, gowork != NULL, NULL, 0, o->cancel_fd, ret, err);

	knot_vec_free(&argv);
	if (!rc && (ret->exit.code || ret->exit.signaled))
		rc = failed(ret, KNOT_EBUILD, "go list", err);
	else if (!rc && !ret->out.len)
		rc = knot_error_set(err, KNOT_EUSAGE, "no Go packages match %s",
			o->patterns_len ? o->patterns[0] : ".");
	return rc;
}

/*
 * Its own words stand behind its name, perhaps after notes. Without them it has died: of a bug of goknot or for
 * want of memory. Either way the target cannot be built.
 */
static int helper_failed(
	const struct knot_command_result *r, const char *step, struct knot_error *err)
{
	static const char name[] = "goknot helper: ";
	const char *said = r->err.data ? r->err.data : "", *own = NULL;

	for (const char *p = said; (p = strstr(p, name)); p += strlen(name))
		if (p == said || p[-1] == '\n')
			own = p + strlen(name);
	knot_auto_free char *first =
		knot_xstrndup(own ? own : said, strcspn(own ? own : said, "\n"));
	knot_auto_free char *words = knot_words_tidy(first, WORDS_MAX);

	if (r->exit.signaled)
		return knot_error_set(err, KNOT_EBUILD, "goknot's helper died of signal %d %s",
			r->exit.code, step);
	if (own && (r->exit.code == 2 || r->exit.code == 3))
		return knot_error_set(
			err, r->exit.code == 2 ? KNOT_EUNSUPPORTED : KNOT_EINTERNAL, "%s", words);
	return knot_error_set(err, KNOT_EBUILD, "goknot's helper ended with exit code %d %s%s%s",
		r->exit.code, step, *words ? ": " : "", words);
}

/* step ends a sentence: "while rewriting the packages". */
static int helper_run(const struct knot_instrument_options *o, const char *const *argv,
	const char *step, const char *input, size_t input_len, struct knot_error *err)
{
	struct knot_command_result r = {0};
	int rc = run(argv, o->dir, NULL, 0, input, input_len, o->cancel_fd, &r, err);

	if (!rc && (r.exit.code || r.exit.signaled))
		rc = helper_failed(&r, step, err);
	knot_command_result_free(&r);
	return rc;
}

static char *deps_dir(const struct knot_instrument_options *o)
{
	return o->deps ? knot_xasprintf("%s/deps", o->work_dir) : NULL;
}

/* Overlays of files in the module cache are refused: chosen dependencies that lie there are built from copies. */
static int copy_deps(const struct knot_instrument_options *o, const struct knot_toolchain *t,
	const char *helper, struct knot_instrument_result *res, struct knot_error *err)
{
	knot_auto_free char *dir = deps_dir(o);
	struct knot_command_result packages = {0};

	if (!dir)
		return 0;
	const char *argv[] = {helper, "deps", "-patterns", o->deps, "-out", dir, "-go", res->go,
		"-modcache", t->modcache, "-gomod", t->gomod, "-gowork", t->gowork, "-goflags",
		t->goflags, NULL};
	int rc = list(o, res->go, NULL, &packages, err);

	if (!rc)
		rc = helper_run(o, argv, "while copying dependencies", packages.out.data,
			packages.out.len, err);
	knot_command_result_free(&packages);
	if (rc)
		return rc;
	res->modfile = knot_xasprintf("%s/go.mod", dir);
	if (!knot_file_exists(res->modfile))
		free(knot_steal(&res->modfile));
	res->gowork = knot_xasprintf("%s/go.work", dir);
	if (!knot_file_exists(res->gowork))
		free(knot_steal(&res->gowork));
	return 0;
}

/* The last three steps: rewrite the packages, edit the runtime, merge the overlays. */
static int rewrite(const struct knot_instrument_options *o, const struct knot_toolchain *t,
	const char *data, const char *helper, const struct knot_command_result *packages,
	struct knot_instrument_result *res, struct knot_error *err)
{
	knot_auto_free char *user = knot_toolchain_user_overlay(t);
	knot_auto_free char *deps = deps_dir(o);
	knot_auto_free char *source = knot_xasprintf("%s/src", o->work_dir);
	knot_auto_free char *runtime = knot_xasprintf("%s/runtime", o->work_dir);
	knot_auto_free char *shim = knot_xasprintf("%s/runtime-shim", data);
	knot_auto_free char *cache = knot_xasprintf("%s/packages.cache", o->work_dir);
	knot_auto_free char *part1 = knot_xasprintf("%s/overlay-source.json", o->work_dir);
	knot_auto_free char *part2 = knot_xasprintf("%s/overlay-runtime.json", o->work_dir);
	knot_argv argv1 = {0};
	const char *const always[] = {helper, "rewrite", "-out", source, "-sites", res->sites,
		"-overlay", part1, "-tests", res->tests, "-cache", cache};
	const char *argv2[] = {helper, "runtime", "-goroot", t->goroot, "-shim", shim, "-out",
		runtime, "-overlay", part2, NULL};

	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		knot_vec_push(&argv1, always[i]);
	if (user) {
		knot_vec_push(&argv1, "-user-overlay");
		knot_vec_push(&argv1, user);
	}
	if (deps) {
		knot_vec_push(&argv1, "-deps");
		knot_vec_push(&argv1, deps);
	}
	if (o->run) {
		knot_vec_push(&argv1, "-run");
		knot_vec_push(&argv1, o->run);
	}
	if (o->skip) {
		knot_vec_push(&argv1, "-skip");
		knot_vec_push(&argv1, o->skip);
	}
	knot_vec_push(&argv1, NULL);
	int rc = helper_run(o, argv1.data, "while rewriting the packages", packages->out.data,
		packages->out.len, err);

	knot_vec_free(&argv1);
	if (!rc)
		rc = helper_run(o, argv2, "while editing the Go runtime", NULL, 0, err);
	if (rc)
		return rc;
	const char *parts[] = {part1, part2};

	return knot_overlay_merge(parts, 2, res->dir, res->overlay, err);
}

static char *module_path(const char *gomod)
{
	knot_auto_free char *text = NULL;
	struct knot_span path;
	size_t len;

	if (!*gomod || knot_file_read(gomod, 16u << 20, &text, &len, NULL) ||
		!knot_gomod_module(knot_span_of(text, len), &path))
		return knot_xstrdup("");
	return knot_xstrndup(path.data, path.len);
}

static void fill(const struct knot_instrument_options *o, const struct knot_toolchain *t, char **go,
	const char *dir, struct knot_instrument_result *res)
{
	const char *slash = strrchr(t->gomod, '/');

	*res = (struct knot_instrument_result){
		.go = knot_steal(go),
		.goroot = knot_xstrdup(t->goroot),
		.go_version = knot_xstrdup(t->version),
		.module = module_path(t->gomod),
		.module_dir = slash && strcmp(t->gomod, "/dev/null") != 0
			? knot_xstrndup(t->gomod, (size_t)(slash - t->gomod))
			: knot_xstrdup(dir),
		.dir = knot_xstrdup(dir),
		.overlay = knot_xasprintf("%s/overlay.json", o->work_dir),
		.sites = knot_xasprintf("%s/sites.json", o->work_dir),
		.tests = knot_xasprintf("%s/tests.json", o->work_dir),
		.goexperiment = knot_xstrdup(t->goexperiment),
	};
	/* The place of the heap must not differ between two runs: maps keyed by pointers show it. */
	if (knot_instrument_go_minor(t->version) >= 26) {
		free(res->goexperiment);
		res->goexperiment = knot_xasprintf(
			"%s%snorandomizedheapbase64", t->goexperiment, *t->goexperiment ? "," : "");
	}
}

int knot_instrument(const struct knot_instrument_options *options,
	struct knot_instrument_result *ret_result, struct knot_error *err)
{
	knot_auto_free char *go = NULL, *data = NULL;
	knot_auto_free char *dir = realpath(options->dir, NULL);
	knot_auto_free char *helper = knot_xasprintf("%s/helper", options->work_dir);
	struct knot_toolchain t = {0};
	struct knot_command_result packages = {0};
	struct knot_instrument_result res = {0};
	int rc;

	if (!dir)
		return knot_error_set(err, KNOT_EUSAGE, "%s: no such directory", options->dir);
	if ((rc = knot_instrument_find_go(&go, err)) ||
		(rc = knot_instrument_data_dir(&data, err)) ||
		(rc = check_name(dir, "the directory", err)) ||
		(rc = check_name(options->work_dir, "the campaign directory", err)) ||
		(rc = knot_file_mkdirs(options->work_dir, 0777, err)) ||
		(rc = go_env(go, dir, &t, err)))
		return rc;
	if ((rc = knot_toolchain_check(&t, err)) ||
		(options->race && (rc = knot_toolchain_check_race(&t, err))) ||
		(rc = check_module(options, &t, err)) || (rc = check_user_overlay(&t, dir, err)) ||
		(rc = own_goroot(options, &t, &go, err)) ||
		(rc = build_helper(options, &t, go, data, helper, err)))
		goto out;
	fill(options, &t, &go, dir, &res);
	rc = copy_deps(options, &t, helper, &res, err);
	if (!rc)
		rc = list(options, res.go, &res, &packages, err);
	if (!rc)
		rc = rewrite(options, &t, data, helper, &packages, &res, err);
out:
	knot_command_result_free(&packages);
	knot_toolchain_free(&t);
	if (rc)
		knot_instrument_free(&res);
	else
		*ret_result = res;
	return rc;
}

void knot_instrument_free(struct knot_instrument_result *r)
{
	free(r->go);
	free(r->goroot);
	free(r->go_version);
	free(r->module);
	free(r->module_dir);
	free(r->dir);
	free(r->overlay);
	free(r->sites);
	free(r->tests);
	free(r->goexperiment);
	free(r->modfile);
	free(r->gowork);
	*r = (struct knot_instrument_result){0};
}

char *knot_instrument_command_name(const char *path)
{
	const char *end = path + strlen(path);
	const char *name = memrchr(path, '/', (size_t)(end - path));

	name = name ? name + 1 : path;
	if (name > path && name[0] == 'v' && name[1] > '0' && name[1] <= '9' &&
		strspn(name + 1, "0123456789") == strlen(name + 1) && strcmp(name, "v1") != 0) {
		end = name - 1;
		name = memrchr(path, '/', (size_t)(end - path));
		name = name ? name + 1 : path;
	}
	return knot_xstrndup(name, (size_t)(end - name));
}

static void build_words(const struct knot_instrument_options *options,
	const struct knot_instrument_result *result, const struct knot_instrument_build *build,
	knot_argv *argv)
{
	knot_vec_push(argv, result->go);
	knot_vec_push(argv, options->program ? "build" : "test");
	if (!options->program) {
		knot_vec_push(argv, "-c");
		knot_vec_push(argv, "-vet=off");
	}
	if (options->gcflags)
		knot_vec_push(argv, options->gcflags);
	knot_vec_push(argv, "-buildvcs=false");
	knot_argv_add_build(argv, options, result->modfile);
	knot_vec_push(argv, "-overlay");
	knot_vec_push(argv, result->overlay);
	knot_vec_push(argv, "-o");
	knot_vec_push(argv, build->output);
	for (size_t i = 0; i < build->packages_len; i++)
		knot_vec_push(argv, build->packages[i]);
	knot_vec_push(argv, NULL);
}

/* Why nothing was built, NULL = it was. Caller frees. */
static char *build_failure(const struct knot_instrument_options *options,
	const struct knot_instrument_build *build, const struct knot_command_result *r)
{
	struct knot_error why = {0};

	if (!r->exit.code && !r->exit.signaled)
		return NULL;
	failed(r, KNOT_EBUILD, options->program ? "go build" : "go test -c", &why);
	knot_error_wrap(&why, "%s does not build", build->packages[0]);
	return knot_xstrdup(why.message);
}

int knot_instrument_build(const struct knot_instrument_options *options,
	const struct knot_instrument_result *result, struct knot_instrument_build *builds,
	size_t len, size_t at_once, struct knot_error *err)
{
	knot_auto_free char *experiment = knot_xasprintf("GOEXPERIMENT=%s", result->goexperiment);
	knot_auto_free char *gowork =
		result->gowork ? knot_xasprintf("GOWORK=%s", result->gowork) : NULL;
	const char *set[] = {experiment, "GOTOOLCHAIN=local", gowork};
	struct knot_command *commands = knot_xalloc(len * sizeof(*commands));
	struct knot_command_result *results = knot_xalloc(len * sizeof(*results));
	knot_argv *words = knot_xalloc(len * sizeof(*words)), env = {0};

	environment(&env, set, gowork ? 3 : 2);
	for (size_t i = 0; i < len; i++) {
		build_words(options, result, &builds[i], &words[i]);
		commands[i] = command(words[i].data, result->dir, env.data, options->cancel_fd);
	}
	int rc = knot_command_run_all(commands, len, at_once, results, err);

	for (size_t i = 0; i < len && !rc; i++)
		if (results[i].canceled)
			rc = knot_error_set(err, KNOT_EUSAGE, "interrupted");
	for (size_t i = 0; i < len; i++) {
		builds[i].why = rc ? NULL : build_failure(options, &builds[i], &results[i]);
		knot_command_result_free(&results[i]);
		knot_vec_free(&words[i]);
	}
	knot_vec_free(&env);
	free(words);
	free(results);
	free(commands);
	return rc;
}
