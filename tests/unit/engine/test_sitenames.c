/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/error.h"
#include "engine/sitenames.h"
#include "fake.h"
#include "sys/shm.h"

#include <criterion/criterion.h>

/* The region of a worker that met one position. */
static struct knot_shm *region(uint32_t site, uint32_t line)
{
	struct knot_shm *shm;
	struct knot_error err = {0};

	cr_assert_eq(knot_shm_create(&shm, &err), 0, "%s", err.message);
	struct knot_fake target = {.h = knot_shm_header(shm)};
	knot_fake_position(&target, site, "/m/a.go", line);
	return shm;
}

static uint32_t line_of(struct knot_sitenames *names, uint32_t site)
{
	const struct knot_names *view = knot_sitenames_view(names);
	const struct knot_site_name *name = view->site(view->arg, site);

	return name ? name->line : 0;
}

Test(sitenames, a_region_in_use_outlives_its_worker)
{
	struct knot_sitenames *names = knot_sitenames_new(NULL);
	struct knot_shm *first = region(77, 5);

	knot_sitenames_use(names, first);
	knot_shm_close(first);
	cr_expect_eq(line_of(names, 77), 5, "asked when the worker is gone");

	struct knot_shm *second = region(78, 6), *third = region(79, 7);
	knot_sitenames_use(names, second);
	knot_sitenames_use(names, second);
	knot_shm_close(second);
	knot_sitenames_learn(names);
	knot_sitenames_use(names, third);
	knot_shm_close(third);
	cr_expect_eq(line_of(names, 77), 5);
	cr_expect_eq(line_of(names, 78), 6, "learnt when the worker was gone");
	knot_sitenames_use(names, NULL);
	cr_expect_eq(line_of(names, 79), 0, "nobody asked before it went");
	knot_sitenames_free(names);
}
