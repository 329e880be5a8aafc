/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/export_go.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/shell.h"
#include "cmd/cmd.h"
#include "cmd/crash_run.h"
#include "cmd/options_crash.h"
#include "engine/goexport.h"
#include "wire/text.h"

#include <inttypes.h>
#include <string.h>

#define TIMES 10 /* runs of the proof */
#define FILE_MAX_BYTES (64u << 20)

struct exporting {
	const struct knot_export_options *options;
	struct knot_crash_run run;
	struct knot_outcome outcome;
	struct knot_finding finding;
	struct knot_goexport made;
	char *output;
};

static int refused(const struct exporting *x, const char *why)
{
	fprintf(stderr, "goknot export: %s cannot be exported as a Go test: %s\n", x->options->file,
		why);
	if (x->made.notes)
		for (const char *line = x->made.notes; *line; line += strcspn(line, "\n") + 1)
			fprintf(stderr, "    %.*s\n", (int)strcspn(line, "\n"), line);
	return KNOT_EXIT_INCONCLUSIVE;
}

/* One run with its events, which has to end as it did. */
static int replay(struct exporting *x, bool *ret_same, struct knot_error *err)
{
	uint32_t memory[KNOT_MEM_MAX];
	const struct knot_schedule schedule = knot_crash_run_schedule(&x->run, memory);
	const int rc = knot_replay(x->run.replayer, x->run.target, &schedule, &x->outcome, err);

	if (rc)
		return rc;
	*ret_same = x->outcome.ran && knot_crash_run_same(&x->run, &x->outcome);
	if (x->outcome.ran)
		knot_crash_run_judge(&x->run, &x->outcome, &x->finding);
	return 0;
}

static int copy(const struct exporting *x, const char *name, struct knot_error *err)
{
	knot_auto_free char *from = knot_xasprintf("%s/%s", x->made.dir, name);
	knot_auto_free char *to = knot_xasprintf("%s/%s", x->output, name);
	knot_auto_free char *text = NULL;
	size_t len;
	const int rc = knot_file_read(from, FILE_MAX_BYTES, &text, &len, err);

	return rc ? rc : knot_file_write(to, text, len, err);
}

static int write_out(struct exporting *x, struct knot_error *err)
{
	int rc = knot_file_mkdirs(x->output, 0777, err);

	if (!rc)
		rc = copy(x, "README.txt", err);
	if (!rc)
		rc = copy(x, "run.go", err);
	if (rc)
		return rc;
	printf("%s: %zu turn%s of %zu goroutine%s on the stock scheduler\n", x->run.crash.test,
		x->made.turns, knot_text_s(x->made.turns), x->made.goroutines,
		knot_text_s(x->made.goroutines));
	printf("fails %" PRIu32 " of %" PRIu32 " with %s\n", x->made.same, x->made.times,
		x->run.crash.verdict);
	/* The module may be elsewhere than we are. */
	knot_auto_free char *real = realpath(x->output, NULL);
	knot_auto_free char *program = knot_xasprintf("%s/run.go", real ? real : x->output);
	knot_auto_free char *word = knot_shell_word(program);
	const struct knot_crash *c = &x->run.crash;
	const char *root = knot_project_module(&x->run.own.project, c->target, c->module).dir;
	knot_auto_free char *root_word = knot_shell_word(root);
	knot_auto_free char *around = knot_file_above(x->run.session.cwd, "go.mod");

	if (around && !strcmp(around, root))
		printf("written to %s: anywhere in the module, go run %s\n", x->output, word);
	else
		printf("written to %s: go run %s -C %s\n", x->output, word, root_word);
	return KNOT_EXIT_CLEAN;
}

static int make(struct exporting *x, struct knot_error *err)
{
	struct knot_crash_run *r = &x->run;
	bool same = false;
	int rc = replay(x, &same, err);

	if (rc)
		return rc;
	if (!same)
		return refused(x, "it does not reproduce any more");
	const struct knot_project_module m =
		knot_project_module(&r->own.project, r->crash.target, r->crash.module);
	const struct knot_goexport_options eo = {
		.crash = &r->crash,
		.build = &r->own.project.build,
		.module = m.path,
		.module_dir = m.dir,
		.sites = r->own.project.sites,
		.names = r->names,
		.record = &x->outcome.record,
		.finding = &x->finding,
		.work_dir = r->session.campaign_dir,
		.times = x->options->times ? x->options->times : TIMES,
		.cancel_fd = r->session.cancel_fd,
	};

	if ((rc = knot_goexport(&eo, &x->made, err)))
		return rc;
	return x->made.why ? refused(x, x->made.why) : write_out(x, err);
}

/* What is in the way is somebody's. */
static int find_output(struct exporting *x, struct knot_error *err)
{
	knot_auto_free char *program = NULL;

	x->output = x->options->result ? knot_xstrdup(x->options->result)
				       : knot_xasprintf("goknot-export-%s", x->run.crash.test);
	program = knot_xasprintf("%s/run.go", x->output);
	if (knot_file_exists(program))
		return knot_error_set(err, KNOT_EUSAGE,
			"%s is there already: remove it, or name another directory with -o",
			program);
	return 0;
}

int knot_export_go(const struct knot_export_options *options, struct knot_error *err)
{
	struct exporting x = {.options = options};
	const struct knot_crash_run_options ro = {.dir = options->dir,
		.output = options->output,
		.memory_bytes = options->memory_bytes};
	int rc = knot_crash_run_read(&x.run, options->file, &ro, err);
	const char *why = NULL;

	if (!rc)
		rc = find_output(&x, err);
	if (!rc && (why = knot_goexport_refusal(&x.run.crash)))
		rc = refused(&x, why);
	else if (!rc && !(rc = knot_crash_run_open(&x.run, &ro, err)))
		rc = make(&x, err);
	knot_goexport_free(&x.made);
	knot_finding_free(&x.finding);
	knot_outcome_free(&x.outcome);
	knot_crash_run_close(&x.run);
	free(x.output);
	return rc;
}
