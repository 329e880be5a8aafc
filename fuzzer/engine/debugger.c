/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/debugger.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "engine/record.h"
#include "engine/worker.h"
#include "sys/proc.h"
#include "wire/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INSTALL "go install github.com/go-delve/delve/cmd/dlv@latest"

#define WORDS_MAX 12

struct knot_debugger {
	char *script, *init;
	char *to_stdout, *to_stderr; /* of the target */
	const char *words[WORDS_MAX];
};

/*
 * In delve's Starlark. The goroutine is asked for by its number: where it starts or goes on, the breakpoint is met on the
 * scheduler's stack. Shown is the innermost frame of the module, which is none of the hook's or the runtime's: next does not
 * go on from there, and finish does.
 */
static const char script_tail[] =
	"def shown(goid):\n"
	"    at = 0\n"
	"    for f in stacktrace(goid, 60).Locations:\n"
	"        if f.Location.File.startswith(module + \"/\"):\n"
	"            return at\n"
	"        at += 1\n"
	"    return 0\n"
	"\n"
	"def command_finish(args):\n"
	"    \"\"\"Goes on until the call that the shown frame is in has come back.\"\"\"\n"
	"    s = cur_scope()\n"
	"    if s.Frame == 0:\n"
	"        print(\"frame 0 is in no call: next goes on\")\n"
	"        return\n"
	"    g = state().State.SelectedGoroutine.ID\n"
	"    pc = stacktrace(g, s.Frame + 1).Locations[s.Frame].Location.PC\n"
	"    b = create_breakpoint({\"Addrs\": [pc], \"Cond\": \"runtime.curg.goid == %d\" % g})\n"
	"    dlv_command(\"continue\")\n"
	"    clear_breakpoint(b.Breakpoint.ID)\n"
	"\n"
	"def main():\n"
	"    b = create_breakpoint({\"FunctionName\": \"runtime.knotBroke\"}).Breakpoint\n"
	"    s = raw_command(\"continue\").State\n"
	"    if s.Exited:\n"
	"        print(\"the run ended before that step\")\n"
	"        return\n"
	"    clear_breakpoint(b.ID)\n"
	"    goid = eval(None, \"runtime.knotBroken\").Variable.Value\n"
	"    dlv_command(\"goroutine %d\" % goid)\n"
	"    dlv_command(\"frame %d\" % shown(goid))\n";

static char *below(const char *dir, const char *rest)
{
	return dir && *dir ? knot_xasprintf("%s%s/dlv", dir, rest) : NULL;
}

int knot_debugger_find(char **ret_path, struct knot_error *err)
{
	/* As go install chooses; of a GOPATH with several directories the first counts. */
	const char *gopath = getenv("GOPATH");
	knot_auto_free char *first = gopath ? knot_xstrndup(gopath, strcspn(gopath, ":")) : NULL;
	char *places[] = {
		below(getenv("GOBIN"), ""), below(first, "/bin"), below(getenv("HOME"), "/go/bin")};
	int rc = knot_proc_find_program("dlv", ret_path, NULL);

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		if (rc && places[i] && !access(places[i], X_OK)) {
			*ret_path = knot_steal(&places[i]);
			rc = 0;
		}
		free(places[i]);
	}
	return rc
		? knot_error_set(err, KNOT_EUSAGE, "-dlv needs delve, which is not here: " INSTALL)
		: 0;
}

/* As numbers: a path may have any character, and must not end the text that it stands in. */
static char *script(const char *module_dir)
{
	struct knot_text t = {0};

	knot_text_adds(&t, "module = str(bytes([");
	for (const char *c = module_dir; *c; c++)
		knot_text_addf(&t, "%u,", (unsigned char)*c);
	knot_text_adds(&t, "]))\n\n");
	knot_text_adds(&t, script_tail);
	return knot_text_steal(&t);
}

int knot_debugger_open(const char *dlv, const char *dir, const char *module_dir,
	struct knot_debugger **ret_debugger, struct knot_error *err)
{
	struct knot_debugger *d = knot_xalloc(sizeof(*d));
	knot_auto_free char *text = script(module_dir);

	d->script = knot_xasprintf("%s/dlv-%d.star", dir, (int)getpid());
	d->init = knot_xasprintf("%s/dlv-%d.init", dir, (int)getpid());
	d->to_stdout = knot_xasprintf("stdout:/proc/self/fd/%d", KNOT_WORKER_DEBUG_STDOUT);
	d->to_stderr = knot_xasprintf("stderr:/proc/self/fd/%d", KNOT_WORKER_DEBUG_STDERR);
	knot_auto_free char *source = knot_xasprintf("source %s\n", d->script);
	const char *words[WORDS_MAX] = {dlv, "exec", "--allow-non-terminal-interactive=true",
		/* goknot and delve need not agree on what is too old, or too new. */
		"--check-go-version=false", "--init", d->init, "-r", d->to_stdout, "-r",
		d->to_stderr};
	int rc = knot_file_mkdirs(dir, 0777, err);

	memcpy(d->words, words, sizeof(words));
	if (!rc)
		rc = knot_file_replace(d->script, text, strlen(text), err);
	if (!rc)
		rc = knot_file_replace(d->init, source, strlen(source), err);
	if (rc)
		knot_debugger_close(d);
	else
		*ret_debugger = d;
	return rc;
}

void knot_debugger_close(struct knot_debugger *d)
{
	if (!d)
		return;
	unlink(d->script);
	unlink(d->init);
	free(d->script);
	free(d->init);
	free(d->to_stdout);
	free(d->to_stderr);
	free(d);
}

const char *const *knot_debugger_words(const struct knot_debugger *d)
{
	return d->words;
}

uint32_t knot_debugger_step(const struct knot_record *rec)
{
	uint32_t last = 0;
	bool departed = false;

	for (size_t i = 0; i < rec->events.len; i++) {
		const struct knot_shm_event *e = &rec->events.data[i];

		if (e->kind == KNOT_EV_SWITCH)
			departed = true;
		if (e->kind != KNOT_EV_STEP)
			continue;
		last = e->step;
		if (departed)
			break;
	}
	return last;
}
