// SPDX-License-Identifier: BSD-2-Clause

package sites

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestOpNumbers: the numbers and names are those of the C header.
func TestOpNumbers(t *testing.T) {
	abi, err := os.ReadFile("../../../../fuzzer/wire/abi.h")
	if err != nil {
		t.Fatal(err)
	}
	inHeader := make(map[string]int)
	for _, m := range regexp.MustCompile(`(?m)^#define KNOT_OP_(\w+) (\d+)`).FindAllStringSubmatch(string(abi), -1) {
		n, err := strconv.Atoi(m[2])
		if err != nil {
			t.Fatal(err)
		}
		inHeader[strings.ToLower(m[1])] = n
	}
	for op, name := range names {
		if n, ok := inHeader[name]; !ok || n != int(op) {
			t.Errorf("%s is %d here, %d in abi.h (found: %v)", name, op, n, ok)
		}
	}
}

// The values come from the definition in fuzzer/base/hash.h, computed apart from this code.
func TestHash(t *testing.T) {
	for _, c := range []struct {
		key  Key
		nth  int
		want uint32
	}{
		{Key{"example.com/m", "a.go", 12, Send}, 0, 967927015},
		{Key{"main", "main.go", 1, Go}, 3, 4103170734},
	} {
		if got := c.key.Hash(c.nth); got != c.want {
			t.Errorf("%+v %d: %d, want %d", c.key, c.nth, got, c.want)
		}
	}
}

func TestHashed(t *testing.T) {
	for op, want := range map[Op]Op{Range: Recv, SelRecv: Recv, SelSend: Send, WGGo: Go, Lock: Lock, SelDefault: SelDefault} {
		if got := op.Hashed(); got != want {
			t.Errorf("%s hashes as %s, want %s", op, got, want)
		}
	}
}

// collision searches two keys with one hash; among 200,000 there are about five pairs.
func collision(t *testing.T) (Key, Key) {
	seen := make(map[uint32]Key)
	for line := range 200000 {
		k := Key{strconv.Itoa(line * 2654435761), "f.go", line, Recv}
		h := k.Hash(0)
		if other, ok := seen[h]; ok {
			return other, k
		}
		seen[h] = k
	}
	t.Fatal("no collision found")
	return Key{}, Key{}
}

func TestNumber(t *testing.T) {
	a, b := collision(t)
	sel := &Site{Key: Key{"p", "f.go", 1, Select}}
	list := []*Site{{Key: a}, {Key: b}, {Key: a}, sel, {Key: Key{"p", "f.go", 2, Recv}, Select: sel}}
	notes := Number(list)
	// Keys that collide once in their beginning do so for every nth: the third site has to move on as well.
	if list[0].ID != a.Hash(0) || list[1].ID != b.Hash(1) || list[2].ID != a.Hash(2) {
		t.Errorf("got %d %d %d", list[0].ID, list[1].ID, list[2].ID)
	}
	if len(notes) != 2 {
		t.Errorf("notes %q", notes)
	}
	if list[4].Parent == 0 || list[4].Parent != sel.ID {
		t.Errorf("parent %d, select %d", list[4].Parent, sel.ID)
	}
}

func TestEncode(t *testing.T) {
	table := Table{
		Module: "m",
		Sites: []*Site{
			{ID: 2, Pkg: "b", File: "/b.go", Line: 1, Op: Lock},
			{ID: 1, Pkg: "a", File: "/a.go", Line: 9, Col: 3, Op: Send, Prim: `m["<k>"]`, Func: "F", After: true},
		},
	}
	got, err := table.Encode()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"version":1,"module":"m",
"sites":[
{"id":1,"pkg":"a","file":"/a.go","line":9,"col":3,"op":"send","prim":"m[\"<k>\"]","func":"F","parent":0,"after":true},
{"id":2,"pkg":"b","file":"/b.go","line":1,"col":0,"op":"lock","prim":"","func":"","parent":0,"after":false}],
"unplaced":[],
"packages":[]}
`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
