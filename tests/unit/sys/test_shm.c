/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/shm.h"

#include "base/error.h"
#include "base/rng.h"
#include "base/vec.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct knot_shm *shm;
static struct knot_shm_header *header;

static void setup(void)
{
	struct knot_error err = {0};
	cr_assert_eq(knot_shm_create(&shm, &err), 0, "%s", err.message);
	header = knot_shm_header(shm);
}

static void teardown(void)
{
	knot_shm_close(shm);
}

TestSuite(shm, .init = setup, .fini = teardown);

static void *part(uint64_t off)
{
	return (uint8_t *)header + off;
}

static struct knot_shm_result good_result(void)
{
	return (struct knot_shm_result){.request = 7, .end = KNOT_END_OK, .batch_runs = 3};
}

static void put_result(uint64_t index, const struct knot_shm_result *result)
{
	struct knot_shm_result *slots = part(header->off_results);
	slots[index % KNOT_RES_SLOTS] = *result;
}

Test(shm, parts_lie_in_order_without_overlap)
{
	const uint64_t offsets[] = {header->off_requests, header->off_results, header->off_events,
		header->off_dec_out, header->off_dec_in, header->off_pairs, header->off_sites,
		header->off_snaps, header->off_goroutines, header->off_dump, header->off_races,
		header->off_mems, header->size_bytes};
	const uint64_t sizes[] = {KNOT_REQ_SLOTS * sizeof(struct knot_shm_request),
		KNOT_RES_SLOTS * sizeof(struct knot_shm_result),
		KNOT_EVENT_SLOTS * sizeof(struct knot_shm_event), KNOT_DECISION_SLOTS * 2ull,
		KNOT_DECISION_IN_SLOTS * 2ull, KNOT_PAIR_SLOTS * 8ull,
		KNOT_SITE_SLOTS * sizeof(struct knot_shm_site),
		KNOT_SNAP_SLOTS * sizeof(struct knot_shm_snap),
		KNOT_G_SLOTS * sizeof(struct knot_shm_goroutine), KNOT_DUMP_SIZE, KNOT_RACE_SLOTS,
		KNOT_MEM_SLOTS * sizeof(struct knot_shm_mem)};
	cr_assert_geq(offsets[0], sizeof(struct knot_shm_header));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		cr_assert_eq(offsets[i] % 4096, 0);
		cr_assert_geq(offsets[i + 1], offsets[i] + sizes[i], "part %zu", i);
	}
	cr_assert_eq(header->size_bytes, knot_shm_size());
	cr_assert_eq(header->magic, KNOT_ABI_MAGIC);
	cr_assert_eq(header->version, KNOT_ABI_VERSION);
}

Test(shm, memory_cannot_be_cut_short)
{
	cr_assert_eq(ftruncate(knot_shm_fd(shm), 4096), -1);
	cr_assert_eq(errno, EPERM);
}

Test(shm, is_touched_lazily)
{
	struct stat st;
	cr_assert_eq(fstat(knot_shm_fd(shm), &st), 0);
	cr_assert_lt((uint64_t)st.st_blocks * 512, 64u * 1024);
}

Test(shm, requests_reach_the_target_and_fill_the_ring)
{
	struct knot_shm_request request = {.id = 1, .seed = 42, .count = 10};
	struct knot_error err;
	for (int i = 0; i < KNOT_REQ_SLOTS; i++)
		cr_assert_eq(knot_shm_post(shm, &request, NULL, 0, &err), 0);
	cr_assert_eq(header->req_head, KNOT_REQ_SLOTS);
	const struct knot_shm_request *slots = part(header->off_requests);
	cr_assert_eq(slots[KNOT_REQ_SLOTS - 1].seed, 42);
	cr_assert_eq(knot_shm_post(shm, &request, NULL, 0, &err), KNOT_EFULL);
	header->req_tail = 3;
	uint32_t pending = 0;
	cr_assert_eq(knot_shm_pending(shm, &pending, &err), 0);
	cr_assert_eq(pending, KNOT_REQ_SLOTS - 3);
	cr_assert_eq(knot_shm_post(shm, &request, NULL, 0, &err), 0);
}

