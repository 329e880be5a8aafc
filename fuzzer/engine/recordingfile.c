/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/recordingfile.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "wire/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool knot_recording_file_is(const char *path)
{
	char magic[sizeof(KNOT_RECORDING_MAGIC) - 1] = {0};
	knot_auto_fclose FILE *f = fopen(path, "re");

	return f && fread(magic, 1, sizeof(magic), f) == sizeof(magic) &&
		!memcmp(magic, KNOT_RECORDING_MAGIC, sizeof(magic));
}

int knot_recording_file_read(
	const char *path, struct knot_recording_file *ret_file, struct knot_error *err)
{
	size_t len;
	const int rc = knot_file_read(path, KNOT_RECORDING_FILE_MAX, &ret_file->data, &len, err);

	if (rc)
		return rc;
	if (!knot_recording_decode(knot_span_of(ret_file->data, len), &ret_file->recording, err))
		return 0;
	knot_auto_free char *shown = knot_text_escape(knot_span_str(path), 200);

	return knot_error_wrap(err, "%s", shown);
}

void knot_recording_file_free(struct knot_recording_file *f)
{
	knot_recording_free(&f->recording);
	free(f->data);
	*f = (struct knot_recording_file){0};
}
