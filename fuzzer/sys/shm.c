/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/shm.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/vec.h"
#include "sys/ring.h"
#include "wire/settle.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096u
#define PAGE_UP(n) (((uint64_t)(n) + PAGE - 1) / PAGE * PAGE)

#define SIZE_REQUESTS PAGE_UP(KNOT_REQ_SLOTS * sizeof(struct knot_shm_request))
#define SIZE_RESULTS PAGE_UP(KNOT_RES_SLOTS * sizeof(struct knot_shm_result))
#define SIZE_EVENTS PAGE_UP(KNOT_EVENT_SLOTS * sizeof(struct knot_shm_event))
#define SIZE_DEC_OUT PAGE_UP(KNOT_DECISION_SLOTS * sizeof(uint16_t))
#define SIZE_DEC_IN PAGE_UP(KNOT_DECISION_IN_SLOTS * sizeof(uint16_t))
#define SIZE_PAIRS PAGE_UP(KNOT_PAIR_SLOTS * sizeof(struct knot_shm_pair))
#define SIZE_SITES PAGE_UP(KNOT_SITE_SLOTS * sizeof(struct knot_shm_site))
#define SIZE_SNAPS PAGE_UP(KNOT_SNAP_SLOTS * sizeof(struct knot_shm_snap))
#define SIZE_GOROUTINES PAGE_UP(KNOT_G_SLOTS * sizeof(struct knot_shm_goroutine))
#define SIZE_DUMP PAGE_UP(KNOT_DUMP_SIZE)
#define SIZE_RACES PAGE_UP(KNOT_RACE_SLOTS)
#define SIZE_MEMS PAGE_UP(KNOT_MEM_SLOTS * sizeof(struct knot_shm_mem))

#define OFF_REQUESTS PAGE_UP(sizeof(struct knot_shm_header))
#define OFF_RESULTS (OFF_REQUESTS + SIZE_REQUESTS)
#define OFF_EVENTS (OFF_RESULTS + SIZE_RESULTS)
#define OFF_DEC_OUT (OFF_EVENTS + SIZE_EVENTS)
#define OFF_DEC_IN (OFF_DEC_OUT + SIZE_DEC_OUT)
#define OFF_PAIRS (OFF_DEC_IN + SIZE_DEC_IN)
#define OFF_SITES (OFF_PAIRS + SIZE_PAIRS)
#define OFF_SNAPS (OFF_SITES + SIZE_SITES)
#define OFF_GOROUTINES (OFF_SNAPS + SIZE_SNAPS)
#define OFF_DUMP (OFF_GOROUTINES + SIZE_GOROUTINES)
#define OFF_RACES (OFF_DUMP + SIZE_DUMP)
#define OFF_MEMS (OFF_RACES + SIZE_RACES)
#define REGION_SIZE (OFF_MEMS + SIZE_MEMS)

/* The part of dec_in that a posted request still needs. */
struct prefix_use {
	uint32_t off, len;
};

struct knot_shm {
	uint32_t users;
	int fd;
	uint8_t *base;
	/* goknot's own cursors; what stands in the region is a copy for the target. */
	uint64_t req_head, req_tail, res_tail, ev_tail, dec_tail, race_tail;
	uint64_t ev_punched, dec_punched; /* below these the rings' pages have been given back */
	bool was_long; /* a long trace was copied from the process under way */
	struct prefix_use prefixes[KNOT_REQ_SLOTS];
};

