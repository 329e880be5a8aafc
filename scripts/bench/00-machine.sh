#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What the numbers below were measured on.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

cat <<TEXT
## The machine

* $(date -u +%F), goknot $("$GOKNOT" version | cut -d ' ' -f 2), commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown)
* $(nproc) cores: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(awk '/MemTotal/ { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo), Linux $(uname -r)
* $("$GO" version | cut -d ' ' -f 3), $(gcc --version | head -1)
* load average at the start: $(cut -d ' ' -f 1-3 /proc/loadavg)

TEXT
