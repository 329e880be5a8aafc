/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/goexport.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "engine/explanation.h"
#include "engine/project.h"
#include "engine/sitenames.h"
#include "explore/describe.h"
#include "explore/ordering.h"
#include "instrument/export.h"
#include "sys/clock.h"
#include "sys/tree.h"
#include "wire/goplan.h"
#include "wire/ops.h"
#include "wire/sites.h"
#include "wire/text.h"

#include <string.h>
#include <unistd.h>

/* A turn that ends by blocking takes the order control some 2 ms. */
#define TURNS_MAX 1000
#define GOROUTINES_MAX 1000
#define SITES_MAX 1000
/* Of real time that timers may take. */
#define WAITS_MAX_NS (5 * KNOT_NS_PER_S)
/* What a run may take beside that: the order control gives up after one second. */
#define TIMEOUT_NS (5 * KNOT_NS_PER_S)
/* In which the program that proves it is built, the test is, and all runs are made. */
#define PROOF_MS 300000
/* "nearly all": so many in ten. */
#define SAME_IN_TEN 9

struct making {
	const struct knot_goexport_options *o;
	struct knot_run_view view;
	struct knot_ordering order;
	struct knot_goplan plan;
	KNOT_VEC(struct knot_goplan_site) sites;
	KNOT_VEC(uint32_t) site_ids; /* of sites */
	KNOT_VEC(struct knot_goplan_goroutine) goroutines;
	KNOT_VEC(struct knot_goplan_turn) turns;
	KNOT_VEC(struct knot_goplan_point) points;
	KNOT_VEC(uint16_t) leaking;
	KNOT_VEC(uint32_t) leaks;
	KNOT_VEC(char *) texts; /* owned, of the plan */
	KNOT_VEC(const char *) args, places, story;
};

static bool is_verdict(const struct knot_crash *c, uint32_t kind)
{
	return !strcmp(c->verdict, knot_verdict_name(kind));
}

const char *knot_goexport_refusal(const struct knot_crash *c)
{
	if (c->native)
		return "it was found in native mode and has no schedule: the crash file itself "
		       "names the chain";
	if (!strcmp(c->test, KNOT_PROGRAM_NAME))
		return "it is about a program and not about a test";
	if (strncmp(c->test, "Test", 4) != 0)
		return "it is about an example or a fuzz target, and a plain test is needed";
	if (is_verdict(c, KNOT_VERDICT_RACE))
		return "a data race is reported only where nothing orders the two accesses, and an "
		       "order control would";
	if (c->memory.len)
		return "a switch between two accesses to plain memory is needed, before which no "
		       "call can be put";
	if (is_verdict(c, KNOT_VERDICT_LIVELOCK))
		return "a livelock is an order without an end, and the order control knows "
		       "finite ones";
	if (!is_verdict(c, KNOT_VERDICT_DEADLOCK) && !is_verdict(c, KNOT_VERDICT_LEAK) &&
		!is_verdict(c, KNOT_VERDICT_PANIC) && !is_verdict(c, KNOT_VERDICT_FATAL) &&
		!is_verdict(c, KNOT_VERDICT_FAIL))
		return "it did not end by itself, so that there is no end to compare with";
	return NULL;
}

static bool holds(void *arg, uint32_t site)
{
	const struct making *m = arg;
	const struct knot_site *s = knot_sites_find(m->o->sites, site);
	const size_t n = strlen(m->o->module_dir);

	return s && !strncmp(s->file, m->o->module_dir, n) && s->file[n] == '/';
}

static const char *own(struct making *m, char *text)
{
	knot_vec_push(&m->texts, text);
	return text;
}

