/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/corpustool.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/table.h"
#include "base/vec.h"
#include "engine/corpusfile.h"
#include "engine/corpusrecord.h"
#include "engine/recordingfile.h"
#include "explore/cover.h"
#include "store/corpus.h"
#include "store/store.h"
#include "store/target.h"
#include "sys/lock.h"
#include "wire/chain.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* gcc 12 loses sight of what a hash table of uthash holds. */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"

struct entry {
	struct knot_store_entry stored; /* its texts and lists are not kept */
	struct knot_chain chain;
	uint64_t *pairs; /* with those of the chain */
	size_t pairs_len;
};

struct target {
	int64_t id;
	char *package, *test;
	KNOT_VEC(struct entry) entries;
	KNOT_VEC(uint64_t) dropped; /* hashes of chains, in sessions before */
};

/* A chain of a test, built with whatever flags. */
struct known {
	UT_hash_handle hh;
	bool kept, dropped; /* in some build */
	char name[]; /* key: that of its file */
};

struct corpus {
	struct knot_store *store;
	KNOT_VEC(struct target) targets;
	struct known *known;
};

static struct known *find_known(const struct corpus *c, const char *name)
{
	struct known *k;

	/* NOLINTNEXTLINE(clang-analyzer-*) */
	HASH_FIND_STR(c->known, name, k);
	return k;
}

static struct known *get_known(struct corpus *c, const char *name)
{
	struct known *k = find_known(c, name);
	const size_t len = strlen(name) + 1;

	if (k)
		return k;
	k = knot_xalloc(sizeof(*k) + len);
	memcpy(k->name, name, len);
	HASH_ADD_STR(c->known, name, k);
	return k;
}

static void close_corpus(struct corpus *c)
{
	for (size_t i = 0; i < c->targets.len; i++) {
		struct target *t = &c->targets.data[i];

		for (size_t n = 0; n < t->entries.len; n++)
			free(t->entries.data[n].pairs);
		knot_vec_free(&t->entries);
		knot_vec_free(&t->dropped);
		free(t->package);
		free(t->test);
	}
	knot_vec_free(&c->targets);
	KNOT_TABLE_FREE(c->known);
	knot_store_close(c->store);
}

/* --- reading --------------------------------------------------------------------------------- */

static int on_target(void *arg, const struct knot_store_target *t, struct knot_error *err)
{
	struct corpus *c = arg;
	struct target target = {.id = t->id,
		.package = knot_xstrdup(t->import_path),
		.test = knot_xstrdup(t->test)};

	(void)err;
	knot_vec_push(&c->targets, target);
	return 0;
}

static int on_entry(void *arg, const struct knot_store_entry *e, struct knot_error *err)
{
	struct target *t = arg;
	struct entry entry = {.stored = *e};

	(void)err;
	if (!knot_chain_take(knot_span_str(e->chain), &entry.chain))
		return 0; /* of another version: leave it */
	entry.stored.chain = NULL;
	entry.stored.prefix = NULL;
	entry.stored.pairs = NULL;
	entry.pairs = knot_xalloc((e->pairs_len + KNOT_CHAIN_MAX) * sizeof(*entry.pairs));
	if (e->pairs_len)
		memcpy(entry.pairs, e->pairs, e->pairs_len * sizeof(*entry.pairs));
	entry.pairs_len = e->pairs_len;
	entry.pairs_len += knot_cover_of_chain(&entry.chain, entry.pairs + entry.pairs_len);
	knot_vec_push(&t->entries, entry);
	return 0;
}

static int on_import(void *arg, uint64_t hash, bool dropped, struct knot_error *err)
{
	struct target *t = arg;

	(void)err;
	if (dropped)
		knot_vec_push(&t->dropped, hash);
	return 0;
}

static int open_corpus(
	const char *dir, enum knot_store_mode mode, struct corpus *c, struct knot_error *err)
{
	int rc;

	if ((rc = knot_store_there(dir, err)) ||
		(rc = knot_store_open(dir, mode, &c->store, err)) ||
		(rc = knot_store_target_each(c->store, on_target, c, err)))
		return rc;
	for (size_t i = 0; i < c->targets.len && !rc; i++) {
		struct target *t = &c->targets.data[i];

		rc = knot_store_corpus_each(c->store, t->id, on_entry, t, err);
		if (!rc)
			rc = knot_store_import_each(c->store, t->id, on_import, t, err);
	}
	return rc;
}

