/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/ignoring.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "cmd/crash_run.h"
#include "engine/known.h"
#include "engine/sitenames.h"
#include "wire/places.h"
#include "wire/text.h"

#include <stdio.h>
#include <string.h>

/* Shown as seen from here. */
static int take(const struct knot_session *session, const char *path, struct knot_ignore *ret,
	struct knot_error *err)
{
	const size_t cwd = strlen(session->cwd);
	const bool below = !strncmp(path, session->cwd, cwd) && path[cwd] == '/';
	knot_auto_free char *text = NULL;
	size_t len;
	const int rc = knot_file_read(path, KNOT_IGNORE_MAX_BYTES, &text, &len, err);

	return rc ? rc
		  : knot_known_parse(
			    knot_span_of(text, len), below ? path + cwd + 1 : path, ret, err);
}

int knot_ignoring_open(const struct knot_session *session, const char *file,
	struct knot_ignore *ret_ignore, struct knot_error *err)
{
	knot_auto_free char *root = file ? NULL : knot_file_above(session->dir, "go.mod");
	knot_auto_free char *usual = knot_xasprintf("%s/" KNOT_IGNORING_FILE, root ? root : "");

	if (file)
		return take(session, file, ret_ignore, err);
	return root && knot_file_exists(usual) ? take(session, usual, ret_ignore, err) : 0;
}

/* What is to be told of the nth entry, NULL = nothing. Caller frees. */
static char *expired(const struct knot_ignore *ignore, size_t nth)
{
	const struct knot_ignore_entry *e = &ignore->entries.data[nth];

	return e->expired ? knot_xasprintf("%s:%zu: expired, ignores nothing any more: %s",
				    ignore->name, e->line, e->text)
			  : NULL;
}

void knot_ignoring_tell(
	const struct knot_ignore *ignore, void (*say)(void *arg, const char *text), void *arg)
{
	if (!ignore->name)
		return;
	knot_auto_free char *line = knot_xasprintf("known findings: %zu line%s in %s",
		ignore->entries.len, knot_text_s(ignore->entries.len), ignore->name);

	say(arg, line);
	for (size_t i = 0; i < ignore->entries.len; i++) {
		knot_auto_free char *text = expired(ignore, i);

		if (text)
			say(arg, text);
	}
}

void knot_ignoring_warn(const struct knot_ignore *ignore, const char *command)
{
	for (size_t i = 0; i < ignore->entries.len; i++) {
		knot_auto_free char *text = expired(ignore, i);

		if (text)
			fprintf(stderr, "goknot %s: %s\n", command, text);
	}
}

char *knot_ignoring_reason(struct knot_ignore *ignore, const struct knot_project *project,
	const struct knot_crash_run *run, const struct knot_finding *f,
	const struct knot_record *rec)
{
	struct knot_places places = {0};

	if (!f->verdict.finding)
		return NULL;
	knot_known_places(
		project, run->crash.target, f, rec, knot_sitenames_view(run->names), &places);
	char *reason = knot_ignore_reason(ignore, knot_verdict_name(f->verdict.kind), &places);

	knot_places_free(&places);
	return reason;
}
