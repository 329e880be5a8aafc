/* SPDX-License-Identifier: BSD-2-Clause */
#include "view/shiviz.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "view/timeline_text.h"
#include "wire/abi.h"
#include "wire/timeline.h"

#include <inttypes.h>
#include <string.h>

#define NONE KNOT_TIMELINE_NONE

struct writing {
	FILE *out;
	const struct knot_timeline *t;
	uint32_t hosts; /* goroutines, and the outside as the last */
	uint32_t *now; /* hosts clocks */
	uint32_t *news; /* the same: what a goroutine that was woken hears of with its next event */
	uint32_t **kept; /* by event: the clock of one that an arrow comes from */
	size_t arrow; /* the next in the order of their ends */
	uint32_t *order; /* arrows by their ends */
};

static uint32_t *clock_of(const struct writing *w, uint32_t *clocks, uint32_t host)
{
	return clocks + (size_t)host * w->hosts;
}

static void join(const struct writing *w, uint32_t *into, const uint32_t *from)
{
	for (uint32_t i = 0; i < w->hosts; i++)
		if (into[i] < from[i])
			into[i] = from[i];
}

static uint32_t host_of(const struct writing *w, uint32_t g)
{
	return g == NONE ? w->hosts - 1 : g;
}

static void print_host(const struct writing *w, uint32_t host)
{
	if (host == w->hosts - 1)
		fputs("outside", w->out);
	else
		fprintf(w->out, "G%" PRIu32, w->t->goroutines.data[host].number);
}

static void print_event(const struct writing *w, uint32_t host, const char *text)
{
	const uint32_t *now = clock_of(w, w->now, host);
	bool first = true;

	fprintf(w->out, "%s\n", text);
	print_host(w, host);
	fputs(" {", w->out);
	for (uint32_t i = 0; i < w->hosts; i++) {
		if (!now[i])
			continue;
		fputs(first ? "\"" : ",\"", w->out);
		print_host(w, i);
		fprintf(w->out, "\":%" PRIu32, now[i]);
		first = false;
	}
	fputs("}\n", w->out);
}

static bool is_shown(const struct knot_timeline_event *e)
{
	switch (e->kind) {
	case KNOT_EV_STEP:
		/* The creation tells of it. */
		return e->op != KNOT_OP_NONE && e->op != KNOT_OP_GO;
	case KNOT_EV_SPAWN:
		return e->g != NONE;
	case KNOT_EV_BLOCK:
	case KNOT_EV_EXIT:
	case KNOT_EV_TIMER:
	case KNOT_EV_EXTERNAL:
	case KNOT_EV_SELECTED:
	case KNOT_EV_ACQUIRE:
		return true;
	default:
		return false;
	}
}

static char *text_of(const struct writing *w, uint32_t at)
{
	const struct knot_timeline_event *e = &w->t->events.data[at];

	if (e->kind == KNOT_EV_SPAWN && e->to != NONE) {
		knot_auto_free char *where = knot_timeline_site_text(w->t, e->site);

		return knot_xasprintf("creates G%" PRIu32 " %s%s%s",
			w->t->goroutines.data[e->to].number, w->t->goroutines.data[e->to].path,
			e->site == NONE ? "" : " at ", e->site == NONE ? "" : where);
	}
	return knot_timeline_event_text(w->t, at);
}

/* What came to this event: arrows, and with the next step of who was woken what the wake brought. */
static void hear(struct writing *w, uint32_t host, uint32_t at)
{
	const struct knot_timeline *t = w->t;
	const struct knot_timeline_event *e = &t->events.data[at];
	uint32_t *now = clock_of(w, w->now, host);

	if (e->kind == KNOT_EV_STEP)
		join(w, now, clock_of(w, w->news, host));
	for (; w->arrow < t->arrows.len; w->arrow++) {
		const struct knot_timeline_arrow *a = &t->arrows.data[w->order[w->arrow]];

		if (a->to != at)
			break;
		join(w, now, w->kept[a->from]);
	}
}

static void write_event(struct writing *w, uint32_t at)
{
	const struct knot_timeline_event *e = &w->t->events.data[at];
	const uint32_t host = host_of(w, e->g);
	uint32_t *now = clock_of(w, w->now, host);

	hear(w, host, at);
	if (is_shown(e)) {
		knot_auto_free char *text = text_of(w, at);

		now[host]++;
		print_event(w, host, text);
	}
	if (e->kind == KNOT_EV_WAKE && e->to != NONE)
		join(w, clock_of(w, w->news, e->to), now);
	if (w->kept[at])
		memcpy(w->kept[at], now, w->hosts * sizeof(*now));
}

static int by_end(const void *a, const void *b, void *arrows)
{
	const struct knot_timeline_arrow *all = arrows;
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	if (all[x].to != all[y].to)
		return all[x].to < all[y].to ? -1 : 1;
	return (x > y) - (x < y);
}

int knot_shiviz_write(FILE *out, const struct knot_timeline *t, struct knot_error *err)
{
	struct writing w = {.out = out, .t = t, .hosts = (uint32_t)t->goroutines.len + 1};

	if (t->goroutines.len > KNOT_SHIVIZ_GOROUTINES_MAX)
		return knot_error_set(err, KNOT_EUSAGE,
			"-format shiviz: %zu goroutines are more than the %d that ShiViz can show "
			"in columns; -format perfetto has no such limit",
			t->goroutines.len, KNOT_SHIVIZ_GOROUTINES_MAX);
	w.now = knot_xalloc((size_t)w.hosts * w.hosts * sizeof(*w.now));
	w.news = knot_xalloc((size_t)w.hosts * w.hosts * sizeof(*w.news));
	w.kept = knot_xalloc((t->events.len + 1) * sizeof(uint32_t *));
	w.order = knot_xalloc((t->arrows.len + 1) * sizeof(*w.order));
	for (uint32_t i = 0; i < t->arrows.len; i++) {
		const uint32_t from = t->arrows.data[i].from;

		w.order[i] = i;
		if (!w.kept[from])
			w.kept[from] = knot_xalloc(w.hosts * sizeof(**w.kept));
	}
	if (t->arrows.len)
		qsort_r(w.order, t->arrows.len, sizeof(*w.order), by_end, t->arrows.data);
	fputs(KNOT_SHIVIZ_EXPRESSION "\n\n", out);
	for (uint32_t i = 0; i < t->events.len; i++)
		write_event(&w, i);
	if (t->left_out) {
		knot_auto_free char *text = knot_xasprintf(
			"%" PRIu64 " events behind these were left out", t->left_out);

		clock_of(&w, w.now, w.hosts - 1)[w.hosts - 1]++;
		print_event(&w, w.hosts - 1, text);
	}
	for (size_t i = 0; i < t->events.len; i++)
		free(w.kept[i]);
	free(w.kept);
	free(w.order);
	free(w.now);
	free(w.news);
	return 0;
}
