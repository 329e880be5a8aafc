/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/error.h"
#include "base/vec.h"
#include "engine/interleaving.h"
#include "engine/sitenames.h"
#include "wire/sites.h"
#include "wire/text.h"

#include <criterion/criterion.h>
#include <string.h>

static void on_line(void *arg, const char *text, bool is_event)
{
	knot_text_addf(arg, "%s%s\n", is_event ? "> " : "", text);
}

static struct knot_shm_event event(
	uint8_t kind, uint16_t g, uint8_t op, uint32_t site, uint64_t aux)
{
	return (struct knot_shm_event){
		.kind = kind, .g = g, .op = op, .site = site, .aux = aux, .step = 1};
}

Test(interleaving, tells_steps_and_what_happened_in_them)
{
	struct knot_sitenames *names = knot_sitenames_new(NULL);
	uint32_t site = knot_sitenames_add(names, "/src/m/queue.go", 26, "m.Put");
	struct knot_record rec = {0};
	struct knot_text t = {0};

	knot_vec_push(&rec.events, event(KNOT_EV_STEP, 0, KNOT_OP_SEND, site, 0));
	knot_vec_push(&rec.events, event(KNOT_EV_BLOCK, 0, KNOT_OP_SEND, site, 19));
	knot_vec_push(&rec.events, event(KNOT_EV_STEP, 1, KNOT_OP_RECV, site, 0));
	knot_vec_push(&rec.events, event(KNOT_EV_WAKE, 1, KNOT_OP_SEND, site, 0));
	knot_vec_push(&rec.events, event(200, 1, 99, 1, 0));
	knot_interleaving(&rec, knot_sitenames_view(names), on_line, &t);
	cr_expect(strstr(t.data, "send queue.go:26"), "%s", t.data);
	cr_expect(strstr(t.data, "> G0 blocks in send"), "%s", t.data);
	cr_expect(strstr(t.data, "> G1 wakes G0"), "%s", t.data);
	cr_expect_null(strstr(t.data, "99"), "unknown events are left out");
	knot_text_free(&t);
	knot_record_free(&rec);
	knot_sitenames_free(names);
}

#define SITE(id, op, prim) \
	"{\"id\":" id ",\"pkg\":\"m\",\"file\":\"/src/m/queue.go\",\"line\":7,\"col\":2," \
	"\"op\":\"" op "\",\"prim\":\"" prim "\",\"func\":\"F\",\"parent\":0,\"after\":true}"

Test(interleaving, does_not_say_select_twice)
{
	static const char table[] = "{\"version\":1,\"module\":\"m\",\"sites\":[" SITE("7",
		"select", "select") "," SITE("8", "send", "c") "],\"unplaced\":[],\"packages\":[]}";
	struct knot_sites *sites = NULL;
	struct knot_error err = {0};
	struct knot_record rec = {0};
	struct knot_text t = {0};

	cr_assert_eq(knot_sites_decode(knot_span_str(table), &sites, &err), 0, "%s", err.message);
	struct knot_sitenames *names = knot_sitenames_new(sites);

	knot_vec_push(&rec.events, event(KNOT_EV_STEP, 0, KNOT_OP_SELECT, 7, 0));
	knot_vec_push(&rec.events, event(KNOT_EV_STEP, 0, KNOT_OP_SEND, 8, 0));
	knot_interleaving(&rec, knot_sitenames_view(names), on_line, &t);
	cr_expect(strstr(t.data, "select queue.go:7\n"), "%s", t.data);
	cr_expect(strstr(t.data, "send queue.go:7 c\n"), "%s", t.data);
	knot_text_free(&t);
	knot_record_free(&rec);
	knot_sitenames_free(names);
	knot_sites_free(sites);
}
