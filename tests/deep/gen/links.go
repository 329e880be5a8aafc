// SPDX-License-Identifier: BSD-2-Clause

package main

// A linkKind is a way for one goroutine to announce a number and for another to see whether it has, without
// waiting. %[1]s is the link's name, %[2]s what is announced, which is 1 at least. What is seen goes to got, which
// is 0 before; so it stays when nothing was announced yet. Neither side ever blocks for good, whatever the
// order.
type linkKind struct {
	fields   string
	create   string
	announce string
	look     string
	what     string // the two operations in words
}

var linkKinds = []linkKind{
	{
		fields:   "%[1]s atomic.Int64",
		announce: "s.%[1]s.Store(int64(%[2]s))",
		look:     "got = int(s.%[1]s.Load())",
		what:     "stores %[1]s before %[2]s loads it",
	},
	{
		fields:   "%[1]s atomic.Int64 // -1: taken by the other side",
		announce: "s.%[1]s.CompareAndSwap(0, int64(%[2]s))",
		look:     "if !s.%[1]s.CompareAndSwap(0, -1) {\n got = int(s.%[1]s.Load())\n}",
		what:     "swaps %[1]s before %[2]s does",
	},
	{
		fields:   "%[1]sMu sync.Mutex\n%[1]s int",
		announce: "s.%[1]sMu.Lock()\ns.%[1]s = %[2]s\ns.%[1]sMu.Unlock()",
		look:     "s.%[1]sMu.Lock()\ngot = s.%[1]s\ns.%[1]sMu.Unlock()",
		what:     "sets %[1]s under its lock before %[2]s reads it",
	},
	{
		fields:   "%[1]sMu sync.RWMutex\n%[1]s map[string]int",
		create:   "%[1]s: make(map[string]int),",
		announce: "s.%[1]sMu.Lock()\ns.%[1]s[\"current\"] = %[2]s\ns.%[1]sMu.Unlock()",
		look:     "s.%[1]sMu.RLock()\ngot = s.%[1]s[\"current\"]\ns.%[1]sMu.RUnlock()",
		what:     "enters %[1]s into its map before %[2]s looks it up",
	},
	{
		fields:   "%[1]s chan int",
		create:   "%[1]s: make(chan int, 1),",
		announce: "s.%[1]s <- %[2]s",
		look:     "select {\ncase got = <-s.%[1]s:\ndefault:\n}",
		what:     "sends %[1]s before %[2]s polls for it",
	},
	{
		fields:   "%[1]s int // published by closing the channel\n%[1]sDone chan struct{}",
		create:   "%[1]sDone: make(chan struct{}),",
		announce: "s.%[1]s = %[2]s\nclose(s.%[1]sDone)",
		look:     "select {\ncase <-s.%[1]sDone:\n got = s.%[1]s\ndefault:\n}",
		what:     "closes %[1]sDone before %[2]s polls it",
	},
	{
		fields:   "%[1]sOnce sync.Once\n%[1]s int",
		announce: "s.%[1]sOnce.Do(func() { s.%[1]s = %[2]s })",
		look:     "s.%[1]sOnce.Do(func() {})\ngot = s.%[1]s",
		what:     "goes through %[1]sOnce before %[2]s does",
	},
}
