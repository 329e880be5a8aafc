/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bound of the campaign directory. What goknot itself keeps there is bounded by what explore/ keeps: pairs, chains,
 * their prefixes; no trace outlives the look at it. Without bound are tests that write to their TMPDIR and their copy
 * of the module, and, by little, findings. So the directory is measured every two seconds. Beyond the bound what tests
 * wrote goes first, then traces of audits and the database's log; findings never. When that is not enough the campaign
 * ends as on a full disk.
 */
#include "engine/disk.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "engine/campaign_internal.h"
#include "engine/turns.h"
#include "engine/persist.h"
#include "store/store.h"
#include "sys/clock.h"
#include "sys/sandbox.h"
#include "sys/tree.h"
#include "wire/text.h"

#include <dirent.h>
#include <string.h>

#define DEFAULT_BYTES (4ull << 30) /* beside the builds */
#define OWN_BYTES (64ull << 20) /* what goknot itself wants, at least */
#define LOOK_NS (2 * KNOT_NS_PER_S)
#define LOOK_SHARE 50 /* at most the 50th part of the time goes into looking */
#define GLANCE_NS (20 * KNOT_NS_PER_MS) /* between two looks at what is free */
#define GLANCE_SHARE 10 /* while room goes fast at most a tenth of the time goes into looking */
/* With less than this a test that fails for want of room could be taken for a finding. */
#define FREE_LEAST_BYTES (8ull << 20)

/* All but the builds, which change no more. */
static uint64_t measure(const struct knot_campaign *c)
{
	uint64_t sum = 0;
	DIR *d = opendir(c->options.campaign_dir);
	const struct dirent *e;

	while (d && (e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") ||
			!strcmp(e->d_name, "build"))
			continue;
		knot_auto_free char *path =
			knot_xasprintf("%s/%s", c->options.campaign_dir, e->d_name);

		sum += knot_tree_bytes(path);
	}
	if (d)
		closedir(d);
	return sum;
}

static void look(struct knot_campaign *c)
{
	const uint64_t start = knot_clock_mono_ns();

	c->status.disk_bytes = c->status.disk_builds_bytes + measure(c);
	c->status.disk_free_bytes = knot_tree_free_bytes(c->options.campaign_dir);
	const uint64_t now = knot_clock_mono_ns();
	const uint64_t rest = (now - start) * LOOK_SHARE;
	const uint64_t least = (now - start) * GLANCE_SHARE;

	c->next_disk_ns = now + (rest > LOOK_NS ? rest : LOOK_NS);
	c->next_glance_ns = now + (least > GLANCE_NS ? least : GLANCE_NS);
}

/* Half of the room that the last look saw is gone, to whomever. */
static bool is_going_fast(struct knot_campaign *c, uint64_t now)
{
	const struct knot_campaign_status *st = &c->status;

	if (now < c->next_glance_ns)
		return false;
	c->next_glance_ns = now + GLANCE_NS;
	const uint64_t under_limit =
		st->disk_limit_bytes > st->disk_bytes ? st->disk_limit_bytes - st->disk_bytes : 0;
	const uint64_t above_least =
		st->disk_free_bytes > FREE_LEAST_BYTES ? st->disk_free_bytes - FREE_LEAST_BYTES : 0;
	const uint64_t room = under_limit < above_least ? under_limit : above_least;
	const uint64_t free_bytes = knot_tree_free_bytes(c->options.campaign_dir);

	return free_bytes < st->disk_free_bytes && st->disk_free_bytes - free_bytes > room / 2;
}

static int full(struct knot_campaign *c, struct knot_error *err)
{
	const struct knot_campaign_status *st = &c->status;
	knot_auto_free char *left = knot_text_size(st->disk_free_bytes);
	knot_auto_free char *least = knot_text_size(FREE_LEAST_BYTES);
	knot_auto_free char *taken = knot_text_size(st->disk_bytes);
	knot_auto_free char *limit = knot_text_size(st->disk_limit_bytes);

	(void)knot_persist_flush(c, NULL);
	if (st->disk_free_bytes < FREE_LEAST_BYTES)
		return knot_error_set(err, KNOT_EFULL,
			"the disk of %s is full: %s are left, and goknot keeps %s free",
			c->options.campaign_dir, left, least);
	return knot_error_set(err, KNOT_EFULL,
		"%s takes %s of the disk, and -disk allows %s: make room there, or allow more",
		c->options.campaign_dir, taken, limit);
}

