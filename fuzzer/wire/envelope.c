/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/envelope.h"
#include "base/error.h"
#include "wire/text.h"

#include <inttypes.h>
#include <xxhash.h>

#define END_LINE_BYTES (sizeof("end 0123456789abcdef\n") - 1)

void knot_envelope_begin(struct knot_text *t, const char *kind, uint32_t version)
{
	knot_text_addf(t, "goknot %s %" PRIu32 "\n", kind, version);
}

void knot_envelope_end(struct knot_text *t)
{
	uint64_t hash = XXH64(t->data, t->len, 0);
	knot_text_addf(t, "end %016" PRIx64 "\n", hash);
}

static int check_first_line(struct knot_span *rest, const char *kind, uint32_t max_version,
	uint32_t *ret_version, struct knot_error *err)
{
	struct knot_span line;
	uint64_t version;
	if (!knot_span_take_line(rest, &line) || !knot_span_skip(&line, "goknot ") ||
		!knot_span_skip(&line, kind) || !knot_span_skip(&line, " ") ||
		!knot_span_take_u64(&line, UINT32_MAX, &version) || line.len || version == 0)
		return knot_error_set(err, KNOT_EINPUT,
			"not a goknot %s file: its first line is not \"goknot %s %" PRIu32 "\"",
			kind, kind, max_version);
	if (version > max_version)
		return knot_error_set(err, KNOT_EINPUT,
			"written by a newer goknot (format %" PRIu64
			"; this one reads formats up to %" PRIu32 "): update goknot",
			version, max_version);
	*ret_version = (uint32_t)version;
	return 0;
}

int knot_envelope_open(struct knot_span file, const char *kind, uint32_t max_version,
	uint32_t *ret_version, struct knot_span *ret_body, struct knot_error *err)
{
	struct knot_span body = file;
	int rc = check_first_line(&body, kind, max_version, ret_version, err);
	if (rc < 0)
		return rc;

	struct knot_span covered;
	struct knot_span end = file;
	uint64_t told = 0;
	if (body.len < END_LINE_BYTES ||
		!knot_span_take(&end, file.len - END_LINE_BYTES, &covered) ||
		!knot_span_has_suffix(covered, "\n") || !knot_span_skip(&end, "end ") ||
		!knot_span_take_hex(&end, 16, &told) || !knot_span_eq(end, "\n"))
		return knot_error_set(err, KNOT_EINPUT,
			"the %s file is cut short: its last line, \"end <hash>\", is missing",
			kind);
	uint64_t hash = XXH64(covered.data, covered.len, 0);
	if (hash != told)
		return knot_error_set(err, KNOT_EINPUT,
			"the %s file was changed after it was written: its last line says "
			"%016" PRIx64 ", its content gives %016" PRIx64,
			kind, told, hash);
	if (!knot_span_take(&body, body.len - END_LINE_BYTES, ret_body))
		return knot_error_set(err, KNOT_EINTERNAL, "the %s file has no body", kind);
	return 0;
}

/* As a line number from 1; 0 = they are equal. */
static size_t first_difference(struct knot_span a, struct knot_span b)
{
	size_t number = 0;
	for (;;) {
		struct knot_span line_a;
		struct knot_span line_b;
		bool more_a = knot_span_take_line(&a, &line_a);
		bool more_b = knot_span_take_line(&b, &line_b);
		number++;
		if (!more_a && !more_b)
			return 0;
		if (more_a != more_b || !knot_span_equal(line_a, line_b))
			return number;
	}
}

int knot_envelope_check_same(
	struct knot_span file, struct knot_span again, const char *kind, struct knot_error *err)
{
	size_t line = first_difference(file, again);
	if (!line)
		return 0;
	return knot_error_set(err, KNOT_EINPUT,
		"%s file: line %zu is not spelled as goknot writes it", kind, line);
}
