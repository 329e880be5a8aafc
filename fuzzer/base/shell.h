/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands that are shown to be pasted into a shell. */
#ifndef KNOT_BASE_SHELL_H
#define KNOT_BASE_SHELL_H

/* text as one word of a POSIX shell's command line; unchanged where it is one already. Caller frees. */
char *knot_shell_word(const char *text);

#endif
