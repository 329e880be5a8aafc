/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/corpusrecord.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/table.h"
#include "base/vec.h"
#include "engine/corpusfile.h"
#include "engine/recordingfile.h"
#include "store/corpus.h"
#include "store/pair.h"
#include "store/store.h"
#include "store/target.h"
#include "wire/chain.h"
#include "wire/sites.h"
#include "wire/text.h"

#include <dirent.h>
#include <string.h>

/* gcc 12 loses sight of what a hash table of uthash holds. */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"

struct number {
	UT_hash_handle hh;
	uint64_t n; /* key */
};

/* A test, built with whatever flags. */
struct test {
	char *package, *name;
	struct number *sites; /* that runs of it have come to */
	struct number *ops; /* likewise, by knot_hash_op */
	struct number *gs; /* paths of its goroutines, and in their order */
	KNOT_VEC(uint64_t) paths;
	struct number *chains; /* by hash: it has them, has had them, or is not to have them */
	struct knot_corpus
		corpus; /* of the recording that is imported: its texts are those above */
	uint64_t known, left;
	bool wanted; /* it gets the chain in hand */
};

struct knot_corpusrecord {
	char *dir;
	struct knot_store *store; /* borrowed */
	struct knot_sites *sites;
	KNOT_VEC(struct test) tests;
	KNOT_VEC(int64_t) ids; /* of the store's targets, and which test each is */
	KNOT_VEC(size_t) test_of;
	size_t restoring; /* test that is being read */
};

static bool has(const struct number *set, uint64_t n)
{
	struct number *x;

	/* NOLINTNEXTLINE(clang-analyzer-*) */
	HASH_FIND(hh, set, &n, sizeof(n), x);
	return x;
}

static void add(struct number **set, uint64_t n)
{
	struct number *x;

	if (has(*set, n))
		return;
	x = knot_xalloc(sizeof(*x));
	x->n = n;
	HASH_ADD(hh, *set, n, sizeof(x->n), x);
}

void knot_corpusrecord_close(struct knot_corpusrecord *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->tests.len; i++) {
		struct test *t = &c->tests.data[i];

		KNOT_TABLE_FREE(t->sites);
		KNOT_TABLE_FREE(t->ops);
		KNOT_TABLE_FREE(t->gs);
		KNOT_TABLE_FREE(t->chains);
		knot_vec_free(&t->paths);
		knot_vec_free(&t->corpus.chains);
		free(t->package);
		free(t->name);
	}
	knot_vec_free(&c->tests);
	knot_vec_free(&c->ids);
	knot_vec_free(&c->test_of);
	knot_sites_free(c->sites);
	free(c->dir);
	free(c);
}

/* --- what is there --------------------------------------------------------------------------- */

static struct test *find_test(
	const struct knot_corpusrecord *c, const char *package, const char *name)
{
	for (size_t i = 0; i < c->tests.len; i++)
		if (!strcmp(c->tests.data[i].package, package) &&
			!strcmp(c->tests.data[i].name, name))
			return &c->tests.data[i];
	return NULL;
}

static int on_target(void *arg, const struct knot_store_target *target, struct knot_error *err)
{
	struct knot_corpusrecord *c = arg;
	struct test *t = find_test(c, target->import_path, target->test);

	(void)err;
	if (!t) {
		struct test fresh = {.package = knot_xstrdup(target->import_path),
			.name = knot_xstrdup(target->test)};

		fresh.corpus = (struct knot_corpus){
			.target = fresh.package, .test = fresh.name, .recorded = true};
		knot_vec_push(&c->tests, fresh);
		t = &c->tests.data[c->tests.len - 1];
	}
	knot_vec_push(&c->ids, target->id);
	knot_vec_push(&c->test_of, (size_t)(t - c->tests.data));
	return 0;
}

