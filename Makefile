# SPDX-License-Identifier: BSD-2-Clause
# `make help` lists the targets. Switches: V=1 shows commands, O=dir builds elsewhere,
# SAN=address,undefined and COV=1 build instrumented variants beside the plain one.

VERSION := 0.1.0
CC := gcc
CLANG := clang
BPFTOOL = $(or $(shell command -v bpftool),/usr/sbin/bpftool)
PREFIX ?= /usr/local
O ?= build
FUZZTIME ?= 60
comma := ,
B := $(O)$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))$(if $(COV),/cov)

ifeq ($(V),1)
Q :=
msg = @:
else
Q := @
msg = @printf '  %-8s %s\n' $(1) $(patsubst $(O)/%,%,$(2));
endif

# Looked up when first used: `make test` installs the packages before it builds.
PKGS := sqlite3 jansson libxxhash ncursesw libbpf capstone
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $$(shell pkg-config --libs $(PKGS)) -lm)$(PKG_LIBS)
CRITERION_LIBS = $(eval CRITERION_LIBS := $$(shell pkg-config --libs criterion))$(CRITERION_LIBS)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Werror
CPPFLAGS += -iquote fuzzer -iquote . -iquote $(O)/gen -isystem $(O)/gen/system -D_GNU_SOURCE -DKNOT_VERSION='"$(VERSION)"'
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=gnu11 $(CFLAGS) $(WARN) $(PKG_CFLAGS) $(SAN_FLAGS) $(COV_FLAGS)
SAN_FLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
COV_FLAGS := $(if $(COV),--coverage -O0)
LINK = $(CC) $(CFLAGS) $(SAN_FLAGS) $(COV_FLAGS) $(LDFLAGS)

