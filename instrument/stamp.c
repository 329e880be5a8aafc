/* SPDX-License-Identifier: BSD-2-Clause */
#include "instrument/stamp.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <xxhash.h>

#define SOURCE_MAX_BYTES (16u << 20)
#define STAMP_MAX_BYTES (64u << 10)
/* Deeper than any Go source of goknot lies. */
#define DEPTH_MAX 16

/* Folds a text into a sum, its end included. */
static uint64_t fold(uint64_t sum, const void *text, size_t len)
{
	const uint64_t head[] = {sum, len};

	return XXH3_64bits_withSeed(text, len, XXH3_64bits(head, sizeof(head)));
}

static bool is_source(const char *name)
{
	size_t n = strlen(name);

	return (n > 3 && !strcmp(name + n - 3, ".go")) || !strcmp(name, "go.mod");
}

static int add_tree(const char *dir, unsigned depth, uint64_t *sum, struct knot_error *err);

static int add_entry(
	const char *dir, const char *name, unsigned depth, uint64_t *sum, struct knot_error *err)
{
	knot_auto_free char *path = knot_xasprintf("%s/%s", dir, name);
	knot_auto_free char *text = NULL;
	struct stat st;
	size_t len;
	int rc;

	if (stat(path, &st))
		return 0; /* a link to nothing */
	if (S_ISDIR(st.st_mode) && *name != '.' && strcmp(name, "testdata") != 0)
		return add_tree(path, depth + 1, sum, err);
	if (!S_ISREG(st.st_mode) || !is_source(name))
		return 0;
	if ((rc = knot_file_read(path, SOURCE_MAX_BYTES, &text, &len, err)))
		return rc;
	*sum = fold(*sum, path, strlen(path));
	*sum = fold(*sum, text, len);
	return 0;
}

static int add_tree(const char *dir, unsigned depth, uint64_t *sum, struct knot_error *err)
{
	struct dirent **entries;
	int rc = 0, n;

	if (depth > DEPTH_MAX)
		return knot_error_set(err, KNOT_ESYS, "%s: too deep", dir);
	if ((n = scandir(dir, &entries, NULL, alphasort)) < 0)
		return knot_error_sys(err, "%s", dir);
	for (int i = 0; i < n; i++) {
		if (!rc)
			rc = add_entry(dir, entries[i]->d_name, depth, sum, err);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

int knot_stamp_make(const char *source, const char *const *words, size_t words_len,
	const char *built, char **ret_stamp, struct knot_error *err)
{
	uint64_t sum = 0;
	struct stat st = {0};
	int rc = add_tree(source, 0, &sum, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < words_len; i++)
		sum = fold(sum, words[i], strlen(words[i]));
	if (stat(built, &st))
		st = (struct stat){0};
	*ret_stamp = knot_xasprintf("%016" PRIx64 " %jd %jd.%09ld\n", sum, (intmax_t)st.st_size,
		(intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	return 0;
}

bool knot_stamp_matches(const char *file, const char *stamp)
{
	knot_auto_free char *text = NULL;
	size_t len;

	return !knot_file_read(file, STAMP_MAX_BYTES, &text, &len, NULL) && !strcmp(text, stamp);
}
