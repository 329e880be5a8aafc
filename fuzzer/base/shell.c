/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/shell.h"

#include "base/alloc.h"

#include <string.h>

char *knot_shell_word(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./-+,:@%=";
	const size_t len = strlen(text);
	char *word, *to;

	if (len && strspn(text, plain) == len)
		return knot_xstrdup(text);
	word = to = knot_xalloc(5 * len + 3);
	*to++ = '\'';
	for (const char *c = text; *c; c++) {
		if (*c == '\'') {
			/* No backslash: who shows it on a terminal escapes those. */
			to = stpcpy(to, "'\"'\"'");
		} else {
			*to++ = *c;
		}
	}
	*to = '\'';
	return word;
}
