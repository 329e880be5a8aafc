/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/interleaving.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "explore/describe.h"
#include "explore/names.h"
#include "wire/ops.h"
#include "wire/text.h"

#include <inttypes.h>

struct printer {
	const struct knot_record *rec;
	const struct knot_names *names;
	struct knot_run_view view;
	uint32_t *asleep; /* by goroutine: the site of the sleep that it is in, 0 = none */
	knot_interleaving_line line;
	void *arg;
};

static void say(struct printer *p, struct knot_text *t, bool is_event)
{
	p->line(p->arg, t->data ? t->data : "", is_event);
	knot_text_free(t);
}

static void add_site(struct printer *p, struct knot_text *t, uint32_t site)
{
	const struct knot_site_name *name = knot_names_site(p->names, site);
	knot_auto_free char *where = knot_describe_site(p->names, site);

	knot_text_addf(t, " %s", where);
	if (name && name->primitive)
		knot_text_addf(t, " %s", name->primitive);
}

/* A step has the site of an operation, and a sleep is none. */
static uint32_t woken_at(const struct printer *p, const struct knot_shm_event *e)
{
	return e->g < p->view.gs_len && p->asleep[e->g] ? p->asleep[e->g] : e->site;
}

static void step(struct printer *p, const struct knot_shm_event *e)
{
	struct knot_text t = {0};
	knot_auto_free char *path = knot_describe_path(&p->view, e->g, p->names);

	knot_text_addf(&t, "%6u  G%-3u %-24s ", e->step, e->g, path);
	switch (e->op) {
	case KNOT_OP_START:
		knot_text_adds(&t, "starts");
		break;
	case KNOT_OP_RESUME:
		knot_text_adds(&t, "goes on after");
		add_site(p, &t, woken_at(p, e));
		break;
	case KNOT_OP_COMPUTE:
		knot_text_adds(&t, "goes on computing");
		break;
	case KNOT_OP_NONE:
		knot_text_adds(&t, "behind");
		add_site(p, &t, e->site);
		break;
	default:
		if (knot_run_is_behind_go(&p->view, (size_t)(e - p->view.events)))
			knot_text_adds(&t, "behind ");
		knot_text_adds(&t, knot_op_name(e->op));
		add_site(p, &t, e->site);
	}
	say(p, &t, false);
}

static void inner(struct printer *p, const struct knot_shm_event *e)
{
	struct knot_text t = {0};

	switch (e->kind) {
	case KNOT_EV_BLOCK:
		knot_text_addf(&t, "G%u blocks in %s", e->g, knot_op_name(e->op));
		if (e->op == KNOT_OP_SLEEP)
			add_site(p, &t, e->site);
		break;
	case KNOT_EV_WAKE:
		if (e->g == KNOT_G_NONE)
			knot_text_addf(&t, "G%" PRIu64 " is woken", e->aux);
		else
			knot_text_addf(&t, "G%u wakes G%" PRIu64, e->g, e->aux);
		break;
	case KNOT_EV_SPAWN:
		if (e->g == KNOT_G_NONE)
			return;
		knot_text_addf(&t, "G%u creates G%" PRIu64, e->g, e->aux);
		break;
	case KNOT_EV_EXIT:
		knot_text_addf(&t, "G%u ends", e->g);
		break;
	case KNOT_EV_TIMER:
		knot_text_addf(&t, "a timer fires; the clock shows %.6f s", (double)e->aux / 1e9);
		break;
	case KNOT_EV_EXTERNAL:
		if (e->aux == KNOT_EXT_WATCHDOG) {
			knot_text_addf(&t, "G%u, which computes, is preempted at", e->g);
			add_site(p, &t, e->site);
			break;
		}
		if (e->aux == KNOT_EXT_NETPOLL)
			knot_text_addf(&t, "I/O that G%u waits for is ready", e->g);
		else if (e->aux == KNOT_EXT_SYSCALL)
			knot_text_addf(&t, "G%u comes back from a system call", e->g);
		else if (e->aux == KNOT_EXT_SIGNAL)
			knot_text_adds(&t, "a signal arrives");
		else
			knot_text_adds(&t, "memory is collected");
		break;
	case KNOT_EV_SELECTED:
		knot_text_addf(&t, "G%u takes case %s", e->g, knot_op_name(e->op));
		add_site(p, &t, e->site);
		break;
	case KNOT_EV_ACQUIRE:
		knot_text_addf(&t, "G%u has the lock", e->g);
		break;
	case KNOT_EV_CHAIN:
		knot_text_addf(&t, "element %" PRIu64 " of the chain", e->aux + 1);
		break;
	default:
		return;
	}
	say(p, &t, true);
}

void knot_interleaving(const struct knot_record *rec, const struct knot_names *names,
	knot_interleaving_line line, void *arg)
{
	struct printer p = {.rec = rec,
		.names = names,
		.view = knot_record_view(rec),
		.line = line,
		.arg = arg};
	knot_auto_free uint32_t *asleep = knot_xalloc((p.view.gs_len + 1) * sizeof(*asleep));

	p.asleep = asleep;
	for (size_t i = 0; i < p.view.len; i++) {
		const struct knot_shm_event *e = &p.view.events[i];

		if (e->kind == KNOT_EV_STEP)
			step(&p, e);
		else
			inner(&p, e);
		if (e->g < p.view.gs_len && (e->kind == KNOT_EV_STEP || e->kind == KNOT_EV_BLOCK))
			asleep[e->g] =
				e->kind == KNOT_EV_BLOCK && e->op == KNOT_OP_SLEEP ? e->site : 0;
	}
}