/* --- min ------------------------------------------------------------------------------------- */

static int note(struct corpus *c, const struct target *t, const struct knot_chain *chain, bool keep,
	struct knot_error *err)
{
	struct knot_corpusfile file;
	int rc = knot_corpusfile_make(t->package, t->test, chain, &file, err);

	if (rc)
		return rc;
	struct known *k = get_known(c, file.name);

	k->kept |= keep;
	k->dropped |= !keep;
	free(file.data);
	return 0;
}

static int min_target(struct corpus *c, const struct target *t,
	struct knot_corpustool_counts *counts, struct knot_error *err)
{
	const size_t len = t->entries.len;
	knot_auto_free struct knot_cover_entry *entries = knot_xalloc((len + 1) * sizeof(*entries));
	knot_auto_free bool *keep = knot_xalloc((len + 1) * sizeof(*keep));
	int rc = 0;

	for (size_t i = 0; i < len; i++) {
		const struct entry *e = &t->entries.data[i];

		entries[i] = (struct knot_cover_entry){.pairs = e->pairs,
			.len = e->pairs_len,
			.cost = e->chain.len,
			.name = e->stored.hash};
	}
	knot_cover_min(entries, len, keep);
	for (size_t i = 0; i < len && !rc; i++) {
		const struct entry *e = &t->entries.data[i];

		counts->kept += keep[i];
		counts->dropped += !keep[i];
		rc = note(c, t, &e->chain, keep[i], err);
		if (!rc && !keep[i])
			rc = knot_store_corpus_drop(c->store, &e->stored, err);
	}
	counts->tests += len > 0;
	counts->chains += len;
	return rc;
}

static bool was_dropped(
	const struct corpus *c, const char *package, const char *test, uint64_t hash)
{
	for (size_t i = 0; i < c->targets.len; i++) {
		const struct target *t = &c->targets.data[i];

		if (strcmp(t->package, package) != 0 || strcmp(t->test, test) != 0)
			continue;
		for (size_t n = 0; n < t->dropped.len; n++)
			if (t->dropped.data[n] == hash)
				return true;
	}
	return false;
}

/* A chain that was dropped and that no build keeps. */
static bool is_dropped(const struct corpus *c, const char *package, const char *test,
	const struct knot_chain *chain)
{
	struct knot_corpusfile file;

	if (knot_corpusfile_make(package, test, chain, &file, NULL))
		return false;
	free(file.data);
	const struct known *k = find_known(c, file.name);

	return k && k->kept       ? false
		: k && k->dropped ? true
				  : was_dropped(c, package, test, knot_chain_hash(chain));
}

/* The file of chains that are all dropped. What is rubbish is the campaign's to set aside. */
static bool is_dropped_file(const struct corpus *c, const char *path)
{
	struct knot_corpus corpus = {0};

	if (knot_corpusfile_read(path, &corpus, NULL))
		return false;
	bool all = corpus.chains.len > 0;

	for (size_t i = 0; i < corpus.chains.len && all; i++)
		all = is_dropped(c, corpus.target, corpus.test, &corpus.chains.data[i]);
	knot_corpus_free(&corpus);
	return all;
}

static int remove_files(const struct corpus *c, const char *dir,
	struct knot_corpustool_counts *counts, struct knot_error *err)
{
	knot_auto_free char *files = knot_xasprintf("%s/corpus", dir);
	DIR *d = opendir(files);
	const struct dirent *e;
	int rc = 0;

	while (d && !rc && (e = readdir(d))) {
		knot_auto_free char *path = knot_xasprintf("%s/%s", files, e->d_name);

		if (!knot_corpusfile_is(e->d_name) || !is_dropped_file(c, path))
			continue;
		if (unlink(path))
			rc = knot_error_sys(err, "removing %s", path);
		else
			counts->files_removed++;
	}
	if (d)
		closedir(d);
	return rc;
}

