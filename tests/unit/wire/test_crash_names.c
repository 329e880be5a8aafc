/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/crash.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "wire/abi.h"
#include "wire/envelope.h"
#include "wire/text.h"

#include <criterion/criterion.h>
#include <string.h>

/* A file of nothing, with to in place of from. */
static struct knot_text replaced(const char *from, const char *to)
{
	struct knot_crash c = {0};
	struct knot_text t = {0};
	char *body = NULL;
	size_t len;

	cr_assert_eq(knot_crash_encode(&c, &body, &len, NULL), 0);
	const char *at = strstr(body, from), *end = strstr(body, "end ");

	/* The last line is "end <hash>", and another key begins so. */
	while (end && strstr(end + 1, "\nend "))
		end = strstr(end + 1, "\nend ") + 1;
	cr_assert(at && end);
	knot_text_add(&t, body, (size_t)(at - body));
	knot_text_adds(&t, to);
	at += strlen(from);
	knot_text_add(&t, at, (size_t)(end - at));
	knot_envelope_end(&t);
	free(body);
	return t;
}

Test(crash_names, of_code_that_may_change)
{
	static const char lists[] =
		"names: 2\n"
		"  1a2b3c4d lock 1/2 2/3 example.org/m (*manager).update manager.go:31 m.mu\n"
		"  000000ff none 0/0 0/0 - - -\n"
		"about: 1\n"
		"  lock 1a2b3c4d\n"
		"departures: 4\n"
		"  at 0000000000000054 7 lock 1a2b3c4d 2 0123456789abcdef\n"
		"  in 0123456789abcdef 1 send 000000ff 0 0000000000000000\n"
		"  after 0123456789abcdef 1 send 000000ff 0 0000000000000054\n"
		"  behind 0123456789abcdef 9 none 00000000 0 0000000000000054\n"
		"goroutines: 0\n";
	struct knot_crash c = {0};
	struct knot_text t = replaced("goroutines: 0\n", lists);
	const struct {
		const char *from, *to;
	} bad[] = {{"1/2", "1"}, {"1/2 2/3", "1/2"}, {"lock 1/2", "lick 1/2"},
		{" manager.go:31 m.mu", ""}, {"about: 1", "about: 2"},
		{"lock 1a2b3c4d\ndep", "lock 1a2b\ndep"}, {"  at ", "  on "},
		{" 2 0123456789abcdef", " 2"}, {"departures: 4", "departures: 3"},
		{" 9 none", " -9 none"}};

	cr_assert_eq(knot_crash_decode(knot_span_of(t.data, t.len), &c, NULL), 0);
	cr_assert_eq(c.names.len, 2);
	cr_expect_eq(c.names.data[0].site, 0x1a2b3c4d);
	cr_expect_eq(c.names.data[0].op, KNOT_OP_LOCK);
	cr_expect_eq(c.names.data[0].nth, 1);
	cr_expect_eq(c.names.data[0].of, 2);
	cr_expect_eq(c.names.data[0].op_nth, 2);
	cr_expect_eq(c.names.data[0].op_of, 3);
	cr_expect_str_eq(c.names.data[0].pkg, "example.org/m");
	cr_expect_str_eq(c.names.data[0].func, "(*manager).update");
	cr_expect_str_eq(c.names.data[0].pos, "manager.go:31");
	cr_expect_str_eq(c.names.data[0].prim, "m.mu");
	cr_expect_str_eq(c.names.data[1].pkg, "");
	cr_assert_eq(c.about.len, 1);
	cr_expect_eq(c.about.data[0].op, KNOT_OP_LOCK);
	cr_assert_eq(c.departures.len, 4);
	cr_expect_eq(c.minimised, 1);
	cr_expect_eq(c.departures.data[0].kind, KNOT_DEPARTS_AT);
	cr_expect_eq(c.departures.data[0].ops, 7);
	cr_expect_eq(c.departures.data[0].nth, 2);
	cr_expect_eq(c.departures.data[1].to, 0);
	cr_expect_eq(c.departures.data[2].kind, KNOT_DEPARTS_AFTER);
	cr_expect_eq(c.departures.data[3].kind, KNOT_DEPARTS_BEHIND);
	knot_crash_forget_run(&c);
	cr_expect_eq(c.names.len + c.about.len + c.departures.len + c.minimised, 0);
	knot_crash_free(&c);
	free(t.data);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *at = strstr(lists, bad[i].from);
		struct knot_text broken = {0};

		cr_assert_not_null(at);
		knot_text_add(&broken, lists, (size_t)(at - lists));
		knot_text_adds(&broken, bad[i].to);
		knot_text_adds(&broken, at + strlen(bad[i].from));
		t = replaced("goroutines: 0\n", broken.data);
		cr_expect_eq(knot_crash_decode(knot_span_of(t.data, t.len), &c, NULL), KNOT_EINPUT,
			"%s", bad[i].from);
		free(broken.data);
		free(t.data);
	}
}

