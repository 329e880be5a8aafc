/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commands. Each gets its own name as argv[0] and returns the exit code of goknot:
 * 0 clean, 1 bug found (replay: reproduced), 2 usage error, 3 goknot's own failure, 4 inconclusive.
 * main.c answers -h and --help before a command is called.
 */
#ifndef KNOT_CMD_CMD_H
#define KNOT_CMD_CMD_H

#include "base/error.h"

#include <stdio.h>

#define KNOT_EXIT_CLEAN 0
#define KNOT_EXIT_BUG 1
#define KNOT_EXIT_USAGE 2
#define KNOT_EXIT_OWN 3
#define KNOT_EXIT_INCONCLUSIVE 4

int knot_cmd_fuzz(int argc, char **argv);
int knot_cmd_replay(int argc, char **argv);
int knot_cmd_minimize(int argc, char **argv);
int knot_cmd_save(int argc, char **argv);
int knot_cmd_export(int argc, char **argv);
int knot_cmd_test(int argc, char **argv);
int knot_cmd_list(int argc, char **argv);
int knot_cmd_status(int argc, char **argv);
int knot_cmd_corpus(int argc, char **argv);
int knot_cmd_record(int argc, char **argv);
int knot_cmd_report(int argc, char **argv);
int knot_cmd_clean(int argc, char **argv);
int knot_cmd_doctor(int argc, char **argv);
int knot_cmd_help(int argc, char **argv);
int knot_cmd_version(int argc, char **argv);

/* "goknot fuzz: <message>" on stderr; returns the exit code that belongs to the error. */
static inline int knot_cmd_fail(const char *command, const struct knot_error *err)
{
	fprintf(stderr, "goknot %s: %s\n", command, err->message);
	return knot_error_exit_code(err->code);
}

#endif
