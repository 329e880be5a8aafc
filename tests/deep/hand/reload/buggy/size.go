// SPDX-License-Identifier: BSD-2-Clause

//go:build !shallow

package reload

// clients are told about a shutdown.
const clients = 7
