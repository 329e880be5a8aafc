/* SPDX-License-Identifier: BSD-2-Clause */
#include "instrument/since.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "instrument/argv.h"
#include "instrument/driver.h"
#include "instrument/toolchain.h"
#include "instrument/words.h"
#include "sys/command.h"
#include "wire/golist.h"
#include "wire/text.h"

#include <string.h>

#define WORDS_MAX 300
#define SHOWN_MAX 80
#define OUTPUT_MAX_BYTES (1u << 30)

typedef KNOT_VEC(const char *) words;

struct asking {
	const struct knot_instrument_options *options;
	const char *shown; /* the revision, made safe */
	char *git;
};

/* Standard output is the answer; the caller frees. A command that fails gives NULL and its own words. */
static int ask(const struct asking *a, const char *const *argv, struct knot_command_text *ret_text,
	char **ret_words, struct knot_error *err)
{
	struct knot_command c = KNOT_COMMAND_INIT;
	struct knot_command_result r = {0};

	c.process.argv = argv;
	c.process.cwd = a->options->dir;
	c.output_limit = OUTPUT_MAX_BYTES;
	c.cancel_fd = a->options->cancel_fd;
	*ret_words = NULL;
	*ret_text = (struct knot_command_text){0};
	int rc = knot_command_run(&c, &r, err);

	if (rc)
		return rc;
	if (r.canceled)
		rc = knot_error_set(err, KNOT_EUSAGE, "interrupted");
	else if (r.out.dropped)
		rc = knot_error_set(err, KNOT_EINPUT, "%s prints more than goknot reads", argv[0]);
	else if (r.exit.signaled || r.exit.code)
		*ret_words = knot_words_tidy(r.err.data ? r.err.data : "", WORDS_MAX);
	else {
		*ret_text = r.out;
		r.out = (struct knot_command_text){0};
	}
	knot_command_result_free(&r);
	return rc;
}

/* The first line of the answer alone; NULL when git says no. */
static int ask_line(const struct asking *a, const char *const *argv, char **ret_line,
	char **ret_words, struct knot_error *err)
{
	struct knot_command_text text;
	const int rc = ask(a, argv, &text, ret_words, err);

	*ret_line = NULL;
	if (!rc && !*ret_words)
		*ret_line = knot_xstrndup(
			text.data ? text.data : "", text.data ? strcspn(text.data, "\n") : 0);
	free(text.data);
	return rc;
}

static int find_top(const struct asking *a, char **ret_top, struct knot_error *err)
{
	const char *argv[] = {a->git, "rev-parse", "--show-toplevel", NULL};
	knot_auto_free char *said = NULL;
	knot_auto_free char *line = NULL;
	const int rc = ask_line(a, argv, &line, &said, err);

	if (rc)
		return rc;
	if (said)
		return knot_error_set(err, KNOT_EUSAGE,
			"-since wants a git repository, and git says of %s: %s", a->options->dir,
			said);
	*ret_top = realpath(line, NULL);
	return *ret_top ? 0 : knot_error_sys(err, "%s", line);
}

static int find_base(
	const struct asking *a, const char *revision, char **ret_base, struct knot_error *err)
{
	knot_auto_free char *commit = knot_xasprintf("%s^{commit}", revision);
	const char *verify[] = {
		a->git, "rev-parse", "--verify", "--quiet", "--end-of-options", commit, NULL};
	knot_auto_free char *said = NULL;
	knot_auto_free char *id = NULL, *base = NULL;
	int rc = ask_line(a, verify, &id, &said, err);

	if (rc)
		return rc;
	if (said)
		return knot_error_set(err, KNOT_EUSAGE,
			"-since %s: git knows no such commit here (a remote's branch is spelled "
			"origin/main, and a shallow clone may lack it)",
			a->shown);
	const char *merge_base[] = {a->git, "merge-base", id, "HEAD", NULL};

	if ((rc = ask_line(a, merge_base, &base, &said, err)))
		return rc;
	if (said)
		return knot_error_set(err, KNOT_EUSAGE,
			"-since %s has no commit in common with HEAD here: a shallow clone needs "
			"more history (git fetch --unshallow; fetch-depth: 0)",
			a->shown);
	*ret_base = knot_steal(&base);
	return 0;
}

/* Names that end in a NUL, added to files but for what is below own; they borrow from text. */
static void split(const struct knot_command_text *text, const char *own, words *files)
{
	const size_t own_len = strlen(own);

	for (size_t at = 0; at < text->len;) {
		const char *name = text->data + at;
		const size_t len = strnlen(name, text->len - at);
		const bool is_own = own_len && !strncmp(name, own, own_len) && name[own_len] == '/';

		if (len && !is_own)
			knot_vec_push(files, name);
		at += len + 1;
	}
}

/* What git tells of the files below top. */
struct answers {
	struct knot_command_text tracked, untracked;
	words files;
};

static int find_files(const struct asking *a, const char *top, const char *base,
	struct answers *ret, struct knot_error *err)
{
	const char *diff[] = {a->git, "-C", top, "diff", "--name-only", "-z", "--no-renames",
		"--no-ext-diff", "--no-relative", "--ignore-submodules=none", base, "--", NULL};
	const char *others[] = {
		a->git, "-C", top, "ls-files", "--others", "--exclude-standard", "-z", NULL};
	knot_auto_free char *said = NULL, *also = NULL;
	int rc = ask(a, diff, &ret->tracked, &said, err);

	if (!rc && !said)
		rc = ask(a, others, &ret->untracked, &also, err);
	if (rc)
		return rc;
	if (said || also)
		return knot_error_set(
			err, KNOT_EUSAGE, "-since %s: git says: %s", a->shown, said ? said : also);
	const char *own = a->options->work_dir;
	const size_t len = strlen(top);

