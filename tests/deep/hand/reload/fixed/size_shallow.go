// SPDX-License-Identifier: BSD-2-Clause

//go:build shallow

package reload

const clients = 1
