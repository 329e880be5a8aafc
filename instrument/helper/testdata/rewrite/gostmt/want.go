//line /src/gostmt/in.go:1:1
// SPDX-License-Identifier: BSD-2-Clause

package main; import goknot_hook "structs"; import goknot_hook_sync "sync"

import (
	"fmt"
	"sync"
)

type server struct{ wg sync.WaitGroup }

func (s *server) serve(n int, out chan<- int) {
	defer goknot_hook.DM(1573971882, 19, (*goknot_hook_sync.WaitGroup).Done, &s.wg)
	out <- goknot_hook.P(650521541, 4, n); goknot_hook.E(650521541, 4)
}

func work[T any](v T, wg *sync.WaitGroup) { goknot_hook.P(4235856806, 19, wg).Done(); goknot_hook.E(4235856806, 19) }

func main() {
	s := new(server)
	out := make(chan int, 10)
	in := make(chan int, 1)
	goknot_hook.P(2787280628, 4, in) <- 7; goknot_hook.E(2787280628, 4)
	goknot_hook.P(2871655267, 18, &s.wg).Add(3); goknot_hook.E(2871655267, 18)
	goknot_hook.B(3813435835, 26); go s.serve(1, out); goknot_hook.A(3813435835, 26)
	goknot_hook.B(3092096592, 26); go s.serve(goknot_hook.EV(438447135, 5, <-goknot_hook.P(438447135, 5, in)), out); goknot_hook.A(3092096592, 26) // the receive runs here
	goknot_hook.B(1183777785, 26); go func(n int) {
		s.serve(n, out)
		goknot_hook.B(108049815, 26); go func() { goknot_hook.P(367695509, 4, out) <- 1; goknot_hook.E(367695509, 4) }(); goknot_hook.A(108049815, 26)
	}(2); goknot_hook.A(1183777785, 26)
	goknot_hook.P(2826897922, 20, &s.wg).Wait(); goknot_hook.E(2826897922, 20)
	var mu sync.Mutex
	goknot_hook.P(2602209537, 12, &mu).Lock()
	goknot_hook.B(3839561901, 26); go goknot_hook.D(3140308221, 13, mu.Unlock); goknot_hook.A(3839561901, 26)
	goknot_hook.P(389584231, 12, &mu).Lock()
	goknot_hook.P(2985632178, 18, &s.wg).Add(1); goknot_hook.E(2985632178, 18)
	goknot_hook.B(1319553406, 26); go work[int](1, &s.wg); goknot_hook.A(1319553406, 26)
	goknot_hook.P(400419335, 20, &s.wg).Wait(); goknot_hook.E(400419335, 20)
	goknot_hook.B(1290280760, 26); go goknot_hook.F1(2861759057, 18, s.wg.Add)(0); goknot_hook.A(1290280760, 26)
	switch {
	default: goknot_hook.B(1681087917, 26); go fmt.Sprint(); goknot_hook.A(1681087917, 26)
	}
	sum := 0
	for range 4 {
		sum += <-goknot_hook.P(4033671180, 5, out); goknot_hook.E(4033671180, 5)
	}
	fmt.Println(sum)
}
