/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/crash_module.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "engine/project.h"
#include "instrument/workspace.h"
#include "wire/crash.h"
#include "wire/gomod.h"

#include <string.h>

/* What its go.mod says; NULL = there is none. Caller frees. */
static char *module_of(const char *dir)
{
	knot_auto_free char *path = knot_xasprintf("%s/go.mod", dir);
	knot_auto_free char *text = NULL;
	struct knot_span found;
	size_t len;

	if (!knot_file_exists(path) || knot_file_read(path, 16u << 20, &text, &len, NULL) ||
		!knot_gomod_module(knot_span_of(text, len), &found))
		return NULL;
	return knot_xstrndup(found.data, found.len);
}

static bool is_module(const char *dir, const char *module)
{
	knot_auto_free char *found = module_of(dir);

	return found && !strcmp(found, module);
}

/* dir itself, or a directory above it; NULL = none of them. Caller frees. */
static char *find_above(const char *dir, const char *module)
{
	knot_auto_free char *at = knot_xstrdup(dir);

	for (char *slash; *at; *slash = '\0') {
		if (is_module(at, module))
			return knot_steal(&at);
		slash = strrchr(at, '/');
		if (!slash)
			break;
	}
	return NULL;
}

/*
 * A file without a module gets it, and its directory in it: they are in the path of the package. Where a program runs is not.
 */
static char *in_workspace(struct knot_crash *crash, const char *dir)
{
	const bool lacks = !*crash->module;
	knot_auto_free char *found =
		knot_workspace_module(dir, lacks ? crash->target : crash->module);
	knot_auto_free char *module = found ? module_of(found) : NULL;

	if (!module || (!lacks && strcmp(module, crash->module) != 0))
		return NULL;
	if (lacks && strcmp(crash->test, KNOT_PROGRAM_NAME) != 0) {
		const char *below = crash->target + strlen(module);

		free(crash->module);
		free(crash->dir);
		crash->module = knot_steal(&module);
		crash->dir = knot_xstrdup(*below ? below + 1 : ".");
	}
	return knot_steal(&found);
}

char *knot_crash_module_at(struct knot_crash *crash, const char *dir)
{
	return *crash->module && is_module(dir, crash->module) ? knot_xstrdup(dir)
							       : in_workspace(crash, dir);
}

static int not_found(const struct knot_crash *crash, struct knot_error *err)
{
	if (!*crash->module)
		return knot_error_set(err, KNOT_EUSAGE,
			"the crash file names no module, and %s is in no workspace here or around "
			"the file: -C names a directory of it",
			crash->target);
	return knot_error_set(err, KNOT_EUSAGE,
		"the crash file is of module %s, which is neither here nor above the file, nor "
		"in a workspace there: -C names its directory",
		crash->module);
}

int knot_crash_module_find(struct knot_crash *crash, const char *file, char **ret_module_dir,
	char **ret_dir, struct knot_error *err)
{
	knot_auto_free char *here = realpath(".", NULL);
	knot_auto_free char *beside = realpath(file, NULL);
	knot_auto_free char *found = NULL;
	char *slash = beside ? strrchr(beside, '/') : NULL;

	if (slash)
		*slash = '\0';
	if (*crash->module) {
		found = here ? find_above(here, crash->module) : NULL;
		if (!found && beside)
			found = find_above(beside, crash->module);
	}
	if (!found && here && (found = in_workspace(crash, here))) {
		*ret_dir = knot_steal(&here);
		*ret_module_dir = knot_steal(&found);
		return 0;
	}
	if (!found && beside)
		found = in_workspace(crash, beside);
	if (!found)
		return not_found(crash, err);
	*ret_dir = knot_xstrdup(found);
	*ret_module_dir = knot_steal(&found);
	return 0;
}
