/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/shell.h"

#include <criterion/criterion.h>
#include <stdlib.h>

Test(shell, words_are_quoted_when_they_have_to_be)
{
	static const char *const cases[][2] = {
		{"../m/.goknot/TestA-fail-1.crash", "../m/.goknot/TestA-fail-1.crash"},
		{"", "''"},
		{"two words", "'two words'"},
		{"$HOME", "'$HOME'"},
		{"it's", "'it'\"'\"'s'"},
		{"''", "''\"'\"''\"'\"''"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *word = knot_shell_word(cases[i][0]);

		cr_expect_str_eq(word, cases[i][1]);
		free(word);
	}
}