/* Its index in sites; -1 = none of the module. */
static int add_site(struct making *m, uint32_t id)
{
	for (size_t i = 0; i < m->site_ids.len; i++)
		if (m->site_ids.data[i] == id)
			return (int)i;
	if (!holds(m, id))
		return -1;
	const struct knot_site *s = knot_sites_find(m->o->sites, id);

	knot_vec_push(&m->site_ids, id);
	knot_vec_push(&m->sites,
		((struct knot_goplan_site){.file = s->file,
			.line = s->line,
			.col = s->col,
			.op = knot_op_name(s->op)}));
	return (int)m->sites.len - 1;
}

static void add_goroutines(struct making *m)
{
	const struct knot_names *names = knot_sitenames_view(m->o->names);

	for (size_t i = 0; i < m->order.goroutines.len; i++) {
		const struct knot_ordering_goroutine *g = &m->order.goroutines.data[i];
		const bool test = g->parent < 0;

		knot_vec_push(&m->goroutines,
			((struct knot_goplan_goroutine){
				.path = own(m, knot_describe_path(&m->view, g->g, names)),
				.parent = g->parent,
				.created = test ? "" : own(m, knot_describe_site(names, g->site)),
				.site = test ? -1 : add_site(m, g->site),
				.ordinal = g->ordinal,
				.only = test || g->only,
			}));
	}
}

static void add_turns(struct making *m)
{
	size_t at = 0;

	/* Pointers into points hold once all are there. */
	for (size_t i = 0; i < m->order.turns.len; i++)
		for (size_t k = 0; k < m->order.turns.data[i].points_len; k++) {
			const struct knot_ordering_point *p = &m->order.turns.data[i].points[k];

			knot_vec_push(&m->points,
				((struct knot_goplan_point){
					.site = (uint32_t)add_site(m, p->site), .nth = p->nth}));
		}
	for (size_t i = 0; i < m->order.turns.len; i++) {
		const struct knot_ordering_turn *t = &m->order.turns.data[i];

		knot_vec_push(&m->turns,
			((struct knot_goplan_turn){.g = t->g,
				.at = t->points_len ? &m->points.data[at] : NULL,
				.at_len = t->points_len,
				.settle = t->settle.data,
				.settle_len = t->settle.len,
				.pause_ns = t->pause_ns,
				.slack_ns = t->slack_ns}));
		at += t->points_len;
	}
}

/* Who is left when a leak is: neither the test nor a library's. */
static void find_leaking(struct making *m)
{
	const struct knot_record *rec = m->o->record;

	for (size_t i = 0; i < rec->snaps.len && is_verdict(m->o->crash, KNOT_VERDICT_LEAK); i++)
		if (rec->snaps.data[i].state == 3 && !(rec->snaps.data[i].flags & 7))
			knot_vec_push(&m->leaking, rec->snaps.data[i].g);
}

const char *knot_goexport_place(const char *signature)
{
	const char *space = strrchr(signature, ' ');
	const char *place = space ? space + 1 : signature;

	return strchr(place, ':') ? place : NULL;
}

static void add_places(struct making *m)
{
	for (size_t i = 0; i < m->o->crash->signature.len; i++) {
		const char *place = knot_goexport_place(m->o->crash->signature.data[i]);

		if (place)
			knot_vec_push(&m->places, place);
	}
}

static void add_args(struct making *m)
{
	const struct knot_crash *c = m->o->crash;

	if (c->is_short)
		knot_vec_push(&m->args, "-test.short");
	if (c->skip && *c->skip)
		knot_vec_push(&m->args, own(m, knot_xasprintf("-test.skip=%s", c->skip)));
	for (size_t i = 0; i < c->args.len; i++)
		knot_vec_push(&m->args, c->args.data[i]);
}

static void on_story(void *arg, const char *text)
{
	struct making *m = arg;

	knot_vec_push(&m->story, own(m, knot_xstrdup(text)));
}