# One archive per layer, so that a layer's unit tests link with lower layers only and build while a
# higher one does not.
LAYERS := $(patsubst fuzzer/%/,%,$(sort $(dir $(wildcard fuzzer/*/*.c)))) \
	$(if $(wildcard instrument/*.c),instrument)
layer_dir = $(if $(filter instrument,$(1)),instrument,fuzzer/$(1))
layer_objs = $(patsubst %.c,$(B)/%.o,$(wildcard $(call layer_dir,$(1))/*.c))
layer_libs = $(patsubst %,$(B)/lib/%.a,$(filter $(LAYERS),$(1) $(BELOW_$(1))))
BELOW_base :=
BELOW_wire := base
BELOW_sys := wire base
BELOW_store := wire base
BELOW_explore := wire base
BELOW_instrument := sys wire base
BELOW_engine := instrument explore store sys wire base
BELOW_view := store sys wire base
BELOW_cmd := view engine instrument explore store sys wire base

MAIN := $(wildcard fuzzer/main.c)
UNIT_LAYERS := $(patsubst tests/unit/%/,%,$(sort $(dir $(wildcard tests/unit/*/*.c))))
UNIT_BINS := $(patsubst %,$(B)/unit/%,$(UNIT_LAYERS))
FUZZERS := $(patsubst tests/fuzz/%.c,$(O)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
MANS := $(patsubst man/%.scd,$(O)/man/%,$(wildcard man/*.scd))
ABI_GO := runtime-shim/runtime/knot_abi.go
C_FILES := $(wildcard fuzzer/*.c fuzzer/*/*.c instrument/*.c tests/unit/*/*.c tests/fuzz/*.c \
	tests/tools/*.c)
# Aligned by hand, which clang-format would undo: the layout header and the scope macros.
H_FILES := $(filter-out fuzzer/wire/abi.h fuzzer/base/cleanup.h,$(wildcard fuzzer/*/*.h instrument/*.h \
	runtime-shim/probe/*.[ch]))
SH_FILES := .ci/run $(wildcard scripts/*.sh scripts/*/*.sh scripts/*/*.bash tests/cli/*.sh tests/e2e/*.sh \
	tests/lib/*.sh)
GO_MODS := $(patsubst %/go.mod,%,$(wildcard instrument/*/go.mod runtime-shim/go.mod runtime-shim/*/go.mod scripts/bench/opcount/go.mod tests/deep/go.mod tests/browser/go.mod))

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all units fuzzers check check-unit check-cli check-e2e check-go check-fuzz check-san check-releases \
	fuzz lint format cover man install help run test bench clean

all: $(ABI_GO) $(if $(MAIN),$(B)/goknot) $(patsubst %,$(B)/lib/%.a,$(LAYERS))

# --- the program ------------------------------------------------------------------------------

$(B)/goknot: $(patsubst %.c,$(B)/%.o,$(MAIN)) $(patsubst %,$(B)/lib/%.a,$(LAYERS))
	$(call msg,LINK,$@)
	$(Q)$(LINK) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(PKG_LIBS)

$(B)/%.o: %.c Makefile
	$(call msg,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(EXTRA_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

define layer_rule
$(B)/lib/$(1).a: $(call layer_objs,$(1))
	$$(call msg,AR,$$@)
	$(Q)mkdir -p $$(@D) && rm -f $$@
	$(Q)$(AR) rcs $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rule,$(l))))

$(ABI_GO): fuzzer/wire/abi.h scripts/gen-abi.sh
	$(call msg,GEN,$@)
	$(Q)scripts/gen-abi.sh $@
# --help says what the manual pages say.
HELP_PAGES := $(wildcard man/*.scd)
fuzzer/cmd/help.inc: $(HELP_PAGES) $(wildcard scripts/genhelp.sh)
	$(call msg,GEN,$@)
	$(Q)scripts/genhelp.sh $@ $(HELP_PAGES)
$(B)/fuzzer/cmd/help.o: fuzzer/cmd/help.inc
# What a report brings along.
ASSETS := $(O)/gen/view/assets.inc
PAGE_CSS := fuzzer/view/svg.css fuzzer/view/report.css
PAGE_JS := fuzzer/view/report_drawing.js fuzzer/view/report_timeline.js fuzzer/view/report.js
$(ASSETS): $(PAGE_CSS) $(PAGE_JS) scripts/embed.sh
	$(call msg,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)scripts/embed.sh $@ svg_css fuzzer/view/svg.css -- page_css $(PAGE_CSS) -- page_js $(PAGE_JS)
$(B)/fuzzer/view/assets.o: $(ASSETS)

# The BPF programs: no vmlinux.h, and BTF of their own only. BPF's instructions of version 3 have an atomic add that answers.
# Generated code is held to the rules of others, as a system's header.
SKELETONS := $(patsubst runtime-shim/probe/%.bpf.c,$(O)/gen/system/knot/%.skel.h,$(wildcard runtime-shim/probe/*.bpf.c))
$(SKELETONS): $(O)/gen/system/knot/%.skel.h: runtime-shim/probe/%.bpf.c runtime-shim/probe/%.h
	$(call msg,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Werror -I/usr/include/$$($(CC) -print-multiarch) \
		-c -o $(@D)/$*.o $<
	$(Q)$(BPFTOOL) gen object $(@D)/$*.bpf.o $(@D)/$*.o
	$(Q)(echo '/* NOLINTBEGIN */' && $(BPFTOOL) gen skeleton $(@D)/$*.bpf.o name knot_$*_bpf && \
		echo '/* NOLINTEND */') >$@
$(SKELETONS): runtime-shim/probe/probe.h
$(B)/fuzzer/sys/probe.o $(B)/fuzzer/sys/recorder.o: $(SKELETONS)

# --- tests ------------------------------------------------------------------------------------

define unit_rule
$(B)/unit/$(1): $(patsubst %.c,$(B)/%.o,$(wildcard tests/unit/$(1)/*.c)) $(call layer_libs,$(1))
	$$(call msg,LINK,$$@)
	$(Q)mkdir -p $$(@D)
	$(Q)$$(LINK) -o $$@ $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group \
		$$(PKG_LIBS) $$(CRITERION_LIBS)
endef
$(foreach l,$(UNIT_LAYERS),$(eval $(call unit_rule,$(l))))

$(B)/tests/%.o: EXTRA_CPPFLAGS = -iquote $(O) -DKNOT_TESTS_DIR='"$(CURDIR)/tests"' \
	-DKNOT_ABI_OFFSETS='"$(abspath $(O))/abi/offsets.txt"'
$(B)/tests/unit/wire/test_abi.o: $(O)/abi/offsets.txt
$(O)/abi/offsets.txt: $(ABI_GO) scripts/check-abi.sh scripts/gen-abi.sh
	$(call msg,GO,$@)
	$(Q)scripts/check-abi.sh $(@D)

# What benchmarks run a target with.
$(B)/tools/%: $(B)/tests/tools/%.o $(patsubst %,$(B)/lib/%.a,$(BELOW_engine) engine)
	$(call msg,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(PKG_LIBS)

FUZZ_SRC := $(wildcard fuzzer/base/*.c fuzzer/wire/*.c)
FUZZ_OBJS := $(patsubst %.c,$(O)/fuzz/obj/%.o,$(FUZZ_SRC))
FUZZ_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -Wno-unknown-warning-option
$(O)/fuzz/obj/%.o: %.c Makefile
	$(call msg,CLANG,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(CPPFLAGS) -std=gnu11 -O1 -g $(WARN) $(PKG_CFLAGS) $(FUZZ_FLAGS) \
		-fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<
$(FUZZERS): $(O)/fuzz/fuzz_%: $(O)/fuzz/obj/tests/fuzz/fuzz_%.o $(FUZZ_OBJS)
	$(call msg,LINK,$@)
	$(Q)$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ $(PKG_LIBS)
# What it reads is drawn and exported, too.
$(O)/fuzz/fuzz_timeline: $(patsubst %.c,$(O)/fuzz/obj/%.o,$(wildcard fuzzer/view/*.c))
$(O)/fuzz/obj/fuzzer/view/assets.o: $(ASSETS)
$(O)/fuzz/fuzz_recorded: $(patsubst %.c,$(O)/fuzz/obj/%.o,$(wildcard fuzzer/explore/*.c))

units: $(UNIT_BINS)
fuzzers: $(FUZZERS)
RUN_TESTS = BUILD=$(B) LAYERS="$(UNIT_LAYERS)" GO_MODS="$(GO_MODS)" scripts/run-tests.sh

check-unit: units ; $(Q)$(RUN_TESTS) unit
check-cli check-e2e check-releases: check-%: all ; $(Q)$(RUN_TESTS) $*
check-go: ; $(Q)$(RUN_TESTS) go
check-fuzz: fuzzers ; $(Q)FUZZTIME=3 $(RUN_TESTS) fuzz
check-san: ; $(Q)$(MAKE) --no-print-directory SAN=address,undefined all units && \
	SAN_BUILD=$(O)/san-address-undefined $(RUN_TESTS) san san-cli san-e2e
fuzz: fuzzers ; $(Q)FUZZTIME=$(FUZZTIME) $(RUN_TESTS) fuzz
AT_ONCE = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
# Every ring is built and run even when one fails: the sum at the end tells.
check:
	$(Q)$(MAKE) $(AT_ONCE) --no-print-directory -k all units fuzzers || true
	$(Q)$(MAKE) $(AT_ONCE) --no-print-directory -k SAN=address,undefined all units || true
	$(Q)FUZZTIME=3 SAN_BUILD=$(O)/san-address-undefined $(RUN_TESTS) unit san san-cli san-short go cli e2e newest fuzz
test:
	$(Q)scripts/install-deps.sh tests
	$(Q)$(MAKE) --no-print-directory check
run:
	$(Q)scripts/install-deps.sh
	$(Q)$(MAKE) --no-print-directory all
	$(Q)scripts/run-demo.sh
bench: all $(B)/tools/seed_hashes $(B)/tools/probe_cost
	$(Q)for b in $(wildcard scripts/bench/[0-9]*.sh); do BUILD=$(B) "$$b" || exit 1; done

# --- checks on the sources --------------------------------------------------------------------

lint: $(ASSETS) $(SKELETONS)
	$(Q)scripts/check-layers.sh && scripts/check-length.sh
	$(Q)clang-format -n -Werror $(C_FILES) $(H_FILES)
	$(Q)clang-tidy --quiet $(filter-out tests/%,$(C_FILES)) -- -std=gnu11 $(CPPFLAGS) $(PKG_CFLAGS)
	$(Q)for f in $(filter-out tests/%,$(C_FILES)); do \
		$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -O1 -fanalyzer -c -o /dev/null $$f || exit 1; done
	$(Q)cppcheck --quiet --error-exitcode=1 --enable=warning,portability --inline-suppr \
		--suppress=missingIncludeSystem -D_GNU_SOURCE -Ifuzzer -I. $(filter-out tests/%,$(C_FILES))
	$(Q)shellcheck -x $(SH_FILES)
	$(Q)codespell --skip="*.goknot*" -L decend,iif,lastr,mattern,useed,testin fuzzer instrument runtime-shim scripts docs man seeds tests/unit tests/cli tests/e2e tests/lib tests/deep Makefile
	$(Q). scripts/go-env.sh; for m in $(GO_MODS) scripts/bench/record scripts/bench/import; do \
		test -z "$$(gofmt -l $$(find $$m -name "*.go" -not -path "*/testdata/*"))" || { gofmt -l $$m; exit 1; }; (cd $$m && $$GO vet ./...) || exit 1; done
	$(Q). scripts/go-env.sh; test -z "$$(gofmt -l runtime-shim)" || { gofmt -l runtime-shim; exit 1; }

format:
	$(Q)clang-format -i $(C_FILES) $(H_FILES)
	$(Q). scripts/go-env.sh; gofmt -w $$(find runtime-shim $(GO_MODS) -name '*.go' -not -path '*/testdata/*')

cover:
	$(Q)$(MAKE) --no-print-directory COV=1 units
	$(Q)BUILD=$(O)/cov LAYERS="$(UNIT_LAYERS)" scripts/run-tests.sh unit
	$(Q)gcovr --root . --filter fuzzer/ --filter instrument/ $(O)/cov

# --- manual pages, installation ---------------------------------------------------------------

man: $(MANS)
$(O)/man/%: man/%.scd
	$(call msg,MAN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)scdoc <$< >$@

install: all man
	install -D $(B)/goknot $(DESTDIR)$(PREFIX)/bin/goknot
	$(foreach m,$(MANS),install -D -m 644 $(m) \
		$(DESTDIR)$(PREFIX)/share/man/man$(subst .,,$(suffix $(m)))/$(notdir $(m)) &&) true
	rm -rf $(DESTDIR)$(PREFIX)/share/goknot
	find instrument/helper runtime-shim -name testdata -prune -o -type f ! -name '*_test.go' \
		-exec install -D -m 644 {} $(DESTDIR)$(PREFIX)/share/goknot/{} ';'

help:
	@echo 'all         build $(B)/goknot'
	@echo 'run         set up, build, find and replay the deadlock of a bundled program'
	@echo 'test        set up, build, run every ring of tests'
	@echo 'check       every ring; check-unit check-san check-cli check-e2e check-go check-fuzz: one'
	@echo 'check-releases  Go tests and end-to-end ring with each supported Go release (fetched: some 300 MB each)'
	@echo 'fuzz        FUZZTIME=$(FUZZTIME) seconds of libFuzzer on each parser'
	@echo 'bench       the numbers that docs/ quotes'
	@echo 'lint format cover man install clean'
	@echo 'switches    V=1 O=dir SAN=address,undefined COV=1 PREFIX=$(PREFIX) DESTDIR='

clean:
	rm -rf $(O)

-include $(shell find $(O) -name '*.d' 2>/dev/null)