Test(shm, prefixes_lie_in_one_piece_and_are_not_overwritten)
{
	static uint16_t big[KNOT_DECISION_IN_SLOTS / 2 + 8];
	memset(big, 0x11, sizeof(big));
	const uint16_t small[] = {1, 2, 3};
	const size_t big_len = sizeof(big) / sizeof(big[0]);
	const struct knot_shm_request request = {.id = 1, .count = 1};
	struct knot_error err;
	cr_assert_eq(knot_shm_post(shm, &request, small, 3, &err), 0);
	cr_assert_eq(knot_shm_post(shm, &request, big, big_len, &err), 0);
	cr_assert_eq(knot_shm_post(shm, &request, big, big_len, &err), KNOT_EFULL);
	const struct knot_shm_request *slots = part(header->off_requests);
	cr_assert_eq(slots[1].prefix_off, 3);
	cr_assert_eq(slots[1].prefix_len, big_len);
	header->req_tail = 2;
	cr_assert_eq(knot_shm_post(shm, &request, big, big_len, &err), 0);
	cr_assert_eq(slots[2].prefix_off, 0);
	const uint16_t *dec_in = part(header->off_dec_in);
	cr_assert_eq(memcmp(dec_in, big, sizeof(big)), 0);
	cr_assert_eq(
		knot_shm_post(shm, &request, big, KNOT_DECISION_IN_SLOTS + 1ul, &err), KNOT_EUSAGE);
}

Test(shm, bad_requests_are_our_own_fault)
{
	struct knot_shm_request request = {.chain_len = KNOT_CHAIN_MAX + 1};
	struct knot_error err;
	cr_assert_eq(knot_shm_post(shm, &request, NULL, 0, &err), KNOT_EINTERNAL);
	request = (struct knot_shm_request){.policy = KNOT_POLICY_SWITCH + 1};
	cr_assert_eq(knot_shm_post(shm, &request, NULL, 0, &err), KNOT_EINTERNAL);
}

Test(shm, results_are_taken_in_order_across_the_end_of_the_ring)
{
	struct knot_shm_results out = {0};
	struct knot_error err;
	uint64_t sent = 0;
	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < 700; i++, sent++) {
			struct knot_shm_result result = good_result();
			result.seed = sent;
			put_result(sent, &result);
		}
		header->res_head = sent;
		cr_assert_eq(knot_shm_take_results(shm, &out, &err), 0);
		cr_assert_eq(header->res_tail, sent);
	}
	cr_assert_eq(out.len, 3500);
	for (size_t i = 0; i < out.len; i++)
		cr_assert_eq(out.data[i].seed, i);
	knot_vec_free(&out);
}

Test(shm, damaged_results_are_refused)
{
	struct knot_shm_result bad[7];
	for (size_t i = 0; i < 7; i++)
		bad[i] = good_result();
	bad[0].ev_start = 10;
	bad[1].dec_end = KNOT_DECISION_SLOTS + 1ull;
	bad[2].end = KNOT_END_COUNT;
	bad[3].chain_done = KNOT_CHAIN_MAX + 1;
	bad[4].snap = KNOT_SNAP_SLOTS + 1;
	bad[5].batch_chain_any = 4;
	bad[6].race_start = 1;
	struct knot_shm_results out = {0};
	struct knot_error err;
	header->res_head = 1;
	for (size_t i = 0; i < 7; i++) {
		put_result(0, &bad[i]);
		cr_assert_eq(knot_shm_take_results(shm, &out, &err), KNOT_EINPUT, "case %zu", i);
	}
	cr_assert_eq(out.len, 0);
	header->res_head = KNOT_RES_SLOTS + 1ull;
	cr_assert_eq(knot_shm_take_results(shm, &out, &err), KNOT_EINPUT);
	knot_vec_free(&out);
}

