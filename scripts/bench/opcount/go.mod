// SPDX-License-Identifier: BSD-2-Clause
module goknot.example/opcount

go 1.23
