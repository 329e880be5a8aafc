// SPDX-License-Identifier: BSD-2-Clause

package main

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
	ch <- 1; where()
//line gen/parser.y:100
	ch <- 2; where()
/*line other.y:7:3*/	ch <- 3; where(); fmt.Println(<-ch, <-ch)
	<-ch; where()
}
