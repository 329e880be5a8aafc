/* SPDX-License-Identifier: BSD-2-Clause */
/* A campaign directory inside the module: `./...` of the go command must not take what is built there for packages. */
#ifndef KNOT_ENGINE_APART_H
#define KNOT_ENGINE_APART_H

struct knot_error;

/*
 * Puts a go.mod into its build directory, where goknot has Go files, which makes that a module of its own, unless the go command
 * does not look into the campaign directory anyway: no module is above, or a name on the way begins with a dot or an
 * underscore, or is testdata. campaign_dir: absolute, real.
 */
int knot_apart(const char *campaign_dir, struct knot_error *err);

#endif
