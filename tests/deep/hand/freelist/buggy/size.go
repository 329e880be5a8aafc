// SPDX-License-Identifier: BSD-2-Clause

//go:build !shallow

package freelist

// chunks are what a buffer takes, each one operation.
const chunks = 7
