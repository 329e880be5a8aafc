/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HTML and SVG as text. Whatever is not written in goknot's own sources goes through here: texts of a target, names,
 * files that others may have changed. What comes out stands in the text of an element or in a quoted attribute, never
 * in a tag's name, a style, a script, a comment or an address.
 */
#ifndef KNOT_VIEW_MARKUP_H
#define KNOT_VIEW_MARKUP_H

#include <stddef.h>

struct knot_text;

/* NULL adds nothing. Control characters and bytes that are no UTF-8 show as \xNN. */
void knot_markup_add(struct knot_text *t, const char *text);
/* At most so many characters of it; a longer one ends in an ellipsis. */
void knot_markup_add_cut(struct knot_text *t, const char *text, size_t characters);
/* <name class="...">text</name>; class NULL = none. */
void knot_markup_element(
	struct knot_text *t, const char *name, const char *class, const char *text);
/* A JSON text as the contents of a script element: nothing in it can end the element. */
void knot_markup_add_json(struct knot_text *t, const char *json, size_t len);

#endif
