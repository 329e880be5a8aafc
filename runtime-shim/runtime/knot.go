// SPDX-License-Identifier: BSD-2-Clause

// The controlled scheduler of goknot, added to package runtime by an overlay.
//
// While a run is under way (knot.on) at most one goroutine of the program runs at a time and every
// switch is a decision of ours. The parts:
//
//	knot.go         state, attaching to the shared memory, begin and end of a run
//	knot_sched.go   scheduling points, decisions, what happens when nothing is runnable
//	knot_ready.go   the set of runnable goroutines
//	knot_policy.go  the table of policies; one file per policy
//	knot_heap.go    what policies keep their candidates in, with knot_array.go
//	knot_chain.go   order control for the active chain
//	knot_name.go    names that survive from run to run: goroutine paths, sites, primitives
//	knot_ring.go    events, decisions, pair novelty, results
//	knot_probe.go   the hook at which eBPF sees the events, too
//	knot_time.go    virtual time
//	knot_end.go     what a run ended in, the snapshot, hooks of panics and exits
//	knot_outside.go system calls and the watchdog
//	knot_signal.go  who waits for a signal
//	knot_compute.go goroutines that compute without any operation, and the watchdog that preempts them
//	knot_arrive.go  what comes from outside, as part of the schedule
//	knot_race.go    the race detector
//	knot_mem.go     accesses to plain memory as scheduling points
//	knot_hook.go    entry points for package sync, package testing and the inserted hooks
//	knot_program.go a program from its start to its exit as the one run of the process
//	knot_native.go  the mode without any of that: the stock scheduler
//
// A goroutine reaches a scheduling point before each operation. There it writes down what it is about to
// do and asks the policy; when the policy picks it, it goes on without a switch, else it joins the runnable set.
// A goroutine that blocks inside an operation leaves through gopark as always, comes back through ready,
// and then is a candidate with the operation RESUME.
//
// Invariants: the runnable set is touched only by the thread that holds the only P. A goroutine is in the
// set exactly when its status is _Grunnable, or about to be, and it belongs to the program (system goroutines
// keep to the runtime's own queues and run first, without a decision). The driver, the goroutine that runs the tests
// one after another, is never a candidate: it goes on when nothing else can.

package runtime

import "unsafe"

const knotMaxReady = 1 << 20

// Kinds of goroutine, knotG.kind.
const (
	knotKindUnknown = iota
	knotKindUser
	knotKindSystem
	knotKindSignal // the loop of os/signal
)

type knotPending struct {
	id uint32
	op uint8
}

// knotHookDepth bounds the operations of one goroutine that are named and not yet executed: a select and its cases,
// inside those of another when an operand calls a function.
const knotHookDepth = 24

// knotCondIn is the Cond.Wait that a goroutine is in.
type knotCondIn struct {
	prim   uintptr
	site   uint32
	primID uint32
}

