/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/json.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void gives(const char *text, const char *want)
{
	char *got = NULL;
	size_t len = 0;
	struct knot_json_line line = {.out = open_memstream(&got, &len)};
	knot_json_line_text(&line, "t", text);
	knot_json_line_end(&line);
	fclose(line.out);
	cr_assert_str_eq(got, want);
	free(got);
}

Test(json, text)
{
	gives("plain", "{\"t\":\"plain\"}\n");
	gives("", "{\"t\":\"\"}\n");
	gives("a\"b\\c\n\x7f", "{\"t\":\"a\\\"b\\\\c\\u000a\\u007f\"}\n");
	gives("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
		"{\"t\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"}\n");
}

Test(json, broken_utf8)
{
	gives("\xff", "{\"t\":\"\\ufffd\"}\n");
	gives("\xc3", "{\"t\":\"\\ufffd\"}\n");
	gives("\xe2\x82", "{\"t\":\"\\ufffd\\ufffd\"}\n");
	gives("\xc0\x80", "{\"t\":\"\\ufffd\\ufffd\"}\n");
	gives("\xed\xa0\x80", "{\"t\":\"\\ufffd\\ufffd\\ufffd\"}\n");
	gives("\xf0\x9f\x98z", "{\"t\":\"\\ufffd\\ufffd\\ufffdz\"}\n");
}

Test(json, members)
{
	char *got = NULL;
	size_t len = 0;
	struct knot_json_line line = {.out = open_memstream(&got, &len)};
	knot_json_line_number(&line, "n", UINT64_MAX);
	knot_json_line_bool(&line, "b", true);
	knot_json_line_end(&line);
	knot_json_line_bool(&line, "b", false);
	knot_json_line_end(&line);
	knot_json_line_end(&line);
	fclose(line.out);
	cr_assert_str_eq(got, "{\"n\":18446744073709551615,\"b\":true}\n{\"b\":false}\n{}\n");
	free(got);
}
