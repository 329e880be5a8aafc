#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# git bisect run finds the commit that a bug came with, by the schedule that was found at the last one: past commits that
# move its lines, and one that does not build.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

if ! command -v git >/dev/null; then
	skip "git bisect run goknot replay" "there is no git"
	done_testing
fi
export GIT_CONFIG_GLOBAL=$work/gitconfig GIT_CONFIG_NOSYSTEM=1
git config --global user.name goknot
git config --global user.email goknot@example.org
git config --global init.defaultBranch main

module m example.org/account
take() { # twin
	cp "$root/seeds/abba/$1/$1.go" m/account.go
	cp "$root/seeds/abba/$1/$1_test.go" m/account_test.go
	sed -i "s/^package $1/package account/; s|goknot.example/seeds/abba/$1|example.org/account|" m/*.go
}
commit() { git -C m add -A && git -C m commit -qm "$1"; }

git -C m init -q
take fixed
commit "1 transfers"
first=$(git -C m rev-parse HEAD)
sed -i 's/^import/\/\/ Money moves.\n\nimport/' m/account.go
commit "2 a comment"
printf '\n// Zero is nothing.\nfunc (a *Account) Zero() bool { return a.Balance() == 0 }\n' >>m/account.go
commit "3 a method"
echo 'func broken( {' >>m/account.go
commit "4 does not build"
take fixed
sed -i 's/^import/\/\/ Money moves, and more is to come.\n\/\/ See there.\n\nimport/' m/account.go
commit "5 builds again"
take buggy
commit "6 no order of locks any more"
bad=$(git -C m rev-parse HEAD)
sed -i 's/^import/\/\/ Money moves.\n\/\/ See there.\n\/\/ And here.\n\nimport/' m/account*.go
commit "7 comments"
printf '\n// Zero is nothing.\nfunc (a *Account) Zero() bool { return a.Balance() == 0 }\n' >>m/account.go
commit "8 a method"

goknot fuzz -C m -o "$work/campaign" -quiet -seed 1 -fuzztime 1000x -first ./...
expect_rc 1 "fuzzing"
crash=$(echo "$work"/campaign/crashes/TestABBA-deadlock-*.crash)
git -C m bisect start HEAD "$first" >/dev/null
git -C m bisect run "$GOKNOT" replay -bisect -quiet -o "$work/build" "$crash" >bisect.out 2>&1 || true
expect "the first bad commit: $(cat bisect.out)" grep -qx "$bad is the first bad commit" bisect.out
expect "that which does not build was not skipped: $(git -C m bisect log)" \
	grep -q "# skip: .* 4 does not build" <(git -C m bisect log)

# What is not about the revision ends the bisection.
goknot replay -bisect -C m -o "$work/build" "$work/none.crash"
expect_rc 130 "no such file"
echo rubbish >"$work/bad.crash"
goknot replay -bisect -C m -o "$work/build" "$work/bad.crash"
expect_rc 130 "no crash file"
# And what is, does not.
rm m/account_test.go
goknot replay -bisect -C m -o "$work/build" "$crash"
expect_rc 125 "a test is gone"
done_testing