// knotG is what goknot keeps per goroutine, a field of g.
type knotG struct {
	path      uint64 // goroutine path hash
	run       uint64 // serial number of the run that idx and path belong to
	lastKey   uint64 // key of its last operation in this run
	prio      uint64 // of the policy
	raced     uint64 // RPOS: key of the last operation on the primitive when prio was drawn
	stamp     uint64 // when the policy last took it in
	pendPrim  uintptr
	readyIdx  int32 // index in the runnable set, -1 = not in it
	pendSite  uint32
	ops       uint32     // operations executed in this run
	resumed   uint16     // how often it has gone on behind a block since the last of them
	drawn     uint32     // random numbers drawn since the last of them
	primID    uint32     // primitive of the operation it is in
	sleepSite uint32     // of the sleep it is or was in, while that is what it does: only shown, names and hashes have pendSite
	cond      knotCondIn // the Cond.Wait it is in, while the Cond's Locker is at work
	memberOf  uint32     // POS: its group, 0 = none
	memberAt  uint32     // POS: its place in its group; SURW: among the candidates
	pathID    uint32     // SURW
	rec       uint32     // SURW: of its last operation
	recNext   uint32     // SURW: probably of its next one
	idx       uint16     // number in this run
	pendOp    uint8
	kind      uint8
	reason    waitReason
	flags     uint8  // 1 = alive before the run, 2 = started by a timer
	blocked   bool   // parked inside pendOp
	atPoint   bool   // at a scheduling point: executes pendOp itself when it goes on
	counted   bool   // counts in knot.alive
	waited    bool   // was blocked since its last scheduling point
	chainLock bool   // the lock it is taking is the active element of the chain
	out       bool   // waits for the outside: knot_arrive.go
	call      uint16 // ... which call, when in one
	inCall    bool   // ... in a system call, not on the network poller
	noted     bool   // ... and the schedule says so
	held      bool   // ... has arrived, and is kept until the schedule says so
	arrived   bool   // ... the network poller has given it back
	barred    bool   // ... is kept from trying until the schedule says so
	queued    bool   // the policy has taken it in before it joined the candidates
	back      bool   // on its way from a system call (or a collection) to its next scheduling point
	computing bool   // was preempted by the watchdog in the midst of its own work
	late      bool   // ... where a followed schedule says so, at its next scheduling point
	depth     uint8
	aside     knotAside // what it was about before it was preempted

	// Native mode.
	chainEl    uint8 // element of the chain under way + 1, 0 = none
	chainIn    bool  // ... the one before it has been executed
	chainCalls bool  // ... it calls functions of the program
	busy       bool  // between a hooked operation and the hook behind it
	taking     bool  // ... which takes a lock
	nested     uint8 // ... and has begun to take another inside
	spawnNamed bool
	chainID    uint32
	lost       uint32  // operations in this run that the full event ring did not take
	spawnSite  uint32  // of the go statement under way
	lastRecv   uintptr // channel of the last receive without a hook
	clock      uint64  // of its last event
	lastPrim   uint16  // whose clock that has moved

	hooks [knotHookDepth]knotPending // operations named by inserted hooks and not yet executed
}

type knotState struct {
	on       bool // a run is under way
	attached bool
	rootSeen bool   // the test's own goroutine has been created
	draining bool   // the test has ended; its goroutines may come to an end
	forced   bool   // the run was stopped: the reporter takes over
	left     uint32 // goroutines of former runs, which nothing can wake

	hdr    *knotShmHeader
	cur    *knotShmCurrent
	events *[knotEventSlots]knotShmEvent

	session uint64 // what the probe knows the process by while it is to see the events, else 0: knot_probe.go

	decOut *[knotDecisionSlots]uint16
	decIn  *[knotDecisionInSlots]uint16
	pairs  *[knotPairSlots]knotShmPair
	sites  *[knotSiteSlots]knotShmSite
	snaps  *[knotSnapSlots]knotShmSnap
	gs     *[knotGSlots]knotShmGoroutine
	dump   *[knotDumpSize]byte
	races  *[knotRaceSlots]byte
	mems   *[knotMemSlots]knotShmMem

	run      uint64 // serial number of the run in this process
	req      knotShmRequest
	reqIndex uint32 // runs of the request begun
	aliasOff uint32 // of the request's aliases: see knot_alias.go
	reqStart int64

	driver   guintptr
	reporter guintptr
	next     guintptr // picked at a scheduling point, to be run now

	ready   *[knotMaxReady]guintptr
	byIdx   *[65536]guintptr
	nready  int
	nfree   int // of these, candidates
	nnow    int // of these, at the active element of the chain
	stamp   uint64
	nextIdx uint32
	alive   int    // goroutines of this run that have not ended
	last    uint16 // the one that made the last step

	rng    uint64 // decisions
	useed  uint64 // of the program's own random numbers
	urng   uint64
	ustep  uint32 // the step that urng belongs to
	policy *knotPolicy

	evEnd, decEnd uint64 // first cursor that would overwrite what goknot has not read
	prefixPos     uint32

	chainPos                uint32
	chainDelay, chainPasses uint32
	chainOn                 bool

	movedSince  int64  // real time at which a followed read or write was begun
	movedVain   uint64 // run in which one was waited for in vain
	vt          int64  // virtual nanoseconds (monotonic clock)
	vtOff       int64  // while no run is under way: vt at realOff
	realOff     int64
	wallStart   int64
	firesLeft   int32
	tailFire    uint32 // step of the last timer fired by the fair tail
	drainSteps  uint32
	drainFires  uint32
	drainFrom   int64
	spins       uint32 // operations in a row that only looked
	pollWhen    int64  // earliest timer among the channels polled while only looking, 0 = none
	polling     bool   // the operation at its scheduling point is a poll (select with default)
	looks       uint32 // looks at the clock since anything was done
	preempts    uint32 // by the watchdog
	drainOver   bool   // who is left computes on: the driver goes on without it
	timersFired uint32
	idleSince   int64
	awaitSince  int64 // real time since which a followed schedule waits for the outside
	awaiting    bool
	vtReal      bool // virtual time has gone at the pace of real time since the last entry of the schedule
	handedOff   bool // a P was handed off: somebody may be in a system call
	nheld       int  // goroutines held or aside
	wentOut     guintptr
	stray       guintptr
	signalHeld  guintptr
	extLast     int64

	heapBase  uint64
	heapLimit uint64 // of the process, 0 = none
	heapGCs   uint32
	heapFull  uint64
	maxprocs  int32 // what the program is told
	gcPercent int32
	procs0    int32 // the same as they were before the first run
	percent0  int32

	memoryLimit, memoryLimit0 int64

	batchSteps uint64
	testRun    uint32 // number of the run among those of its test, from 1; 0 = not counted
	batchAny   uint32
	batchAll   uint32

	pct        knotPCT
	fifo       knotFifoQueue
	delay      knotDelay
	pos        knotPOS
	rposWeight float64
	surw       knotSURW
	sw         knotSwitch
}