Test(shm, positions_of_shared_memory_are_checked)
{
	struct knot_shm_mems out = {0};
	struct knot_shm_mem *mems = part(header->off_mems);
	struct knot_error err;

	cr_assert_eq(knot_shm_copy_mems(shm, &out, &err), 0);
	cr_assert_eq(out.len, 0);
	mems[0] = (struct knot_shm_mem){.site = 7, .op = KNOT_OP_MEMREAD};
	mems[1] = (struct knot_shm_mem){.site = 8, .op = KNOT_OP_SEND};
	header->mems_used = 1;
	cr_assert_eq(knot_shm_copy_mems(shm, &out, &err), 0);
	cr_assert(out.len == 1 && out.data[0].site == 7);
	header->mems_used = 2;
	cr_assert_eq(knot_shm_copy_mems(shm, &out, &err), KNOT_EINPUT);
	header->mems_used = KNOT_MEM_SLOTS + 1ull;
	cr_assert_eq(knot_shm_copy_mems(shm, &out, &err), KNOT_EINPUT);
	cr_assert_eq(out.len, 1);
	knot_vec_free(&out);
}

Test(shm, race_reports_wrap_and_are_handed_back)
{
	const uint64_t start = KNOT_RACE_SLOTS - 3ull;
	char *races = part(header->off_races), *text = NULL;
	struct knot_error err;
	size_t len = 0;

	cr_assert_eq(knot_shm_take_races(shm, 0, start, &text, &len, &err), 0);
	cr_assert_eq(len, start);
	free(text);
	memcpy(races + start, "WAR", 3);
	memcpy(races, "NING", 4);
	cr_assert_eq(knot_shm_take_races(shm, start, start + 7, &text, &len, &err), 0);
	cr_assert_str_eq(text, "WARNING");
	free(text);
	cr_assert_eq(header->race_tail, start + 7);
	cr_assert_eq(knot_shm_take_races(shm, start, start + 7, &text, &len, &err), KNOT_EINPUT);
	cr_assert_eq(
		knot_shm_take_races(shm, start + 7, start + 8 + KNOT_RACE_SLOTS, &text, &len, &err),
		KNOT_EINPUT);
}

Test(shm, events_and_decisions_wrap)
{
	const uint64_t start = KNOT_EVENT_SLOTS - 5ull;
	struct knot_shm_event *events = part(header->off_events);
	uint16_t *decisions = part(header->off_dec_out);
	const uint64_t dec_start = 3ull * KNOT_DECISION_SLOTS - 2;
	struct knot_error err;
	header->ev_head = start;
	header->dec_head = dec_start;
	cr_assert_eq(knot_shm_release(shm, start, dec_start, &err), 0);
	for (uint32_t i = 0; i < 20; i++) {
		events[(start + i) % KNOT_EVENT_SLOTS] = (struct knot_shm_event){
			.step = i, .kind = KNOT_EV_STEP, .op = KNOT_OP_SEND};
		decisions[(dec_start + i) % KNOT_DECISION_SLOTS] = (uint16_t)i;
	}
	header->ev_head = start + 20;
	header->dec_head = dec_start + 20;
	struct knot_shm_events out = {0};
	struct knot_shm_decisions dec = {0};
	cr_assert_eq(knot_shm_copy_events(shm, start, start + 20, &out, &err), 0);
	cr_assert_eq(knot_shm_copy_decisions(shm, dec_start, dec_start + 20, &dec, &err), 0);
	cr_assert_eq(out.len, 20);
	cr_assert_eq(dec.len, 20);
	for (uint32_t i = 0; i < 20; i++) {
		cr_assert_eq(out.data[i].step, i);
		cr_assert_eq(dec.data[i], i);
	}
	cr_assert_eq(knot_shm_release(shm, start + 20, dec_start + 20, &err), 0);
	cr_assert_eq(header->ev_tail, start + 20);
	cr_assert_eq(knot_shm_copy_events(shm, start, start + 20, &out, &err), KNOT_EINPUT);
	cr_assert_eq(knot_shm_release(shm, start + 21, 0, &err), KNOT_EINPUT);
	cr_assert_eq(knot_shm_release(shm, 0, 0, &err), 0);
	cr_assert_eq(header->ev_tail, start + 20, "the tail went back");
	knot_vec_free(&out);
	knot_vec_free(&dec);
}

