/* SPDX-License-Identifier: BSD-2-Clause */
#include "instrument/words.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void tidies(const char *text, size_t max, const char *want)
{
	char *got = knot_words_tidy(text, max);

	cr_expect_str_eq(got, want);
	free(got);
}

Test(words, are_without_headings)
{
	tidies("# example.org/m [example.org/m.test]\n./b.go:3:9: syntax error\n", 400,
		"./b.go:3:9: syntax error");
	tidies("go: errors parsing go.mod:\ngo.mod:4: unknown directive: requite\n", 400,
		"errors parsing go.mod: go.mod:4: unknown directive: requite");
	tidies("pattern ./...:\n\topen sub: denied\r\n\n", 400, "pattern ./...: open sub: denied");
	tidies("", 400, "");
	tidies("# only\n\n", 400, "");
}

Test(words, keep_whole_lines)
{
	tidies("a.go:1: one\nb.go:2: two\n", 400, "a.go:1: one\nb.go:2: two");
	tidies("a.go:1: one\nb.go:2: two\n# c\nc.go:3: three\nx\n", 24,
		"a.go:1: one\nb.go:2: two\n... and 2 more lines");
	tidies("a.go:1: one\nb\n", 4, "a.go...\n... and 1 more lines");
}

Test(words, do_nothing_to_a_terminal)
{
	tidies("b\xff.go: \x1b[2J \"a\\n\" \xc3\xa4\\", 400,
		"b\\xff.go: \\x1b[2J \"a\\n\" \xc3\xa4\\");
}
