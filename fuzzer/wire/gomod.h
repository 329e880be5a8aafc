/* SPDX-License-Identifier: BSD-2-Clause */
/* The one thing that goknot itself reads in a go.mod. */
#ifndef KNOT_WIRE_GOMOD_H
#define KNOT_WIRE_GOMOD_H

#include "base/span.h"

#include <stdbool.h>

/* The path in the module line, bare or quoted; it lies in text. False = there is none. */
bool knot_gomod_module(struct knot_span text, struct knot_span *ret_path);

#endif