Test(shm, impossible_ranges_are_refused)
{
	const uint64_t max = UINT64_MAX;
	struct knot_shm_events out = {0};
	struct knot_shm_decisions dec = {0};
	struct knot_error err;
	cr_assert_eq(knot_shm_copy_events(shm, 5, 4, &out, &err), KNOT_EINPUT);
	cr_assert_eq(
		knot_shm_copy_events(shm, 0, KNOT_EVENT_SLOTS + 1ull, &out, &err), KNOT_EINPUT);
	cr_assert_eq(knot_shm_copy_events(shm, max - 1, max, &out, &err), KNOT_EINPUT);
	cr_assert_eq(knot_shm_copy_decisions(shm, max, 0, &dec, &err), KNOT_EINPUT);
	cr_assert_eq(knot_shm_copy_decisions(shm, 0, max, &dec, &err), KNOT_EINPUT);
	struct knot_shm_event *events = part(header->off_events);
	events[0] = (struct knot_shm_event){.kind = KNOT_EV_CANDIDATE + 1};
	cr_assert_eq(knot_shm_copy_events(shm, 0, 1, &out, &err), KNOT_EINPUT);
	events[0] = (struct knot_shm_event){.kind = KNOT_EV_STEP, .op = KNOT_OP_LAST};
	cr_assert_eq(knot_shm_copy_events(shm, 0, 1, &out, &err), KNOT_EINPUT);
	cr_assert_eq(out.len, 0);
	knot_vec_free(&out);
	knot_vec_free(&dec);
}

Test(shm, site_texts_are_checked)
{
	struct knot_shm_site *sites = part(header->off_sites);
	struct knot_shm_position position;
	cr_assert_not(knot_shm_site(shm, 3, &position));
	sites[3] = (struct knot_shm_site){.hash = 9, .line = 12};
	memcpy(sites[3].text, "pkg.F\0/src/a.go", sizeof("pkg.F\0/src/a.go"));
	cr_assert(knot_shm_site(shm, 3, &position));
	cr_assert_str_eq(position.func, "pkg.F");
	cr_assert_str_eq(position.file, "/src/a.go");
	cr_assert_eq(position.line, 12);
	memset(sites[3].text, 'x', KNOT_SITE_TEXT);
	cr_assert_not(knot_shm_site(shm, 3, &position), "no NUL at all");
	sites[3].text[KNOT_SITE_TEXT - 1] = '\0';
	cr_assert_not(knot_shm_site(shm, 3, &position), "no second string");
	sites[3].text[KNOT_SITE_TEXT - 2] = '\0';
	cr_assert(knot_shm_site(shm, 3, &position));
	cr_assert_str_eq(position.file, "");
	cr_assert_not(knot_shm_site(shm, KNOT_SITE_SLOTS, &position));
}

Test(shm, dump_and_snapshot_lengths_are_checked)
{
	struct knot_shm_snaps snaps = {0};
	struct knot_shm_goroutines gs = {0};
	struct knot_error err;
	char *text = NULL;
	size_t len = 0;
	strcpy(part(header->off_dump), "goroutine 1");
	header->dump_len = 9;
	cr_assert_eq(knot_shm_copy_dump(shm, &text, &len, &err), 0);
	cr_assert_str_eq(text, "goroutine");
	free(text);
	header->dump_len = KNOT_DUMP_SIZE + 1;
	cr_assert_eq(knot_shm_copy_dump(shm, &text, &len, &err), KNOT_EINPUT);
	cr_assert_eq(knot_shm_copy_snaps(shm, KNOT_SNAP_SLOTS + 1, &snaps, &err), KNOT_EINPUT);
	struct knot_shm_snap *slots = part(header->off_snaps);
	slots[1].state = 7;
	cr_assert_eq(knot_shm_copy_snaps(shm, 2, &snaps, &err), KNOT_EINPUT);
	cr_assert_eq(knot_shm_copy_snaps(shm, 1, &snaps, &err), 0);
	cr_assert_eq(snaps.len, 1);
	cr_assert_eq(
		knot_shm_copy_goroutines(shm, KNOT_MAX_GOROUTINES + 1, &gs, &err), KNOT_EINPUT);
	cr_assert_eq(knot_shm_copy_goroutines(shm, KNOT_MAX_GOROUTINES, &gs, &err), 0);
	cr_assert_eq(gs.len, KNOT_G_SLOTS);
	knot_vec_free(&snaps);
	knot_vec_free(&gs);
}

