// SPDX-License-Identifier: BSD-2-Clause

package main

// A service is what the program seems to be about: operations on shared primitives that always get through,
// in whatever order, and that nothing depends on.
type service struct {
	name   string // of the method, which takes a key
	fields string
	create string
	method string // the body
	steps  int    // about so many scheduling steps a call
	server bool   // has a goroutine of its own
	start  string
	stop   string
}

var services = []*service{
	{
		name:   "account",
		fields: "accountMu sync.Mutex\naccounts map[int]int",
		create: "accounts: make(map[int]int),",
		method: "s.accountMu.Lock()\ns.accounts[key]++\ns.accountMu.Unlock()",
		steps:  2,
	},
	{
		name:   "beat",
		fields: "beats atomic.Int64",
		method: "s.beats.Add(int64(key))",
		steps:  1,
	},
	{
		name:   "note",
		fields: "notes chan int",
		create: "notes: make(chan int, 4),",
		method: "select {\ncase s.notes <- key:\ndefault: // full: the oldest goes\n\tselect {\n\tcase <-s.notes:\n\tdefault:\n\t}\n}",
		steps:  1,
	},
	{
		name:   "resolve",
		fields: "tableMu sync.RWMutex\ntable map[int]string",
		create: "table: map[int]string{1: \"one\", 2: \"two\"},",
		method: "s.tableMu.RLock()\nname := s.table[key]\ns.tableMu.RUnlock()\nif name == \"\" {\n\ts.tableMu.Lock()\n\ts.table[key] = \"new\"\n\ts.tableMu.Unlock()\n}",
		steps:  2,
	},
	{
		name:   "ask",
		fields: "asks chan chan int\naskEnd sync.WaitGroup",
		create: "asks: make(chan chan int),",
		method: "reply := make(chan int, 1)\ns.asks <- reply\n<-reply",
		steps:  3,
		server: true,
		start:  "s.askEnd.Add(1)\ngo func() {\n\tdefer s.askEnd.Done()\n\tn := 0\n\tfor reply := range s.asks {\n\t\tn++\n\t\treply <- n\n\t}\n}()",
		stop:   "close(s.asks)\ns.askEnd.Wait()",
	},
	{
		name:   "raise",
		fields: "gaugeMu sync.Mutex\ngauge int\ngaugeUp *sync.Cond\nwatchEnd sync.WaitGroup",
		method: "s.gaugeMu.Lock()\ns.gauge += key\ns.gaugeUp.Broadcast()\ns.gaugeMu.Unlock()",
		steps:  3,
		// Someone waits for the gauge all the time.
		server: true,
		start: "s.gaugeUp = sync.NewCond(&s.gaugeMu)\ns.watchEnd.Add(1)\ngo func() {\n\tdefer s.watchEnd.Done()\n\ts.gaugeMu.Lock()\n" +
			"\tfor s.gauge >= 0 {\n\t\ts.gaugeUp.Wait()\n\t}\n\ts.gaugeMu.Unlock()\n}()",
		stop: "s.gaugeMu.Lock()\ns.gauge = -1\ns.gaugeUp.Broadcast()\ns.gaugeMu.Unlock()\ns.watchEnd.Wait()",
	},
	{
		name:   "warm",
		fields: "warmOnce sync.Once\ncache atomic.Pointer[[]int]",
		method: "s.warmOnce.Do(func() {\n\tcache := make([]int, 10)\n\ts.cache.Store(&cache)\n})\n_ = (*s.cache.Load())[key]",
		steps:  2,
	},
	{
		name:   "fanOut",
		fields: "fanned atomic.Int64",
		method: "var parts sync.WaitGroup\nparts.Add(1)\ngo func() {\n\tdefer parts.Done()\n\ts.fanned.Add(int64(key))\n}()\nparts.Wait()",
		steps:  4,
	},
	{
		name:   "borrow",
		fields: "slots chan int",
		create: "slots: make(chan int, 2),",
		start:  "s.slots <- 1\ns.slots <- 2",
		method: "slot := <-s.slots\ns.slots <- slot",
		steps:  2,
	},
}
