/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/rerun.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/shell.h"

#include <stdbool.h>
#include <string.h>

const char *knot_rerun_path(const char *path)
{
	char here[4096];
	if (!getcwd(here, sizeof(here)))
		return path;
	const size_t len = strlen(here);
	return strncmp(path, here, len) == 0 && path[len] == '/' ? path + len + 1 : path;
}

char *knot_rerun_flags(const char *campaign, const char *packages_dir)
{
	knot_auto_free char *here = realpath(".", NULL);
	knot_auto_free char *dir = packages_dir ? realpath(packages_dir, NULL) : NULL;
	knot_auto_free char *output = realpath(campaign, NULL);
	knot_auto_free char *usual = knot_xasprintf("%s/.goknot", dir ? dir : here ? here : "");
	const bool elsewhere = dir && here && strcmp(dir, here) != 0;
	const bool unusual = output && strcmp(output, usual) != 0;
	knot_auto_free char *dir_word = knot_shell_word(elsewhere ? knot_rerun_path(dir) : "");
	knot_auto_free char *output_word = knot_shell_word(unusual ? knot_rerun_path(output) : "");

	return knot_xasprintf("%s%s%s%s%s%s", elsewhere ? "-C " : "", elsewhere ? dir_word : "",
		elsewhere ? " " : "", unusual ? "-o " : "", unusual ? output_word : "",
		unusual ? " " : "");
}