Test(shm, reset_keeps_feedback_unless_told_to_forget)
{
	struct knot_error err;
	struct knot_shm_pair *pairs = part(header->off_pairs);
	struct knot_shm_site *sites = part(header->off_sites);
	struct knot_shm_event *events = part(header->off_events);
	pairs[77].runs = 5;
	sites[1].hash = 8;
	events[0].kind = 1;
	header->pairs_used = header->sites_used = 1;
	header->res_head = 99;
	header->cur.steps = 4;
	cr_assert_eq(knot_shm_reset(shm, KNOT_CFG_NO_HOOKS, 0, &err), 0);
	cr_assert_eq(pairs[77].runs, 5);
	cr_assert_eq(header->pairs_used, 1);
	cr_assert_eq(header->sites_used, 1);
	cr_assert_eq(header->res_head, 0);
	cr_assert_eq(header->cur.steps, 0);
	cr_assert_eq(header->cfg_flags, KNOT_CFG_NO_HOOKS);
	cr_assert_eq(knot_shm_reset(shm, 0, KNOT_SHM_FORGET_PAIRS | KNOT_SHM_TRIM, &err), 0);
	cr_assert_eq(pairs[77].runs, 0);
	cr_assert_eq(header->pairs_used, 0);
	cr_assert_eq(sites[1].hash, 8);
	cr_assert_eq(events[0].kind, 0);
}

Test(shm, known_pairs_lie_where_the_shim_looks)
{
	struct knot_shm_pair *pairs = part(header->off_pairs);
	const uint64_t key = 0x123456789abcdef0;
	cr_assert(knot_shm_add_pair(shm, key));
	cr_assert(knot_shm_add_pair(shm, key + KNOT_PAIR_SLOTS), "same slot");
	cr_assert(knot_shm_add_pair(shm, key));
	cr_assert(knot_shm_add_pair(shm, 0));
	cr_assert_eq(pairs[key % KNOT_PAIR_SLOTS].key, key);
	cr_assert_eq(pairs[(key + 1) % KNOT_PAIR_SLOTS].key, key + KNOT_PAIR_SLOTS);
	cr_assert_eq(pairs[1].key, 1);
	cr_assert_eq(header->pairs_used, 3);
	uint64_t added = 3;
	for (uint64_t i = 2; i < KNOT_PAIR_SLOTS; i++)
		added += knot_shm_add_pair(shm, i * 0x9e3779b97f4a7c15);
	cr_assert_eq(header->pairs_used, KNOT_PAIR_SLOTS / 4 * 3);
	cr_assert_eq(added, KNOT_PAIR_SLOTS / 4 * 3);
}

