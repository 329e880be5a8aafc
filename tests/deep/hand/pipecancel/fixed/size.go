// SPDX-License-Identifier: BSD-2-Clause

//go:build !shallow

package pipecancel

// segments are what a rollback goes through.
const segments = 5
