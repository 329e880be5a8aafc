/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/sitenames.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/table.h"
#include "sys/shm.h"
#include "wire/sites.h"

#include <string.h>

/* GCC 12's analyzer does not see that a uthash table owns what was added to it. */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"

struct known {
	uint32_t hash;
	struct knot_site_name name; /* its texts are owned */
	UT_hash_handle hh;
};

struct knot_sitenames {
	const struct knot_sites *sites;
	struct knot_shm *shm;
	struct known *known;
	struct knot_site_name answer;
	struct knot_names view;
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static struct known *keep(struct knot_sitenames *n, uint32_t hash, const char *file, uint32_t line,
	const char *function)
{
	struct known *k = knot_xalloc(sizeof(*k));

	k->hash = hash;
	k->name = (struct knot_site_name){
		.file = knot_xstrdup(base_name(file)),
		.told = knot_xstrdup(file),
		.line = line,
		.function = knot_xstrdup(function),
	};
	HASH_ADD(hh, n->known, hash, sizeof(k->hash), k);
	return k;
}

/* The target probes from slot (hash mod slots) to the first free one (knot_name.go). */
static struct known *from_shm(struct knot_sitenames *n, uint32_t hash)
{
	struct knot_shm_position p;

	for (uint32_t i = 0; n->shm && i < KNOT_SITE_SLOTS; i++) {
		if (!knot_shm_site(n->shm, (hash + i) % KNOT_SITE_SLOTS, &p))
			return NULL;
		if (p.hash == hash)
			return keep(n, hash, p.file, p.line, p.func);
	}
	return NULL;
}

static const struct knot_site_name *look_up(void *arg, uint32_t site)
{
	struct knot_sitenames *n = arg;
	const struct knot_site *s = n->sites ? knot_sites_find(n->sites, site) : NULL;
	struct known *k;

	if (s) {
		/* What a select has in place of an expression is the word again. */
		const bool has_expression = *s->prim && s->op != KNOT_OP_SELECT;

		n->answer = (struct knot_site_name){
			.file = base_name(s->file),
			.path = s->file,
			.package = s->pkg,
			.line = s->line,
			.function = s->func,
			.primitive = has_expression ? s->prim : NULL,
		};
		return &n->answer;
	}
	HASH_FIND(hh, n->known, &site, sizeof(site), k);
	if (!k)
		k = from_shm(n, site);
	return k ? &k->name : NULL;
}

struct knot_sitenames *knot_sitenames_new(const struct knot_sites *sites)
{
	struct knot_sitenames *n = knot_xalloc(sizeof(*n));

	n->sites = sites;
	n->view = (struct knot_names){.site = look_up, .arg = n};
	return n;
}

void knot_sitenames_free(struct knot_sitenames *n)
{
	if (!n)
		return;
	for (struct known *k = n->known; k; k = k->hh.next) {
		free((char *)k->name.file);
		free((char *)k->name.told);
		free((char *)k->name.function);
	}
	KNOT_TABLE_FREE(n->known);
	knot_shm_close(n->shm);
	free(n);
}

void knot_sitenames_use(struct knot_sitenames *n, struct knot_shm *shm)
{
	if (n->shm == shm)
		return;
	knot_shm_close(n->shm);
	n->shm = shm ? knot_shm_share(shm) : NULL;
}

void knot_sitenames_learn(struct knot_sitenames *n)
{
	struct knot_shm_position p;

	for (uint32_t i = 0; n->shm && i < KNOT_SITE_SLOTS; i++)
		if (knot_shm_site(n->shm, i, &p))
			knot_sitenames_name(n, p.hash, p.file, p.line, p.func);
}

void knot_sitenames_name(struct knot_sitenames *n, uint32_t site, const char *file, uint32_t line,
	const char *function)
{
	struct known *k;

	HASH_FIND(hh, n->known, &site, sizeof(site), k);
	if (!k)
		keep(n, site, file, line, function);
}

uint32_t knot_sitenames_add(
	struct knot_sitenames *n, const char *file, uint32_t line, const char *function)
{
	knot_auto_free char *text = knot_xasprintf("%s:%u:position", base_name(file), line);
	uint32_t hash = knot_hash_fnv32(text, strlen(text));

	knot_sitenames_name(n, hash, file, line, function);
	return hash;
}

const struct knot_sites *knot_sitenames_table(const struct knot_sitenames *n)
{
	return n->sites;
}

const struct knot_names *knot_sitenames_view(const struct knot_sitenames *n)
{
	return &n->view;
}
