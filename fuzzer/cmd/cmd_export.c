/* SPDX-License-Identifier: BSD-2-Clause */
/* A finding's timeline, or a recording, in the formats of other tools. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "cmd/cmd.h"
#include "cmd/crash_timeline.h"
#include "cmd/export_go.h"
#include "cmd/options_crash.h"
#include "engine/recordingfile.h"
#include "view/dot.h"
#include "view/perfetto.h"
#include "view/recording_perfetto.h"
#include "view/shiviz.h"
#include "wire/recording_timeline.h"
#include "wire/text.h"
#include "wire/timeline_json.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static int write_json(FILE *out, const struct knot_timeline *t, struct knot_error *err)
{
	size_t len;
	knot_auto_free char *text = knot_timeline_encode(t, &len);

	(void)err;
	(void)fwrite(text, 1, len, out);
	return 0;
}

static const struct format {
	const char *name;
	/* NULL: not of the timeline, but a directory (export_go.h). */
	int (*write)(FILE *out, const struct knot_timeline *t, struct knot_error *err);
} formats[] = {
	{"json", write_json},
	{"perfetto", knot_perfetto_write},
	{"shiviz", knot_shiviz_write},
	{"dot", knot_dot_write},
	{KNOT_EXPORT_GO, NULL},
};

#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

/* NULL: there is none of that name, and err says so. */
static const struct format *find_format(const char *name, struct knot_error *err)
{
	struct knot_text all = {0};

	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		if (!strcmp(formats[i].name, name)) {
			knot_text_free(&all);
			return &formats[i];
		}
		knot_text_addf(&all, "%s%s",
			!i                             ? ""
				: i + 1 < FORMAT_COUNT ? ", "
						       : " or ",
			formats[i].name);
	}
	knot_auto_free char *shown = knot_text_escape(knot_span_str(name), 80);

	if (*name)
		knot_error_set(err, KNOT_EUSAGE, "-format %s: not one of %s%s", shown, all.data,
			strcmp(name, "svg") != 0 ? "" : " (goknot report -format svg draws)");
	else
		knot_error_set(err, KNOT_EUSAGE, "-format is missing: %s", all.data);
	knot_text_free(&all);
	return NULL;
}

static int write_file(const char *file, const char *text, size_t len, struct knot_error *err)
{
	FILE *out = fopen(file, "we");

	if (!out)
		return knot_error_set(err, KNOT_EUSAGE, "-o %s: %s", file, strerror(errno));
	const bool whole = fwrite(text, 1, len, out) == len;

	/* What is cut short must not look whole. */
	return fclose(out) || !whole ? knot_error_sys(err, "-o %s: cannot be written whole", file)
				     : 0;
}

/* Nothing is written of what cannot be exported. */
static int export(const struct knot_export_options *o, const struct format *format,
	const struct knot_timeline *t, struct knot_error *err)
{
	knot_auto_free char *text = NULL;
	size_t len = 0;
	FILE *memory = open_memstream(&text, &len);

	if (!memory)
		return knot_error_sys(err, "open_memstream");
	const int rc = format->write(memory, t, err);

	if (fclose(memory))
		return knot_error_sys(err, "open_memstream");
	if (!rc && o->result)
		return write_file(o->result, text, len, err);
	if (!rc)
		/* Whether it arrived is looked at when goknot ends. */
		(void)fwrite(text, 1, len, stdout);
	return rc;
}

/* Of a recording it is real time that counts, and all of it. */
static int export_real_time(
	const struct knot_export_options *o, const struct knot_recording *r, struct knot_error *err)
{
	FILE *out = o->result ? fopen(o->result, "we") : stdout;

	if (!out)
		return knot_error_set(err, KNOT_EUSAGE, "-o %s: %s", o->result, strerror(errno));
	knot_recording_perfetto_write(out, r);
	if (!o->result)
		return 0;
	const bool failed = ferror(out) != 0;

	return fclose(out) || failed
		? knot_error_sys(err, "-o %s: cannot be written whole", o->result)
		: 0;
}

static int export_timeline(
	const struct knot_export_options *o, const struct format *format, struct knot_error *err)
{
	const struct knot_crash_run_options ro = {
		.dir = o->dir, .output = o->output, .memory_bytes = o->memory_bytes};
	struct knot_crash_timeline t = {0};
	int rc = knot_crash_timeline(o->file, &ro, &t, err);

	if (t.why)
		fprintf(stderr, "goknot export: %s\n", t.why);
	if (!rc)
		rc = export(o, format, &t.timeline, err);
	if (!rc && t.timeline.left_out)
		fprintf(stderr,
			"goknot export: of a long run a timeline has the first %d events: %" PRIu64
			" behind them were left out\n",
			KNOT_TIMELINE_EVENTS_MAX, t.timeline.left_out);
	if (!rc && !t.same) {
		fprintf(stderr,
			"goknot export: the replay did not end as the file says: what was written "
			"is that run\n");
		rc = KNOT_EXIT_INCONCLUSIVE;
	}
	knot_crash_timeline_free(&t);
	return rc;
}

static int export_recording(
	const struct knot_export_options *o, const struct format *format, struct knot_error *err)
{
	struct knot_recording_file f = {0};
	struct knot_timeline t = {0};
	int rc = format->write
		? knot_recording_file_read(o->file, &f, err)
		: knot_error_set(err, KNOT_EUSAGE,
			  "-format %s is of a finding: a recording has no test to fail",
			  format->name);

	if (!rc && format->write == knot_perfetto_write) {
		rc = export_real_time(o, &f.recording, err);
	} else if (!rc) {
		knot_recording_timeline(&f.recording, &t);
		rc = export(o, format, &t, err);
		if (!rc && t.left_out)
			fprintf(stderr,
				"goknot export: %" PRIu64 " events are left out: lost, or behind "
				"the first %d; -format perfetto has "
				"all that were recorded\n",
				t.left_out, KNOT_TIMELINE_EVENTS_MAX);
	}
	knot_timeline_free(&t);
	knot_recording_file_free(&f);
	return rc;
}

int knot_cmd_export(int argc, char **argv)
{
	struct knot_error err = {0};
	struct knot_export_options o;
	int rc = knot_options_export(argc, argv, &o, &err);
	const struct format *format = rc ? NULL : find_format(o.format, &err);

	if (!format)
		rc = err.code;
	else if (knot_recording_file_is(o.file))
		rc = export_recording(&o, format, &err);
	else
		rc = format->write ? export_timeline(&o, format, &err) : knot_export_go(&o, &err);
	return rc < 0 ? knot_cmd_fail("export", &err) : rc;
}
