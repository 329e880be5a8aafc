// SPDX-License-Identifier: BSD-2-Clause

//go:build shallow

package lease

const lines = 2
