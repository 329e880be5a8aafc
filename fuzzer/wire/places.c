/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/places.h"

#include "base/cleanup.h"
#include "wire/text.h"

void knot_places_add(struct knot_places *p, bool next, const char *function, const char *site)
{
	const uint32_t before = knot_places_goroutines(p);
	const uint32_t goroutine = next || !before ? before : before - 1;

	knot_vec_push(&p->list,
		((struct knot_place){
			.goroutine = goroutine,
			.function = knot_xstrdup(function ? function : ""),
			.site = knot_xstrdup(site ? site : ""),
		}));
}

uint32_t knot_places_goroutines(const struct knot_places *p)
{
	return p->list.len ? p->list.data[p->list.len - 1].goroutine + 1 : 0;
}

void knot_places_free(struct knot_places *p)
{
	for (size_t i = 0; i < p->list.len; i++) {
		free(p->list.data[i].function);
		free(p->list.data[i].site);
	}
	knot_vec_free(&p->list);
}

char *knot_places_encode(const struct knot_places *p)
{
	struct knot_text t = {0};

	for (size_t i = 0; i < p->list.len; i++) {
		const struct knot_place *x = &p->list.data[i];
		const bool next = i && x->goroutine != x[-1].goroutine;

		knot_text_adds(&t, !i ? "" : next ? "\n" : " ");
		knot_text_add_word(&t, knot_span_str(x->function));
		knot_text_adds(&t, " ");
		knot_text_add_word(&t, knot_span_str(x->site));
	}
	if (p->list.len)
		knot_text_adds(&t, "\n");
	return knot_text_steal(&t);
}

/* "function site", and in front of all but the first of a line a space. */
static bool take_place(struct knot_span *line, bool first, struct knot_places *p)
{
	knot_auto_free char *function = NULL;
	knot_auto_free char *site = NULL;
	struct knot_span word;

	if ((!first && !knot_span_skip(line, " ")) || !knot_span_take_word(line, &word) ||
		!knot_text_unescape_word(word, &function) || !knot_span_skip(line, " ") ||
		!knot_span_take_word(line, &word) || !knot_text_unescape_word(word, &site) ||
		p->list.len == KNOT_PLACES_MAX)
		return false;
	knot_places_add(p, first, function, site);
	return true;
}

bool knot_places_decode(struct knot_span text, struct knot_places *ret_places)
{
	struct knot_places p = {0};
	struct knot_span line;
	bool fine = text.len <= KNOT_PLACES_MAX_BYTES;

	while (fine && knot_span_take_line(&text, &line)) {
		fine = line.len > 0;
		for (bool first = true; fine && line.len; first = false)
			fine = take_place(&line, first, &p);
	}
	if (!fine) {
		knot_places_free(&p);
		return false;
	}
	*ret_places = p;
	return true;
}
