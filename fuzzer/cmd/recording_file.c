/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/recording_file.h"

#include "base/cleanup.h"
#include "cmd/json.h"
#include "engine/recordingfile.h"
#include "view/recording_text.h"

#include <inttypes.h>

/* --- goknot list ----------------------------------------------------------------------------- */

static void print_head(const struct knot_recording *r)
{
	printf("# %s, %s, process %" PRIu64 "%s\n", r->program, r->go, r->pid,
		r->attached ? ", which was running when the recording began" : "");
	printf("# %zu events; %s; clock: %s, from the beginning of the recording on\n", r->events,
		r->ended, r->clock);
	printf("# lost: %" PRIu64 " of %" PRIu64, r->lost, r->hits);
	for (size_t i = 0; i < r->lost_by_cpu.len; i++)
		printf("%s%" PRIu64 " on cpu %" PRIu32, i ? ", " : " (",
			r->lost_by_cpu.data[i].events, r->lost_by_cpu.data[i].cpu);
	printf("%s; memory of the program that could not be read: %" PRIu64 " times\n",
		r->lost_by_cpu.len ? ")" : "", r->faults);
	for (size_t i = 0; i < r->points.len; i++)
		if (!r->points.data[i].address)
			printf("# not seen: %s (%s): %s\n", r->points.data[i].kind,
				r->points.data[i].name, r->points.data[i].why);
	for (size_t i = 0; i < r->unseen.len; i++)
		printf("# never seen: %s\n", r->unseen.data[i]);
	printf("# %12s %4s %4s %8s %7s  event\n", "ms", "cpu", "P", "thread", "who");
}

static void print_event(const struct knot_recording *r, const struct knot_recording_event *e)
{
	knot_auto_free char *text = knot_recording_event_text(r, e);
	knot_auto_free char *place = knot_recording_place_text(r, e);
	const uint64_t who = knot_recording_subject(e);
	char p[8] = "-", g[24] = "-";

	if (e->p >= 0)
		snprintf(p, sizeof(p), "%d", e->p);
	if (who)
		snprintf(g, sizeof(g), "G%" PRIu64, who);
	printf("%14.6f %4u %4s %8" PRIu32 " %7s  %s%s%s\n", (double)e->ns / 1e6, e->cpu, p, e->tid,
		g, text, *place ? "  " : "", place);
}

static void print_json(const struct knot_recording *r, const struct knot_recording_event *e)
{
	const struct knot_recording_position *p = knot_recording_place(r, e);
	knot_auto_free char *text = knot_recording_event_text(r, e);
	struct knot_json_line line = {.out = stdout};
	char object[24];

	knot_json_line_number(&line, "seq", e->seq);
	knot_json_line_number(&line, "ns", e->ns);
	knot_json_line_text(&line, "kind", knot_recording_kind_name(e->kind));
	knot_json_line_number(&line, "cpu", e->cpu);
	if (e->p >= 0)
		knot_json_line_number(&line, "p", (uint64_t)e->p);
	knot_json_line_number(&line, "thread", e->tid);
	if (e->g)
		knot_json_line_number(&line, "g", e->g);
	if (e->other)
		knot_json_line_number(&line, "other", e->other);
	if (e->object) {
		snprintf(object, sizeof(object), "0x%" PRIx64, e->object);
		knot_json_line_text(&line, "object", object);
	}
	knot_json_line_text(&line, "text", text);
	if (p) {
		knot_json_line_text(&line, "function", p->function);
		knot_json_line_text(&line, "file", p->file);
		knot_json_line_number(&line, "line", p->line);
	}
	knot_json_line_end(&line);
}

int knot_list_recording(const char *path, uint64_t goroutine, bool json, struct knot_error *err)
{
	struct knot_recording_file f = {0};
	const int rc = knot_recording_file_read(path, &f, err);
	uint64_t next = 0;

	if (!rc && !json)
		print_head(&f.recording);
	for (size_t i = 0; !rc && i < f.recording.events; i++) {
		struct knot_recording_event e;

		knot_recording_event(&f.recording, i, &e);
		if (!json && e.seq > next)
			printf("# lost here: %" PRIu64 "\n", e.seq - next);
		next = e.seq + 1;
		if (goroutine && e.g != goroutine && e.other != goroutine)
			continue;
		if (json)
			print_json(&f.recording, &e);
		else
			print_event(&f.recording, &e);
	}
	knot_recording_file_free(&f);
	return rc;
}
