// SPDX-License-Identifier: BSD-2-Clause

// Record is what goknot record is measured on: an HTTP server, and who asks it, as two processes.
//
//	record serve [-trace file]          prints its address; ends, with exit code 0, when its standard input does
//	record load -addr a -for 3s -n 16   prints requests per second, wrong answers, ns of its CPU time
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"html/template"
	"io"
	"net"
	"net/http"
	"os"
	"runtime/trace"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A page of a shop, say: a template with 50 rows, compressed.
var page = template.Must(template.New("page").Parse(`<html><title>{{.Title}}</title><table>
{{range .Rows}}<tr class="{{if .Even}}even{{else}}odd{{end}}"><td>{{.ID}}</td><td>{{.Name}}</td><td>{{printf "%.2f" .Price}}</td></tr>
{{end}}</table></html>`))

var writers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

type row struct {
	ID    int
	Name  string
	Price float64
	Even  bool
}

func servePage(w http.ResponseWriter, id int) {
	rows := make([]row, 50)
	for i := range rows {
		rows[i] = row{id + i, fmt.Sprint("thing <", id*i, ">"), float64(i) * 1.25, i%2 == 0}
	}
	w.Header().Set("Content-Type", "text/html")
	w.Header().Set("Content-Encoding", "gzip")
	z := writers.Get().(*gzip.Writer)
	defer writers.Put(z)
	z.Reset(w)
	defer z.Close()
	page.Execute(z, map[string]any{"Title": id, "Rows": rows})
}

// A store like that of many services: a map behind a lock, and one goroutine that writes what was asked for down.
type store struct {
	mu      sync.Mutex
	entries map[int]string
	log     chan int
	logged  map[int]int
}

type answer struct {
	ID    int
	Value string
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.URL.Query().Get("id"))
	if err != nil {
		http.Error(w, "no id", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	value, ok := s.entries[id]
	if !ok {
		value = fmt.Sprint("value of ", id)
		s.entries[id] = value
	}
	s.mu.Unlock()
	s.log <- id
	if r.URL.Path == "/page" {
		servePage(w, id)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(answer{id, value})
}

func (s *store) write() {
	for id := range s.log {
		s.logged[id]++
	}
}

func serve(args []string) error {
	flags := flag.NewFlagSet("serve", flag.ExitOnError)
	traced := flags.String("trace", "", "write the execution trace of the runtime to `file`")
	flags.Parse(args)
	if *traced != "" {
		f, err := os.Create(*traced)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := trace.Start(f); err != nil {
			return err
		}
		defer trace.Stop()
	}
	s := &store{entries: map[int]string{}, log: make(chan int, 64), logged: map[int]int{}}
	go s.write()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	go http.Serve(l, s)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func ask(client *http.Client, addr, path string, id int) bool {
	r, err := client.Get(fmt.Sprint("http://", addr, path, "?id=", id))
	if err != nil {
		return false
	}
	defer r.Body.Close()
	if path == "/page" {
		all, err := io.ReadAll(r.Body)
		return err == nil && bytes.HasSuffix(all, []byte("</html>")) && bytes.Contains(all, []byte(fmt.Sprint("<td>", id+49, "</td>")))
	}
	var a answer
	return json.NewDecoder(r.Body).Decode(&a) == nil && a == answer{id, fmt.Sprint("value of ", id)}
}

func load(args []string) error {
	flags := flag.NewFlagSet("load", flag.ExitOnError)
	addr := flags.String("addr", "", "of the server")
	length := flags.Duration("for", 3*time.Second, "how long to ask")
	n := flags.Int("n", 16, "clients")
	path := flags.String("path", "/", "what to ask for: / or /page")
	flags.Parse(args)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: *n}}
	var good, bad atomic.Int64
	var wg sync.WaitGroup
	begin := time.Now()
	for c := range *n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for id := c; time.Since(begin) < *length; id += *n {
				if ask(client, *addr, *path, id%1000) {
					good.Add(1)
				} else {
					bad.Add(1)
				}
			}
		}()
	}
	wg.Wait()
	rate := float64(good.Load()) / time.Since(begin).Seconds()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return err
	}
	cpu := time.Duration(used.Utime.Nano() + used.Stime.Nano())
	fmt.Printf("%.0f %d %d\n", rate, bad.Load(), cpu.Nanoseconds())
	return nil
}

func run() int {
	modes := map[string]func([]string) error{"serve": serve, "load": load}
	if len(os.Args) < 2 || modes[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "record: serve or load")
		return 2
	}
	if err := modes[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		return 1
	}
	return 0
}

func main() { os.Exit(run()) }
