//line /src/linedir/in.go:1:1
// SPDX-License-Identifier: BSD-2-Clause

package main; import goknot_hook "structs"

import (
	"fmt"
	"runtime"
)

func where() {
	_, file, line, _ := runtime.Caller(1)
	for i := len(file) - 1; i > 0; i-- {
		if file[i] == '/' {
			file = file[i+1:]
			break
		}
	}
	fmt.Println(file, line)
}

func main() {
	ch := make(chan int, 3)
	goknot_hook.P(2837613485, 4, ch) <- 1; goknot_hook.E(2837613485, 4); where()
//line gen/parser.y:100
	goknot_hook.P(2147259014, 4, ch) <- 2; goknot_hook.E(2147259014, 4); where()
/*line other.y:7:3*/	goknot_hook.P(515969695, 4, ch) <- 3; goknot_hook.E(515969695, 4); where(); fmt.Println(goknot_hook.EV(673183024, 5, <-goknot_hook.P(673183024, 5, ch)), goknot_hook.EV(689960643, 5, <-goknot_hook.P(689960643, 5, ch)))
	<-goknot_hook.P(29040765, 5, ch); goknot_hook.E(29040765, 5); where()
}
