// SPDX-License-Identifier: BSD-2-Clause

//go:build shallow

package lockchain

const more = 1