var knot knotState

// Virtual monotonic time at which every run begins: later than anything read before the first run.
const knotEpoch = 1000 * 1000 * 1000 * 1000

const knotStepNs = 100 // what a step, or a look at the clock, costs in virtual time

// knotAttach maps the shared memory named by the environment, before any user code runs.
// It is called from schedinit, directly after goenvs.
func knotAttach() {
	knot.maxprocs = knotCPUs()
	fd, ok := knotEnvInt("GOKNOT_SHM=")
	native := false
	if !ok {
		if fd, native = knotEnvInt("GOKNOT_NATIVE="); !native {
			knotAlone = true
			return
		}
	}
	const mapShared = 1
	p, errno := mmap(nil, unsafe.Sizeof(knotShmHeader{}), _PROT_READ|_PROT_WRITE, mapShared, int32(fd), 0)
	if errno == 0 {
		h := (*knotShmHeader)(p)
		if h.magic == knotAbiMagic && h.version == knotAbiVersion {
			p, errno = mmap(nil, uintptr(h.sizeBytes), _PROT_READ|_PROT_WRITE, mapShared, int32(fd), 0)
		}
	}
	if errno != 0 {
		print("goknot: cannot map the shared memory: errno ", errno, "\n")
		exit(3)
	}
	closefd(int32(fd))
	h := (*knotShmHeader)(p)
	if h.magic != knotAbiMagic || h.version != knotAbiVersion {
		print("goknot: this binary was built by another goknot (shared memory version ", h.version, ")\n")
		exit(3)
	}
	at := func(off uint64) unsafe.Pointer { return unsafe.Pointer(uintptr(p) + uintptr(off)) }
	knot.hdr = h
	knot.cur = &h.cur
	knotProbeSession = h.session
	knot.events = (*[knotEventSlots]knotShmEvent)(at(h.offEvents))
	knot.decOut = (*[knotDecisionSlots]uint16)(at(h.offDecOut))
	knot.decIn = (*[knotDecisionInSlots]uint16)(at(h.offDecIn))
	knot.pairs = (*[knotPairSlots]knotShmPair)(at(h.offPairs))
	knot.sites = (*[knotSiteSlots]knotShmSite)(at(h.offSites))
	knot.snaps = (*[knotSnapSlots]knotShmSnap)(at(h.offSnaps))
	knot.gs = (*[knotGSlots]knotShmGoroutine)(at(h.offGoroutines))
	knot.dump = (*[knotDumpSize]byte)(at(h.offDump))
	knot.races = (*[knotRaceSlots]byte)(at(h.offRaces))
	knot.mems = (*[knotMemSlots]knotShmMem)(at(h.offMems))
	knot.ready = (*[knotMaxReady]guintptr)(knotMmap(knotMaxReady * 8))
	knot.byIdx = (*[65536]guintptr)(knotMmap(65536 * 8))
	knotPrims.init()
	knotOrdinals.init()
	knotPCs.init(1 << 15)
	knotRaceAttach()
	if native {
		knotNatAttach()
		h.pid = uint32(getpid())
		h.state = knotStateAttached
		return
	}
	knot.realOff = nanotime1()
	knot.vtOff = 1000 * 1000 * 1000
	debug.gcstoptheworld = 2 // every collection is one step for the program
	debug.asyncpreemptoff = 1
	debug.gcshrinkstackoff = 1
	startingStackSize = 8192 // growing a stack costs more than having it
	debug.adaptivestackstart = 0
	h.pid = uint32(getpid())
	h.state = knotStateAttached
	knot.attached, knotHooksOn, knotNamesOn, knotEndsOn = true, true, true, true
}