/* Everything that is read, with every header word and ring full of rubbish. */
static void read_everything(void)
{
	struct knot_shm_results results = {0};
	struct knot_shm_events events = {0};
	struct knot_shm_decisions decisions = {0};
	struct knot_shm_snaps snaps = {0};
	struct knot_shm_goroutines gs = {0};
	struct knot_shm_current cur;
	struct knot_shm_position position;
	struct knot_shm_counters counters;
	uint32_t pending;
	char *text = NULL;
	size_t len;
	const struct knot_shm_request request = {.count = 1};
	knot_shm_take_results(shm, &results, NULL);
	for (size_t i = 0; i < results.len; i++) {
		const struct knot_shm_result *r = &results.data[i];
		knot_shm_copy_events(shm, r->ev_start, r->ev_end, &events, NULL);
		knot_shm_copy_decisions(shm, r->dec_start, r->dec_end, &decisions, NULL);
		knot_shm_copy_snaps(shm, r->snap, &snaps, NULL);
		knot_shm_copy_goroutines(shm, r->goroutines, &gs, NULL);
		knot_shm_release(shm, r->ev_end, r->dec_end, NULL);
		decisions.len = events.len = 0;
	}
	if (knot_shm_current(shm, &cur, NULL) == 0)
		knot_shm_copy_decisions(shm, cur.dec_start, cur.dec_head, &decisions, NULL);
	knot_shm_pending(shm, &pending, NULL);
	knot_shm_post(shm, &request, NULL, 0, NULL);
	knot_shm_counters(shm, &counters);
	if (knot_shm_copy_dump(shm, &text, &len, NULL) == 0)
		free(text);
	for (uint32_t i = 0; i < 64; i++)
		knot_shm_site(shm, i, &position);
	knot_vec_free(&results);
	knot_vec_free(&events);
	knot_vec_free(&decisions);
	knot_vec_free(&snaps);
	knot_vec_free(&gs);
}

Test(shm, survives_scribbling)
{
	struct knot_rng rng = {.seed = 1};
	uint64_t *words = (uint64_t *)header;
	const size_t header_words = sizeof(*header) / 8;
	const uint64_t results_at = header->off_results / 8;
	const uint64_t sites_at = header->off_sites / 8;
	for (int round = 0; round < 3000; round++) {
		const uint64_t shift = knot_rng_below(&rng, 64);
		for (int i = 0; i < 12; i++)
			words[knot_rng_below(&rng, header_words)] = knot_rng_next(&rng) >> shift;
		header->res_head = knot_rng_below(&rng, 2000);
		for (int i = 0; i < 64; i++)
			words[results_at + knot_rng_below(&rng, 4000)] =
				knot_rng_next(&rng) >> shift;
		for (int i = 0; i < 16; i++)
			words[sites_at + knot_rng_below(&rng, 1024)] = knot_rng_next(&rng);
		read_everything();
		cr_assert_eq(knot_shm_reset(shm, 0, 0, NULL), 0);
		cr_assert_eq(header->off_events % 4096, 0);
	}
}

Test(shm, works_between_two_processes)
{
	const struct knot_shm_request request = {.id = 5, .seed = 6, .count = 1};
	struct knot_error err;
	cr_assert_eq(knot_shm_post(shm, &request, NULL, 0, &err), 0);
	const pid_t pid = fork();
	cr_assert_geq(pid, 0);
	if (pid == 0) {
		uint8_t *base = mmap(NULL, knot_shm_size(), PROT_READ | PROT_WRITE, MAP_SHARED,
			knot_shm_fd(shm), 0);
		struct knot_shm_header *h = (void *)base;
		if (base == MAP_FAILED || h->magic != KNOT_ABI_MAGIC || h->req_head != 1)
			_exit(1);
		const struct knot_shm_request *got = (void *)(base + h->off_requests);
		struct knot_shm_result result = good_result();
		result.request = got->id;
		result.seed = got->seed;
		*(struct knot_shm_result *)(base + h->off_results) = result;
		__atomic_store_n(&h->res_head, 1, __ATOMIC_RELEASE);
		__atomic_store_n(&h->req_tail, 1, __ATOMIC_RELEASE);
		_exit(0);
	}
	int status;
	waitpid(pid, &status, 0);
	cr_assert_eq(status, 0);
	struct knot_shm_results out = {0};
	cr_assert_eq(knot_shm_take_results(shm, &out, &err), 0);
	cr_assert_eq(out.len, 1);
	cr_assert_eq(out.data[0].request, 5);
	cr_assert_eq(out.data[0].seed, 6);
	knot_vec_free(&out);
}

