// SPDX-License-Identifier: BSD-2-Clause

//go:build !race

package runtime

// Without -race: nothing.

func knotRaceAttach() {}
func knotRaceSkip()   {}
func knotRaceTake()   {}
func knotRaceExit()   {}
func knotRaceRunEnd() {}

func knotMemRequest()  {}
func knotMemRunBegin() {}
