/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/kept.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "wire/crash_path.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>

/* What go's own tools skip, with other modules: vendored code, and what begins with a dot or an underscore. */
static bool is_skipped(const FTSENT *e)
{
	return e->fts_level > 0 &&
		(*e->fts_name == '.' || *e->fts_name == '_' || !strcmp(e->fts_name, "vendor"));
}

static bool is_module(const FTSENT *e)
{
	knot_auto_free char *gomod = knot_xasprintf("%s/go.mod", e->fts_accpath);

	return e->fts_level > 0 && knot_file_exists(gomod);
}

static int no_module(const char *dir, const char *pattern, struct knot_error *err)
{
	if (knot_kept_in_workspace(dir))
		return knot_error_set(err, KNOT_EUSAGE,
			"%s is not in a Go module, but in a workspace (go.work): name the "
			"directories of its modules, ./m/... for all of one",
			pattern);
	return knot_error_set(err, KNOT_EUSAGE,
		"%s is not in a Go module: no go.mod there or above (-C names another directory)",
		pattern);
}

static bool is_kept(const char *path)
{
	struct knot_span stem;

	return knot_crash_path_stem(path, &stem) && strstr(path, "/testdata/goknot/");
}

/* "./x/..." is x and all below, "./x" only the package there. */
int knot_kept_find(const char *start, const char *pattern, knot_kept_fn found,
	knot_kept_fn left_out, void *arg, struct knot_error *err)
{
	static const char all[] = "/...";
	size_t len = strlen(pattern);
	const bool below = !strcmp(pattern, "...") ||
		(len >= strlen(all) && !strcmp(pattern + len - strlen(all), all));

	if (below)
		len = !strcmp(pattern, "...") ? 0 : len - strlen(all);
	knot_auto_free char *dir = *pattern == '/'
		? knot_xasprintf("%.*s", (int)len, pattern)
		: knot_xasprintf("%s/%.*s", start, (int)len, pattern);
	knot_auto_free char *real = realpath(dir, NULL);

	if (!real)
		return knot_error_set(err, KNOT_EUSAGE,
			"%s: %s (packages are named by their directories here)", pattern,
			strerror(errno));
	knot_auto_free char *only = below ? NULL : knot_xasprintf("%s/testdata/goknot", real);
	char *roots[] = {below ? real : only, NULL};
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);

	bool any = false;

	if (!walk)
		return knot_error_sys(err, "%s", pattern);
	for (FTSENT *e; (e = fts_read(walk));) {
		const bool other = e->fts_info == FTS_D && !is_skipped(e) && is_module(e);

		if (other && left_out)
			left_out(arg, e->fts_path);
		if (other || (e->fts_info == FTS_D && is_skipped(e)))
			fts_set(walk, e, FTS_SKIP);
		else if (e->fts_info == FTS_F && is_kept(e->fts_path)) {
			found(arg, e->fts_path);
			any = true;
		}
	}
	fts_close(walk);
	/* A program may have run where no module is, and is kept there. */
	knot_auto_free char *module = any ? NULL : knot_file_above(real, "go.mod");

	return any || module ? 0 : no_module(real, pattern, err);
}

static void take_note(void *arg, const char *path)
{
	(void)path;
	*(bool *)arg = true;
}

bool knot_kept_any(const char *module_dir)
{
	bool any = false;

	(void)knot_kept_find(module_dir, "...", take_note, NULL, &any, NULL);
	return any;
}

bool knot_kept_in_workspace(const char *dir)
{
	const char *said = getenv("GOWORK");
	knot_auto_free char *found = said && *said ? NULL : knot_file_above(dir, "go.work");

	return said && *said ? strcmp(said, "off") != 0 : found != NULL;
}
