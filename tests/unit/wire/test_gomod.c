/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/gomod.h"

#include <criterion/criterion.h>

Test(gomod, finds_the_module_however_it_is_spelled)
{
	static const char *const texts[] = {
		"module example.org/m\n",
		"// module other\n\nmodule example.org/m // and a comment\ngo 1.23\n",
		"module example.org/m//comment",
		"module\texample.org/m\r\n",
		"  module   \"example.org/m\" \n",
		"modules x\nmodule \"example.org/m\"// comment\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct knot_span path;

		cr_expect(knot_gomod_module(knot_span_str(texts[i]), &path), "%s", texts[i]);
		cr_expect(knot_span_eq(path, "example.org/m"), "%s", texts[i]);
	}
}

Test(gomod, tells_when_there_is_none)
{
	static const char *const texts[] = {"", "module", "module\n", "module \n", "module //\n",
		"module \"open\n", "modulex y\n"};
	struct knot_span path;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		cr_expect_not(knot_gomod_module(knot_span_str(texts[i]), &path), "%s", texts[i]);
}
