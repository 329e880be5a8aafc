//line /src/shadow/in.go:1:1
// SPDX-License-Identifier: BSD-2-Clause

package main; import goknot_hook3 "structs"

import "fmt"

var goknot_hook = 1

func main() {
	goknot_hook2 := 2
	ch := make(chan int, 1)
	ch <- goknot_hook3.P(2665900864, 4, goknot_hook2); goknot_hook3.E(2665900864, 4)
	fmt.Println(goknot_hook3.EV(1813482807, 5, <-goknot_hook3.P(1813482807, 5, ch)), goknot_hook)
}
