/* SPDX-License-Identifier: BSD-2-Clause */
/* How a command's table of flags is written down. */
#ifndef KNOT_CMD_OPTIONS_TABLE_H
#define KNOT_CMD_OPTIONS_TABLE_H

#include <stddef.h>

#define AT(type, member) .offset = offsetof(struct type, member)
#define AND(type, member) .second = offsetof(struct type, member)

#define TABLE(list, args) \
	{ \
		.options = (list), .count = sizeof(list) / sizeof((list)[0]), .takes_args = (args) \
	}

#endif
