/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shared memory between goknot and one target process: the only truth.
 *
 * goknot creates one region per worker (a memfd) and hands it to every process it starts for that
 * worker. The Go constants of the shim are generated from this header (scripts/gen-abi.sh) and a test
 * compares every offset. A change here raises KNOT_ABI_VERSION.
 *
 * Who writes what: goknot writes struct knot_shm_config, requests, the decisions to follow (dec_in)
 * and the *_tail cursors; the target writes everything else. Cursors are free-running 64-bit counts
 * (index = cursor mod capacity, capacities are powers of two). The writer of a cursor stores it with
 * release order after the data it covers.
 *
 * Only numeric object-like macros and plain structs of fixed-width members may stand here: the
 * generator reads nothing else.
 */
#ifndef KNOT_WIRE_ABI_H
#define KNOT_WIRE_ABI_H

#include <stdint.h>

#define KNOT_ABI_MAGIC 0x4d5354304e4b4f47 /* "GOKN0TSM" little endian */
#define KNOT_ABI_VERSION 15

/* Operations. The numbers are stored in traces and the site table: append only. */
#define KNOT_OP_NONE 0
#define KNOT_OP_START 1 /* first step of a goroutine */
#define KNOT_OP_RESUME 2 /* a blocked goroutine goes on after it was woken */
#define KNOT_OP_YIELD 3 /* runtime.Gosched */
#define KNOT_OP_SEND 4
#define KNOT_OP_RECV 5
#define KNOT_OP_CLOSE 6
#define KNOT_OP_RANGE 7 /* site table only: the receive of a range loop runs as RECV */
#define KNOT_OP_SELECT 8
#define KNOT_OP_SELSEND 9 /* one send case of a select */
#define KNOT_OP_SELRECV 10 /* one receive case of a select */
#define KNOT_OP_SELDEFAULT 11
#define KNOT_OP_LOCK 12
#define KNOT_OP_UNLOCK 13
#define KNOT_OP_TRYLOCK 14
#define KNOT_OP_RLOCK 15
#define KNOT_OP_RUNLOCK 16
#define KNOT_OP_TRYRLOCK 17
#define KNOT_OP_WGADD 18
#define KNOT_OP_WGDONE 19
#define KNOT_OP_WGWAIT 20
#define KNOT_OP_WGGO 21
#define KNOT_OP_CONDWAIT 22
#define KNOT_OP_SIGNAL 23
#define KNOT_OP_BROADCAST 24
#define KNOT_OP_ONCE 25
#define KNOT_OP_GO 26
#define KNOT_OP_ATOMIC_LOAD 27
#define KNOT_OP_ATOMIC_STORE 28
#define KNOT_OP_ATOMIC_RMW 29
#define KNOT_OP_SLEEP 30
#define KNOT_OP_IO 31 /* reads, writes or accepts on a file that the network poller knows */
#define KNOT_OP_EXIT 32 /* last step of a goroutine */
#define KNOT_OP_TIMER 33 /* the next timer fires */
#define KNOT_OP_MAPOP 34 /* sync.Map */
#define KNOT_OP_POOL 35 /* sync.Pool */
#define KNOT_OP_MEMREAD 36 /* plain memory, under -race */
#define KNOT_OP_MEMWRITE 37
#define KNOT_OP_COMPUTE 38 /* goes on computing after the watchdog has preempted it */
/* States in which an operation finds its channel: only in KNOT_EV_STATE, and as the end of a CPOP1 pair. */
#define KNOT_OP_CHANFULL 39 /* the buffer is, or without one: a sender waits */
#define KNOT_OP_CHANEMPTY 40 /* the buffer is, or without one: a receiver waits */
#define KNOT_OP_CHANCLOSED 41
#define KNOT_OP_LAST 42