int knot_corpustool_min(
	const char *dir, struct knot_corpustool_counts *ret_counts, struct knot_error *err)
{
	struct knot_corpustool_counts counts = {0};
	struct corpus c = {0};
	struct knot_lock *lock = NULL;

	/* Asked before the lock makes its file in a directory that is none of goknot's. */
	int rc = knot_store_there(dir, err);

	if (rc)
		return rc;
	if (!(rc = knot_lock_take(dir, &lock, err)))
		rc = open_corpus(dir, KNOT_STORE_WRITE, &c, err);
	for (size_t i = 0; i < c.targets.len && !rc; i++)
		rc = min_target(&c, &c.targets.data[i], &counts, err);
	if (!rc)
		rc = knot_store_flush(c.store, err);
	/* Only when the database says so: a file that is left is found by the next min. */
	if (!rc)
		rc = remove_files(&c, dir, &counts, err);
	close_corpus(&c);
	knot_lock_close(lock);
	if (!rc)
		*ret_counts = counts;
	return rc;
}

/* --- export, import -------------------------------------------------------------------------- */

static int put(const char *dir, const char *package, const char *test,
	const struct knot_chain *chain, struct knot_corpustool_counts *counts,
	struct knot_error *err)
{
	struct knot_corpusfile file;
	int rc = knot_corpusfile_make(package, test, chain, &file, err);

	if (rc)
		return rc;
	knot_auto_free char *path = knot_xasprintf("%s/%s", dir, file.name);

	if (knot_file_exists(path)) {
		counts->there++;
	} else {
		rc = knot_file_replace(path, file.data, file.len, err);
		counts->written += !rc;
	}
	free(file.data);
	return rc;
}

int knot_corpustool_export(const char *dir, const char *to,
	struct knot_corpustool_counts *ret_counts, struct knot_error *err)
{
	struct knot_corpustool_counts counts = {0};
	struct corpus c = {0};
	int rc = open_corpus(dir, KNOT_STORE_READ, &c, err);

	if (!rc)
		rc = knot_file_mkdirs(to, 0777, err);
	for (size_t i = 0; i < c.targets.len && !rc; i++) {
		const struct target *t = &c.targets.data[i];

		counts.tests += t->entries.len > 0;
		counts.chains += t->entries.len;
		for (size_t n = 0; n < t->entries.len && !rc; n++)
			rc = put(to, t->package, t->test, &t->entries.data[n].chain, &counts, err);
	}
	close_corpus(&c);
	if (!rc)
		*ret_counts = counts;
	return rc;
}

struct importing {
	const struct knot_corpustool_import *o;
	struct knot_corpusrecord *recordings; /* from the first one on */
	struct corpus
		corpus; /* of what is known to be dropped; empty where there is no database yet */
	char *to;
	struct knot_corpustool_counts counts;
};

static int import_recording(struct importing *im, const char *path, struct knot_error *err)
{
	struct knot_corpusrecord_report report;
	struct knot_error why = {0};
	int rc = 0;

	if (!im->recordings)
		rc = knot_corpusrecord_open(im->o->dir, im->corpus.store, &im->recordings, err);
	if (rc)
		return rc;
	rc = knot_corpusrecord_file(im->recordings, path, &report, &why);
	if (rc == KNOT_EINPUT) {
		im->counts.rubbish++;
		im->o->rubbish(im->o->arg, path, why.message);
		return 0;
	}
	if (rc) {
		*err = why;
		return rc;
	}
	im->counts.recordings++;
	im->counts.recordings_without += !report.chains;
	im->o->recorded(im->o->arg, &report);
	return 0;
}

/* In the order in which they are to be tried: one file, as they came. */
static int put_recorded(struct importing *im, struct knot_corpus *corpus, struct knot_error *err)
{
	struct knot_corpusfile file;
	size_t kept = 0;

	for (size_t i = 0; i < corpus->chains.len; i++) {
		const struct knot_chain chain = corpus->chains.data[i];

		if (!is_dropped(&im->corpus, corpus->target, corpus->test, &chain))
			corpus->chains.data[kept++] = chain;
	}
	im->counts.chains += corpus->chains.len;
	im->counts.stay_out += corpus->chains.len - kept;
	corpus->chains.len = kept;
	int rc = kept ? knot_corpusfile_of(corpus, &file, err) : 0;

	if (rc || !kept)
		return rc;
	knot_auto_free char *path = knot_xasprintf("%s/%s", im->to, file.name);

	if (knot_file_exists(path))
		im->counts.there += kept;
	else if (!(rc = knot_file_replace(path, file.data, file.len, err)))
		im->counts.written += kept;
	free(file.data);
	return rc;
}

