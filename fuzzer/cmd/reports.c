/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/reports.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/vec.h"
#include "cmd/options.h"
#include "cmd/reports_stacks.h"
#include "cmd/sources.h"
#include "sys/clock.h"
#include "wire/text.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#define PLACES_MAX 100 /* of one finding */

typedef KNOT_VEC(struct knot_results_place) place_list;

struct case_state {
	struct knot_results_case shown;
	KNOT_VEC(struct knot_results_finding) findings;
	size_t number;
};

struct knot_reports {
	struct knot_reports_options options;
	KNOT_VEC(struct case_state) cases;
	KNOT_VEC(void *) owned; /* everything that the findings point to */
	char *root;
	FILE *out; /* standard output as it was, when a report goes there */
	uint64_t start_ns;
};

/* --- where it goes --------------------------------------------------------------------------- */

static int check_file(const char *flag, const char *file, struct knot_error *err)
{
	struct stat st;

	if (!file || knot_option_is_out(file))
		return 0;
	const bool there = !lstat(file, &st);

	/* What is no plain file is written to and not replaced. */
	if (there && !S_ISREG(st.st_mode)) {
		if (S_ISDIR(st.st_mode) || (access(file, W_OK) < 0 && errno != ENOENT))
			return knot_error_set(err, KNOT_EUSAGE, "-%s wants a file to write: %s: %s",
				flag, file,
				S_ISDIR(st.st_mode) ? "Is a directory" : strerror(errno));
		return 0;
	}
	const char *slash = strrchr(file, '/');
	knot_auto_free char *dir =
		slash ? knot_xstrndup(file, (size_t)(slash + 1 - file)) : knot_xstrdup(".");

	if (access(dir, W_OK | X_OK) < 0)
		return knot_error_set(err, KNOT_EUSAGE, "-%s %s: no file can be written in %s: %s",
			flag, file, dir, strerror(errno));
	return 0;
}

static int check(const struct knot_reports_options *o, struct knot_error *err)
{
	const int rc = check_file("junit", o->junit, err);

	if (rc)
		return rc;
	if (o->junit && o->sarif && !strcmp(o->junit, o->sarif))
		return knot_error_set(err, KNOT_EUSAGE,
			"-junit and -sarif both want to write to %s",
			knot_option_is_out(o->junit) ? "standard output" : o->junit);
	if (o->json && (knot_option_is_out(o->junit) || knot_option_is_out(o->sarif)))
		return knot_error_set(err, KNOT_EUSAGE,
			"-json and -%s - both want to write to standard output",
			knot_option_is_out(o->junit) ? "junit" : "sarif");
	return check_file("sarif", o->sarif, err);
}

int knot_reports_open(const struct knot_reports_options *options, struct knot_reports **ret_reports,
	struct knot_error *err)
{
	struct knot_reports *r;
	int rc = check(options, err);

	if (rc || (!options->junit && !options->sarif)) {
		*ret_reports = NULL;
		return rc;
	}
	r = knot_xalloc(sizeof(*r));
	r->options = *options;
	r->start_ns = knot_clock_wall_ns();
	if (knot_option_is_out(options->junit) || knot_option_is_out(options->sarif)) {
		/* Everything else that is printed goes to standard error then. */
		const int fd = dup(STDOUT_FILENO);

		fflush(stdout);
		r->out = fd < 0 ? NULL : fdopen(fd, "w");
		if (!r->out || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
			rc = knot_error_sys(err, "standard output");
			knot_reports_close(r);
			return rc;
		}
	}
	*ret_reports = r;
	return 0;
}

void knot_reports_close(struct knot_reports *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->cases.len; i++)
		knot_vec_free(&r->cases.data[i].findings);
	for (size_t i = 0; i < r->owned.len; i++)
		free(r->owned.data[i]);
	knot_vec_free(&r->cases);
	knot_vec_free(&r->owned);
	if (r->out)
		fclose(r->out);
	free(r->root);
	free(r);
}

/* --- what is told ---------------------------------------------------------------------------- */

static void *own(struct knot_reports *r, void *p)
{
	knot_vec_push(&r->owned, p);
	return p;
}

static const char *keep(struct knot_reports *r, const char *text)
{
	return text ? own(r, knot_xstrdup(text)) : NULL;
}

void knot_reports_in(struct knot_reports *r, const char *dir)
{
	if (!r)
		return;
	free(r->root);
	r->root = knot_sources_root(dir);
}

bool knot_reports_find(
	const struct knot_reports *r, const char *package, const char *name, size_t *ret_number)
{
	for (size_t i = 0; r && i < r->cases.len; i++) {
		const struct knot_results_case *c = &r->cases.data[i].shown;

		if (strcmp(c->package, package) != 0 || strcmp(c->name, name) != 0)
			continue;
		*ret_number = i;
		return true;
	}
	return false;
}

