// SPDX-License-Identifier: BSD-2-Clause

//go:build shallow

package rwupgrade

const pages = 2