/* Kinds of event in the trace ring. */
#define KNOT_EV_STEP 1 /* goroutine g executes op at site on prim (one per decision) */
#define KNOT_EV_BLOCK 2 /* g parks inside op; aux = wait reason of the Go runtime */
#define KNOT_EV_WAKE 3 /* g makes goroutine aux runnable */
#define KNOT_EV_SPAWN 4 /* g creates goroutine aux at site */
#define KNOT_EV_EXIT 5 /* g ends */
#define KNOT_EV_TIMER 6 /* virtual time jumps; aux = new virtual time in ns since the start of the run */
#define KNOT_EV_EXTERNAL 7 /* something from outside arrived: aux = KNOT_EXT_* */
#define KNOT_EV_SELECTED 8 /* g's select at site took case aux (index in source order, 0xffffffff = default) */
#define KNOT_EV_ACQUIRE 9 /* g got the lock prim after having been blocked */
#define KNOT_EV_CHAIN 10 /* element aux of the chain was executed in order */
#define KNOT_EV_RARE 11 /* what was just executed shows a CPOP2 pair that one run in 2^aux of the test has shown */
#define KNOT_EV_STATE 12 /* what g has just executed at site found, or a case of a select left, its channel in state op, as no run before */
#define KNOT_EV_SWITCH 13 /* under KNOT_POLICY_SWITCH: g ran last and run-until-block would go another way; aux & 0xffff = who goes on, KNOT_G_NONE = a timer fires;
			    aux >> 16 & 0xffffffff = operations g has executed; op, site = its next one, when it could go on itself; else aux >> 48 = how often
			    it has gone on and blocked again since the last of them, and one more */
#define KNOT_EV_CANDIDATE 14 /* asked for by KNOT_REQ_CANDIDATES: as KNOT_EV_SWITCH, but aux & 0xffff could have gone on and does not by default */

#define KNOT_EXT_NETPOLL 1
#define KNOT_EXT_SYSCALL 2
#define KNOT_EXT_PREEMPT 3 /* a collection because of memory */
#define KNOT_EXT_SIGNAL 4
#define KNOT_EXT_WATCHDOG 5 /* the watchdog preempted g, which computed at site */

/* A goroutine number that stands for "no goroutine of this run". */
#define KNOT_G_NONE 0xffff
/*
 * Entries of a schedule, of one or more slots. A number below KNOT_MAX_GOROUTINES is a decision: that goroutine
 * runs. The others are about timers and about the outside (runtime-shim/runtime/knot_arrive.go).
 */
#define KNOT_MAX_GOROUTINES 0xfff0
#define KNOT_DECISION_TIMER 0xffff /* the next timer fires although somebody could run */
#define KNOT_DECISION_IDLE 0xfff9 /* the next timer fires since nobody can run, where the outside might have come first */
#define KNOT_DECISION_PREEMPT 0xfff8 /* the watchdog preempts the goroutine that runs before its next point */
#define KNOT_DECISION_BLOCKED 0xfffe /* + a goroutine: it waits for I/O */
#define KNOT_DECISION_CALL 0xfffa /* + a goroutine, + which call: it is in a system call, or in C, and others go on */
#define KNOT_DECISION_ARRIVED 0xfffd /* + a goroutine: it goes on, to its next scheduling point */
#define KNOT_DECISION_MOVED 0xfff7 /* + a goroutine, + bytes, least 16 bits first: it has read so many, or written so many of more */
#define KNOT_DECISION_SIGNAL 0xfffc /* the loop of os/signal goes on */
#define KNOT_DECISION_CLOCK 0xfffb /* + virtual ns since the start of the run, least 16 bits first */
#define KNOT_DECISION_CLOCK_SLOTS 5
#define KNOT_DECISION_MOVED_SLOTS 4

/* An entry of wire/switches.h; looks in a row after which a goroutine that only looks gives way. */
#define KNOT_SWITCH_SLOTS 12
#define KNOT_SWITCH_SPINS 64

/* Policies. */
#define KNOT_POLICY_FIFO 0
#define KNOT_POLICY_RANDOM 1
#define KNOT_POLICY_PCT 2
#define KNOT_POLICY_POS 3
#define KNOT_POLICY_SURW 4
#define KNOT_POLICY_DELAY 5
#define KNOT_POLICY_RPOS 6
#define KNOT_POLICY_COUNT 7
#define KNOT_POLICY_SWITCH 7 /* no policy of a campaign: run until block, but for what KNOT_REQ_SWITCHES says */