size_t knot_reports_case(struct knot_reports *r, const char *package, const char *name, uint64_t ns)
{
	size_t number;

	if (!r)
		return 0;
	if (knot_reports_find(r, package, name, &number)) {
		r->cases.data[number].shown.ns += ns;
		return number;
	}
	const struct case_state s = {.shown = {.package = keep(r, package),
					     .name = keep(r, name),
					     .outcome = KNOT_RESULTS_PASSED,
					     .ns = ns},
		.number = r->cases.len};

	knot_vec_push(&r->cases, s);
	return r->cases.len - 1;
}

void knot_reports_outcome(
	struct knot_reports *r, size_t number, enum knot_results_outcome outcome, const char *why)
{
	if (!r)
		return;
	struct knot_results_case *c = &r->cases.data[number].shown;

	if (c->outcome == KNOT_RESULTS_FAILED)
		return;
	c->outcome = outcome;
	c->why = keep(r, why);
}

/* From the root of the repository, also when one of the two was reached through a link. */
static const char *file_of(struct knot_reports *r, const char *path)
{
	const size_t len = r->root ? strlen(r->root) : 0;
	knot_auto_free char *real = NULL;

	if (len && (strncmp(path, r->root, len) != 0 || path[len] != '/')) {
		real = realpath(path, NULL);
		path = real ? real : path;
	}
	if (len && !strncmp(path, r->root, len) && path[len] == '/')
		path += len + 1;
	else if (len && !strcmp(path, r->root))
		path = ".";
	return keep(r, path);
}

static bool is_inside(const struct knot_results_place *p)
{
	return *p->file != '/';
}

static bool is_test(const struct knot_results_place *p)
{
	static const char end[] = "_test.go";
	const size_t len = strlen(p->file);

	return len > strlen(end) && !strcmp(p->file + len - strlen(end), end);
}

/* A finding is shown at the first: in the repository, and in the code rather than in its test. */
static int by_rank(const void *a, const void *b)
{
	const struct knot_results_place *x = a, *y = b;

	if (is_inside(x) != is_inside(y))
		return is_inside(x) ? -1 : 1;
	if (is_test(x) != is_test(y))
		return is_test(x) ? 1 : -1;
	const int files = strcmp(x->file, y->file);

	if (files)
		return files;
	return x->line != y->line ? (x->line < y->line ? -1 : 1) : strcmp(x->text, y->text);
}

static void add_place(
	struct knot_reports *r, place_list *list, const char *path, uint32_t line, const char *text)
{
	/* Frames of a stack may have no file, or a generated one that is nowhere. */
	if (list->len < PLACES_MAX && *path == '/')
		knot_vec_push(list,
			((struct knot_results_place){
				.file = file_of(r, path), .line = line, .text = keep(r, text)}));
}

static struct knot_results_places given(struct knot_reports *r, place_list *list)
{
	if (list->data)
		own(r, list->data);
	return (struct knot_results_places){list->data, list->len};
}

static char *source_line(const char *path, uint32_t line)
{
	knot_auto_free char *text = NULL;
	struct knot_span left, found = {0};
	size_t len;

	if (knot_file_read(path, 16u << 20, &text, &len, NULL))
		return knot_xstrdup("");
	left = knot_span_of(text, len);
	for (uint32_t n = 0; n < line && knot_span_take_line(&left, &found); n++)
		;
	while (found.len && (*found.data == ' ' || *found.data == '\t')) {
		found.data++;
		found.len--;
	}
	return knot_xstrndup(found.data ? found.data : "", found.len);
}

/* What stays when lines are added above it, and does not depend on what has hooks: the operation and the source. */
static uint64_t fold(uint64_t sum, const char *entry, const struct knot_source_line *at)
{
	const char *slash = strrchr(at->path, '/');
	const char *blank = strchr(entry, ' '); /* without an operation it is a position alone */
	knot_auto_free char *source = source_line(at->path, at->line);
	knot_auto_free char *text = knot_xasprintf("%.*s\n%s\n%s", blank ? (int)(blank - entry) : 0,
		entry, slash ? slash + 1 : at->path, source);

	/* A sum: the order of the places follows their lines. */
	return sum + XXH3_64bits(text, strlen(text));
}

static struct knot_results_places find_places(struct knot_reports *r,
	const struct knot_reports_finding *f, const struct knot_sources *places,
	uint64_t *fingerprint)
{
	place_list list = {0}, all = {0};
	struct knot_source_line at;

	for (size_t i = 0; i < f->signature_len; i++) {
		size_t from = 0;

		if (!knot_sources_find(places, f->signature[i], &from, &at))
			continue;
		add_place(r, &list, at.path, at.line, f->signature[i]);
		*fingerprint = fold(*fingerprint, f->signature[i], &at);
		free(at.path);
	}
	if (list.len)
		qsort(list.data, list.len, sizeof(*list.data), by_rank);
	/* Nothing in the repository: shown at the test then, and as a last resort at its directory. */
	if ((!list.len || !is_inside(&list.data[0])) &&
		knot_sources_declared(places, f->test, &at)) {
		add_place(r, &all, at.path, at.line, f->test);
		free(at.path);
	}
	for (size_t i = 0; i < list.len; i++)
		knot_vec_push(&all, list.data[i]);
	knot_vec_free(&list);
	if (!all.len)
		add_place(r, &all, f->package_dir, 0, f->package);
	return given(r, &all);
}

