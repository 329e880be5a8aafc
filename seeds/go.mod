// SPDX-License-Identifier: BSD-2-Clause

module goknot.example/seeds

go 1.23