/* Why no order can bring it about; NULL = one might. Caller frees. */
static char *hopeless(const struct making *m)
{
	const uint64_t waits_ns = knot_ordering_waits_ns(&m->order);

	if (!m->order.turns.len)
		return knot_xstrdup("the run did nothing that could be ordered");
	if (m->order.turns.len > TURNS_MAX || m->order.goroutines.len > GOROUTINES_MAX)
		return knot_xasprintf(
			"the run has %zu turn%s of %zu goroutine%s, and %d of %d are as "
			"many as can be kept in order (goknot minimize makes them "
			"fewer)",
			m->order.turns.len, knot_text_s(m->order.turns.len),
			m->order.goroutines.len, knot_text_s(m->order.goroutines.len), TURNS_MAX,
			GOROUTINES_MAX);
	if (m->sites.len > SITES_MAX)
		return knot_xasprintf("turns begin at %zu different places, and %d are the limit",
			m->sites.len, SITES_MAX);
	if (waits_ns > WAITS_MAX_NS)
		return knot_xasprintf(
			"its timers would take %.1f s of real time, which stood still "
			"in the run (%.0f s are the limit)",
			(double)waits_ns / 1e9, (double)WAITS_MAX_NS / 1e9);
	return NULL;
}

static void make_plan(struct making *m)
{
	const struct knot_crash *c = m->o->crash;

	find_leaking(m);
	knot_ordering_make(&m->view, m->leaking.data, m->leaking.len, holds, m, &m->order);
	add_goroutines(m);
	add_turns(m);
	for (size_t i = 0; i < m->leaking.len; i++) {
		const int g = knot_ordering_find(&m->order, m->leaking.data[i]);

		if (g >= 0)
			knot_vec_push(&m->leaks, (uint32_t)g);
	}
	add_places(m);
	add_args(m);
	knot_explanation(m->o->finding, m->o->record, m->o->names, true, NULL, on_story, m);
	m->plan = (struct knot_goplan){
		.module = m->o->module,
		.root = m->o->module_dir,
		.dir = c->dir,
		.test = c->test,
		.run = c->run && *c->run ? c->run : own(m, knot_xasprintf("^%s$", c->test)),
		.tags = c->tags,
		.race = c->race,
		.args = m->args.data,
		.args_len = m->args.len,
		.timeout_ns = TIMEOUT_NS + 2 * knot_ordering_waits_ns(&m->order),
		.verdict = c->verdict,
		.places = m->places.data,
		.places_len = m->places.len,
		.story = m->story.data,
		.story_len = m->story.len,
		.sites = m->sites.data,
		.sites_len = m->sites.len,
		.goroutines = m->goroutines.data,
		.goroutines_len = m->goroutines.len,
		.leaks = m->leaks.data,
		.leaks_len = m->leaks.len,
		.turns = m->turns.data,
		.turns_len = m->turns.len,
	};
}

/* What in the run the stock scheduler does as it likes. */
static char *open_choices(const struct making *m)
{
	const struct knot_names *names = knot_sitenames_view(m->o->names);
	struct knot_text t = {0};
	uint32_t selected = 0;

	for (size_t i = 0; i < m->view.len; i++)
		if (m->view.events[i].kind == KNOT_EV_SELECTED)
			selected = m->view.events[i].site;
	if (m->order.unheld) {
		knot_auto_free char *where = knot_describe_site(names, m->order.unheld_site);

		knot_text_addf(&t,
			"nobody can be made to wait before %s %s: it stands outside the module, or "
			"the standard library executes it\n",
			knot_op_name(m->order.unheld_op), where);
	}
	if (selected) {
		knot_auto_free char *where = knot_describe_site(names, selected);

		knot_text_addf(&t,
			"a select chooses by itself among the cases that are ready (%s)\n", where);
	}
	if (m->order.strangers) {
		knot_auto_free char *where = knot_describe_site(names, m->order.stranger);

		knot_text_addf(&t,
			"a goroutine takes part that no go statement of the test created, such as "
			"one of a timer (at %s)\n",
			where);
	}
	if (knot_record_arrivals(m->o->record))
		knot_text_adds(&t, "something outside the process takes part\n");
	return knot_text_steal(&t);
}

