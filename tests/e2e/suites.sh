#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Suites of testify: each method is a subtest that -run selects, and a failed assertion is told in its own words.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

GO=${GOKNOT_GO:-go}
module suite example.org/suite
cat >suite/s_test.go <<'GO'
package suite

import (
	"testing"

	"github.com/stretchr/testify/suite"
)

type Suite struct {
	suite.Suite
	state string
}

func (s *Suite) SetupSuite()    { s.state = "suite" }
func (s *Suite) SetupTest()     { s.state += " test" }
func (s *Suite) TearDownTest()  { s.state = "suite" }
func (s *Suite) TearDownSuite() { s.state = "" }

func race() string {
	c := make(chan string, 2)
	go func() { c <- "a" }()
	go func() { c <- "b" }()
	first := <-c
	<-c
	return first
}

func (s *Suite) TestGood() {
	race()
	s.Equal("suite test", s.state)
}

func (s *Suite) TestSkips() { s.T().Skip("not here") }

func (s *Suite) TestRace() { s.Equal("a", race()) }

func (s *Suite) TestSub() {
	s.Run("one", func() { s.Require().NotEmpty(s.state) })
	s.Run("two", func() { s.Require().Equal("a", race()) })
}

func TestSuite(t *testing.T) { suite.Run(t, new(Suite)) }
GO
if ! (cd suite && timeout 60 "$GO" get github.com/stretchr/testify/suite@v1.10.0) >"$work/get" 2>&1; then
	skip "testify's suites" "the module cannot be had here: $(tail -1 "$work/get")"
	done_testing
fi

# What suites import is the greater part of the standard library: building it is not what is measured by time-outs.
timeout 500 "$GOKNOT" fuzz -C suite -o campaign -quiet -run TestSuite/Good -fuzztime 1x >"$work/built" 2>&1 || true

fuzz() { # flags...
	rm -rf campaign
	goknot fuzz -C suite -o campaign -json -quiet -seed 1 -parallel 1 "$@"
}

fuzz -run 'TestSuite/(Good|Skips)' -fuzztime 300x
expect_rc 0 "good methods"
expect "good methods: $(cat out)" test "$(events summary '.[0] | .findings == 0 and .rejected == 0 and .listed == 0
	and .set_aside == 0 and .runs >= 300')" = true
while read -r run line; do
	fuzz -run "$run" -first -fuzztime 2000x
	expect_rc 1 "$run"
	expect "$run: $(cat out)" test "$(events finding '.[0] | [.test, .title, .message] | join("|")')" = \
		"$run|fail: s_test.go:$line|in $run: Not equal: expected: \"a\" actual  : \"b\""
	goknot replay -C suite -o campaign -n 3 -json campaign/crashes/*.crash
	expect "$run: replay: $(cat out)" test "$(events replay '.[0] | .reproduced == 3 and .same_hash == 3')" = true
done <<'END'
TestSuite/TestRace 35
TestSuite/TestSub/two 39
END
done_testing
