/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/crashnames.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "engine/project.h"
#include "engine/record.h"
#include "engine/sitenames.h"
#include "explore/departures.h"
#include "explore/moved.h"
#include "explore/verdict.h"
#include "wire/crash.h"
#include "wire/sites.h"

#include <dirent.h>
#include <string.h>
#include <xxhash.h>

#define SOURCE_MAX_BYTES (64u << 20) /* of one file */

static void add_name(struct knot_crash *c, struct knot_sitenames *names, uint32_t site)
{
	if (!site || c->names.len >= KNOT_CRASH_MAX_LIST || knot_crash_name_of(c, site))
		return;
	knot_vec_push(&c->names,
		knot_moved_name(knot_sitenames_table(names), knot_sitenames_view(names), site));
}

void knot_crashnames_fill(const struct knot_verdict *v, const struct knot_record *rec,
	struct knot_sitenames *names, struct knot_crash *crash)
{
	const struct knot_sites *table = knot_sitenames_table(names);

	for (size_t i = 0; i < v->sites.len && i < KNOT_CRASH_MAX_LIST; i++) {
		const struct knot_verdict_site *s = &v->sites.data[i];

		knot_vec_push(
			&crash->about, ((struct knot_crash_about){.op = s->op, .site = s->site}));
		add_name(crash, names, s->site);
	}
	for (size_t i = 0; i < rec->gs.len && table; i++)
		if (knot_sites_find(table, rec->gs.data[i].site))
			add_name(crash, names, rec->gs.data[i].site);
	/* Only a native run has nothing but its chain. */
	for (size_t i = 0; i < crash->chain.len && rec->result.flags & KNOT_RUN_NATIVE; i++)
		add_name(crash, names, crash->chain.data[i].op.site);
}

void knot_crashnames_departures(
	const struct knot_record *rec, struct knot_sitenames *names, struct knot_crash *crash)
{
	const struct knot_run_view run = knot_record_view(rec);
	knot_departures list = {0};

	knot_departures_of_run(&run, KNOT_CRASH_MAX_LIST, &list);
	crash->minimised = 1;
	for (size_t i = 0; i < list.len; i++) {
		knot_vec_push(&crash->departures, list.data[i]);
		add_name(crash, names, list.data[i].site);
	}
	knot_vec_free(&list);
}

/* --- the code they are of -------------------------------------------------------------------- */

static int is_source(const struct dirent *e)
{
	const size_t len = strlen(e->d_name);

	return len > 3 && !strcmp(e->d_name + len - 3, ".go");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_directory(XXH3_state_t *hash, const char *dir)
{
	struct dirent **list = NULL;
	const int n = scandir(dir, &list, is_source, by_name);

	for (int i = 0; i < n; i++) {
		knot_auto_free char *path = knot_xasprintf("%s/%s", dir, list[i]->d_name);
		knot_auto_free char *text = NULL;
		size_t len = 0;

		/* What cannot be read now and could then is a difference. */
		if (knot_file_read(path, SOURCE_MAX_BYTES, &text, &len, NULL))
			len = 0;
		XXH3_64bits_update(hash, list[i]->d_name, strlen(list[i]->d_name) + 1);
		XXH3_64bits_update(hash, &len, sizeof(len));
		XXH3_64bits_update(hash, text, len);
		free(list[i]);
	}
	free(list);
}

/* The directory of a package that has sites; NULL = it has none any more. Caller frees. */
static char *directory_of(const struct knot_sites *sites, const char *pkg)
{
	for (size_t i = 0; i < knot_sites_count(sites); i++) {
		const struct knot_site *s = knot_sites_at(sites, i);
		const char *slash = strrchr(s->file, '/');

		if (!strcmp(s->pkg, pkg) && slash)
			return knot_xstrndup(s->file, (size_t)(slash - s->file));
	}
	return NULL;
}

uint64_t knot_crashnames_code(const struct knot_crash *crash, const struct knot_project *project)
{
	const struct knot_sites *sites = project->sites;
	knot_auto_free char *target = knot_xasprintf("%s/%s",
		knot_project_module(project, crash->target, crash->module).dir, crash->dir);
	XXH3_state_t *hash = XXH3_createState();

	XXH3_64bits_reset(hash);
	add_directory(hash, target);
	for (size_t i = 0; i < crash->names.len; i++) {
		const char *pkg = crash->names.data[i].pkg;
		bool seen = !pkg || !*pkg || !strcmp(pkg, crash->target);

		for (size_t k = 0; k < i && !seen; k++)
			seen = crash->names.data[k].pkg && !strcmp(crash->names.data[k].pkg, pkg);
		if (seen)
			continue;
		knot_auto_free char *dir = directory_of(sites, pkg);

		XXH3_64bits_update(hash, pkg, strlen(pkg) + 1);
		if (dir)
			add_directory(hash, dir);
	}
	const uint64_t value = XXH3_64bits_digest(hash);

	XXH3_freeState(hash);
	return value ? value : 1;
}
