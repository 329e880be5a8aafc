// SPDX-License-Identifier: BSD-2-Clause

//go:build !go1.25

package sync

func (o *Once) knotIsDone() bool { return o.done.Load() != 0 }
