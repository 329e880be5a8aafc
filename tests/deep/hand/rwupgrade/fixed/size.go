// SPDX-License-Identifier: BSD-2-Clause

//go:build !shallow

package rwupgrade

// pages are what the catalog is read in.
const pages = 10