/* What a run ended in, as the target saw it. C turns this and the snapshot into a verdict. */
#define KNOT_END_NONE 0 /* still running */
#define KNOT_END_OK 1 /* test passed or skipped, every goroutine of the run ended */
#define KNOT_END_FAIL 2 /* the test failed */
#define KNOT_END_DEADLOCK 3 /* the test cannot go on: nothing runnable, no timer, nothing outside */
#define KNOT_END_LEAK 4 /* the test ended, goroutines of the run are left: see the snapshot */
#define KNOT_END_STEPS 5 /* step limit */
#define KNOT_END_PANIC 6 /* uncaught panic; the process is about to die */
#define KNOT_END_FATAL 7 /* fatal error of the Go runtime; the process is about to die */
#define KNOT_END_OSEXIT 8 /* the target called os.Exit inside a run */
#define KNOT_END_EXTWAIT 9 /* the test cannot go on and only something outside could wake it */
#define KNOT_END_SKIP 10 /* the test skipped itself */
#define KNOT_END_TIMEOUT 11 /* the run took longer than the request allows */
#define KNOT_END_COUNT 12

/* Flags of a run record. */
#define KNOT_RUN_NEW_PAIRS 0x1 /* the run showed pairs not seen before */
#define KNOT_RUN_HELD 0x2 /* trace and decisions are kept until goknot moves the tails */
#define KNOT_RUN_TAINTED 0x4 /* the process ends after this run */
#define KNOT_RUN_TRUNCATED 0x8 /* events or decisions were lost: see lost */
#define KNOT_RUN_EXTERNAL 0x10 /* something from outside took part */
#define KNOT_RUN_DIVERGED 0x20 /* a decision to follow could not be followed */
#define KNOT_RUN_LIVE_LEFT 0x40 /* goroutines that tick, spin or wait for I/O were left at the end */
#define KNOT_RUN_BATCH_END 0x80 /* last run of its request */
#define KNOT_RUN_EARLY_TIMER 0x100 /* timers were fired by choice, 0.5 s or more in all before they were due */
#define KNOT_RUN_FAIR_TAIL 0x200 /* the fair tail was entered */
#define KNOT_RUN_RACE 0x400 /* the race detector reported in this run */
#define KNOT_RUN_COLLECTED 0x800 /* of a leak: the collector has looked for leaked goroutines */
#define KNOT_RUN_NATIVE 0x1000 /* on the stock scheduler: no decisions; events have stamps, see struct knot_shm_event */
#define KNOT_RUN_PREEMPTED 0x2000 /* the watchdog preempted a goroutine that computed without an operation */
#define KNOT_RUN_RARE 0x8000 /* held because it has a KNOT_EV_RARE */
#define KNOT_RUN_PROGRAM 0x4000 /* a program from its start to its exit, not a test */

/* Flags of a request. */
#define KNOT_REQ_REPLAY 0x1 /* follow dec_in to its end, then fifo; hold the trace always */
#define KNOT_REQ_HOLD 0x2 /* hold every run's trace */
#define KNOT_REQ_NO_TIMER 0x4 /* timers are no choices */
#define KNOT_REQ_NO_FEEDBACK 0x8 /* pairs are not looked up */
#define KNOT_REQ_EXIT 0x10 /* leave the process after this request (fresh process per run) */
#define KNOT_REQ_WARM 0x20 /* of a crash file: goknot has the process make one fifo run first */
#define KNOT_REQ_SHORT_TIMER 0x80 /* timers are choices only as long as less than 0.5 s in all is skipped so */
#define KNOT_REQ_HOLD_CHAIN 0x100 /* hold the first run that executes the whole chain */
#define KNOT_REQ_SWITCHES 0x200 /* what lies where a prefix would says where to depart from run-until-block: wire/switches.h */
#define KNOT_REQ_CANDIDATES 0x400 /* under KNOT_POLICY_SWITCH: write down who else could go on */
#define KNOT_REQ_PROBE 0x800 /* call the hook of the eBPF probe with each event, if the process has a session */
#define KNOT_REQ_RUNTIME 0x1000 /* with KNOT_REQ_PROBE: call it where a run begins and ends, too, so that what the runtime does in between is recorded */
#define KNOT_REQ_MEM_LEARN 0x40 /* look for positions where goroutines share plain memory: struct knot_shm_mem */