static uint64_t load64(const uint64_t *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static uint32_t load32(const uint32_t *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static void store64(uint64_t *p, uint64_t value)
{
	__atomic_store_n(p, value, __ATOMIC_RELEASE);
}

/* Copies foreign memory; the barrier keeps the compiler from reading the source a second time. */
static void copy_in(void *dst, const void *src, size_t size)
{
	memcpy(dst, src, size);
	__asm__ volatile("" ::: "memory");
}

struct knot_shm_header *knot_shm_header(struct knot_shm *shm)
{
	return (struct knot_shm_header *)shm->base;
}

int knot_shm_fd(const struct knot_shm *shm)
{
	return shm->fd;
}

size_t knot_shm_size(void)
{
	return REGION_SIZE;
}

int knot_shm_create(struct knot_shm **ret_shm, struct knot_error *err)
{
	knot_auto_close int fd = memfd_create("goknot", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return knot_error_sys(err, "creating shared memory");
	if (ftruncate(fd, (off_t)REGION_SIZE) < 0)
		return knot_error_sys(err, "sizing shared memory");
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return knot_error_sys(err, "sealing shared memory");
	void *base =
		mmap(NULL, REGION_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (base == MAP_FAILED)
		return knot_error_sys(err, "mapping shared memory");
	struct knot_shm *shm = knot_xalloc(sizeof(*shm));
	shm->users = 1;
	shm->fd = knot_steal_fd(&fd);
	shm->base = base;
	const int r = knot_shm_reset(shm, 0, 0, err);
	if (r < 0) {
		knot_shm_close(shm);
		return r;
	}
	*ret_shm = shm;
	return 0;
}

struct knot_shm *knot_shm_share(struct knot_shm *shm)
{
	shm->users++;
	return shm;
}

void knot_shm_close(struct knot_shm *shm)
{
	if (!shm || --shm->users)
		return;
	if (shm->base)
		munmap(shm->base, REGION_SIZE);
	if (shm->fd >= 0)
		close(shm->fd);
	free(shm);
}

/* Makes the range read as zeros by giving its pages back. */
static int punch(struct knot_shm *shm, uint64_t off, uint64_t size, struct knot_error *err)
{
	if (fallocate(shm->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)off,
		    (off_t)size) < 0)
		return knot_error_sys(err, "clearing shared memory");
	return 0;
}

static int forget_parts(struct knot_shm *shm, uint32_t forget, struct knot_error *err)
{
	const struct {
		uint32_t flag;
		uint64_t off, size;
	} parts[] = {
		{KNOT_SHM_FORGET_PAIRS, OFF_PAIRS, SIZE_PAIRS},
		{KNOT_SHM_FORGET_SITES, OFF_SITES, SIZE_SITES},
		{KNOT_SHM_TRIM, OFF_REQUESTS, OFF_PAIRS - OFF_REQUESTS},
		{KNOT_SHM_TRIM, OFF_SNAPS, REGION_SIZE - OFF_SNAPS},
	};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!(forget & parts[i].flag))
			continue;
		const int r = punch(shm, parts[i].off, parts[i].size, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int knot_shm_reset(
	struct knot_shm *shm, uint32_t cfg_flags, uint32_t forget, struct knot_error *err)
{
	int r = forget_parts(shm, forget, err);
	/* What was left of a process that died in a long run has not been released. */
	if (!r && shm->was_long)
		r = punch(shm, OFF_EVENTS, OFF_DEC_IN - OFF_EVENTS, err);
	if (r < 0)
		return r;
	struct knot_shm_header *h = knot_shm_header(shm);
	const uint64_t pairs_used = forget & KNOT_SHM_FORGET_PAIRS ? 0 : load64(&h->pairs_used);
	const uint64_t sites_used = forget & KNOT_SHM_FORGET_SITES ? 0 : load64(&h->sites_used);
	*h = (struct knot_shm_header){
		.magic = KNOT_ABI_MAGIC,
		.version = KNOT_ABI_VERSION,
		.state = KNOT_STATE_EMPTY,
		.size_bytes = REGION_SIZE,
		.off_requests = OFF_REQUESTS,
		.off_results = OFF_RESULTS,
		.off_events = OFF_EVENTS,
		.off_dec_out = OFF_DEC_OUT,
		.off_dec_in = OFF_DEC_IN,
		.off_pairs = OFF_PAIRS,
		.off_sites = OFF_SITES,
		.off_snaps = OFF_SNAPS,
		.off_goroutines = OFF_GOROUTINES,
		.off_dump = OFF_DUMP,
		.off_races = OFF_RACES,
		.off_mems = OFF_MEMS,
		.cfg_flags = cfg_flags,
		.pairs_used = pairs_used,
		.sites_used = sites_used,
	};
	shm->req_head = shm->req_tail = shm->res_tail = shm->ev_tail = shm->dec_tail = 0;
	shm->race_tail = 0;
	shm->ev_punched = shm->dec_punched = 0;
	shm->was_long = false;
	return 0;
}

/* Reads the target's req_tail; it may only grow, up to req_head. */
static int update_req_tail(struct knot_shm *shm, struct knot_error *err)
{
	const uint64_t tail = load64(&knot_shm_header(shm)->req_tail);
	if (tail < shm->req_tail || tail > shm->req_head)
		return knot_error_set(err, KNOT_EINPUT,
			"shared memory is damaged: %llu requests finished of %llu",
			(unsigned long long)tail, (unsigned long long)shm->req_head);
	shm->req_tail = tail;
	return 0;
}

int knot_shm_pending(struct knot_shm *shm, uint32_t *ret_pending, struct knot_error *err)
{
	const int r = update_req_tail(shm, err);
	if (r < 0)
		return r;
	*ret_pending = (uint32_t)(shm->req_head - shm->req_tail);
	return 0;
}

static bool prefix_fits(const struct knot_shm *shm, uint32_t off, uint32_t len)
{
	if (len > KNOT_DECISION_IN_SLOTS - off)
		return false;
	for (uint64_t i = shm->req_tail; i < shm->req_head; i++) {
		const struct prefix_use *use = &shm->prefixes[i % KNOT_REQ_SLOTS];
		if (use->len && off < use->off + use->len && use->off < off + len)
			return false;
	}
	return true;
}

/*
 * A prefix lies in one piece: the target indexes it without wrap-around. As low as possible, so that short
 * prefixes keep to few pages.
 */
static bool place_prefix(const struct knot_shm *shm, uint32_t len, uint32_t *ret_off)
{
	uint32_t best = prefix_fits(shm, 0, len) ? 0 : UINT32_MAX;
	for (uint64_t i = shm->req_tail; i < shm->req_head && best; i++) {
		const struct prefix_use *use = &shm->prefixes[i % KNOT_REQ_SLOTS];
		const uint32_t behind = use->off + use->len;
		if (use->len && behind < best && prefix_fits(shm, behind, len))
			best = behind;
	}
	*ret_off = best;
	return best != UINT32_MAX;
}

int knot_shm_post(struct knot_shm *shm, const struct knot_shm_request *request,
	const uint16_t *prefix, size_t prefix_len, struct knot_error *err)
{
	const int r = update_req_tail(shm, err);
	if (r < 0)
		return r;
	if (request->chain_len > KNOT_CHAIN_MAX)
		return knot_error_set(
			err, KNOT_EINTERNAL, "a chain of %u operations", request->chain_len);
	if (request->mem_len > KNOT_MEM_MAX)
		return knot_error_set(err, KNOT_EINTERNAL, "%u positions", request->mem_len);
	if (request->policy > KNOT_POLICY_SWITCH)
		return knot_error_set(err, KNOT_EINTERNAL, "policy %u", request->policy);
	if (prefix_len > KNOT_DECISION_IN_SLOTS)
		return knot_error_set(err, KNOT_EUSAGE,
			"a schedule of %zu decisions is too long to follow (%u at most)",
			prefix_len, KNOT_DECISION_IN_SLOTS);
	if (shm->req_head - shm->req_tail >= KNOT_REQ_SLOTS)
		return knot_error_set(err, KNOT_EFULL, "no free request slot");
	uint32_t off = 0;
	if (prefix_len && !place_prefix(shm, (uint32_t)prefix_len, &off))
		return knot_error_set(err, KNOT_EFULL, "no room for a prefix now");
	if (prefix_len)
		memcpy(shm->base + OFF_DEC_IN + off * sizeof(uint16_t), prefix,
			prefix_len * sizeof(uint16_t));
	const uint64_t index = shm->req_head % KNOT_REQ_SLOTS;
	struct knot_shm_request *slots = (void *)(shm->base + OFF_REQUESTS);
	slots[index] = *request;
	slots[index].prefix_off = off;
	slots[index].prefix_len = (uint32_t)prefix_len;
	shm->prefixes[index] = (struct prefix_use){.off = off, .len = (uint32_t)prefix_len};
	store64(&knot_shm_header(shm)->req_head, ++shm->req_head);
	return 0;
}

bool knot_shm_add_pair(struct knot_shm *shm, uint64_t key)
{
	struct knot_shm_pair *pairs = (void *)(shm->base + OFF_PAIRS);
	uint64_t *used = &knot_shm_header(shm)->pairs_used;
	if (!key)
		key = 1; /* 0 marks a free slot */
	for (uint64_t i = 0; i < KNOT_PAIR_SLOTS; i++) {
		uint64_t *slot = &pairs[(key + i) % KNOT_PAIR_SLOTS].key;
		if (*slot == key)
			return true;
		if (*slot)
			continue;
		if (*used >= KNOT_PAIR_SLOTS / 4 * 3ul)
			return false;
		*slot = key;
		++*used;
		return true;
	}
	return false;
}

void knot_shm_stop(struct knot_shm *shm)
{
	__atomic_store_n(&knot_shm_header(shm)->stop, 1, __ATOMIC_RELEASE);
}

/* [start, end) fits a ring of slots whose tail is at tail. */
static bool range_ok(uint64_t start, uint64_t end, uint64_t tail, uint64_t slots)
{
	return start <= end && end - start <= slots && start >= tail && end - tail <= slots;
}

/* Cursors of runs that are not held may point below the tail: only their order is checked here. */
static const char *check_result(const struct knot_shm_result *r)
{
	if (r->ev_start > r->ev_end || r->ev_end - r->ev_start > KNOT_EVENT_SLOTS)
		return "event cursors";
	if (r->dec_start > r->dec_end || r->dec_end - r->dec_start > KNOT_DECISION_SLOTS)
		return "decision cursors";
	if (r->race_start > r->race_end || r->race_end - r->race_start > KNOT_RACE_SLOTS)
		return "race cursors";
	if (r->end == KNOT_END_NONE || r->end >= KNOT_END_COUNT)
		return "end of run";
	if (r->chain_done > KNOT_CHAIN_MAX)
		return "chain length";
	if (r->snap > KNOT_SNAP_SLOTS)
		return "snapshot length";
	if (r->batch_chain_any > r->batch_runs || r->batch_chain_all > r->batch_chain_any)
		return "chain counts";
	return NULL;
}

int knot_shm_take_results(
	struct knot_shm *shm, struct knot_shm_results *out, struct knot_error *err)
{
	struct knot_shm_header *h = knot_shm_header(shm);
	const uint64_t head = load64(&h->res_head);
	if (head < shm->res_tail || head - shm->res_tail > KNOT_RES_SLOTS)
		return knot_error_set(err, KNOT_EINPUT, "shared memory is damaged: result cursor");
	const struct knot_shm_result *slots = (const void *)(shm->base + OFF_RESULTS);
	const size_t old_len = out->len;
	for (uint64_t i = shm->res_tail; i < head; i++) {
		struct knot_shm_result result;
		copy_in(&result, &slots[i % KNOT_RES_SLOTS], sizeof(result));
		const char *bad = check_result(&result);
		if (bad) {
			out->len = old_len;
			return knot_error_set(err, KNOT_EINPUT,
				"shared memory is damaged: result with bad %s", bad);
		}
		knot_vec_push(out, result);
	}
	shm->res_tail = head;
	store64(&h->res_tail, head);
	return 0;
}

static const struct knot_ring ring_events = {
	OFF_EVENTS, KNOT_EVENT_SLOTS, sizeof(struct knot_shm_event)};
static const struct knot_ring ring_decisions = {OFF_DEC_OUT, KNOT_DECISION_SLOTS, sizeof(uint16_t)};
static const struct knot_ring ring_races = {OFF_RACES, KNOT_RACE_SLOTS, 1};

static bool event_ok(const struct knot_shm_event *e)
{
	return e->kind >= KNOT_EV_STEP && e->kind <= KNOT_EV_CANDIDATE && e->op < KNOT_OP_LAST;
}

int knot_shm_copy_events(struct knot_shm *shm, uint64_t start, uint64_t end,
	struct knot_shm_events *out, struct knot_error *err)
{
	if (!range_ok(start, end, shm->ev_tail, KNOT_EVENT_SLOTS))
		return knot_error_set(err, KNOT_EINPUT, "shared memory is damaged: event cursors");
	const size_t count = (size_t)(end - start);
	if (!count)
		return 0;
	knot_vec_reserve(out, out->len + count);
	struct knot_shm_event *copy = out->data + out->len;
	shm->was_long |= knot_ring_copy(shm->base, &ring_events, start, count, copy);
	for (size_t i = 0; i < count; i++)
		if (!event_ok(&copy[i]))
			return knot_error_set(err, KNOT_EINPUT,
				"shared memory is damaged: event %zu of the run", i);
	out->len += count;
	return 0;
}

int knot_shm_copy_native_events(struct knot_shm *shm, uint64_t start, uint64_t end,
	struct knot_shm_events *out, uint32_t *ret_unfilled, struct knot_error *err)
{
	if (!range_ok(start, end, shm->ev_tail, KNOT_EVENT_SLOTS))
		return knot_error_set(err, KNOT_EINPUT, "shared memory is damaged: event cursors");
	const size_t count = (size_t)(end - start);
	knot_vec_reserve(out, out->len + count);
	struct knot_shm_event *copy = out->data + out->len;
	*ret_unfilled = 0;
	if (!count)
		return 0;
	shm->was_long |= knot_ring_copy(shm->base, &ring_events, start, count, copy);
	const uint32_t pid = load32(&knot_shm_header(shm)->pid);
	const size_t len = knot_settle(copy, count, start, pid, ret_unfilled);
	for (size_t i = 0; i < len; i++)
		if (!event_ok(&copy[i]))
			return knot_error_set(err, KNOT_EINPUT,
				"shared memory is damaged: event %zu of the run", i);
	out->len += len;
	return 0;
}

int knot_shm_copy_decisions(struct knot_shm *shm, uint64_t start, uint64_t end,
	struct knot_shm_decisions *out, struct knot_error *err)
{
	if (!range_ok(start, end, shm->dec_tail, KNOT_DECISION_SLOTS))
		return knot_error_set(
			err, KNOT_EINPUT, "shared memory is damaged: decision cursors");
	const size_t count = (size_t)(end - start);
	if (!count)
		return 0;
	knot_vec_reserve(out, out->len + count);
	(void)knot_ring_copy(shm->base, &ring_decisions, start, count, out->data + out->len);
	out->len += count;
	return 0;
}

int knot_shm_copy_mems(struct knot_shm *shm, struct knot_shm_mems *out, struct knot_error *err)
{
	const uint64_t count = load64(&knot_shm_header(shm)->mems_used);
	if (count > KNOT_MEM_SLOTS)
		return knot_error_set(err, KNOT_EINPUT, "shared memory is damaged: positions");
	if (!count)
		return 0;
	knot_vec_reserve(out, out->len + count);
	struct knot_shm_mem *copy = out->data + out->len;
	copy_in(copy, shm->base + OFF_MEMS, count * sizeof(*copy));
	for (uint64_t i = 0; i < count; i++)
		if (!copy[i].site ||
			(copy[i].op != KNOT_OP_MEMREAD && copy[i].op != KNOT_OP_MEMWRITE))
			return knot_error_set(err, KNOT_EINPUT,
				"shared memory is damaged: position %llu", (unsigned long long)i);
	out->len += count;
	return 0;
}

int knot_shm_take_races(struct knot_shm *shm, uint64_t start, uint64_t end, char **ret_text,
	size_t *ret_len, struct knot_error *err)
{
	if (!range_ok(start, end, shm->race_tail, KNOT_RACE_SLOTS))
		return knot_error_set(err, KNOT_EINPUT, "shared memory is damaged: race cursors");
	const size_t len = (size_t)(end - start);
	char *text = knot_xalloc(len + 1);
	(void)knot_ring_copy(shm->base, &ring_races, start, len, text);
	shm->race_tail = end;
	store64(&knot_shm_header(shm)->race_tail, end);
	*ret_text = text;
	*ret_len = len;
	return 0;
}

int knot_shm_release(
	struct knot_shm *shm, uint64_t ev_tail, uint64_t dec_tail, struct knot_error *err)
{
	struct knot_shm_header *h = knot_shm_header(shm);
	const uint64_t ev_head = load64(&h->ev_head);
	const uint64_t dec_head = load64(&h->dec_head);
	if (ev_tail > ev_head || dec_tail > dec_head)
		return knot_error_set(err, KNOT_EINPUT,
			"shared memory is damaged: a run ends beyond the ring's head");
	if (ev_tail > shm->ev_tail)
		shm->ev_tail = ev_tail;
	if (dec_tail > shm->dec_tail)
		shm->dec_tail = dec_tail;
	knot_ring_give_back(shm->fd, &ring_events, &shm->ev_punched, shm->ev_tail);
	knot_ring_give_back(shm->fd, &ring_decisions, &shm->dec_punched, shm->dec_tail);
	store64(&h->ev_tail, shm->ev_tail);
	store64(&h->dec_tail, shm->dec_tail);
	return 0;
}

int knot_shm_current(
	struct knot_shm *shm, struct knot_shm_current *ret_current, struct knot_error *err)
{
	struct knot_shm_current cur;
	copy_in(&cur, &knot_shm_header(shm)->cur, sizeof(cur));
	if (!range_ok(cur.ev_start, cur.ev_head, shm->ev_tail, KNOT_EVENT_SLOTS) ||
		!range_ok(cur.dec_start, cur.dec_head, shm->dec_tail, KNOT_DECISION_SLOTS) ||
		!range_ok(cur.race_start, cur.race_head, shm->race_tail, KNOT_RACE_SLOTS))
		return knot_error_set(
			err, KNOT_EINPUT, "shared memory is damaged: cursors of the run under way");
	if (cur.end >= KNOT_END_COUNT || cur.chain_done > KNOT_CHAIN_MAX)
		return knot_error_set(
			err, KNOT_EINPUT, "shared memory is damaged: state of the run under way");
	*ret_current = cur;
	return 0;
}

void knot_shm_counters(struct knot_shm *shm, struct knot_shm_counters *ret_counters)
{
	const struct knot_shm_header *h = knot_shm_header(shm);
	*ret_counters = (struct knot_shm_counters){
		.state = load32(&h->state),
		.pid = load32(&h->pid),
		.heartbeat = load64(&h->heartbeat),
		.runs_total = load64(&h->runs_total),
		.steps_total = load64(&h->steps_total),
		.events_lost = load64(&h->events_lost),
		.pairs_used = load64(&h->pairs_used),
		.pairs_full = load64(&h->pairs_full),
		.sites_used = load64(&h->sites_used),
		.sites_full = load64(&h->sites_full),
		.prims_full = load64(&h->prims_full),
		.hooks_missed = load64(&h->hooks_missed),
		.races_lost = load64(&h->races_lost),
		.preempts = load64(&h->preempts),
	};
}

int knot_shm_copy_snaps(
	struct knot_shm *shm, uint32_t count, struct knot_shm_snaps *out, struct knot_error *err)
{
	if (count > KNOT_SNAP_SLOTS)
		return knot_error_set(
			err, KNOT_EINPUT, "shared memory is damaged: snapshot length");
	if (!count)
		return 0;
	knot_vec_reserve(out, out->len + count);
	struct knot_shm_snap *copy = out->data + out->len;
	copy_in(copy, shm->base + OFF_SNAPS, count * sizeof(*copy));
	for (uint32_t i = 0; i < count; i++)
		if (copy[i].op >= KNOT_OP_LAST || copy[i].state > 6)
			return knot_error_set(err, KNOT_EINPUT,
				"shared memory is damaged: snapshot record %u", i);
	out->len += count;
	return 0;
}

int knot_shm_copy_goroutines(struct knot_shm *shm, uint32_t count, struct knot_shm_goroutines *out,
	struct knot_error *err)
{
	if (count > KNOT_MAX_GOROUTINES)
		return knot_error_set(
			err, KNOT_EINPUT, "shared memory is damaged: goroutine count");
	/* A run may have more goroutines than the table names: the rest stay nameless. */
	if (count > KNOT_G_SLOTS)
		count = KNOT_G_SLOTS;
	if (!count)
		return 0;
	knot_vec_reserve(out, out->len + count);
	copy_in(out->data + out->len, shm->base + OFF_GOROUTINES, count * sizeof(*out->data));
	out->len += count;
	return 0;
}

int knot_shm_copy_dump(
	struct knot_shm *shm, char **ret_text, size_t *ret_len, struct knot_error *err)
{
	const uint64_t len = load64(&knot_shm_header(shm)->dump_len);
	if (len > KNOT_DUMP_SIZE)
		return knot_error_set(err, KNOT_EINPUT, "shared memory is damaged: dump length");
	char *text = knot_xalloc((size_t)len + 1);
	copy_in(text, shm->base + OFF_DUMP, (size_t)len);
	*ret_text = text;
	*ret_len = (size_t)len;
	return 0;
}

bool knot_shm_site(struct knot_shm *shm, uint32_t index, struct knot_shm_position *ret_position)
{
	if (index >= KNOT_SITE_SLOTS)
		return false;
	struct knot_shm_site copy;
	copy_in(&copy, shm->base + OFF_SITES + index * sizeof(copy), sizeof(copy));
	const char *func_end = memchr(copy.text, '\0', KNOT_SITE_TEXT);
	if (!copy.hash || !func_end)
		return false;
	const size_t func_len = (size_t)(func_end - copy.text);
	const size_t rest = KNOT_SITE_TEXT - func_len - 1;
	const char *file_end = rest ? memchr(func_end + 1, '\0', rest) : NULL;
	if (!file_end)
		return false;
	*ret_position = (struct knot_shm_position){.hash = copy.hash, .line = copy.line};
	memcpy(ret_position->func, copy.text, func_len);
	memcpy(ret_position->file, func_end + 1, (size_t)(file_end - func_end - 1));
	return true;
}
