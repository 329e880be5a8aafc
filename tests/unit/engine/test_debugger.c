/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "engine/debugger.h"
#include "engine/record.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void add(struct knot_record *rec, uint32_t kind, uint32_t step)
{
	knot_vec_push(&rec->events, ((struct knot_shm_event){.kind = (uint8_t)kind, .step = step}));
}

Test(debugger, stops_at_the_first_departure)
{
	struct knot_record rec = {0};

	cr_expect_eq(knot_debugger_step(&rec), 0, "no step");
	add(&rec, KNOT_EV_STEP, 1);
	add(&rec, KNOT_EV_BLOCK, 1);
	add(&rec, KNOT_EV_STEP, 2);
	cr_expect_eq(knot_debugger_step(&rec), 2, "the last");
	add(&rec, KNOT_EV_SWITCH, 2);
	cr_expect_eq(knot_debugger_step(&rec), 2, "none comes behind the departure");
	add(&rec, KNOT_EV_WAKE, 2);
	add(&rec, KNOT_EV_STEP, 3);
	add(&rec, KNOT_EV_SWITCH, 3);
	add(&rec, KNOT_EV_STEP, 4);
	cr_expect_eq(knot_debugger_step(&rec), 3, "the one behind the first");
	knot_record_free(&rec);
}

/* A path may have any character: none of them is in the script itself. */
Test(debugger, quotes_the_module)
{
	char dir[] = "/tmp/goknot-debugger.XXXXXX";
	struct knot_debugger *d = NULL;
	struct knot_error err = {0};

	cr_assert(mkdtemp(dir));
	cr_assert_eq(
		knot_debugger_open("/bin/dlv", dir, "/a\"\n\\b", &d, &err), 0, "%s", err.message);
	const char *const *words = knot_debugger_words(d);

	cr_expect_str_eq(words[0], "/bin/dlv");
	cr_expect_str_eq(words[1], "exec");
	knot_auto_free char *script = knot_xasprintf("%s/dlv-%d.star", dir, (int)getpid());
	knot_auto_free char *text = NULL;
	size_t len;

	cr_assert_eq(knot_file_read(script, 1 << 20, &text, &len, &err), 0, "%s", err.message);
	static const char first[] = "module = str(bytes([47,97,34,10,92,98,]))\n";

	cr_expect_eq(strncmp(text, first, strlen(first)), 0, "%s", text);
	knot_debugger_close(d);
	cr_expect_not(knot_file_exists(script));
	cr_expect_eq(rmdir(dir), 0, "nothing is left");
}

Test(debugger, finds_what_go_install_has_put_there)
{
	char dir[] = "/tmp/goknot-debugger.XXXXXX";
	struct knot_error err = {0};
	char *found = NULL;

	cr_assert(mkdtemp(dir));
	setenv("PATH", dir, 1);
	setenv("HOME", dir, 1);
	unsetenv("GOBIN");
	unsetenv("GOPATH");
	cr_expect_eq(knot_debugger_find(&found, &err), KNOT_EUSAGE);
	cr_expect_str_eq(err.message,
		"-dlv needs delve, which is not here: go install "
		"github.com/go-delve/delve/cmd/dlv@latest");
	knot_auto_free char *bin = knot_xasprintf("%s/second/bin", dir);
	knot_auto_free char *dlv = knot_xasprintf("%s/dlv", bin);
	knot_auto_free char *gopath = knot_xasprintf("%s/second:/none", dir);

	cr_assert_eq(knot_file_mkdirs(bin, 0777, &err), 0, "%s", err.message);
	cr_assert_eq(knot_file_write(dlv, "", 0, &err), 0, "%s", err.message);
	setenv("GOPATH", gopath, 1);
	cr_expect_eq(knot_debugger_find(&found, &err), KNOT_EUSAGE, "it is no program");
	cr_assert_eq(chmod(dlv, 0755), 0);
	cr_assert_eq(knot_debugger_find(&found, &err), 0, "%s", err.message);
	cr_expect_str_eq(found, dlv);
	free(found);
	unlink(dlv);
	rmdir(bin);
	*strrchr(bin, '/') = '\0';
	rmdir(bin);
	rmdir(dir);
}
