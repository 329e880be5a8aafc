/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/kept.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "wire/crash_path.h"

#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

/* What go's own tools skip: vendored code, other modules, and what begins with a dot or an underscore. */
static bool is_skipped(const FTSENT *e)
{
	knot_auto_free char *gomod = knot_xasprintf("%s/go.mod", e->fts_accpath);
	struct stat st;

	return e->fts_level > 0 &&
		(*e->fts_name == '.' || *e->fts_name == '_' || !strcmp(e->fts_name, "vendor") ||
			!stat(gomod, &st));
}

static bool is_kept(const char *path)
{
	struct knot_span stem;

	return knot_crash_path_stem(path, &stem) && strstr(path, "/testdata/goknot/");
}

/* "./x/..." is x and all below, "./x" only the package there. */
int knot_kept_find(const char *start, const char *pattern, knot_kept_fn found, void *arg,
	struct knot_error *err)
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

	if (!walk)
		return knot_error_sys(err, "%s", pattern);
	for (FTSENT *e; (e = fts_read(walk));) {
		if (e->fts_info == FTS_D && is_skipped(e))
			fts_set(walk, e, FTS_SKIP);
		else if (e->fts_info == FTS_F && is_kept(e->fts_path))
			found(arg, e->fts_path);
	}
	fts_close(walk);
	return 0;
}
