/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The error object: the last parameter of every fallible function, on the caller's stack.
 * Set exactly once where the failure is seen; callers add context with knot_error_wrap.
 * docs/errors.md is the one-page convention.
 */
#ifndef KNOT_BASE_ERROR_H
#define KNOT_BASE_ERROR_H

enum knot_error_code {
	KNOT_OK = 0,
	KNOT_EUSAGE = -1, /* the user asked for something that cannot be: exit code 2 */
	KNOT_EINPUT = -2, /* a file or stream from outside is malformed: exit code 2 */
	KNOT_EBUILD = -3, /* the target does not build: exit code 2 */
	KNOT_EUNSUPPORTED = -4, /* Go release, kernel or platform: exit code 2 */
	KNOT_ESYS = -5, /* a system call failed: exit code 3 */
	KNOT_ESTORE = -6, /* SQLite failed: exit code 3 */
	KNOT_EINTERNAL = -7, /* goknot broke its own rules: exit code 3 */
	KNOT_EFULL = -8, /* disk or memory budget used up: exit code 3 */
	KNOT_EBUSY = -9, /* another goknot holds it: exit code 2 */
};

struct knot_error {
	int code; /* enum knot_error_code */
	int sys_errno; /* errno of the failing call, 0 = none */
	char message[512];
};

/* Sets code and message (printf format); returns code. err may be NULL. */
int knot_error_set(struct knot_error *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* As knot_error_set with KNOT_ESYS; appends ": " and strerror(errno). Returns KNOT_ESYS. */
int knot_error_sys(struct knot_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Puts "context: " before the message; returns err->code (KNOT_EINTERNAL when err is NULL). */
int knot_error_wrap(struct knot_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The exit code of the command line for an error code: 2 or 3 (0 for KNOT_OK). */
int knot_error_exit_code(int code);

#endif
