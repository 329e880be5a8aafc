/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/feedback.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "engine/campaign_internal.h"
#include "engine/entering.h"
#include "engine/probing.h"
#include "sys/probe.h"
#include "wire/ops.h"
#include "wire/text.h"

#include <inttypes.h>
#include <string.h>

static int open_probe(struct knot_campaign *c, struct knot_error *err)
{
	int rc = knot_probing_open(&c->probing, err);

	for (size_t i = 0; i < c->project->targets.len && !rc; i++)
		rc = knot_probing_attach(c->probing, c->project->targets.data[i]->binary, err);
	if (rc) {
		knot_probing_close(c->probing);
		c->probing = NULL;
	}
	return rc;
}

/* Only where the hook is seen, too: it says who is who, and where a run begins. */
static int open_entering(struct knot_campaign *c, struct knot_error *err)
{
	int rc = knot_entering_open(
		knot_probing_half(c->probing), c->project->sites, &c->entering, err);

	for (size_t i = 0; i < c->project->targets.len && !rc; i++)
		rc = knot_entering_attach(c->entering, c->project->targets.data[i]->binary, err);
	if (rc) {
		knot_entering_close(c->entering);
		c->entering = NULL;
	}
	return rc;
}

static void audit_runtime(struct knot_campaign *c)
{
	struct knot_error why = {.message = "there is no eBPF probe"};

	if (c->probing && !open_entering(c, &why))
		return;
	knot_auto_free char *text = knot_xasprintf("audit: the events are not compared with what "
						   "the Go runtime's own functions do: %s",
		why.message);

	knot_campaign_tell(c, NULL, KNOT_NEWS_NOTE, text);
}

int knot_feedback_open(struct knot_campaign *c, struct knot_error *err)
{
	const struct knot_campaign_options *o = &c->options;
	const bool must = o->feedback == KNOT_FEEDBACK_EBPF;
	const bool may = o->feedback == KNOT_FEEDBACK_AUTO && o->native;
	struct knot_error why = {0};
	knot_auto_free char *text = NULL;

	if (!must && !may && o->audit <= 0)
		return 0;
	int rc = open_probe(c, &why);

	c->feedback_ebpf = !rc && (must || may);
	if (rc && must)
		return knot_error_set(
			err, rc, "-feedback ebpf: %s -> %s", why.message, knot_probe_remedy());
	if (c->feedback_ebpf)
		text = knot_xasprintf(
			"feedback: the eBPF probe (%s)", knot_probing_way(c->probing));
	else if (may)
		text = knot_xasprintf(
			"feedback: the ring in the target; no eBPF probe, since %s -> %s",
			why.message, knot_probe_remedy());
	else if (rc)
		text = knot_xasprintf("audit: the ring in the target is not compared with the eBPF "
				      "probe: %s -> %s",
			why.message, knot_probe_remedy());
	if (text)
		knot_campaign_tell(c, NULL, KNOT_NEWS_NOTE, text);
	if (o->audit > 0)
		audit_runtime(c);
	return 0;
}

int knot_feedback_start(struct knot_campaign *c, struct knot_error *err)
{
	return c->probing ? knot_probing_read(c->probing, err) : 0;
}

void knot_feedback_close(struct knot_campaign *c)
{
	knot_entering_close(c->entering);
	c->entering = NULL;
	knot_probing_close(c->probing);
	c->probing = NULL;
}

struct knot_run_view knot_feedback_view(struct knot_campaign *c, const struct knot_record *rec)
{
	if (!c->feedback_ebpf || !rec->probed.asked)
		return knot_record_view(rec);
	c->probe.incomplete += !rec->probed.complete;
	return knot_record_probed_view(rec);
}

/* One side of a difference. */
static char *side(const struct knot_shm_event *e)
{
	static const struct knot_shm_event none;

	if (memcmp(e, &none, sizeof(none)) == 0)
		return knot_xstrdup("nothing");
	return knot_xasprintf("%s %s of G%u at site %08" PRIx32 ", step %" PRIu32
			      ", primitive %" PRIu32 ", %" PRIx64 ", %" PRIx64,
		knot_event_name(e->kind), knot_op_name(e->op), e->g, e->site, e->step, e->prim,
		e->aux, e->vtime);
}

static void check_ring(
	struct knot_campaign *c, const struct knot_target_state *s, const struct knot_record *rec)
{
	const struct knot_probed_check *check = &rec->probed.check;

