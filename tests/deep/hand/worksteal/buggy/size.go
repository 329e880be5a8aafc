// SPDX-License-Identifier: BSD-2-Clause

//go:build !shallow

package worksteal

// steps of a job.
const steps = 6