/* Minimised, and nothing was left of it: run-until-block. */
Test(crash_names, of_a_schedule_without_departures)
{
	struct knot_crash c = {0};
	struct knot_text t = replaced("goroutines: 0\n", "departures: 0\ngoroutines: 0\n");

	cr_assert_eq(knot_crash_decode(knot_span_of(t.data, t.len), &c, NULL), 0);
	cr_expect_eq(c.minimised, 1);
	cr_expect_eq(c.departures.len, 0);
	knot_crash_free(&c);
	free(t.data);
	t = replaced("tags:", "code: 00000000000000ff\ntags:");
	cr_assert_eq(knot_crash_decode(knot_span_of(t.data, t.len), &c, NULL), 0);
	cr_expect_eq(c.code, 255);
	cr_expect_eq(c.minimised, 0);
	knot_crash_free(&c);
	free(t.data);
}

/* Of older versions, what was no key of theirs may be added; what they meant has to stay. */
Test(crash_names, an_old_file_can_be_made_new)
{
	static const uint32_t meant[] = {[1] = KNOT_CFG_OLD_NAMES | KNOT_CFG_OLD_IO |
			KNOT_CFG_OLD_DESCS | KNOT_CFG_OLD_RAND | KNOT_CFG_OLD_RACE,
		[2] = KNOT_CFG_OLD_IO | KNOT_CFG_OLD_DESCS | KNOT_CFG_OLD_RAND | KNOT_CFG_OLD_RACE,
		[3] = KNOT_CFG_OLD_DESCS | KNOT_CFG_OLD_RAND | KNOT_CFG_OLD_RACE,
		[4] = KNOT_CFG_OLD_RAND | KNOT_CFG_OLD_RACE,
		[5] = KNOT_CFG_OLD_RACE,
		[6] = KNOT_CFG_OLD_RACE,
		[7] = 0};

	for (uint32_t version = 1; version <= KNOT_CRASH_VERSION; version++) {
		struct knot_error err = {0};
		struct knot_crash c = {0}, back = {0};
		knot_auto_free char *line = knot_xasprintf("goknot crash %u", version);
		struct knot_text t = replaced("goknot crash 7", line);
		knot_auto_free char *data = NULL;
		size_t len;

		cr_assert_eq(knot_crash_decode(knot_span_of(t.data, t.len), &c, &err), 0, "%s",
			err.message);
		cr_expect_eq(knot_crash_config(&c), meant[version]);
		c.config_flags |= KNOT_CFG_PROGRAM;
		knot_crash_renew(&c);
		cr_assert_eq(knot_crash_encode(&c, &data, &len, &err), 0);
		cr_assert_eq(knot_crash_decode(knot_span_of(data, len), &back, &err), 0, "%s",
			err.message);
		cr_expect_eq(back.version, KNOT_CRASH_VERSION);
		cr_expect_eq(knot_crash_config(&back), meant[version] | KNOT_CFG_PROGRAM);
		knot_crash_free(&c);
		knot_crash_free(&back);
		knot_text_free(&t);
	}
}
