/* SPDX-License-Identifier: BSD-2-Clause */
#include "instrument/workspace.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/span.h"
#include "instrument/driver.h"
#include "sys/command.h"

#include <string.h>

/* "example.org/m /src/m", a line each; no path of a module holds a space. Of modules in one another the inner one counts. */
static char *find(struct knot_span list, const char *path)
{
	struct knot_span line, module, best = {NULL, 0}, dir = {NULL, 0};

	while (knot_span_take_line(&list, &line)) {
		const size_t len = strlen(path);

		if (!knot_span_take_until(&line, ' ', &module) || module.len < best.len ||
			len < module.len || memcmp(path, module.data, module.len) != 0 ||
			(path[module.len] && path[module.len] != '/'))
			continue;
		best = module;
		dir = line;
	}
	return dir.len ? knot_xstrndup(dir.data, dir.len) : NULL;
}

char *knot_workspace_module(const char *dir, const char *path)
{
	knot_auto_free char *go = NULL;

	if (knot_instrument_find_go(&go, NULL))
		return NULL;
	/* Without arguments these are the main modules, for which nothing is fetched. */
	const char *argv[] = {go, "list", "-m", "-f", "{{.Path}} {{.Dir}}", NULL};
	struct knot_command c = KNOT_COMMAND_INIT;
	struct knot_command_result r = {0};
	char *found = NULL;

	c.process.argv = argv;
	c.process.cwd = dir;
	if (!knot_command_run(&c, &r, NULL) && !r.exit.code && !r.exit.signaled && r.out.len)
		found = find(knot_span_of(r.out.data, r.out.len), path);
	knot_command_result_free(&r);
	return found;
}
