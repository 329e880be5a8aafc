/* SPDX-License-Identifier: BSD-2-Clause */
/* Keeps a crash file beside the code, where goknot test replays it. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "cmd/cmd.h"
#include "cmd/crash_run.h"
#include "cmd/options_crash.h"
#include "engine/timeline.h"
#include "wire/crash_path.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TIMELINE_MAX_BYTES (256 << 10)

struct saving {
	struct knot_crash_run run;
	char *dir; /* of the package */
};

static int find_package(struct saving *s, const struct knot_save_options *o, struct knot_error *err)
{
	const struct knot_crash *c = &s->run.crash;
	const char *module = s->run.module_dir;

	if (c->native)
		return knot_error_set(err, KNOT_EUSAGE,
			"%s is of a native run, which has no schedule that replays exactly%s%s",
			o->file, *c->controlled ? ": see " : "", c->controlled);
	if (!module && *c->module)
		return knot_error_set(err, KNOT_EUSAGE,
			"%s is not the directory of module %s, nor in a workspace with it", o->dir,
			c->module);
	if (!module)
		return knot_error_set(err, KNOT_EUSAGE,
			"%s names no module, and %s is in no workspace that %s is in", o->file,
			c->target, o->dir);
	s->dir = strcmp(c->dir, ".") ? knot_xasprintf("%s/%s", module, c->dir)
				     : knot_xstrdup(module);
	/* A program of a workspace may have run outside its module. */
	char *real = strncmp(c->dir, "..", 2) ? NULL : realpath(s->dir, NULL);

	if (real) {
		free(s->dir);
		s->dir = real;
	}
	if (!knot_file_exists(s->dir))
		return knot_error_set(err, KNOT_EUSAGE, "package %s is not there any more: no %s",
			c->target, s->dir);
	return 0;
}

static int copy(const char *from, const char *to, size_t max, struct knot_error *err)
{
	knot_auto_free char *text = NULL;
	size_t len;
	const int rc = knot_file_read(from, max, &text, &len, err);

	return rc ? rc : knot_file_write(to, text, len, err);
}

/* What lay there may be of an earlier schedule. */
static int clear(const char *to, struct knot_error *err)
{
	return unlink(to) && errno != ENOENT ? knot_error_sys(err, "%s", to) : 0;
}

static int copy_beside(const char *from, const char *to, size_t max, struct knot_error *err)
{
	return knot_file_exists(from) ? copy(from, to, max, err) : clear(to, err);
}

/*
 * For goknot export, which has nothing to build and to run then, and shows the bug when the code has moved on. What is long is
 * nothing for a repository.
 */
static int copy_timeline(const char *from, const char *to, struct knot_error *err)
{
	struct stat st, there;

	if (stat(from, &st) || st.st_size <= TIMELINE_MAX_BYTES)
		return copy_beside(from, to, TIMELINE_MAX_BYTES, err);
	/* Saved once more where it is. */
	if (!stat(to, &there) && there.st_dev == st.st_dev && there.st_ino == st.st_ino)
		return 0;
	printf("%s is not copied: %lld KB are more than %d\n", from,
		(long long)(st.st_size + 1023) / 1024, TIMELINE_MAX_BYTES / 1024);
	return clear(to, err);
}

static int save(struct saving *s, const char *file, struct knot_error *err)
{
	const struct knot_crash *c = &s->run.crash;
	knot_auto_free char *dir = knot_xasprintf("%s/testdata/goknot/%s", s->dir, c->test);
	knot_auto_free char *kept =
		knot_xasprintf("%s/%s-%08x.crash", dir, c->verdict, (unsigned)(c->bucket >> 32));
	knot_auto_free char *told = knot_crash_path_beside(file, ".explanation"),
			    *kept_told = knot_crash_path_beside(kept, ".explanation"),
			    *timeline = knot_timeline_file(file),
			    *kept_timeline = knot_timeline_file(kept);
	int rc = knot_file_mkdirs(dir, 0777, err);

	if (!rc)
		rc = copy_beside(told, kept_told, KNOT_CRASH_MAX_BYTES, err);
	if (!rc)
		rc = copy_timeline(timeline, kept_timeline, err);
	if (!rc)
		rc = copy(file, kept, KNOT_CRASH_MAX_BYTES, err);
	if (!rc)
		printf("saved to %s: goknot test replays it\n", kept);
	return rc;
}

int knot_cmd_save(int argc, char **argv)
{
	struct knot_error err = {0};
	struct knot_save_options o;
	struct saving s = {0};
	int rc = knot_options_save(argc, argv, &o, &err);
	const struct knot_crash_run_options ro = {.dir = o.dir};

	if (!rc)
		rc = knot_crash_run_read(&s.run, o.file, &ro, &err);
	if (!rc)
		rc = find_package(&s, &o, &err);
	if (!rc)
		rc = save(&s, o.file, &err);
	knot_crash_run_close(&s.run);
	free(s.dir);
	return rc < 0 ? knot_cmd_fail("save", &err) : KNOT_EXIT_CLEAN;
}