// knotMmap returns zeroed memory that is touched only where it is used.
func knotMmap(size uintptr) unsafe.Pointer {
	p, errno := mmap(nil, size, _PROT_READ|_PROT_WRITE, _MAP_ANON|_MAP_PRIVATE, -1, 0)
	if errno != 0 {
		throw("goknot: out of memory")
	}
	return p
}

// knotMany is the number of goroutines from which on the heap grows by huge pages. Each stack lies on a page of its own
// and each g on another, and the processor remembers where some two thousand pages are: with ten thousand goroutines
// finding the pages of the next one took a fifth of the step.
const knotMany = 256

// knotMapped is called when the heap has grown.
func knotMapped(v unsafe.Pointer, n uintptr) {
	if knot.on && knot.alive >= knotMany && debug.disablethp == 0 {
		sysHugePageOS(v, n)
	}
}

// knotEnvInt takes a variable out of the environment and returns its value.
func knotEnvInt(prefix string) (int, bool) {
	for i, s := range envs {
		if len(s) > len(prefix) && s[:len(prefix)] == prefix {
			n := 0
			for _, c := range []byte(s[len(prefix):]) {
				if c < '0' || c > '9' {
					return 0, false
				}
				n = n*10 + int(c-'0')
			}
			copy(envs[i:], envs[i+1:])
			envs = envs[:len(envs)-1]
			return n, true
		}
	}
	return 0, false
}

// knotProcs keeps the world at one P while goknot is attached.
func knotProcs(n int32) int32 {
	if knot.attached {
		return 1
	}
	return n
}

// knotGOMAXPROCS answers runtime.GOMAXPROCS: the program gets the number, not the parallelism.
func knotGOMAXPROCS(n int) (int, bool) {
	if !knot.attached {
		return 0, false
	}
	old := int(knot.maxprocs)
	if n > 0 {
		knot.maxprocs = int32(n)
	}
	return old, true
}

// knotGCPercent answers debug.SetGCPercent: collections inside a run come from the program's own calls of
// runtime.GC only, since those that depend on the size of the heap depend on the runs before.
func knotGCPercent(n int32) (int32, bool) {
	if !knot.on {
		return 0, false
	}
	old := knot.gcPercent
	if n < 0 {
		n = -1
	}
	knot.gcPercent = n
	return old, true
}

// knotMemoryLimit answers debug.SetMemoryLimit in the same way, and for the same reason.
func knotMemoryLimit(n int64) (int64, bool) {
	if !knot.on {
		return 0, false
	}
	old := knot.memoryLimit
	if n >= 0 {
		knot.memoryLimit = n
	}
	return old, true
}

