// SPDX-License-Identifier: BSD-2-Clause

//go:build shallow

package pipecancel

const segments = 0