/* Flags of the configuration. */
#define KNOT_CFG_NO_HOOKS 0x1 /* the inserted hooks do nothing */
#define KNOT_CFG_OLD_NAMES 0x2 /* names as in crash files of version 1: see docs/wire-format.md */
#define KNOT_CFG_OLD_IO 0x4 /* schedules as in crash files before version 3: I/O is no step, arrivals are not in it */
#define KNOT_CFG_OLD_DESCS 0x10 /* names as in crash files before version 4: a descriptor that is opened anew keeps its name */
#define KNOT_CFG_OLD_RAND 0x20 /* random numbers as in crash files before version 5: by the number of the step */
#define KNOT_CFG_OLD_RACE 0x40 /* schedules of -race as in crash files before version 7: locks that no hook names are no points */
#define KNOT_CFG_PROGRAM 0x8 /* the process is one run: the initialisation of its packages and main.main */

/* State of the process, struct knot_shm_header.state. */
#define KNOT_STATE_EMPTY 0
#define KNOT_STATE_ATTACHED 1 /* the shim has mapped the region */
#define KNOT_STATE_IDLE 2 /* waiting for requests */
#define KNOT_STATE_RUNNING 3
#define KNOT_STATE_ENDED 4 /* the shim ends the process on purpose (taint, exit request, stop) */
#define KNOT_STATE_NO_TEST 5 /* no test matched */

#define KNOT_REQ_SLOTS 64
#define KNOT_RES_SLOTS 1024
#define KNOT_CHAIN_MAX 16
#define KNOT_SITE_SLOTS 16384
#define KNOT_SITE_TEXT 216
#define KNOT_SNAP_SLOTS 4096
#define KNOT_G_SLOTS 8192
#define KNOT_DUMP_SIZE 1048576
#define KNOT_EVENT_SLOTS 1048576
#define KNOT_DECISION_SLOTS 4194304
#define KNOT_DECISION_IN_SLOTS 4194304
#define KNOT_PAIR_SLOTS 262144
#define KNOT_EVENT_STAMP 0x9e3779b1
#define KNOT_EVENT_BLOCK 32 /* slots that a processor claims at a time in a native run */
#define KNOT_RACE_SLOTS 262144
#define KNOT_MEM_SLOTS 1024
#define KNOT_MEM_MAX 64
#define KNOT_ALIAS_SLOTS 4 /* of a prefix, that an alias takes: a site of a go statement (2), and the one it counts as (2) */

/* One operation of a chain: it matches a goroutine that is about to execute op at site. */
struct knot_shm_chain_op {
	uint64_t gpath; /* goroutine path hash; 0 = any goroutine */
	uint32_t site; /* site hash */
	uint32_t op; /* KNOT_OP_*, 0 = any */
};

#define KNOT_DEPTH_MAX 256 /* change points of a run that the shim has room for */

/* One request: count runs with seeds seed, seed+1, ... */
/* A slot of the table of pairs seen. */
struct knot_shm_pair {
	uint64_t key; /* 0 = free */
	uint32_t run; /* the last run of its test that showed it: its number, from 1 */
	uint32_t runs; /* how many did */
};

struct knot_shm_request {
	uint64_t id;
	uint64_t seed;
	uint64_t start_ns; /* wall clock at virtual time 0, ns since 1970; 0 = now (taken once per process) */
	uint32_t count;
	uint32_t flags; /* KNOT_REQ_* */
	uint32_t policy; /* KNOT_POLICY_* */
	uint32_t depth; /* PCT's d, the delays of a delay-bounded run; at most KNOT_DEPTH_MAX */
	uint32_t steps_hint; /* k of both: expected steps */
	uint32_t step_limit;
	uint32_t fair_after; /* steps after which the policy becomes fair */
	uint32_t chain_len;
	uint64_t salt; /* mixed into pair keys: one per test */
	uint32_t prefix_off; /* first decision in dec_in */
	uint32_t prefix_len;
	uint32_t wait_us; /* native: how long an operation waits for the one before it in the chain */
	uint32_t timeout_ms; /* real time that a run may take, 0 = for ever */
	uint32_t mem_len; /* positions of plain memory accesses that are scheduling points, under -race */
	uint32_t chain_misses; /* the request ends when more runs than this, and an eighth of those that executed the whole chain, did not; 0 = never */
	uint32_t mem[KNOT_MEM_MAX]; /* their site hashes */
	uint32_t rarity_min; /* a pair that less than one run in 2^this has shown makes an event, and the run held; 0 = none does */
	uint32_t alias_len; /* entries at the head of the prefix, KNOT_ALIAS_SLOTS each, that are no part of it: see knot_alias.go */
	uint64_t policy_seed; /* 0, or what the policy draws from beside seed: the program goes on drawing what it drew */
	uint64_t stop_step; /* the step before which a debugger is stopped, 0 = none: see knot_break.go */
	struct knot_shm_chain_op stall; /* held back wherever it comes, as long as anything else can go on; site 0 = none */
	struct knot_shm_chain_op chain[KNOT_CHAIN_MAX];
};

