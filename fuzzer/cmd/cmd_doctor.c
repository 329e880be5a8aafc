/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cmd/cmd.h"
#include "cmd/json.h"
#include "cmd/options.h"
#include "instrument/driver.h"
#include "sys/command.h"
#include "sys/machine.h"
#include "sys/probe.h"
#include "wire/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)
/* What a target, its shared region and the build take, by the shared-memory layout and go's linker. */
#define MEMORY_PER_WORKER (256 * MIB)
#define DISK_NEEDED (200 * MIB)
#define DISK_WANTED (2 * GIB)
#define FDS_OWN 64
#define FDS_PER_WORKER 16
#define PROCESSES_PER_WORKER 64
#define GO_TIMEOUT_MS 20000

#define STR_(x) #x
#define STR(x) STR_(x)
#define GO_RELEASES "Go 1." STR(KNOT_GO_MINOR_MIN) " to 1." STR(KNOT_GO_MINOR_MAX)

enum status { OK, LIMITED, MISSING };

struct doctor {
	const char *dir; /* where a campaign would lie */
	bool json;
	bool possible;
	unsigned int cores;
	char *gocache; /* as go env has it */
};

static void say(struct doctor *d, enum status status, const char *name, const char *fix,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* One line. fix is the way out, NULL = none. What is missing makes fuzzing impossible. */
static void say(struct doctor *d, enum status status, const char *name, const char *fix,
	const char *fmt, ...)
{
	static const char *const words[] = {"ok", "limited", "missing"};
	char raw[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	if (status == MISSING)
		d->possible = false;
	if (d->json) {
		struct knot_json_line line = {.out = stdout};
		knot_json_line_text(&line, "check", name);
		knot_json_line_text(&line, "status", words[status]);
		knot_json_line_text(&line, "text", raw);
		if (fix && status != OK)
			knot_json_line_text(&line, "fix", fix);
		knot_json_line_end(&line);
		return;
	}
	knot_auto_free char *text = knot_text_escape(knot_span_str(raw), sizeof(raw));
	printf("%-8s %-18s %s\n", words[status], name, text);
	if (fix && status != OK)
		printf("%-8s %-18s -> %s\n", "", "", fix);
}

/* --- toolchain ------------------------------------------------------------------------------- */

/* Answers of `go env`, one a line, in the order of the arguments. */
enum { GO_VERSION, GO_ROOT, GO_CACHE, GO_MODCACHE, GO_CGO, GO_ANSWERS };

static int ask_go(const struct doctor *d, const char *go, struct knot_command_result *ret,
	const char *answers[GO_ANSWERS], struct knot_error *err)
{
	const char *argv[] = {
		go, "env", "GOVERSION", "GOROOT", "GOCACHE", "GOMODCACHE", "CGO_ENABLED", NULL};
	struct knot_command c = KNOT_COMMAND_INIT;
	c.process.argv = argv;
	c.process.cwd = d->dir;
	c.timeout_ms = GO_TIMEOUT_MS;
	const int r = knot_command_run(&c, ret, err);
	if (r < 0)
		return r;
	if (ret->timed_out)
		return knot_error_set(err, KNOT_EUSAGE, "go env does not answer");
	if (ret->exit.signaled || ret->exit.code != 0) {
		const char *words = ret->err.data ? ret->err.data : "";
		return knot_error_set(
			err, KNOT_EUSAGE, "go env fails: %.*s", (int)strcspn(words, "\n"), words);
	}
	char *rest = ret->out.data;
	for (size_t i = 0; i < GO_ANSWERS; i++) {
		const char *line = strsep(&rest, "\n");
		if (!line)
			return knot_error_set(err, KNOT_EUSAGE, "go env answers too little");
		answers[i] = line;
	}
	return 0;
}

static void check_race(struct doctor *d, const char *go)
{
	struct knot_error err = {0};
	if (knot_instrument_can_race(go, d->dir, &err) < 0)
		say(d, LIMITED, "race detector", "without it fuzz works, but not fuzz -race", "%s",
			err.message);
	else
		say(d, OK, "race detector", NULL, "fuzz -race can be used");
}

static void check_go(struct doctor *d)
{
	static const char install[] =
		"install " GO_RELEASES " and put it on PATH (Debian: golang-go, on Debian 12 "
		"golang-1.23-go from bookworm-backports; or https://go.dev/dl)";
	knot_auto_free char *go = NULL;
	const char *answers[GO_ANSWERS] = {"", "", "", "", ""};
	struct knot_command_result result = {0};
	struct knot_error err = {0};
	if (knot_instrument_find_go(&go, &err) < 0) {
		say(d, MISSING, "go", install, "%s", err.message);
		return;
	}
	if (ask_go(d, go, &result, answers, &err) < 0) {
		say(d, MISSING, "go", install, "%s: %s", go, err.message);
		knot_command_result_free(&result);
		return;
	}
	const unsigned minor = knot_instrument_go_minor(answers[GO_VERSION]);
	const size_t cache_len = strlen(answers[GO_MODCACHE]);
	const bool switched = cache_len &&
		strncmp(answers[GO_ROOT], answers[GO_MODCACHE], cache_len) == 0 &&
		answers[GO_ROOT][cache_len] == '/';
	if (minor < KNOT_GO_MINOR_MIN || minor > KNOT_GO_MINOR_MAX)
		say(d, MISSING, "go", install, "%s is %s; " GO_RELEASES " are supported", go,
			answers[GO_VERSION]);
	else
		say(d, OK, "go", NULL, "%s is %s, GOROOT %s%s", go, answers[GO_VERSION],
			answers[GO_ROOT],
			switched ? " (in the module cache: goknot works on a copy)" : "");
	d->gocache = knot_xstrdup(answers[GO_CACHE]);

	knot_auto_free char *cc = NULL;
	const bool has_cc = knot_proc_find_program("cc", &cc, NULL) == 0 ||
		knot_proc_find_program("gcc", &cc, NULL) == 0;
	if (has_cc || strcmp(answers[GO_CGO], "1") != 0)
		say(d, OK, "C compiler", NULL, "not needed%s",
			has_cc ? ", packages with cgo can use the one that is there" : "");
	else
		say(d, LIMITED, "C compiler", "install gcc if a package of yours uses cgo",
			"none: packages that need cgo do not build");
	knot_command_result_free(&result);
	check_race(d, go);
}

static void check_data(struct doctor *d)
{
	knot_auto_free char *dir = NULL;
	struct knot_error err = {0};
	if (knot_instrument_data_dir(&dir, &err) < 0)
		say(d, MISSING, "goknot's Go part", "run make install, or keep the source tree",
			"%s", err.message);
	else
		say(d, OK, "goknot's Go part", NULL, "%s", dir);
}

/* --- machine --------------------------------------------------------------------------------- */

static void check_platform(struct doctor *d, const struct knot_machine *m)
{
	struct utsname u;
	const bool known = uname(&u) == 0;
	const struct knot_machine_fact *kernel = &m->facts[KNOT_FACT_KERNEL];
	if (!known || strcmp(u.machine, "x86_64") != 0)
		say(d, MISSING, "platform", "use an amd64 machine", "%s; goknot is for linux/amd64",
			known ? u.machine : "unknown");
	else
		say(d, OK, "platform", NULL, "linux/amd64");
	say(d, kernel->ok ? OK : LIMITED, "kernel", "use Linux 5.11 or newer", "%s", kernel->text);
	const struct knot_machine_fact *memfd = &m->facts[KNOT_FACT_MEMFD];
	const struct knot_machine_fact *pidfd = &m->facts[KNOT_FACT_PIDFD];
	static const char blocked[] = "the kernel or a container's seccomp profile refuses it";
	say(d, memfd->ok ? OK : MISSING, "shared memory", blocked, "memfd %s", memfd->text);
	say(d, pidfd->ok ? OK : MISSING, "process handles", blocked, "pidfd %s", pidfd->text);
}

static void check_size(struct doctor *d, const struct knot_machine *m)
{
	d->cores = m->cores_usable;
	say(d, OK, "cores", NULL, "%u usable of %u: %u worker%s by default", m->cores_usable,
		m->cores, m->cores_usable, knot_text_s(m->cores_usable));
	uint64_t free_bytes = m->memory_available_bytes;
	char limit[64] = "";
	if (m->memory_limit_bytes) {
		snprintf(limit, sizeof(limit), ", limit of the control group %" PRIu64 " MiB",
			m->memory_limit_bytes / MIB);
		if (m->memory_limit_bytes < free_bytes)
			free_bytes = m->memory_limit_bytes;
	}
	const bool enough = free_bytes >= m->cores_usable * MEMORY_PER_WORKER;
	say(d, enough ? OK : LIMITED, "memory", "use fewer workers: -parallel 1",
		"%" PRIu64 " MiB available of %" PRIu64 " MiB%s", m->memory_available_bytes / MIB,
		m->memory_bytes / MIB, limit);
}

static void check_isolation(struct doctor *d, const struct knot_machine *m)
{
	static const char ns[] =
		"run as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, "
		"kernel.apparmor_restrict_unprivileged_userns=0; containers: --privileged)";
	const struct knot_machine_fact *user = &m->facts[KNOT_FACT_USER_NS];
	const struct knot_machine_fact *net = &m->facts[KNOT_FACT_NET];
	const struct knot_machine_fact *copy = &m->facts[KNOT_FACT_COPY];
	if (m->root)
		say(d, OK, "user namespaces", NULL, "not needed as root");
	else
		say(d, user->ok ? OK : LIMITED, "user namespaces", ns, "%s", user->text);
	say(d, net->ok ? OK : LIMITED, "worker network", ns, "%s%s", net->text,
		net->ok ? ": every worker has its own loopback"
			: ": workers share the network, tests with fixed ports can disturb each "
			  "other");
	say(d, copy->ok ? OK : LIMITED, "worker files", ns, "%s%s", copy->text,
		copy->ok ? ": what tests write beside the code goes to a copy"
			 : ": tests write into the real package directory");
}

#define PROBE_HITS 1000

static void count_record(void *arg, const struct knot_probe_record *r)
{
	(void)r;
	(*(uint32_t *)arg)++;
}

/* By probing goknot itself. */
static void check_probe(struct doctor *d)
{
	struct knot_probe *p = NULL;
	struct knot_probe_counters c;
	struct knot_error err = {0};
	uint32_t hits = 0;

	if (knot_probe_open(KNOT_PROBE_FAST, &p, &err) < 0 ||
		knot_probe_attach(p, "/proc/self/exe", &err) < 0) {
		say(d, LIMITED, "eBPF probe", knot_probe_remedy(),
			"%s; the ring in the target is used in its place", err.message);
		knot_probe_close(p);
		return;
	}
	knot_probe_hit_self(knot_probe_session(p), PROBE_HITS);
	knot_probe_take(p, count_record, &hits);
	knot_probe_counters(p, &c);
	say(d, hits == PROBE_HITS && !c.lost ? OK : LIMITED, "eBPF probe",
		"this kernel is not to be relied on: use -feedback ring",
		"%" PRIu32 " of %d hits recorded (%s)", hits, PROBE_HITS,
		knot_probe_way_name(knot_probe_way(p)));
	knot_probe_close(p);
}

/* --- directories and limits ------------------------------------------------------------------ */

/* The nearest existing directory at or above path. Caller frees. */
static char *existing_parent(const char *path)
{
	char *p = knot_xstrdup(path);
	struct stat st;
	while (stat(p, &st) < 0 && strrchr(p, '/') && strrchr(p, '/') != p)
		*strrchr(p, '/') = '\0';
	return p;
}

/* By writing a file that has no name; where the file system cannot, by the permissions. */
static bool writable(const char *dir)
{
	knot_auto_close int fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (fd >= 0)
		return write(fd, "x", 1) == 1;
	if (errno == EOPNOTSUPP || errno == EISDIR)
		return access(dir, W_OK | X_OK) == 0;
	return false;
}

static void check_directory(struct doctor *d, const char *name, const char *path, const char *fix)
{
	knot_auto_free char *dir = existing_parent(path);
	if (!writable(dir)) {
		say(d, MISSING, name, fix, "%s cannot be written: %s", dir, strerror(errno));
		return;
	}
	struct statvfs fs;
	if (statvfs(dir, &fs) < 0) {
		say(d, LIMITED, name, fix, "%s: %s", dir, strerror(errno));
		return;
	}
	const uint64_t bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	const enum status status = bytes < DISK_NEEDED ? MISSING
		: bytes < DISK_WANTED                  ? LIMITED
						       : OK;
	say(d, status, name, fix, "%s, %" PRIu64 " MiB free", path, bytes / MIB);
}

static void check_directories(struct doctor *d)
{
	const char *tmp = getenv("TMPDIR");
	knot_auto_free char *campaign = knot_xasprintf("%s/.goknot", d->dir);
	check_directory(d, "campaign", campaign,
		"make room, or put the campaign elsewhere: goknot fuzz -o DIR");
	check_directory(d, "temporary files", tmp && *tmp ? tmp : "/tmp",
		"make room, or set TMPDIR to another directory");
	if (d->gocache && d->gocache[0] == '/')
		check_directory(d, "go build cache", d->gocache,
			"make room (go clean -cache), or set GOCACHE to another directory");
}

static void check_limit(
	struct doctor *d, const char *name, int resource, uint64_t wanted, const char *fix)
{
	struct rlimit limit;
	if (getrlimit(resource, &limit) < 0) {
		say(d, LIMITED, name, fix, "%s", strerror(errno));
		return;
	}
	if (limit.rlim_cur == RLIM_INFINITY)
		say(d, OK, name, NULL, "no limit");
	else
		say(d, limit.rlim_cur >= wanted ? OK : LIMITED, name, fix,
			"%" PRIu64 ", %" PRIu64 " are enough", (uint64_t)limit.rlim_cur, wanted);
}

static void check_limits(struct doctor *d)
{
	check_limit(d, "open files", RLIMIT_NOFILE, FDS_OWN + (uint64_t)d->cores * FDS_PER_WORKER,
		"ulimit -n, or use fewer workers: -parallel 1");
	check_limit(d, "processes", RLIMIT_NPROC, (uint64_t)d->cores * PROCESSES_PER_WORKER,
		"ulimit -u, or use fewer workers: -parallel 1");
}

/* --- the command ----------------------------------------------------------------------------- */

static void examine(struct doctor *d)
{
	struct knot_machine m;
	const char *tmp = getenv("TMPDIR");
	knot_auto_free char *campaign = knot_xasprintf("%s/.goknot", d->dir);
	/* In a campaign that is there already, for its disk; never in the user's own tree. */
	knot_auto_free char *scratch = knot_xasprintf("%s/goknot-doctor-%d",
		access(campaign, W_OK) == 0 ? campaign
			: tmp && *tmp       ? tmp
					    : "/tmp",
		(int)getpid());
	knot_machine_probe(scratch, &m);
	check_platform(d, &m);
	check_go(d);
	check_data(d);
	check_size(d, &m);
	check_isolation(d, &m);
	check_directories(d);
	check_limits(d);
	check_probe(d);
	free(d->gocache);
}

struct doctor_options {
	const char *dir;
	bool json;
};

int knot_cmd_doctor(int argc, char **argv)
{
	static const struct knot_option list[] = {
		{"C", KNOT_OPTION_STRING, .offset = offsetof(struct doctor_options, dir)},
		{"json", KNOT_OPTION_BOOL, .offset = offsetof(struct doctor_options, json)},
	};
	static const struct knot_option_table table = {.options = list, .count = 2};
	struct doctor_options o = {0};
	struct knot_option_words words;
	struct knot_error err = {0};
	if (knot_options_parse(&table, argc, argv, &o, &words, &err) < 0)
		return knot_cmd_fail("doctor", &err);
	if (words.words_len) {
		knot_error_set(
			&err, KNOT_EUSAGE, "takes flags only, got %zu words", words.words_len);
		return knot_cmd_fail("doctor", &err);
	}
	/* Absolute, because go env and the probes are told where to look. */
	knot_auto_free char *dir = realpath(o.dir ? o.dir : ".", NULL);
	if (!dir) {
		knot_error_set(&err, KNOT_EUSAGE, "%s: %s", o.dir ? o.dir : ".", strerror(errno));
		return knot_cmd_fail("doctor", &err);
	}
	struct doctor d = {.dir = dir, .json = o.json, .possible = true};
	examine(&d);
	if (o.json) {
		struct knot_json_line line = {.out = stdout};
		knot_json_line_bool(&line, "possible", d.possible);
		knot_json_line_end(&line);
	} else {
		printf("\nFuzzing is %spossible here.\n", d.possible ? "" : "not ");
	}
	return d.possible ? KNOT_EXIT_CLEAN : KNOT_EXIT_USAGE;
}