/* What tests wrote goes, and with it their processes: called between polls of the workers. */
static int renew_sandboxes(struct knot_campaign *c, struct knot_error *err)
{
	int rc = 0;

	knot_sitenames_use(c->names, NULL);
	knot_replayer_set_sandbox(c->replayer, NULL);
	knot_sandbox_close(c->replay_sandbox);
	c->replay_sandbox = NULL;
	for (uint32_t i = 0; i < c->options.parallel && !rc; i++) {
		struct knot_campaign_worker *w = &c->workers[i];
		knot_auto_free char *name = knot_xasprintf("%u", i);

		rc = knot_turn_give_up(c, w, err);
		knot_worker_set_sandbox(w->worker, NULL);
		knot_sandbox_close(w->sandbox);
		w->sandbox = NULL;
		if (!rc)
			rc = knot_campaign_sandbox(c, name, &w->sandbox, err);
		knot_worker_set_sandbox(w->worker, w->sandbox);
	}
	if (!rc)
		rc = knot_campaign_sandbox(c, "replay", &c->replay_sandbox, err);
	knot_replayer_set_sandbox(c->replayer, c->replay_sandbox);
	return rc;
}

static int thin(struct knot_campaign *c, struct knot_error *err)
{
	knot_auto_free char *audit = knot_xasprintf("%s/audit", c->options.campaign_dir);
	knot_auto_free char *taken = knot_text_size(c->status.disk_bytes);
	knot_auto_free char *limit = knot_text_size(c->status.disk_limit_bytes);
	knot_auto_free char *left = knot_text_size(c->status.disk_free_bytes);
	knot_auto_free char *least = knot_text_size(FREE_LEAST_BYTES);
	const bool is_over = c->status.disk_bytes > c->status.disk_limit_bytes;
	int rc = renew_sandboxes(c, err);

	if (rc || (rc = knot_persist_flush(c, err)))
		return rc;
	(void)knot_tree_remove(audit, NULL);
	knot_store_trim(c->store);
	if (!c->disk_complained) {
		knot_auto_free char *what = is_over
			? knot_xasprintf("the campaign directory took %s of the disk, and -disk "
					 "allows %s: what tests wrote was removed",
				  taken, limit)
			: knot_xasprintf("the disk of %s had only %s left, and goknot keeps %s "
					 "free: what tests wrote was removed",
				  c->options.campaign_dir, left, least);

		knot_campaign_tell(c, NULL, KNOT_NEWS_NOTE, what);
	}
	c->disk_complained = true;
	return 0;
}

int knot_disk_open(struct knot_campaign *c, struct knot_error *err)
{
	struct knot_campaign_status *st = &c->status;
	knot_auto_free char *builds = knot_xasprintf("%s/build", c->options.campaign_dir);

	st->disk_builds_bytes = knot_tree_bytes(builds);
	st->disk_limit_bytes = c->options.disk_bytes ? c->options.disk_bytes
						     : st->disk_builds_bytes + DEFAULT_BYTES;
	look(c);
	if (st->disk_limit_bytes >= st->disk_builds_bytes + OWN_BYTES)
		return 0;
	knot_auto_free char *limit = knot_text_size(st->disk_limit_bytes);
	knot_auto_free char *taken = knot_text_size(st->disk_builds_bytes);
	knot_auto_free char *wanted = knot_text_size(OWN_BYTES);

	return knot_error_set(err, KNOT_EUSAGE,
		"-disk allows %s, but the builds take %s and the campaign wants %s beside them",
		limit, taken, wanted);
}

int knot_disk_watch(struct knot_campaign *c, struct knot_error *err)
{
	const struct knot_campaign_status *st = &c->status;
	const uint64_t now = knot_clock_mono_ns();
	int rc = 0;

	if (now < c->next_disk_ns && !is_going_fast(c, now))
		return 0;
	look(c);
	if (st->disk_bytes > st->disk_limit_bytes || st->disk_free_bytes < FREE_LEAST_BYTES) {
		rc = thin(c, err);
		look(c);
	}
	if (rc)
		return rc;
	return st->disk_bytes > st->disk_limit_bytes || st->disk_free_bytes < FREE_LEAST_BYTES
		? full(c, err)
		: 0;
}
