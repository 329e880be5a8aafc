/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/assets.h"
#include "view/markup.h"
#include "wire/text.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static char *marked(const char *text, size_t characters)
{
	struct knot_text t = {0};

	knot_markup_add_cut(&t, text, characters);
	return knot_text_steal(&t);
}

static void expect(const char *text, size_t characters, const char *wanted)
{
	char *got = marked(text, characters);

	cr_expect_str_eq(got, wanted);
	free(got);
}

Test(markup, what_ends_a_text_or_an_attribute_is_escaped)
{
	expect("</script><script>alert(1)</script>", SIZE_MAX,
		"&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
	expect("\"><img src=x onerror=alert(1)>", SIZE_MAX,
		"&quot;&gt;&lt;img src=x onerror=alert(1)&gt;");
	expect("' onclick='x", SIZE_MAX, "&#39; onclick=&#39;x");
	expect("&lt;", SIZE_MAX, "&amp;lt;");
	expect("-->", SIZE_MAX, "--&gt;");
	expect(NULL, SIZE_MAX, "");
}

Test(markup, what_is_no_text_shows_as_bytes)
{
	expect("a\x01\x7f\xff", SIZE_MAX, "a\\x01\\x7f\\xff");
	expect("\xe2\x80\xae", SIZE_MAX, "\\xe2\\x80\\xae"); /* right to left */
	expect("a\\x41", SIZE_MAX, "a\\x41"); /* escaped before */
	expect("\xc3\xbc", SIZE_MAX, "\xc3\xbc");
}

Test(markup, a_cut_counts_characters)
{
	expect("\xc3\xbc\xc3\xbc\xc3\xbc", 2, "\xc3\xbc\xc3\xbc\xe2\x80\xa6");
	expect("<<<", 1, "&lt;\xe2\x80\xa6");
	expect("abc", 3, "abc");
	expect("abc", 0, "\xe2\x80\xa6");
}

Test(markup, an_element_has_a_class_or_none)
{
	struct knot_text t = {0};

	knot_markup_element(&t, "b", NULL, "<");
	knot_markup_element(&t, "i", "c", "x");
	cr_assert_str_eq(t.data, "<b>&lt;</b><i class=\"c\">x</i>");
	knot_text_free(&t);
}

Test(markup, json_cannot_end_its_script)
{
	static const char json[] = "[\"</script><!--<script>&\"]";
	struct knot_text t = {0};

	knot_markup_add_json(&t, json, strlen(json));
	cr_assert_str_eq(
		t.data, "[\"\\u003c/script\\u003e\\u003c!--\\u003cscript\\u003e\\u0026\"]");
	knot_text_free(&t);
}

/* They go into the page as they are. */
Test(markup, assets_end_no_element)
{
	cr_assert_null(strchr(knot_asset_page_css, '<'));
	cr_assert_null(strchr(knot_asset_svg_css, '<'));
	cr_assert_null(strchr(knot_asset_svg_css, '&'));
	cr_assert_null(strstr(knot_asset_page_js, "</"));
	cr_assert_null(strstr(knot_asset_page_js, "<!--"));
	cr_assert_eq(strlen(knot_asset_page_js_sha256), 44);
}