/* Two positions a switch: where a goroutine is stopped, and how far another one goes then. */
static struct knot_results_places find_flow(struct knot_reports *r,
	const struct knot_reports_finding *f, const struct knot_sources *places)
{
	place_list list = {0};
	struct knot_source_line at;

	for (size_t i = 0; i < f->switches_len; i++) {
		size_t from = 0;

		for (int n = 0; n < 2 && knot_sources_find(places, f->switches[i], &from, &at);
			n++) {
			knot_auto_free char *text = knot_xasprintf("switch %zu%s: %s", i + 1,
				n ? ", how far the other one goes" : "", f->switches[i]);

			add_place(r, &list, at.path, at.line, text);
			free(at.path);
		}
	}
	return given(r, &list);
}

/* Both of a race; that of a goroutine that died. */
static void find_stacks(struct knot_reports *r, const struct knot_reports_finding *f,
	struct knot_results_finding *ret)
{
	struct knot_reports_stacks found;

	knot_reports_stacks_find(f->verdict, f->output, f->signature, f->signature_len, &found);
	for (size_t i = 0; i < found.len; i++) {
		place_list list = {0};
		const struct knot_reports_stack_found *s = &found.stacks[i];

		for (size_t j = 0; j < s->frames_len; j++)
			add_place(
				r, &list, s->frames[j].file, s->frames[j].line, s->frames[j].func);
		if (!ret->stacks)
			ret->stacks =
				own(r, knot_xalloc(KNOT_REPORTS_STACKS_MAX * sizeof(*ret->stacks)));
		((struct knot_results_stack *)ret->stacks)[ret->stacks_len++] =
			(struct knot_results_stack){keep(r, s->text), given(r, &list)};
	}
	knot_reports_stacks_free(&found);
}

void knot_reports_add(struct knot_reports *r, size_t number, const struct knot_reports_finding *f,
	struct knot_sources *places)
{
	if (!r)
		return;
	struct case_state *c = &r->cases.data[number];
	knot_auto_free char *about = knot_xasprintf("%s\n%s\n%s", f->package, f->test, f->verdict);
	uint64_t fingerprint = XXH3_64bits(about, strlen(about));
	struct knot_results_finding x = {
		.verdict = keep(r, f->verdict),
		.title = keep(r, f->title),
		.lines = keep(r, f->lines),
		.command = keep(r, f->command),
		.bucket = f->bucket,
		.unproven = f->unproven,
		.unclear = keep(r, f->unclear),
	};

	knot_sources_about(places, f->package_dir, f->output, f->dump);
	x.places = find_places(r, f, places, &fingerprint);
	x.flow = find_flow(r, f, places);
	x.fingerprint = fingerprint;
	find_stacks(r, f, &x);
	knot_vec_push(&c->findings, x);
	if (f->unclear) {
		knot_auto_free char *why = knot_xasprintf("%s: %s", f->title, f->unclear);

		knot_reports_outcome(r, number, KNOT_RESULTS_SKIPPED, why);
		return;
	}
	c->shown.outcome = KNOT_RESULTS_FAILED;
	c->shown.why = NULL;
}

/* --- the end --------------------------------------------------------------------------------- */

static int by_package(const void *a, const void *b)
{
	const struct case_state *x = a, *y = b;
	const int c = strcmp(x->shown.package, y->shown.package);

	return c ? c : (x->number > y->number) - (x->number < y->number);
}

static int write_one(
	struct knot_reports *r, const char *file, const char *text, struct knot_error *err)
{
	const size_t len = strlen(text);

	if (!knot_option_is_out(file))
		return knot_file_write_to(file, text, len, err);
	if (fwrite(text, 1, len, r->out) != len || fflush(r->out))
		return knot_error_sys(err, "cannot write standard output");
	return 0;
}

int knot_reports_write(struct knot_reports *r, bool whole, struct knot_error *err)
{
	int rc = 0;

	if (!r)
		return 0;
	if (r->cases.len)
		qsort(r->cases.data, r->cases.len, sizeof(*r->cases.data), by_package);
	struct knot_results_case *cases = knot_xalloc((r->cases.len + 1) * sizeof(*cases));

	for (size_t i = 0; i < r->cases.len; i++) {
		cases[i] = r->cases.data[i].shown;
		cases[i].findings = r->cases.data[i].findings.data;
		cases[i].findings_len = r->cases.data[i].findings.len;
	}
	const struct knot_results report = {.command = r->options.command,
		.start_ns = r->start_ns,
		.whole = whole,
		.cases = cases,
		.cases_len = r->cases.len};

	if (r->options.junit) {
		knot_auto_free char *text = knot_junit(&report);

		rc = write_one(r, r->options.junit, text, err);
	}
	if (r->options.sarif && !rc) {
		knot_auto_free char *text = knot_sarif(&report);

		rc = write_one(r, r->options.sarif, text, err);
	}
	free(cases);
	return rc;
}