/* What the order control said of the first run in which a turn did not come, as a line; "" = nothing. Caller frees. */
static char *said_by_order(const char *output)
{
	static const char name[] = "goknotorder: ";
	struct knot_span left = knot_span_str(output), line;
	struct knot_text t = {0};

	while (!t.len && knot_span_take_line(&left, &line))
		if (knot_span_skip(&line, name)) {
			knot_text_add_escaped(&t, line);
			knot_text_adds(&t, "\n");
		}
	return knot_text_steal(&t);
}

static int write_and_prove(struct making *m, struct knot_goexport *e, struct knot_error *err)
{
	struct knot_instrument_proof proof = {0};
	knot_auto_free char *plan = NULL;
	struct knot_error why = {0};
	int rc = knot_goplan_encode(&m->plan, &plan, err);

	if (rc)
		return rc;
	rc = knot_instrument_export(
		m->o->build, m->o->module_dir, plan, e->dir, m->o->cancel_fd, &e->notes, &why);
	if (!rc)
		rc = knot_instrument_prove(m->o->build, m->o->module_dir, e->dir, m->o->times,
			PROOF_MS, m->o->cancel_fd, &proof, &why);
	if (rc == KNOT_EUNSUPPORTED || rc == KNOT_EBUILD) {
		e->why = knot_xasprintf("%s%s",
			rc == KNOT_EBUILD ? "with the calls in it the test cannot be run: " : "",
			why.message);
		return 0;
	}
	if (rc)
		return knot_error_set(err, why.code, "%s", why.message);
	e->times = proof.times;
	e->same = proof.same;
	if (proof.same * 10 < proof.times * SAME_IN_TEN) {
		knot_auto_free char *choices = open_choices(m);
		knot_auto_free char *given_up = said_by_order(proof.output);
		char *notes = knot_xasprintf("%s%s%s", given_up, e->notes ? e->notes : "", choices);

		free(e->notes);
		e->notes = notes;
		e->why = knot_xasprintf("held to the order of the run, %u of %u runs on the stock "
					"scheduler fail by it",
			proof.same, proof.times);
	}
	free(proof.output);
	return 0;
}

static void free_making(struct making *m)
{
	knot_ordering_free(&m->order);
	for (size_t i = 0; i < m->texts.len; i++)
		free(m->texts.data[i]);
	knot_vec_free(&m->texts);
	knot_vec_free(&m->sites);
	knot_vec_free(&m->site_ids);
	knot_vec_free(&m->goroutines);
	knot_vec_free(&m->turns);
	knot_vec_free(&m->points);
	knot_vec_free(&m->leaking);
	knot_vec_free(&m->leaks);
	knot_vec_free(&m->args);
	knot_vec_free(&m->places);
	knot_vec_free(&m->story);
}

int knot_goexport(const struct knot_goexport_options *options, struct knot_goexport *ret,
	struct knot_error *err)
{
	struct making m = {.o = options, .view = knot_record_view(options->record)};
	struct knot_goexport e = {
		.dir = knot_xasprintf("%s/export-%d", options->work_dir, getpid())};
	int rc = 0;

	make_plan(&m);
	e.turns = m.order.turns.len;
	e.goroutines = m.order.goroutines.len;
	e.timeout_ns = m.plan.timeout_ns;
	e.why = hopeless(&m);
	if (!e.why)
		rc = write_and_prove(&m, &e, err);
	free_making(&m);
	if (rc || e.why)
		(void)knot_tree_remove(e.dir, NULL);
	if (rc)
		knot_goexport_free(&e);
	else
		*ret = e;
	return rc;
}

void knot_goexport_free(struct knot_goexport *e)
{
	if (e->dir)
		(void)knot_tree_remove(e->dir, NULL);
	free(e->why);
	free(e->notes);
	free(e->dir);
	*e = (struct knot_goexport){0};
}
