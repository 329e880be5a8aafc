/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "sys/lock.h"
#include "sys/tree.h"
#include "wire/text.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

/* By name and not the directory as a whole: with -o a user may have put a campaign beside other files. */
static const char *const products[] = {"build", "work", NULL};
static const char *const results[] = {"crashes", "corpus", "audit", "fuzzer_stats", "plot_data",
	"goknot.db", "goknot.db-wal", "goknot.db-shm", "lock", NULL};

struct clean_options {
	bool all;
};

/* goknot's own name for it, or its database: a "build" anywhere else is not ours to remove. */
static int check_campaign(const char *dir, struct knot_error *err)
{
	struct stat st;
	knot_auto_free char *shown = knot_text_escape(knot_span_str(dir), 200);
	knot_auto_free char *database = knot_xasprintf("%s/goknot.db", dir);
	knot_auto_free char *own = realpath(dir, NULL);
	const char *base = own ? strrchr(own, '/') : NULL;
	if (base && strcmp(base, "/.goknot") == 0 && stat(dir, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	if (lstat(database, &st) == 0 && S_ISREG(st.st_mode))
		return 0;
	return knot_error_set(
		err, KNOT_EUSAGE, "%s is not a campaign directory: it has no goknot.db", shown);
}

static int remove_names(
	const char *dir, const char *const *names, size_t *removed, struct knot_error *err)
{
	for (; *names; names++) {
		struct stat st;
		knot_auto_free char *path = knot_xasprintf("%s/%s", dir, *names);
		if (lstat(path, &st) < 0)
			continue;
		const int r = knot_tree_remove(path, err);
		if (r < 0)
			return r;
		knot_auto_free char *shown = knot_text_escape(knot_span_str(path), 4096);
		/* The lock was made by this command. */
		if (strcmp(*names, "lock") != 0) {
			printf("removed %s\n", shown);
			++*removed;
		}
	}
	return 0;
}

static int clean(const char *dir, bool all, struct knot_error *err)
{
	struct knot_lock *lock = NULL;
	size_t removed = 0;
	int r = check_campaign(dir, err);
	if (r == 0)
		r = knot_lock_take(dir, &lock, err);
	if (r == 0)
		r = remove_names(dir, products, &removed, err);
	if (r == 0 && all)
		r = remove_names(dir, results, &removed, err);
	knot_lock_close(lock);
	if (r < 0)
		return r;
	/* Stays when something else lies in it. */
	if (all && rmdir(dir) < 0 && errno != ENOTEMPTY && errno != EINVAL && errno != EBUSY)
		return knot_error_sys(err, "removing %s", dir);
	if (!removed)
		puts("nothing to remove");
	return 0;
}

int knot_cmd_clean(int argc, char **argv)
{
	static const struct knot_option list[] = {
		{"all", KNOT_OPTION_BOOL, .offset = offsetof(struct clean_options, all)},
	};
	static const struct knot_option_table table = {.options = list, .count = 1};
	struct clean_options o = {0};
	struct knot_option_words words;
	struct knot_error err = {0};
	int r = knot_options_parse(&table, argc, argv, &o, &words, &err);
	if (r == 0 && words.words_len > 1)
		r = knot_error_set(&err, KNOT_EUSAGE, "wants one campaign directory, got %zu words",
			words.words_len);
	if (r == 0)
		r = clean(words.words_len ? words.words[0] : ".goknot", o.all, &err);
	return r < 0 ? knot_cmd_fail("clean", &err) : KNOT_EXIT_CLEAN;
}
