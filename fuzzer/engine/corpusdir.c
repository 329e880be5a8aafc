/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The directory corpus/ of a campaign: the chains of its corpus, one text file each, named by content, for people,
 * rsync and other campaigns. All that showed something new are there, and of each test the first few of the others.
 * What appears there is taken up, so that two campaigns share what they know by copying files in both directions;
 * copying one twice changes nothing.
 */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "engine/campaign_internal.h"
#include "engine/corpusfile.h"
#include "engine/persist.h"
#include "explore/corpus.h"
#include "store/corpus.h"
#include "wire/text.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define ASIDE ".rubbish"
#define NAMES_MAX 100000 /* files looked at; a campaign has some thousand chains */
#define SETTLED_S 2 /* a file that is younger may still be being written */
#define PLAIN_MAX 256 /* chains of a test that took effect and showed nothing new */

/* gcc 12 loses sight of what a hash table of uthash holds. */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"

struct knot_corpus_name {
	UT_hash_handle hh;
	char name[]; /* key */
};

static bool known(struct knot_campaign *c, const char *name)
{
	struct knot_corpus_name *n;

	/* NOLINTNEXTLINE(clang-analyzer-*) */
	HASH_FIND_STR(c->corpus_names, name, n);
	return n;
}

static void remember(struct knot_campaign *c, const char *name)
{
	const size_t len = strlen(name) + 1;
	struct knot_corpus_name *n = knot_xalloc(sizeof(*n) + len);

	memcpy(n->name, name, len);
	HASH_ADD_STR(c->corpus_names, name, n);
}

void knot_corpusdir_close(struct knot_campaign *c)
{
	KNOT_TABLE_FREE(c->corpus_names);
}

/* What goes wrong here is told once: the campaign does not depend on it. */
static void complain(struct knot_campaign *c, const char *what)
{
	if (!c->corpus_complained)
		knot_campaign_tell(c, NULL, KNOT_NEWS_NOTE, what);
	c->corpus_complained = true;
}

/* --- out ------------------------------------------------------------------------------------- */

static void put(struct knot_campaign *c, const char *name, const char *data, size_t len)
{
	knot_auto_free char *path = knot_xasprintf("%s/corpus/%s", c->options.campaign_dir, name);
	struct knot_error err = {0};

	if (knot_file_replace(path, data, len, &err))
		complain(c, err.message);
}

void knot_corpusdir_export(
	struct knot_campaign *c, struct knot_target_state *s, const struct knot_pool_entry *e)
{
	struct knot_corpusfile file;

	if (!e->new_pairs && s->plain_exported++ >= PLAIN_MAX)
		return;
	if (knot_corpusfile_make(s->target->package, s->target->name, &e->chain, &file, NULL))
		return;
	if (!known(c, file.name)) {
		remember(c, file.name);
		put(c, file.name, file.data, file.len);
	}
	free(file.data);
}

/* --- in -------------------------------------------------------------------------------------- */

static struct knot_target_state *target_of(
	struct knot_campaign *c, const char *package, const char *test)
{
	for (size_t i = 0; i < c->project->targets.len; i++) {
		const struct knot_target *t = c->states[i].target;

		if (!strcmp(t->package, package) && !strcmp(t->name, test))
			return &c->states[i];
	}
	return NULL;
}

static void set_aside(struct knot_campaign *c, const char *path, const char *why)
{
	knot_auto_free char *aside = knot_xasprintf("%s" ASIDE, path);
	knot_auto_free char *shown = knot_text_escape(knot_span_str(path), 4 * strlen(path));
	const bool moved = !rename(path, aside);
	knot_auto_free char *what = knot_xasprintf("%s is no corpus file (%s) and was %s", shown,
		why, moved ? "set aside as one that ends in " ASIDE : "passed over");

	knot_campaign_tell(c, NULL, KNOT_NEWS_NOTE, what);
}

/* Chains of tests that are not fuzzed here stay for a campaign that does. */
static int take(struct knot_campaign *c, const struct knot_corpus *corpus, struct knot_error *err)
{
	struct knot_target_state *s = target_of(c, corpus->target, corpus->test);
	int rc = 0;

	for (size_t i = 0; s && i < corpus->chains.len && !rc; i++) {
		const struct knot_chain *chain = &corpus->chains.data[i];

		if (corpus->recorded ? !knot_portfolio_seed_recorded(s->portfolio, chain)
				     : !knot_portfolio_seed_chain(s->portfolio, chain))
			continue;
		c->status.imported++;
		c->status.recorded += corpus->recorded;
		rc = knot_store_import_add(c->store, s->store_id, knot_chain_hash(chain), err);
	}
	return rc;
}

static int take_file(
	struct knot_campaign *c, const char *dir, const char *name, struct knot_error *err)
{
	knot_auto_free char *path = knot_xasprintf("%s/%s", dir, name);
	struct knot_corpus corpus = {0};
	struct knot_error why = {0};
	struct stat st;

	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return 0;
	int rc = knot_corpusfile_read(path, &corpus, &why);

	if (rc && time(NULL) < st.st_mtime + SETTLED_S && time(NULL) >= st.st_mtime)
		return 0;
	remember(c, name);
	if (rc) {
		set_aside(c, path, why.message);
		return 0;
	}
	rc = take(c, &corpus, err);
	knot_corpus_free(&corpus);
	return rc;
}

int knot_corpusdir_import(struct knot_campaign *c, struct knot_error *err)
{
	knot_auto_free char *dir = knot_xasprintf("%s/corpus", c->options.campaign_dir);
	DIR *d = c->options.mutate ? opendir(dir) : NULL;
	const struct dirent *e;
	int rc = 0;

	while (d && !rc && (e = readdir(d))) {
		if (!knot_corpusfile_is(e->d_name) || known(c, e->d_name))
			continue;
		if (HASH_COUNT(c->corpus_names) >= NAMES_MAX) {
			knot_auto_free char *what =
				knot_xasprintf("%s: more than %d files, the others are passed over",
					dir, NAMES_MAX);

			complain(c, what);
			break;
		}
		rc = take_file(c, dir, e->d_name, err);
	}
	if (d)
		closedir(d);
	return rc;
}

int knot_corpusdir_open(struct knot_campaign *c, struct knot_error *err)
{
	knot_auto_free char *dir = knot_xasprintf("%s/corpus", c->options.campaign_dir);

	return knot_file_mkdirs(dir, 0777, err);
}