// knotStartupRand stands in for the random bytes of the kernel: hash seeds and the like are the same in
// every process.
var knotStartupRand = [16]byte{'g', 'o', 'k', 'n', 'o', 't', ' ', 's', 't', 'a', 'r', 't', 's', 'e', 'e', 'd'}

// knotSelectRand orders the cases of a select. It draws from the program's stream, not from the decisions',
// so that a followed schedule and the run it came from draw alike.
func knotSelectRand(n uint32) uint32 {
	if knot.on {
		return uint32((knotUserRand() >> 32) * uint64(n) >> 32)
	}
	return cheaprandn(n)
}

// knotCheapRand orders the timers of a synctest bubble that are due at the same time.
func knotCheapRand() uint32 {
	if knot.on {
		return uint32(knotUserRand() >> 32)
	}
	return cheaprand()
}

//go:nosplit
func knotMix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// knotRandom is splitmix64: good enough to choose with, and one multiply-free state.
func knotRandom() uint64 {
	knot.rng += 0x9e3779b97f4a7c15
	return knotMix(knot.rng)
}

// knotRandn is uniform in [0, n).
func knotRandn(n uint32) uint32 {
	return uint32((uint64(uint32(knotRandom())) * uint64(n)) >> 32)
}

// knotUserRand is the program's generator while a run is under way. What it gives depends on the goroutine, on how many
// operations that has executed, and on how many it has drawn since: in another order of the goroutines each draws what it
// drew, and what is drawn once in the life of a process (the seed of a map made on first use) shifts no draw behind the next
// operation, so that a run is the same in a fresh process and in an old one.
//
//go:nosplit
func knotUserRand() uint64 {
	gp := getg().m.curg
	if gp == nil || gp.knot.run != knot.run || knot.hdr.cfgFlags&knotCfgOldRand != 0 {
		return knotStepRand()
	}
	k := &gp.knot
	k.drawn++
	return knotMix(knot.useed ^ (k.path+uint64(k.ops))*0xd1342543de82ef95 + uint64(k.drawn)*0x9e3779b97f4a7c15)
}

// knotStepRand is the generator for whoever is none of the run's goroutines. It starts anew at every step.
//
//go:nosplit
func knotStepRand() uint64 {
	if s := knot.cur.steps; s != knot.ustep {
		knot.ustep = s
		knot.urng = knot.useed ^ uint64(s)*0xd1342543de82ef95
	}
	knot.urng += 0x9e3779b97f4a7c15
	return knotMix(knot.urng)
}

// knotRandomBytes fills p in place of the kernel, whose bytes nobody could give again: keys, identifiers, and how often a
// loop runs that looks for one. Before the first run the generator goes on from knotStartupRand.
//
//go:linkname knotRandomBytes
func knotRandomBytes(p []byte) bool {
	if !knot.on && !knotFixedRand() {
		return false
	}
	var v uint64
	for i := range p {
		if i%8 == 0 {
			v = rand()
		}
		p[i] = byte(v >> (i % 8 * 8))
	}
	return true
}

// knotAtRuns is package math/rand's: see there.
var knotAtRuns func()

//go:linkname knotAtRun
func knotAtRun(f func()) { knotAtRuns = f }

