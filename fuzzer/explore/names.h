/* SPDX-License-Identifier: BSD-2-Clause */
/* How the explorer learns what a site is called: the engine has the site table, the explorer asks. */
#ifndef KNOT_EXPLORE_NAMES_H
#define KNOT_EXPLORE_NAMES_H

#include <stdint.h>

/* NULL members are unknown. */
struct knot_site_name {
	const char *file; /* base name */
	const char *path; /* absolute, NULL = unknown */
	const char *told; /* path as the target has it, for showing only: nothing there is opened */
	const char *package; /* import path that function goes without; NULL = it has it */
	uint32_t line; /* 0 = unknown */
	const char *
		function; /* as in the symbol table: "net/http.(*Server).Serve", or behind package */
	const char *primitive; /* expression: "s.mu" */
};

struct knot_names {
	/* Borrowed until the next call; NULL = no such site. */
	const struct knot_site_name *(*site)(void *arg, uint32_t site);
	void *arg;
};

/* names and names->site may be NULL. */
static inline const struct knot_site_name *knot_names_site(
	const struct knot_names *names, uint32_t site)
{
	return names && names->site && site ? names->site(names->arg, site) : (void *)0;
}

#endif
