/* SPDX-License-Identifier: BSD-2-Clause */
#include "instrument/export.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/vec.h"
#include "instrument/words.h"
#include "sys/command.h"
#include "wire/text.h"

#include <inttypes.h>
#include <string.h>

#define OUTPUT_MAX_BYTES (16u << 20)
#define WORDS_MAX 380
#define OWN_NAME "goknot helper: "
#define NOTE "note: "

static int run(const char *const *argv, const char *dir, const char *input, uint64_t timeout_ms,
	int cancel_fd, struct knot_command_result *ret, struct knot_error *err)
{
	struct knot_command c = KNOT_COMMAND_INIT;

	c.process.argv = argv;
	c.process.cwd = dir;
	c.input = input;
	c.input_len = input ? strlen(input) : 0;
	c.timeout_ms = timeout_ms;
	c.output_limit = OUTPUT_MAX_BYTES;
	c.cancel_fd = cancel_fd;
	const int rc = knot_command_run(&c, ret, err);

	return !rc && ret->canceled ? knot_error_set(err, KNOT_EUSAGE, "interrupted") : rc;
}

/* What the helper says stands behind its name, a line each: notes, and why there is no test. */
static void read_words(const char *said, struct knot_text *notes, struct knot_text *why)
{
	struct knot_span left = knot_span_str(said), line;

	while (knot_span_take_line(&left, &line)) {
		if (!knot_span_skip(&line, OWN_NAME))
			continue;
		if (knot_span_skip(&line, NOTE)) {
			knot_text_add_escaped(notes, line);
			knot_text_adds(notes, "\n");
		} else {
			knot_text_add_escaped(why, line);
		}
	}
}

int knot_instrument_export(const struct knot_instrument_result *result, const char *module_dir,
	const char *plan, const char *out, int cancel_fd, char **ret_notes, struct knot_error *err)
{
	/* Built beside the site table. */
	const char *slash = strrchr(result->sites, '/');
	knot_auto_free char *helper =
		knot_xasprintf("%.*s/helper", (int)(slash - result->sites), result->sites);
	const char *argv[] = {helper, "export", "-out", out, NULL};
	struct knot_command_result r = {0};
	struct knot_text notes = {0}, why = {0};
	int rc = run(argv, module_dir, plan, 0, cancel_fd, &r, err);

	if (rc) {
		knot_command_result_free(&r);
		return rc;
	}
	read_words(r.err.data ? r.err.data : "", &notes, &why);
	if (r.exit.signaled || (r.exit.code && r.exit.code != 2))
		rc = knot_error_set(err, KNOT_EINTERNAL,
			"goknot's helper ended with exit code %d while writing the test: %s",
			r.exit.code, why.len ? why.data : "");
	else if (r.exit.code)
		rc = knot_error_set(err, KNOT_EUNSUPPORTED, "%s", why.len ? why.data : "");
	knot_command_result_free(&r);
	knot_text_free(&why);
	if (rc)
		knot_text_free(&notes);
	else
		*ret_notes = knot_text_steal(&notes);
	return rc;
}

bool knot_instrument_read_proof(const char *output, struct knot_instrument_proof *ret)
{
	struct knot_span left = knot_span_str(output), line;
	uint64_t same, times;
	bool found = false;

	while (knot_span_take_line(&left, &line)) {
		if (!knot_span_skip(&line, "fails ") ||
			!knot_span_take_u64(&line, UINT32_MAX, &same) ||
			!knot_span_skip(&line, " of ") ||
			!knot_span_take_u64(&line, UINT32_MAX, &times) ||
			!knot_span_has_prefix(line, " with "))
			continue;
		ret->same = (uint32_t)same;
		ret->times = (uint32_t)times;
		found = true;
	}
	return found;
}

static void no_nuls(char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!data[i])
			data[i] = ' ';
}

int knot_instrument_prove(const struct knot_instrument_result *result, const char *module_dir,
	const char *out, uint32_t times, uint64_t timeout_ms, int cancel_fd,
	struct knot_instrument_proof *ret, struct knot_error *err)
{
	knot_auto_free char *program = knot_xasprintf("%s/run.go", out);
	knot_auto_free char *n = knot_xasprintf("%" PRIu32, times);
	const char *argv[] = {result->go, "run", program, "-n", n, NULL};
	struct knot_command_result r = {0};
	struct knot_instrument_proof p = {0};
	int rc = run(argv, module_dir, NULL, timeout_ms, cancel_fd, &r, err);

	/* What a test prints may hold NUL bytes; behind them stands what is looked for. */
	no_nuls(r.out.data, r.out.len);
	no_nuls(r.err.data, r.err.len);

	if (!rc && !knot_instrument_read_proof(r.out.data ? r.out.data : "", &p)) {
		knot_auto_free char *words =
			knot_words_tidy(r.err.data ? r.err.data : "", WORDS_MAX);

		rc = knot_error_set(
			err, KNOT_EBUILD, "%s", r.timed_out ? "the test does not end" : words);
	}
	if (!rc) {
		p.output = knot_xasprintf(
			"%s%s", r.out.data ? r.out.data : "", r.err.data ? r.err.data : "");
		*ret = p;
	}
	knot_command_result_free(&r);
	return rc;
}