	c->probe.checks++;
	c->probe.checks_same += !check->differences;
	c->probe.checked_events += check->same;
	c->probe.raced += check->raced;
	if (!check->differences)
		return;
	knot_auto_free char *ring = side(&check->ring);
	knot_auto_free char *probe = side(&check->probe);
	knot_auto_free char *text =
		knot_xasprintf("audit: %s %s: ring and eBPF probe differ (goknot is wrong, or the "
			       "target has written over "
			       "the shared memory): %s, %" PRIu64 " in all; seed %" PRIu64
			       ", event %" PRIu64 "; the ring has %s; the probe has %s",
			s->target->package, s->target->name, knot_probed_kind_name(check->first),
			check->differences, rec->result.seed, check->event, ring, probe);

	knot_campaign_tell(c, s, KNOT_NEWS_NOTE, text);
}

/* " at file:line", "" when it is not known. */
static char *at(const struct knot_entered_hit *h)
{
	if (!h->file)
		return knot_xstrdup("");
	knot_auto_free char *file = knot_text_escape(knot_span_str(h->file), 200);

	return knot_xasprintf(" at %s:%" PRIu32, file, h->line);
}

/* The runtime's side of a difference. */
static char *entry_side(const struct knot_entered_check *check)
{
	const struct knot_entered_hit *h = &check->entry;

	if (!check->has_entry)
		return knot_xstrdup("nothing");
	knot_auto_free char *place = at(h);

	return knot_xasprintf("%s by goroutine %" PRIu64 "%s, object %" PRIx64 ", hit %" PRIu64,
		knot_entered_function(h->kind), h->g, place, h->object, h->seq);
}

static char *event_side(const struct knot_entered_check *check)
{
	const struct knot_entered_hit *h = &check->event;

	if (!check->has_event)
		return knot_xstrdup("nothing");
	knot_auto_free char *event = side(&h->event);
	knot_auto_free char *place = at(h);

	return knot_xasprintf(
		"%s by goroutine %" PRIu64 "%s, hit %" PRIu64, event, h->g, place, h->seq);
}

static void check_runtime(struct knot_campaign *c, struct knot_campaign_worker *w,
	const struct knot_target_state *s, const struct knot_record *rec)
{
	struct knot_feedback_stats *st = &c->probe;
	struct knot_entered_check check;
	const struct knot_entering_run run = {
		.binary = s->target->binary,
		.request = rec->result.request,
		.run = rec->result.batch_runs ? rec->result.batch_runs - 1 : 0,
		.native = rec->result.flags & KNOT_RUN_NATIVE,
		.names = knot_sitenames_view(c->names),
	};

	knot_sitenames_use(c->names, knot_worker_shm(w->worker));
	/* A run whose events did not all find room is not told by them. */
	const bool known = knot_entering_compare(w->entering, &run, &check) && !rec->result.lost;

	knot_sitenames_use(c->names, NULL);
	st->entered_unknown += !known;
	if (!known)
		return;
	st->entered++;
	st->entered_same += !check.differences;
	st->entered_pairs += check.same;
	for (size_t i = 0; i < KNOT_ENTERED_RULES; i++)
		st->entered_left[i] += check.left[i];
	if (!check.differences)
		return;
	knot_auto_free char *entry = entry_side(&check);
	knot_auto_free char *event = event_side(&check);
	knot_auto_free char *text = knot_xasprintf(
		"audit: %s %s: the Go runtime's own functions and the events differ (goknot is "
		"wrong): %s, %" PRIu64 " in all; seed %" PRIu64 ", behind %" PRIu64
		" that are the same of that goroutine; the runtime has %s; the "
		"events have %s",
		s->target->package, s->target->name, knot_entered_kind_name(check.first),
		check.differences, rec->result.seed, check.position, entry, event);

	knot_campaign_tell(c, s, KNOT_NEWS_NOTE, text);
}

void knot_feedback_check(
	struct knot_campaign_worker *w, const struct knot_plan *plan, const struct knot_record *rec)
{
	struct knot_campaign *c = w->campaign;

	if (rec->probed.checked)
		check_ring(c, w->state, rec);
	if (w->entering && plan->audit)
		check_runtime(c, w, w->state, rec);
}

void knot_feedback_stats(const struct knot_campaign *c, struct knot_feedback_stats *ret_stats)
{
	*ret_stats = c->probe;
	if (!c->probing)
		return;
	ret_stats->records = knot_probing_records(c->probing);
	ret_stats->lost = knot_probing_lost(c->probing);
	if (c->entering)
		ret_stats->entered_lost = knot_entering_lost(c->entering);
}
