/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/plot.h"

#include <criterion/criterion.h>

static struct knot_plot plot;

static void read_plot(const char *text)
{
	knot_plot_free(&plot);
	knot_plot_decode(knot_span_str(text), &plot);
}

static void teardown(void)
{
	knot_plot_free(&plot);
}

TestSuite(plot, .fini = teardown);

Test(plot, columns_are_those_of_afl)
{
	read_plot("# relative_time, cycles_done, ...\n"
		  "3, 0, 23, 55, 32, 32, n/a, 4, 1, 4, 11660.74, 36192, 198\n"
		  "8, 0, 23, 56, 32, 32, n/a, 5, 1, 4, 9, 70000, 200\n");
	cr_assert_eq(plot.points.len, 2);
	cr_expect_eq(plot.broken, 0);
	cr_expect_eq(plot.points.data[0].seconds, 3);
	cr_expect_eq(plot.points.data[0].corpus, 55);
	cr_expect_eq(plot.points.data[0].findings, 5);
	cr_expect_float_eq(plot.points.data[0].runs_per_s, 11660.74, 1e-6);
	cr_expect_eq(plot.points.data[0].runs, 36192);
	cr_expect_eq(plot.points.data[0].pairs, 198);
	cr_expect_float_eq(plot.points.data[1].runs_per_s, 9, 1e-6);
}

Test(plot, what_cannot_be_read_is_counted)
{
	read_plot("3, 0, 23, 55, 32, 32, n/a, 4, 1, 4, 1.5, 36192\n" /* a column is missing */
		  "3, 0, 23, 55, 32, 32, n/a, 4, 1, 4, 1.5, 36192, 198, 7\n"
		  "x, 0, 23, 55, 32, 32, n/a, 4, 1, 4, 1.5, 36192, 198\n"
		  "9, 0, 23, 55, 32, 32, n/a, 4, 1, 4, 1.5, 36192, 198\n"
		  "8, 0, 23, 55, 32, 32, n/a, 4, 1, 4, 1.5, 36192, 198\n" /* back in time */
		  "10, 0, 23, 55, 32, 32, n/a, 4, 1, 4, 1.2.3, 36192, 198\n"
		  "\n11, 0"); /* half a line: it is being written */
	cr_expect_eq(plot.points.len, 1);
	cr_expect_eq(plot.broken, 6);
	read_plot("");
	cr_expect_eq(plot.points.len, 0);
}

Test(plot, thinning_keeps_the_last)
{
	for (uint64_t i = 0; i < 1000; i++)
		knot_vec_push(&plot.points, ((struct knot_plot_point){.seconds = i}));
	knot_plot_thin(&plot, 300);
	cr_expect_eq(plot.points.len, 250);
	cr_expect_eq(plot.points.data[249].seconds, 999);
	knot_plot_thin(&plot, 300);
	cr_expect_eq(plot.points.len, 250);
}