	own = !strncmp(own, top, len) && own[len] == '/' ? own + len + 1 : "";
	split(&ret->tracked, own, &ret->files);
	split(&ret->untracked, own, &ret->files);
	return 0;
}

static int list(const struct asking *a, const char *go, struct knot_golist **ret_list,
	struct knot_error *err)
{
	knot_argv argv = {0};
	struct knot_command_text text = {0};
	knot_auto_free char *said = NULL;

	knot_vec_push(&argv, go);
	knot_vec_push(&argv, "list");
	knot_vec_push(&argv, "-e");
	knot_vec_push(&argv, "-deps");
	knot_vec_push(&argv,
		"-json=Dir,ImportPath,ForTest,Standard,DepOnly,Incomplete,Module,Deps,EmbedFiles,"
		"TestEmbedFiles,XTestEmbedFiles,EmbedPatterns,TestEmbedPatterns,"
		"XTestEmbedPatterns");
	knot_argv_add_packages(&argv, a->options, NULL);
	int rc = ask(a, argv.data, &text, &said, err);

	knot_vec_free(&argv);
	if (!rc && said)
		rc = knot_error_set(err, KNOT_EBUILD, "%s", *said ? said : "go list failed");
	if (!rc)
		rc = knot_golist_decode(
			knot_span_of(text.data ? text.data : "", text.len), ret_list, err);
	free(text.data);
	return rc;
}

static int check_named(const struct knot_golist *list, struct knot_error *err)
{
	for (size_t i = 0; i < knot_golist_count(list); i++)
		if (!strcmp(knot_golist_at(list, i)->path, "command-line-arguments"))
			return knot_error_set(err, KNOT_EUSAGE,
				"-since chooses among packages, and files are named: name their "
				"directory");
	return 0;
}

/* What else than files decides what the go command takes. */
struct settings {
	char *dir; /* real */
	char *gowork, *goflags;
	char *modfile; /* absolute, "" = none */
	bool overlay;
};

static int ask_env(const struct asking *a, const char *go, const char *name, char **ret_value,
	struct knot_error *err)
{
	const char *argv[] = {go, "env", name, NULL};
	knot_auto_free char *said = NULL;
	const int rc = ask_line(a, argv, ret_value, &said, err);

	return rc || !said ? rc : knot_error_set(err, KNOT_EUSAGE, "go env: %s", said);
}

static int find_settings(
	const struct asking *a, const char *go, struct settings *s, struct knot_error *err)
{
	int rc;

	s->dir = realpath(a->options->dir, NULL);
	if (!s->dir)
		return knot_error_sys(err, "%s", a->options->dir);
	if ((rc = ask_env(a, go, "GOWORK", &s->gowork, err)) ||
		(rc = ask_env(a, go, "GOFLAGS", &s->goflags, err)))
		return rc;
	knot_auto_free char *overlay = knot_toolchain_flag(s->goflags, "-overlay=");
	knot_auto_free char *modfile = knot_toolchain_flag(s->goflags, "-modfile=");

	s->overlay = overlay != NULL;
	s->modfile = !modfile     ? knot_xstrdup("")
		: *modfile == '/' ? knot_xstrdup(modfile)
				  : knot_xasprintf("%s/%s", s->dir, modfile);
	return 0;
}

static void free_settings(struct settings *s)
{
	free(s->dir);
	free(s->gowork);
	free(s->goflags);
	free(s->modfile);
}

static int choose(const struct asking *a, const char *revision, struct knot_since *ret,
	struct knot_error *err)
{
	knot_auto_free char *go = NULL, *top = NULL, *base = NULL;
	struct settings settings = {0};
	struct answers git = {0};
	struct knot_golist *packages = NULL;
	int rc;

	if ((rc = knot_instrument_find_go(&go, err)) || (rc = find_top(a, &top, err)) ||
		(rc = find_base(a, revision, &base, err)))
		return rc;
	rc = find_files(a, top, base, &git, err);
	if (!rc)
		rc = find_settings(a, go, &settings, err);
	if (!rc)
		rc = list(a, go, &packages, err);
	if (!rc)
		rc = check_named(packages, err);
	if (!rc) {
		const struct knot_changed_repository repository = {.top = top,
			.dir = settings.dir,
			.gowork = settings.gowork,
			.modfile = settings.modfile,
			.overlay = settings.overlay,
			.files = git.files.data,
			.files_len = git.files.len};

		knot_changed_choose(packages, &repository, ret);
	}
	knot_golist_free(packages);
	free_settings(&settings);
	knot_vec_free(&git.files);
	free(git.tracked.data);
	free(git.untracked.data);
	return rc;
}

int knot_since(const struct knot_instrument_options *options, const char *revision,
	struct knot_since *ret_since, struct knot_error *err)
{
	knot_auto_free char *shown = knot_text_escape(knot_span_str(revision), SHOWN_MAX);
	struct asking a = {.options = options, .shown = shown};
	int rc;

	if (knot_proc_find_program("git", &a.git, NULL))
		return knot_error_set(err, KNOT_EUSAGE,
			"-since asks git what has changed, and there is no git command on PATH");
	*ret_since = (struct knot_since){0};
	rc = choose(&a, revision, ret_since, err);
	free(a.git);
	return rc;
}

void knot_since_free(struct knot_since *s)
{
	for (size_t i = 0; i < s->packages.len; i++)
		free(s->packages.data[i]);
	knot_vec_free(&s->packages);
	free(s->why);
}