static int on_op(void *arg, uint64_t key, const struct knot_store_op *op, struct knot_error *err)
{
	struct knot_corpusrecord *c = arg;

	(void)key;
	(void)err;
	struct test *t = &c->tests.data[c->restoring];

	add(&t->sites, op->site);
	add(&t->ops, knot_hash_op(op->gpath, op->site, op->op));
	if (!has(t->gs, op->gpath))
		knot_vec_push(&t->paths, op->gpath);
	add(&t->gs, op->gpath);
	return 0;
}

static int on_entry(void *arg, const struct knot_store_entry *e, struct knot_error *err)
{
	struct knot_corpusrecord *c = arg;

	(void)err;
	add(&c->tests.data[c->restoring].chains, e->hash);
	return 0;
}

static int on_import(void *arg, uint64_t hash, bool dropped, struct knot_error *err)
{
	struct knot_corpusrecord *c = arg;

	(void)dropped;
	(void)err;
	add(&c->tests.data[c->restoring].chains, hash);
	return 0;
}

static int read_store(struct knot_corpusrecord *c, struct knot_error *err)
{
	int rc = knot_store_target_each(c->store, on_target, c, err);

	for (size_t i = 0; i < c->ids.len && !rc; i++) {
		const int64_t id = c->ids.data[i];

		c->restoring = c->test_of.data[i];
		if ((rc = knot_store_op_each(c->store, id, on_op, c, err)) ||
			(rc = knot_store_corpus_each(c->store, id, on_entry, c, err)))
			break;
		rc = knot_store_import_each(c->store, id, on_import, c, err);
	}
	return rc;
}

/* Those that no campaign has taken up yet. What is rubbish is the campaign's to set aside. */
static void read_files(struct knot_corpusrecord *c)
{
	knot_auto_free char *files = knot_xasprintf("%s/corpus", c->dir);
	DIR *d = opendir(files);
	const struct dirent *e;

	while (d && (e = readdir(d))) {
		knot_auto_free char *path = knot_xasprintf("%s/%s", files, e->d_name);
		struct knot_corpus corpus = {0};

		if (!knot_corpusfile_is(e->d_name) || knot_corpusfile_read(path, &corpus, NULL))
			continue;
		struct test *t = find_test(c, corpus.target, corpus.test);

		for (size_t i = 0; t && i < corpus.chains.len; i++)
			add(&t->chains, knot_chain_hash(&corpus.chains.data[i]));
		knot_corpus_free(&corpus);
	}
	if (d)
		closedir(d);
}

static int read_sites(struct knot_corpusrecord *c, struct knot_error *err)
{
	knot_auto_free char *path = knot_xasprintf("%s/build/sites.json", c->dir);
	knot_auto_free char *text = NULL;
	size_t len;

	if (!c->store || !knot_file_exists(path))
		return knot_error_set(err, KNOT_EUSAGE,
			"%s does not know the places of its tests yet: goknot fuzz -o %s -fuzztime "
			"100x, with the packages, has to come before the import of a recording",
			c->dir, c->dir);
	const int rc = knot_file_read(path, KNOT_SITES_MAX_BYTES, &text, &len, err);

	return rc ? rc : knot_sites_decode(knot_span_of(text, len), &c->sites, err);
}

int knot_corpusrecord_open(const char *dir, struct knot_store *store,
	struct knot_corpusrecord **ret_import, struct knot_error *err)
{
	struct knot_corpusrecord *c = knot_xalloc(sizeof(*c));
	int rc;

	c->dir = knot_xstrdup(dir);
	c->store = store;
	if (!(rc = read_sites(c, err)) && !(rc = read_store(c, err)) && !c->tests.len)
		rc = knot_error_set(err, KNOT_EUSAGE,
			"%s has no test yet: goknot fuzz -o %s -fuzztime 100x, with the packages, "
			"has to come before the import of a recording",
			dir, dir);
	if (rc) {
		knot_corpusrecord_close(c);
		return rc;
	}
	read_files(c);
	*ret_import = c;
	return 0;
}

/* --- who gets what --------------------------------------------------------------------------- */

static size_t places_in(const struct test *t, const struct knot_chain *chain)
{
	size_t n = 0;

	for (uint32_t i = 0; i < chain->len; i++)
		n += has(t->sites, chain->ops[i].site);
	return n;
}

