/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/apart.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/file.h"

#include <stdbool.h>
#include <string.h>

static bool is_passed_over(const char *name)
{
	return *name == '.' || *name == '_' || !strcmp(name, "testdata");
}

static bool is_looked_into(const char *campaign_dir)
{
	knot_auto_free char *dir = knot_xstrdup(campaign_dir);

	for (char *slash; (slash = strrchr(dir, '/')); *slash = '\0') {
		knot_auto_free char *gomod = knot_xasprintf("%s/go.mod", dir);

		if (knot_file_exists(gomod))
			return true;
		if (is_passed_over(slash + 1))
			return false;
	}
	return false;
}

int knot_apart(const char *campaign_dir, struct knot_error *err)
{
	static const char text[] =
		"// Keeps what goknot builds here out of ./... of the module above.\n"
		"module goknot.invalid/campaign\n";
	knot_auto_free char *build = knot_xasprintf("%s/build", campaign_dir);
	knot_auto_free char *gomod = knot_xasprintf("%s/go.mod", build);

	if (!is_looked_into(campaign_dir) || knot_file_exists(gomod))
		return 0;
	const int rc = knot_file_mkdirs(build, 0777, err);

	return rc ? rc : knot_file_write(gomod, text, strlen(text), err);
}