/* One run that goknot must hear of: the last of a request, an interesting one, or a bad end. */
struct knot_shm_result {
	uint64_t request; /* id of its request */
	uint64_t seed;
	uint64_t hash; /* schedule hash */
	uint64_t ev_start, ev_end; /* cursors of its events */
	uint64_t dec_start, dec_end; /* cursors of its decisions */
	uint64_t race_start, race_end; /* cursors of what the race detector reported, when flagged */
	uint64_t batch_steps; /* steps of all runs of the request so far */
	uint64_t bucket; /* pre-bucket: what kind of bad end, from sites only; 0 = none */
	uint64_t virtual_ns; /* virtual time the run took */
	uint64_t real_ns; /* real time the request took so far */
	uint64_t early_ns; /* virtual time skipped by firing timers by choice */
	uint32_t batch_runs; /* runs of the request done so far, this one included */
	uint32_t batch_chain_any; /* runs of the request in which at least one chain element was ordered */
	uint32_t batch_chain_all; /* ... in which all of them were */
	uint32_t end; /* KNOT_END_* */
	uint32_t flags; /* KNOT_RUN_* */
	uint32_t steps;
	uint32_t choices; /* steps with more than one candidate */
	uint32_t new_pairs;
	uint32_t chain_done; /* chain elements executed in order */
	uint32_t goroutines; /* goroutines the run created, the test's own included */
	uint32_t lost; /* events not recorded */
	uint32_t diverged_at; /* step of the first divergence, when flagged */
	uint32_t live; /* goroutines left running, ticking or waiting for I/O */
	uint32_t snap; /* records in the snapshot, for a bad end */
	/* native: chain elements, a bit each: met, waited, executed in order, waited in vain */
	uint16_t chain_reached, chain_waited, chain_ordered, chain_expired;
};

/*
 * 32 bytes. seq of the event is its cursor minus the run's ev_start. In a native run many threads write:
 * step is then the stamp that the writer stores last, KNOT_EVENT_STAMP times the pid plus the cursor plus 1,
 * by which a slot that was claimed and never filled is told; prim 0 with aux not 0 means that aux is the
 * primitive's address; vtime, of a SPAWN event aux from its 16th bit on, is the clock by which events are put in order, 0 = they
 * are. wire/settle.h turns that into the form above.
 */
struct knot_shm_event {
	uint32_t step; /* steps done when it was recorded (a STEP event carries its own number) */
	uint16_t g; /* goroutine number in this run */
	uint8_t kind; /* KNOT_EV_* */
	uint8_t op; /* KNOT_OP_* */
	uint32_t site;
	uint32_t prim; /* primitive number in this run, by first use; 0 = none */
	uint64_t aux;
	uint64_t vtime; /* virtual ns since the start of the run */
};

/* Who a goroutine number of the current run is. Written when the goroutine is first seen. */
struct knot_shm_goroutine {
	uint64_t path; /* goroutine path hash */
	uint32_t parent; /* its number, KNOT_G_NONE = not of this run */
	uint32_t site; /* where it was created */
	uint32_t ordinal; /* how many the same parent created there before */
	uint32_t flags; /* 1 = alive before the run began, 2 = started by a timer */
};