static bool is_at_home(
	const struct knot_corpusrecord *c, const struct test *t, const struct knot_chain *chain)
{
	for (uint32_t i = 0; i < chain->len; i++) {
		const struct knot_site *s = knot_sites_find(c->sites, chain->ops[i].site);

		if (s && !strcmp(s->pkg, t->package))
			return true;
	}
	return false;
}

/*
 * The tests that have come to most of its places; where none has come to any, those of the packages that the
 * places are in, and where these have no tests, all.
 */
static void choose_tests(struct knot_corpusrecord *c, const struct knot_chain *chain)
{
	size_t most = 0, home = 0;

	for (size_t i = 0; i < c->tests.len; i++) {
		const size_t n = places_in(&c->tests.data[i], chain);

		most = n > most ? n : most;
		home += is_at_home(c, &c->tests.data[i], chain);
	}
	for (size_t i = 0; i < c->tests.len; i++) {
		struct test *t = &c->tests.data[i];

		t->wanted = most ? places_in(t, chain) == most : !home || is_at_home(c, t, chain);
	}
}

static bool has_op(void *arg, uint64_t gpath, uint32_t site, uint32_t op)
{
	const struct test *t = arg;

	return has(t->ops, knot_hash_op(gpath, site, op));
}

static void hand_out(struct knot_corpusrecord *c, const struct knot_chain *chain)
{
	choose_tests(c, chain);
	for (size_t i = 0; i < c->tests.len; i++) {
		struct test *t = &c->tests.data[i];

		if (!t->wanted)
			continue;
		const struct knot_chain named =
			knot_recorded_name(chain, t->paths.data, t->paths.len, has_op, t);
		const uint64_t hash = knot_chain_hash(&named);

		if (has(t->chains, hash)) {
			t->known++;
		} else if (t->corpus.chains.len >= KNOT_CORPUSRECORD_MAX) {
			t->left++;
		} else {
			add(&t->chains, hash);
			knot_vec_push(&t->corpus.chains, named);
		}
	}
}

static int write_test(struct knot_corpusrecord *c, const struct test *t, struct knot_error *err)
{
	struct knot_corpusfile file;
	int rc = knot_corpusfile_of(&t->corpus, &file, err);

	if (rc)
		return rc;
	knot_auto_free char *files = knot_xasprintf("%s/corpus", c->dir);
	knot_auto_free char *path = knot_xasprintf("%s/%s", files, file.name);

	if (!(rc = knot_file_mkdirs(files, 0777, err)))
		rc = knot_file_replace(path, file.data, file.len, err);
	free(file.data);
	return rc;
}

int knot_corpusrecord_file(struct knot_corpusrecord *c, const char *path,
	struct knot_corpusrecord_report *ret_report, struct knot_error *err)
{
	struct knot_corpusrecord_report report = {.path = path};
	struct knot_recording_file f = {0};
	struct knot_recorded found = {.counts = {0}};
	int rc = knot_recording_file_read(path, &f, err);

	if (!rc) {
		knot_recorded_find(&f.recording, c->sites, &found);
		report.counts = found.counts;
		report.chains = found.chains.len;
		report.lost = f.recording.lost;
	}
	knot_recording_file_free(&f);
	for (size_t i = 0; i < c->tests.len; i++)
		c->tests.data[i].known = c->tests.data[i].left =
			c->tests.data[i].corpus.chains.len = 0;
	for (size_t i = 0; i < found.chains.len; i++)
		hand_out(c, &found.chains.data[i]);
	for (size_t i = 0; i < c->tests.len && !rc; i++) {
		const struct test *t = &c->tests.data[i];

		report.tests += t->known || t->left || t->corpus.chains.len;
		report.known += t->known;
		report.left += t->left;
		report.written += t->corpus.chains.len;
		if (t->corpus.chains.len)
			rc = write_test(c, t, err);
	}
	knot_recorded_free(&found);
	if (!rc)
		*ret_report = report;
	return rc;
}
