/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/html.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "view/markup.h"
#include "view/picture.h"
#include "wire/ops.h"
#include "wire/text.h"
#include "wire/timeline.h"

#include <jansson.h>
#include <string.h>

/* -1 = none: the script has no UINT32_MAX. */
static json_t *index_of(uint32_t v)
{
	return json_integer(v == KNOT_TIMELINE_NONE ? -1 : (json_int_t)v);
}

static json_t *text(const char *s)
{
	knot_auto_free char *tame = knot_text_tame(knot_span_str(s ? s : ""), SIZE_MAX);
	json_t *value = json_string(tame);

	return value ? value : json_string("");
}

static json_t *lanes(const struct knot_picture *p)
{
	const struct knot_timeline *t = p->timeline;
	json_t *list = json_array();

	for (uint32_t i = 0; i < p->lanes; i++) {
		knot_auto_free char *name = knot_picture_lane_name(p, i);
		json_t *lane = json_array();

		json_array_append_new(lane, text(name));
		if (i < t->goroutines.len) {
			knot_auto_free char *place =
				knot_picture_place(t, t->goroutines.data[i].site);
			knot_auto_free char *state = knot_picture_state(t, i);

			json_array_append_new(lane, text(t->goroutines.data[i].path));
			json_array_append_new(lane, text(place));
			json_array_append_new(lane, text(state));
			json_array_append_new(lane, index_of(p->first.data[i]));
			json_array_append_new(lane, index_of(p->last.data[i]));
		}
		json_array_append_new(list, lane);
	}
	return list;
}

static json_t *primitives(const struct knot_timeline *t)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < t->primitives.len; i++) {
		json_t *primitive = json_array();

		json_array_append_new(primitive, text(t->primitives.data[i].name));
		json_array_append_new(primitive, text(knot_picture_kind_name(t, i)));
		json_array_append_new(primitive, json_integer(t->primitives.data[i].number));
		json_array_append_new(list, primitive);
	}
	return list;
}

static json_t *sites(const struct knot_timeline *t)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < t->sites.len; i++) {
		knot_auto_free char *place = knot_picture_place(t, i);
		json_t *site = json_array();

		json_array_append_new(site, text(place));
		json_array_append_new(site, text(t->sites.data[i].function));
		json_array_append_new(list, site);
	}
	return list;
}

static json_t *rows(const struct knot_picture *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->rows.len; i++) {
		const struct knot_picture_row *r = &p->rows.data[i];
		const struct knot_timeline *t = p->timeline;
		json_t *row = json_array();

		json_array_append_new(row, json_integer(r->lane));
		json_array_append_new(row, text(r->label));
		json_array_append_new(row, json_integer(r->marks));
		json_array_append_new(row,
			json_integer(
				r->primitive < t->primitives.len ? (json_int_t)r->primitive : -1));
		json_array_append_new(
			row, json_integer(r->site < t->sites.len ? (json_int_t)r->site : -1));
		json_array_append_new(row, json_integer(r->step));
		json_array_append_new(row, json_integer((json_int_t)r->vtime));
		json_array_append_new(list, row);
	}
	return list;
}

static json_t *spans(const struct knot_picture *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->spans.len; i++) {
		json_t *span = json_array();

		json_array_append_new(span, json_integer(p->spans.data[i].lane));
		json_array_append_new(span, json_integer(p->spans.data[i].from));
		json_array_append_new(span, index_of(p->spans.data[i].to));
		json_array_append_new(list, span);
	}
	return list;
}

static json_t *arrows(const struct knot_picture *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->arrows.len; i++) {
		json_t *arrow = json_array();

		json_array_append_new(arrow, json_integer(p->arrows.data[i].from));
		json_array_append_new(arrow, json_integer(p->arrows.data[i].to));
		json_array_append_new(arrow, json_integer(p->arrows.data[i].kind));
		json_array_append_new(list, arrow);
	}
	return list;
}

void knot_html_data(const struct knot_picture *p, size_t number, struct knot_text *out)
{
	json_t *root = json_object();

	json_object_set_new(root, "lanes", lanes(p));
	json_object_set_new(root, "primitives", primitives(p->timeline));
	json_object_set_new(root, "sites", sites(p->timeline));
	json_object_set_new(root, "rows", rows(p));
	json_object_set_new(root, "spans", spans(p));
	json_object_set_new(root, "arrows", arrows(p));
	knot_auto_free char *json = json_dumps(root, JSON_COMPACT | JSON_ENSURE_ASCII);

	json_decref(root);
	knot_assert(json != NULL);
	knot_text_addf(out, "<script type=\"application/json\" id=\"data-%zu\">", number);
	knot_markup_add_json(out, json, strlen(json));
	knot_text_adds(out, "</script>\n");
}