/* A goroutine as it stood at a bad end. */
struct knot_shm_snap {
	uint16_t g;
	uint8_t op; /* operation it is blocked in */
	uint8_t state; /* 1 running, 2 runnable, 3 blocked, 4 sleeping or ticking, 5 waiting for I/O, 6 in a system call */
	uint32_t site;
	uint32_t prim;
	uint32_t holder; /* goroutine that holds prim, KNOT_G_NONE = none */
	uint32_t reason; /* wait reason of the Go runtime */
	uint32_t flags; /* 1 = the test's own goroutine, 2 = alive before the run, 4 = known library goroutine,
			   8 = the collector found that nothing live reaches what it waits for */
	uint32_t readers; /* read locks held on prim */
	uint32_t goid;
};

/* A position that the target met: written once per process, kept by goknot. text = function NUL file NUL. */
struct knot_shm_site {
	uint32_t hash; /* 0 = free slot */
	uint32_t line;
	char text[KNOT_SITE_TEXT];
};

/* A position at which memory was touched that several goroutines of one run touch, one of them writing. */
struct knot_shm_mem {
	uint32_t site;
	uint32_t op; /* KNOT_OP_MEMREAD, KNOT_OP_MEMWRITE */
};

/* The run under way; survives the death of the process. */
struct knot_shm_current {
	uint64_t request;
	uint64_t seed;
	uint64_t hash;
	uint64_t ev_start, ev_head;
	uint64_t dec_start, dec_head;
	uint64_t race_start, race_head;
	uint64_t bucket;
	uint64_t virtual_ns;
	uint64_t early_ns;
	uint32_t run; /* index in its request */
	uint32_t steps;
	uint32_t choices;
	uint32_t new_pairs;
	uint32_t chain_done;
	uint32_t goroutines;
	uint32_t lost;
	uint32_t end; /* KNOT_END_PANIC, FATAL, OSEXIT once known */
	uint32_t flags;
	uint32_t exit_code;
	uint32_t diverged_at;
	uint32_t nprims;
	uint16_t chain_reached, chain_waited, chain_ordered, chain_expired;
};

struct knot_shm_header {
	uint64_t magic;
	uint32_t version;
	uint32_t state; /* KNOT_STATE_* */
	uint64_t size_bytes;
	/* offsets of the parts from the start of the region */
	uint64_t off_requests, off_results, off_events, off_dec_out, off_dec_in, off_pairs, off_sites, off_snaps, off_goroutines, off_dump, off_races, off_mems;
	/* goknot -> target */
	uint32_t cfg_flags; /* KNOT_CFG_* */
	uint32_t stop; /* leave between two runs */
	uint64_t session; /* by which the eBPF probe knows the process, 0 = there is no probe */
	uint64_t start_ns; /* the wall clock before the first run, ns since 1970; 0 = the real one */
	uint64_t req_head; /* requests written */
	uint64_t res_tail, ev_tail, dec_tail, race_tail; /* consumed by goknot */
	/* target -> goknot */
	uint64_t req_tail; /* requests finished */
	uint64_t res_head;
	uint64_t ev_head, dec_head, race_head; /* committed */
	uint64_t heartbeat; /* grows while steps are made */
	uint64_t runs_total;
	uint64_t steps_total;
	uint64_t events_lost;
	uint64_t pairs_used; /* slots of the pair table in use */
	uint64_t pairs_full; /* look-ups that found the table full */
	uint64_t sites_used;
	uint64_t sites_full;
	uint64_t prims_full;
	uint64_t hooks_missed; /* dropped: too many operations of a goroutine named and not yet executed */
	uint64_t races_lost; /* bytes of race reports that did not fit */
	uint64_t mems_used;
	uint64_t preempts; /* goroutines preempted by the watchdog */
	uint64_t dump_len;
	uint32_t pid;
	uint32_t test_index;
	struct knot_shm_current cur;
};

_Static_assert(sizeof(struct knot_shm_event) == 32, "event layout");
_Static_assert(sizeof(struct knot_shm_site) == 224, "site layout");
_Static_assert(sizeof(struct knot_shm_header) <= 4096, "header layout");
_Static_assert(sizeof(struct knot_shm_chain_op) == 16, "chain layout");

#endif
