//line /src/labels/in.go:1:1
// SPDX-License-Identifier: BSD-2-Clause

package main; import goknot_hook "structs"; import goknot_hook_sync "sync"

import (
	"fmt"
	"sync"
)

func main() {
	ch := make(chan int, 9)
	var mu sync.Mutex
	n := 0
again:
	ch <- goknot_hook.P(3800718458, 4, n); goknot_hook.E(3800718458, 4)
	n++
	if n < 3 {
		goto again
	}
spawn:
	goknot_hook.B(2207716703, 26); go func() {}(); goknot_hook.A(2207716703, 26)
	if n++; n < 6 {
		goto spawn
	}
one:
two:
	select {
	case v := <-goknot_hook.S(3982768095, 2931969105, 10, ch): goknot_hook.A(2931969105, 10);
		if v > 0 {
			break two
		}
		goto one
	}
retry:
	select {
	case v := <-goknot_hook.S(1525083088, 3931007984, 10, ch): goknot_hook.A(3931007984, 10);
		if n++; n < 9 {
			ch <- goknot_hook.P(142047219, 4, v); goknot_hook.E(142047219, 4)
			goto retry
		}
		goknot_hook.P(3371568471, 4, ch) <- max(v, 1); goknot_hook.E(3371568471, 4)
		ch <- goknot_hook.P(3030758981, 4, cap(append([]int(nil), v)[:0:0])); goknot_hook.E(3030758981, 4)
	}
lock: goknot_hook.P(3045738859, 12, &mu).Lock()
	goto unlock
unlock: defer goknot_hook.DM(870670714, 13, (*goknot_hook_sync.Mutex).Unlock, &mu)
	if n < 0 {
		goto lock
	}
end:
	for v := range goknot_hook.P(2868729865, 5, ch) { goknot_hook.A(2868729865, 5);
		if v == 2 {
			break end
		}
		continue end
	}
	fmt.Println(n, len(ch))
	goto last
last:
}