// knotRunBegin starts run number reqIndex of the current request. It runs on the driver.
func knotRunBegin() {
	h, c := knot.hdr, knot.cur
	gp := getg()
	knot.run++
	knot.driver.set(gp)
	gp.knot.kind = knotKindUser
	gp.knot.run = 0
	seed := knot.req.seed + uint64(knot.reqIndex)
	*c = knotShmCurrent{
		request:  knot.req.id,
		seed:     seed,
		hash:     14695981039346656037,
		evStart:  h.evHead,
		evHead:   h.evHead,
		decStart: h.decHead,
		decHead:  h.decHead,
		run:      knot.reqIndex,
	}
	knot.evEnd = knotAtomicLoad(&h.evTail) + knotEventSlots
	knot.decEnd = knotAtomicLoad(&h.decTail) + knotDecisionSlots
	knot.rng = knotMix(seed ^ knot.req.policySeed*0x9e3779b97f4a7c15 ^ 0x6b6e6f74)
	knot.useed = knotMix(seed ^ 0x75736572)
	knot.urng = knot.useed
	knot.ustep = 0
	knot.nextIdx = 0
	knot.alive = 0
	knot.last = knotGNone
	knot.prefixPos = 0
	knot.chainPos = 0
	knot.chainDelay = 0
	knot.chainPasses = 0
	knot.chainOn = knot.req.chainLen > 0 || knot.req.stall.site != 0
	knot.draining = false
	knot.rootSeen = false
	knot.forced = false
	knot.firesLeft = 32
	knot.preempts = 0
	knot.drainOver = false
	knot.timersFired = 0
	knot.idleSince = 0
	knot.awaitSince = 0
	knot.awaiting = false
	knot.vtReal = false
	knot.nheld = 0
	knot.wentOut = 0
	knot.stray = 0
	knot.signalHeld = 0
	knot.spins = 0
	knot.polling = false
	knot.pollWhen = 0
	knot.looks = 0
	knot.maxprocs = knot.procs0
	knot.gcPercent = knot.percent0
	knot.memoryLimit = knot.memoryLimit0
	knotRaceRunEnd()
	knotRaceSkip()
	knotMemRunBegin()
	knotDropTimers(knotNow())
	if knotAtRuns != nil {
		knotAtRuns()
	}
	knot.next = 0
	if knotHandoffs != 0 && !knotSomebodyOut() {
		knotHandoffs = 0
	}
	knotOldTimers(knotNow())
	knot.vt = knotEpoch
	knot.wallStart = int64(knot.req.startNs)
	knotPrims.reset()
	knotOrdinals.reset()
	knotTestRun()
	p := knot.req.policy
	if p >= uint32(len(knotPolicies)) {
		p = knotPolicyRandom
	}
	knot.policy = &knotPolicies[p]
	if f := knot.policy.begin; f != nil {
		f()
	}
	h.state = knotStateRunning
	knot.on = true
	knotProbeMark(knotProbeBegin)
}

// knotRunEnd lets the goroutines of the run come to an end, judges what is left and writes the result.
// It runs on the driver, after the test and its subtests have ended.
func knotRunEnd(failed, skipped bool) {
	knotDrain()
	knotSetOff()
	c := knot.cur
	end := uint32(knotEndOk)
	if skipped {
		end = knotEndSkip
	}
	nsnap, leaked := uint32(0), 0
	if knot.alive > 0 || c.flags&knotRunLiveLeft != 0 {
		var live int
		nsnap, leaked, live = knotSnapshot()
		if live > 0 {
			c.flags |= knotRunLiveLeft
		}
		if leaked > 0 || knotOutside > 0 {
			end = knotEndLeak
		}
		c.flags |= knotRunTainted
	}
	if failed {
		end = knotEndFail
		// It has stopped half-way: what it sets back at its end it has not set back.
		c.flags |= knotRunTainted
	}
	keep := false
	if end == knotEndLeak {
		knotDumpStacks()
		c.bucket = knotSnapBucket(end, nsnap)
		if keep = leaked > 0 && knotKeeps(nsnap, leaked, knotProve(nsnap)); keep {
			c.flags &^= knotRunTainted
		}
	}
	if end == knotEndOk || end == knotEndSkip {
		nsnap = 0
	}
	knotResult(end, nsnap)
	if c.flags&knotRunTainted != 0 {
		knotLeave()
	}
	if keep {
		// The snapshot and the dump lie in no ring: goknot has them when it has let go of the trace.
		for h := knot.hdr; knotAtomicLoad(&h.evTail) < c.evHead && h.stop == 0; {
			usleep(20)
		}
	}
}

// knotSetOff hands the program back to the stock scheduler: everything runnable goes to its queue.
func knotSetOff() {
	knotProbeMark(knotProbeEnd)
	knotReleaseAll()
	knot.vtOff = knot.vt
	knot.realOff = nanotime1()
	knot.on = false
	systemstack(func() {
		pp := getg().m.p.ptr()
		for knot.nready > 0 {
			gp := knot.ready[knot.nready-1].ptr()
			knotReadyRemove(gp)
			runqput(pp, gp, false)
		}
	})
}

