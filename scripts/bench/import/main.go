// SPDX-License-Identifier: BSD-2-Clause

// Command bookings serves pages, for each of which it wants a slot, and asks itself for some of them. With -late the first
// page takes so long that its slot is taken back meanwhile, and is done when the next one has it.
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"example.org/bookings/slots"
)

func main() {
	os.Exit(run())
}

func run() int {
	late := flag.Bool("late", false, "the first page is late")
	pages := flag.Int("pages", 8, "how many are asked for")
	flag.Parse()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	pool := slots.New(1, 5*time.Millisecond)
	next := make(chan struct{})
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l := pool.Get()
		switch {
		case *late && r.URL.Path == "/0":
			<-next
		case *late && r.URL.Path == "/1":
			close(next)
		}
		if !*late || r.URL.Path != "/0" {
			time.Sleep(3 * time.Millisecond)
		}
		pool.Put(l)
		fmt.Fprintln(w, "booked")
	}))
	var wg sync.WaitGroup
	for i := range *pages {
		wg.Add(1)
		go func() {
			defer wg.Done()
			get(fmt.Sprintf("http://%s/%d", l.Addr(), i))
		}()
		time.Sleep(5 * time.Millisecond)
	}
	wg.Wait()
	pool.Close()
	return 0
}

func get(url string) {
	c := http.Client{Timeout: 200 * time.Millisecond}
	r, err := c.Get(url)
	if err != nil {
		return
	}
	io.Copy(io.Discard, r.Body)
	r.Body.Close()
}
