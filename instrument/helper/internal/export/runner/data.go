// SPDX-License-Identifier: BSD-2-Clause

package main

// An export has its own in the place of these.
var (
	repro       reproduction
	orderSource string
	tableSource string
)