// knotLeave ends the process between two runs.
func knotLeave() {
	knot.hdr.state = knotStateEnded
	exit(0)
}

// knotNextRun waits for the next run and prepares it. It reports false when the process has to leave.
// It runs on the driver while no run is under way.
func knotNextRun() bool {
	h := knot.hdr
	if knot.reqIndex != 0 || knot.req.count != 0 {
		knot.reqIndex++
		// What the result said: a stop that came since then is heeded after the next run.
		if knot.cur.flags&knotRunBatchEnd == 0 {
			return true
		}
		exitNow := knot.req.flags&knotReqExit != 0
		knot.req.count = 0
		knot.reqIndex = 0
		knotAtomicStore(&h.reqTail, h.reqTail+1)
		if exitNow {
			knotLeave()
		}
	}
	h.state = knotStateIdle
	if knotNat.attached {
		knotNatStart()
	} else if knot.reporter == 0 {
		knot.percent0 = setGCPercent(-1)
		knot.memoryLimit0 = setMemoryLimit(1<<63 - 1)
		knot.heapLimit = knotHeapLimit()
		knot.procs0 = knot.maxprocs
		gcBgMarkStartWorkers() // else the first collection inside a run waits for them, and later ones do not
		netpollGenericInit()   // its descriptors are there before the test begins, as with the timer of -test.timeout
		knotStartReporter()
	}
	wait := uint32(20)
	for knotAtomicLoad(&h.reqHead) == h.reqTail {
		if h.stop != 0 {
			knotLeave()
		}
		usleep(wait)
		if wait < 1000 {
			wait += wait / 2
		}
	}
	reqs := (*[knotReqSlots]knotShmRequest)(unsafe.Pointer(uintptr(unsafe.Pointer(h)) + uintptr(h.offRequests)))
	knot.req = reqs[h.reqTail%knotReqSlots]
	if knot.req.chainLen > knotChainMax {
		knot.req.chainLen = knotChainMax
	}
	if knot.req.count == 0 {
		knot.req.count = 1
	}
	if knot.req.startNs == 0 {
		sec, nsec, _ := knotRealNow()
		knot.req.startNs = uint64(sec)*1000000000 + uint64(nsec)
	}
	knotProbeRequest()
	knotMemRequest()
	knotAliasRequest()
	knotSwitchRequest()
	knot.batchSteps = 0
	knot.batchAny = 0
	knot.batchAll = 0
	knot.reqIndex = 0
	knot.reqStart = nanotime1()
	return true
}

// knotHeapLimit is how much memory the kernel gives to the process.
func knotHeapLimit() uint64 {
	const sysGetrlimit, rlimitData = 97, 2
	var limit [2]uint64
	if knotSyscall6(sysGetrlimit, rlimitData, uintptr(unsafe.Pointer(&limit)), 0, 0, 0, 0) != 0 || limit[0] > 1<<62 {
		return 0
	}
	return limit[0]
}

// knotHeapIsFull reports whether the collector has to work inside a run all the same: a quarter of what the kernel gives is
// used up, and the run would end for what is garbage. Called by mallocgc now and then.
func knotHeapIsFull() bool {
	if knot.heapLimit == 0 {
		return false
	}
	live := gcController.heapLive.Load()
	if knot.heapGCs != memstats.numgc || knot.heapFull == 0 {
		knot.heapGCs = memstats.numgc
		knot.heapFull = max(knot.heapLimit/4, live+knot.heapLimit/8)
	}
	return live >= knot.heapFull
}

// knotCollectBytes is how much the runs between two collections may allocate: little enough to stay in the
// cache, much enough for a collection to be rare.
const knotCollectBytes = 4 << 20

// knotCollect runs the collector between two runs when the heap has grown.
func knotCollect() {
	live := gcController.heapLive.Load()
	if live > knot.heapBase+knotCollectBytes {
		GC()
		// Finalizers that became due now are nothing of the next run.
		knotOrigGosched()
		knot.heapBase = gcController.heapLive.Load()
	}
}