static uint64_t shared_kb(void)
{
	unsigned long long kb = 0;
	char line[128];
	FILE *f = fopen("/proc/self/status", "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "RssShmem: %llu", &kb) == 1)
			break;
	if (f)
		(void)fclose(f);
	return kb;
}

static uint64_t region_kb(void)
{
	struct stat st;
	cr_assert_eq(fstat(knot_shm_fd(shm), &st), 0);
	return (uint64_t)st.st_blocks / 2;
}

/* A run of half the ring across its end, as the target would leave it. */
static uint64_t put_long_run(uint64_t start)
{
	struct knot_shm_event *events = part(header->off_events);
	for (uint32_t i = 0; i < KNOT_EVENT_SLOTS / 2; i++)
		events[(start + i) % KNOT_EVENT_SLOTS] = (struct knot_shm_event){
			.step = i, .kind = KNOT_EV_STEP, .op = KNOT_OP_SEND};
	header->ev_head = start + KNOT_EVENT_SLOTS / 2;
	return header->ev_head;
}

Test(shm, a_long_trace_leaves_memory_when_it_is_copied_and_when_it_is_released)
{
	const uint64_t start = KNOT_EVENT_SLOTS - 100001ull;
	struct knot_shm_events out = {0};
	struct knot_error err;
	cr_assert_eq(knot_shm_release(shm, 0, 0, &err), 0);
	header->ev_head = start;
	cr_assert_eq(knot_shm_release(shm, start, 0, &err), 0);
	const uint64_t before = shared_kb();
	const uint64_t end = put_long_run(start);
	cr_assert_gt(shared_kb(), before + 15000);
	cr_assert_eq(knot_shm_copy_events(shm, start, end, &out, &err), 0);
	cr_assert_eq(out.len, KNOT_EVENT_SLOTS / 2);
	for (uint32_t i = 0; i < out.len; i++)
		cr_assert_eq(out.data[i].step, i);
	cr_expect_lt(shared_kb(), before + 2000, "copied pages are not goknot's");
	cr_expect_gt(region_kb(), 15000, "but they are there");
	out.len = 0;
	cr_assert_eq(knot_shm_copy_events(shm, start, end, &out, &err), 0);
	cr_expect_eq(out.data[KNOT_EVENT_SLOTS / 2 - 1].step, KNOT_EVENT_SLOTS / 2 - 1);
	cr_assert_eq(knot_shm_release(shm, end - 1, 0, &err), 0);
	cr_expect_lt(region_kb(), 2000, "released pages are nobody's");
	const struct knot_shm_event *events = part(header->off_events);
	cr_expect_eq(events[(end - 1) % KNOT_EVENT_SLOTS].step, KNOT_EVENT_SLOTS / 2 - 1,
		"what was not released stays");
	knot_vec_free(&out);
}

Test(shm, a_long_trace_that_was_never_released_leaves_with_the_reset)
{
	struct knot_shm_events out = {0};
	struct knot_error err;
	const uint64_t end = put_long_run(0);
	cr_assert_eq(knot_shm_copy_events(shm, 0, end, &out, &err), 0);
	cr_assert_eq(knot_shm_reset(shm, 0, 0, &err), 0);
	cr_expect_lt(region_kb(), 2000);
	knot_vec_free(&out);
}

Test(shm, short_prefixes_keep_to_the_first_pages)
{
	static const uint16_t prefix[5000] = {1};
	const struct knot_shm_request request = {.id = 1, .count = 1};
	const struct knot_shm_request *slots = part(header->off_requests);
	struct knot_error err;
	for (uint64_t i = 0; i < 1000; i++) {
		cr_assert_eq(knot_shm_post(shm, &request, prefix, 5000, &err), 0);
		cr_assert_lt(slots[i % KNOT_REQ_SLOTS].prefix_off, 20000);
		header->req_tail = i > 2 ? i - 2 : 0;
	}
}
