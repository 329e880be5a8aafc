// SPDX-License-Identifier: BSD-2-Clause
module goknot/helper

go 1.23
