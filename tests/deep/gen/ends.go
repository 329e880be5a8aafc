// SPDX-License-Identifier: BSD-2-Clause

package main

// An end is what happens when all constraints have held: bad in the program with the bug, good in the one
// without. Either is run once at most, by one goroutine. methods and fields belong to the end alone.
type end struct {
	verdict string // as goknot names it
	about   string
	fields  string
	create  string
	methods string // %[1]s: the type
	bad     string
	good    string
	check   string // at the end of the run; may set err
}

var ends = []end{
	{
		verdict: "deadlock",
		about:   "a method that holds a lock calls another that takes it",
		fields:  "stateMu sync.Mutex\nstate int",
		methods: "func (s *%[1]s) recount() {\n\ts.stateMu.Lock()\n\ts.state++\n\ts.stateMu.Unlock()\n}",
		bad:     "s.stateMu.Lock()\ns.recount()\ns.stateMu.Unlock()",
		good:    "s.recount()",
	},
	{
		verdict: "deadlock",
		about:   "one acknowledgement more is waited for than will be sent",
		bad:     "acks := make(chan int, 2)\nfor peer := range 2 {\n\tgo func() { acks <- peer }()\n}\nfor range 3 {\n\t<-acks\n}",
		good:    "acks := make(chan int, 2)\nfor peer := range 2 {\n\tgo func() { acks <- peer }()\n}\nfor range 2 {\n\t<-acks\n}",
	},
	{
		verdict: "deadlock",
		about:   "a condition is waited for that nobody will signal",
		fields:  "drainMu sync.Mutex\ndraining bool",
		bad:     "drained := sync.NewCond(&s.drainMu)\ns.drainMu.Lock()\ns.draining = true\nfor s.draining {\n\tdrained.Wait()\n}\ns.drainMu.Unlock()",
		good:    "drained := sync.NewCond(&s.drainMu)\ns.drainMu.Lock()\ns.draining = false\nfor s.draining {\n\tdrained.Wait()\n}\ns.drainMu.Unlock()",
	},
	{
		verdict: "deadlock",
		about:   "a WaitGroup counts two and one is done",
		bad:     "var parts sync.WaitGroup\nparts.Add(2)\ngo parts.Done()\nparts.Wait()",
		good:    "var parts sync.WaitGroup\nparts.Add(1)\ngo parts.Done()\nparts.Wait()",
	},
	{
		verdict: "deadlock",
		about:   "two goroutines take two locks in opposite order",
		fields:  "indexMu, pageMu sync.Mutex",
		bad: "ready, done := make(chan int), make(chan int)\ns.indexMu.Lock()\ngo func() {\n\ts.pageMu.Lock()\n\tready <- 1\n" +
			"\ts.indexMu.Lock()\n\ts.indexMu.Unlock()\n\ts.pageMu.Unlock()\n\tclose(done)\n}()\n<-ready\ns.pageMu.Lock()\ns.pageMu.Unlock()\ns.indexMu.Unlock()\n<-done",
		good: "done := make(chan int)\ns.indexMu.Lock()\ngo func() {\n\ts.indexMu.Lock()\n\ts.pageMu.Lock()\n" +
			"\ts.pageMu.Unlock()\n\ts.indexMu.Unlock()\n\tclose(done)\n}()\ns.pageMu.Lock()\ns.pageMu.Unlock()\ns.indexMu.Unlock()\n<-done",
	},
	{
		verdict: "leak",
		about:   "a goroutine sends two results and one is received",
		bad:     "results := make(chan int)\ngo func() {\n\tresults <- 1\n\tresults <- 2\n}()\n<-results",
		good:    "results := make(chan int)\ngo func() {\n\tresults <- 1\n\tresults <- 2\n}()\n<-results\n<-results",
	},
	{
		verdict: "leak",
		about:   "a subscription is dropped and not closed",
		bad:     "events := make(chan int, 1)\ngo func() {\n\tfor range events {\n\t}\n}()\nevents <- 1",
		good:    "events := make(chan int, 1)\ngo func() {\n\tfor range events {\n\t}\n}()\nevents <- 1\nclose(events)",
	},
	{
		verdict: "leak",
		about:   "a lock that a goroutine in the background wants is never released",
		fields:  "fileMu sync.RWMutex",
		bad:     "s.fileMu.Lock()\ngo func() {\n\ts.fileMu.RLock()\n\ts.fileMu.RUnlock()\n}()",
		good:    "s.fileMu.Lock()\ngo func() {\n\ts.fileMu.RLock()\n\ts.fileMu.RUnlock()\n}()\ns.fileMu.Unlock()",
	},
	{
		verdict: "panic",
		about:   "a channel is closed twice",
		fields:  "gone chan struct{}",
		create:  "gone: make(chan struct{}),",
		methods: "func (s *%[1]s) shut() {\n\tclose(s.gone)\n}",
		bad:     "s.shut()\ns.shut()",
		good:    "s.shut()",
	},
	{
		verdict: "panic",
		about:   "a result is sent on a channel that has been closed",
		fields:  "out chan int",
		create:  "out: make(chan int, 2),",
		bad:     "close(s.out)\ns.out <- 1",
		good:    "s.out <- 1\nclose(s.out)",
	},
	{
		verdict: "panic",
		about:   "a WaitGroup is done once too often",
		bad:     "var parts sync.WaitGroup\nparts.Add(1)\nparts.Done()\nparts.Done()",
		good:    "var parts sync.WaitGroup\nparts.Add(1)\nparts.Done()",
	},
	{
		verdict: "panic",
		about:   "a map that has been let go is written",
		fields:  "index map[string]int",
		create:  "index: make(map[string]int),",
		bad:     "s.index = nil\ns.index[\"last\"] = 1",
		good:    "s.index[\"last\"] = 1\ns.index = nil",
	},
	{
		verdict: "fail",
		about:   "an amount is taken from one side and not given to the other",
		fields:  "left, right int",
		create:  "left: 50, right: 50,",
		bad:     "s.left -= 10",
		good:    "s.left -= 10\ns.right += 10",
		check:   "if s.left+s.right != 100 {\n\terr = fmt.Errorf(\"%d on the left and %d on the right\", s.left, s.right)\n}",
	},
	{
		verdict: "fail",
		about:   "an entry is written with a generation that is no longer the current one",
		fields:  "generation, written int",
		bad:     "at := s.generation\ns.generation++\ns.written = at",
		good:    "s.generation++\ns.written = s.generation",
		check:   "if s.written != s.generation {\n\terr = fmt.Errorf(\"written in generation %d, which is %d\", s.written, s.generation)\n}",
	},
}
