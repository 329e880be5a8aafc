// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"fmt"
	"sync"
)

func main() {
	ch := make(chan int, 9)
	var mu sync.Mutex
	n := 0
again:
	ch <- n
	n++
	if n < 3 {
		goto again
	}
spawn:
	go func() {}()
	if n++; n < 6 {
		goto spawn
	}
one:
two:
	select {
	case v := <-ch:
		if v > 0 {
			break two
		}
		goto one
	}
retry:
	select {
	case v := <-ch:
		if n++; n < 9 {
			ch <- v
			goto retry
		}
		ch <- max(v, 1)
		ch <- cap(append([]int(nil), v)[:0:0])
	}
lock: mu.Lock()
	goto unlock
unlock: defer mu.Unlock()
	if n < 0 {
		goto lock
	}
end:
	for v := range ch {
		if v == 2 {
			break end
		}
		continue end
	}
	fmt.Println(n, len(ch))
	goto last
last:
}
