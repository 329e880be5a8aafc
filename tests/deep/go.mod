// SPDX-License-Identifier: BSD-2-Clause

module goknot.example/deep

go 1.23
