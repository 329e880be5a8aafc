// SPDX-License-Identifier: BSD-2-Clause

package main

import "fmt"

var goknot_hook = 1

func main() {
	goknot_hook2 := 2
	ch := make(chan int, 1)
	ch <- goknot_hook2
	fmt.Println(<-ch, goknot_hook)
}