static int import_file(struct importing *im, const char *path, struct knot_error *err)
{
	struct knot_corpus corpus = {0};
	struct knot_error why = {0};
	int rc = 0;

	if (knot_corpusfile_read(path, &corpus, &why)) {
		im->counts.rubbish++;
		im->o->rubbish(im->o->arg, path, why.message);
		return 0;
	}
	if (corpus.recorded)
		rc = put_recorded(im, &corpus, err);
	for (size_t i = 0; !corpus.recorded && i < corpus.chains.len && !rc; i++) {
		const struct knot_chain *chain = &corpus.chains.data[i];

		im->counts.chains++;
		if (is_dropped(&im->corpus, corpus.target, corpus.test, chain))
			im->counts.stay_out++;
		else
			rc = put(im->to, corpus.target, corpus.test, chain, &im->counts, err);
	}
	knot_corpus_free(&corpus);
	return rc;
}

static int wanted(const struct dirent *e)
{
	return knot_corpusfile_is(e->d_name);
}

static int import_dir(struct importing *im, const char *path, struct knot_error *err)
{
	struct dirent **names;
	const int n = scandir(path, &names, wanted, alphasort);
	int rc = 0;

	if (n < 0)
		return knot_error_sys(err, "reading %s", path);
	for (int i = 0; i < n; i++) {
		knot_auto_free char *file = knot_xasprintf("%s/%s", path, names[i]->d_name);

		if (!rc)
			rc = import_file(im, file, err);
		free(names[i]);
	}
	free(names);
	return rc;
}

/* Not into a directory that holds other things than a campaign. */
static int check_import(const char *dir, bool *ret_database, struct knot_error *err)
{
	knot_auto_free char *db = knot_xasprintf("%s/goknot.db", dir);
	knot_auto_free char *files = knot_xasprintf("%s/corpus", dir);

	*ret_database = knot_file_exists(db);
	if (*ret_database || knot_file_exists(files) || !knot_file_exists(dir))
		return 0;
	return knot_error_set(err, KNOT_EUSAGE,
		"%s is no campaign directory: it has neither goknot.db nor corpus/", dir);
}

int knot_corpustool_import(const struct knot_corpustool_import *options,
	struct knot_corpustool_counts *ret_counts, struct knot_error *err)
{
	struct importing im = {.o = options};
	bool database = false;
	int rc = check_import(options->dir, &database, err);

	if (!rc && database)
		rc = open_corpus(options->dir, KNOT_STORE_READ, &im.corpus, err);
	/* Its chains may have been dropped in one build and not in another. */
	for (size_t i = 0; i < im.corpus.targets.len && !rc; i++) {
		const struct target *t = &im.corpus.targets.data[i];

		for (size_t n = 0; n < t->entries.len && !rc; n++)
			rc = note(&im.corpus, t, &t->entries.data[n].chain, true, err);
	}
	im.to = knot_xasprintf("%s/corpus", options->dir);
	for (size_t i = 0; i < options->files_len && !rc; i++) {
		const char *path = options->files[i];
		struct stat st;

		if (stat(path, &st))
			rc = knot_error_set(err, KNOT_EUSAGE, "%s: %s", path, strerror(errno));
		else if (S_ISREG(st.st_mode) && knot_recording_file_is(path))
			rc = import_recording(&im, path, err);
		else if (!(rc = knot_file_mkdirs(im.to, 0777, err)))
			rc = S_ISDIR(st.st_mode) ? import_dir(&im, path, err)
						 : import_file(&im, path, err);
	}
	free(im.to);
	knot_corpusrecord_close(im.recordings);
	close_corpus(&im.corpus);
	if (!rc)
		*ret_counts = im.counts;
	return rc;
}
