/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/sites.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/table.h"
#include "wire/json.h"
#include "wire/ops.h"

#include <stdlib.h>

#define FILE_NAME "site table"

struct entry {
	struct knot_site site;
	UT_hash_handle hh;
};

struct knot_sites {
	json_t *root; /* owns every text */
	const char *module;
	struct entry *entries; /* allocated once: the hash points into it */
	size_t count;
	struct entry *by_id;
	struct knot_unplaced *unplaced;
	size_t unplaced_count;
	struct knot_sites_package *packages;
	size_t package_count;
};

static int read_site(const json_t *from, const struct knot_json_at *at, struct knot_site *site,
	struct knot_error *err)
{
	const char *op;
	int rc;
	if ((rc = knot_json_u32(from, "id", at, &site->id, err)) < 0 ||
		(rc = knot_json_text(from, "pkg", NULL, at, &site->pkg, err)) < 0 ||
		(rc = knot_json_text(from, "file", NULL, at, &site->file, err)) < 0 ||
		(rc = knot_json_u32(from, "line", at, &site->line, err)) < 0 ||
		(rc = knot_json_u32(from, "col", at, &site->col, err)) < 0 ||
		(rc = knot_json_text(from, "op", NULL, at, &op, err)) < 0 ||
		(rc = knot_json_text(from, "prim", "", at, &site->prim, err)) < 0 ||
		(rc = knot_json_text(from, "func", "", at, &site->func, err)) < 0 ||
		(rc = knot_json_u32(from, "parent", at, &site->parent, err)) < 0 ||
		(rc = knot_json_bool(from, "after", at, &site->after, err)) < 0)
		return rc;
	if (site->id == 0)
		return knot_json_bad(at, "id", "is 0", err);
	if (!knot_op_parse(knot_span_str(op), &site->op))
		return knot_json_bad(at, "op", "is no operation this goknot knows", err);
	return 0;
}

static int read_sites(struct knot_sites *s, struct knot_error *err)
{
	struct knot_json_at at = {.file = FILE_NAME};
	const json_t *list;
	int rc = knot_json_array(s->root, "sites", KNOT_SITES_MAX, &at, &list, err);
	if (rc < 0)
		return rc;
	s->entries = knot_xalloc(json_array_size(list) * sizeof(*s->entries));
	at.list = "sites";
	for (at.index = 0; at.index < json_array_size(list); at.index++) {
		struct entry *e = &s->entries[at.index];
		struct entry *other = NULL;
		rc = read_site(json_array_get(list, at.index), &at, &e->site, err);
		if (rc < 0)
			return rc;
		HASH_FIND(hh, s->by_id, &e->site.id, sizeof(e->site.id), other);
		if (other)
			return knot_json_bad(&at, "id", "stands there twice", err);
		HASH_ADD(hh, s->by_id, site.id, sizeof(e->site.id), e);
		s->count++;
	}
	return 0;
}

static int read_unplaced(struct knot_sites *s, struct knot_error *err)
{
	struct knot_json_at at = {.file = FILE_NAME};
	const json_t *list;
	int rc = knot_json_array(s->root, "unplaced", KNOT_SITES_MAX, &at, &list, err);
	if (rc < 0)
		return rc;
	s->unplaced = knot_xalloc(json_array_size(list) * sizeof(*s->unplaced));
	at.list = "unplaced";
	for (at.index = 0; at.index < json_array_size(list); at.index++) {
		const json_t *from = json_array_get(list, at.index);
		struct knot_unplaced *u = &s->unplaced[at.index];
		if ((rc = knot_json_text(from, "file", NULL, &at, &u->file, err)) < 0 ||
			(rc = knot_json_u32(from, "line", &at, &u->line, err)) < 0 ||
			(rc = knot_json_u32(from, "col", &at, &u->col, err)) < 0 ||
			(rc = knot_json_text(from, "op", NULL, &at, &u->op, err)) < 0 ||
			(rc = knot_json_text(from, "reason", NULL, &at, &u->reason, err)) < 0)
			return rc;
		s->unplaced_count++;
	}
	return 0;
}

static int read_packages(struct knot_sites *s, struct knot_error *err)
{
	struct knot_json_at at = {.file = FILE_NAME};
	const json_t *list;
	int rc = knot_json_array(s->root, "packages", KNOT_SITES_MAX, &at, &list, err);
	if (rc < 0)
		return rc;
	s->packages = knot_xalloc(json_array_size(list) * sizeof(*s->packages));
	at.list = "packages";
	for (at.index = 0; at.index < json_array_size(list); at.index++) {
		const json_t *from = json_array_get(list, at.index);
		struct knot_sites_package *p = &s->packages[at.index];
		if ((rc = knot_json_text(from, "path", NULL, &at, &p->path, err)) < 0 ||
			(rc = knot_json_u32(from, "files", &at, &p->files, err)) < 0 ||
			(rc = knot_json_u32(from, "instrumented", &at, &p->instrumented, err)) <
				0 ||
			(rc = knot_json_text(from, "reason", "", &at, &p->reason, err)) < 0)
			return rc;
		s->package_count++;
	}
	return 0;
}

int knot_sites_decode(struct knot_span text, struct knot_sites **ret_sites, struct knot_error *err)
{
	json_t *root = NULL;
	int rc = knot_json_open(
		text, FILE_NAME, KNOT_SITES_MAX_BYTES, KNOT_SITES_VERSION, &root, err);
	if (rc < 0)
		return rc;

	struct knot_json_at top = {.file = FILE_NAME};
	struct knot_sites *s = knot_xalloc(sizeof(*s));
	s->root = root;
	rc = knot_json_text(root, "module", NULL, &top, &s->module, err);
	if (rc == 0)
		rc = read_sites(s, err);
	if (rc == 0)
		rc = read_unplaced(s, err);
	if (rc == 0)
		rc = read_packages(s, err);
	if (rc < 0) {
		knot_sites_free(s);
		return rc;
	}
	*ret_sites = s;
	return 0;
}

void knot_sites_free(struct knot_sites *s)
{
	if (!s)
		return;
	HASH_CLEAR(hh, s->by_id);
	free(s->entries);
	free(s->unplaced);
	free(s->packages);
	json_decref(s->root);
	free(s);
}

const char *knot_sites_module(const struct knot_sites *s)
{
	return s->module;
}

const struct knot_site *knot_sites_find(const struct knot_sites *s, uint32_t id)
{
	struct entry *found = NULL;
	HASH_FIND(hh, s->by_id, &id, sizeof(id), found);
	return found ? &found->site : NULL;
}

size_t knot_sites_count(const struct knot_sites *s)
{
	return s->count;
}

const struct knot_site *knot_sites_at(const struct knot_sites *s, size_t i)
{
	knot_assert(i < s->count);
	return &s->entries[i].site;
}

size_t knot_sites_unplaced_count(const struct knot_sites *s)
{
	return s->unplaced_count;
}

const struct knot_unplaced *knot_sites_unplaced_at(const struct knot_sites *s, size_t i)
{
	knot_assert(i < s->unplaced_count);
	return &s->unplaced[i];
}

size_t knot_sites_package_count(const struct knot_sites *s)
{
	return s->package_count;
}

const struct knot_sites_package *knot_sites_package_at(const struct knot_sites *s, size_t i)
{
	knot_assert(i < s->package_count);
	return &s->packages[i];
}
