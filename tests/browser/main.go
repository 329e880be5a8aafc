// SPDX-License-Identifier: BSD-2-Clause

// Browser opens pages in a headless Chromium and does with them what the lines of its standard input say, one answer
// a line where there is one to give:
//
//	size WIDTH HEIGHT     of the window
//	media light|dark      the colours that the user prefers
//	scripts on|off
//	open FILE[#FRAGMENT]  and wait until it is loaded
//	eval EXPRESSION       its value as JSON; a promise is waited for
//	key NAME [shift]      press and let go
//	shot FILE.png [full]  what the window shows, or the whole page
//	requests              every address that was asked for since open, but for the page itself: a JSON list
//	complaints            errors, refusals and messages on the console, and dialogs: a JSON list
//
// It ends with 77 when there is no Chromium.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const patience = 30 * time.Second

func main() {
	path := find()
	if path == "" {
		fmt.Fprintln(os.Stderr, "browser: there is no chromium")
		os.Exit(77)
	}
	if err := run(path, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "browser:", err)
		os.Exit(1)
	}
}

func find() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

func run(path string, in io.Reader, out io.Writer) error {
	home, err := os.MkdirTemp("", "browser")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	c, err := start(path, home)
	if err != nil {
		return err
	}
	defer c.stop()
	p, err := newPage(c)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		answer, err := p.do(line)
		if err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
		if answer != "" {
			fmt.Fprintln(out, answer)
		}
	}
	return lines.Err()
}

// A page is one tab and what has been heard from it.
type page struct {
	c          *connection
	session    string
	loaded     bool
	requests   []string
	complaints []string
}

func newPage(c *connection) (*page, error) {
	p := &page{c: c}
	var created struct{ TargetID string }
	if err := c.call("", "Target.createTarget", object{"url": "about:blank"}, &created, nil); err != nil {
		return nil, err
	}
	var attached struct{ SessionID string }
	err := c.call("", "Target.attachToTarget", object{"targetId": created.TargetID, "flatten": true}, &attached, nil)
	if err != nil {
		return nil, err
	}
	p.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		if err := p.call(domain+".enable", object{}, nil); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *page) call(method string, params object, result any) error {
	return p.c.call(p.session, method, params, result, p.hear)
}

func (p *page) do(line string) (string, error) {
	verb, rest, _ := strings.Cut(line, " ")
	words := strings.Fields(rest)
	need := map[string]int{"size": 2, "media": 1, "scripts": 1, "key": 1, "shot": 1}
	if len(words) < need[verb] {
		return "", errors.New("too few words")
	}
	switch verb {
	case "size":
		w, werr := strconv.Atoi(words[0])
		h, herr := strconv.Atoi(words[1])
		return "", errors.Join(werr, herr, p.call("Emulation.setDeviceMetricsOverride",
			object{"width": w, "height": h, "deviceScaleFactor": 1, "mobile": false}, nil))
	case "media":
		return "", p.call("Emulation.setEmulatedMedia",
			object{"features": []object{{"name": "prefers-color-scheme", "value": words[0]}}}, nil)
	case "scripts":
		return "", p.call("Emulation.setScriptExecutionDisabled", object{"value": words[0] == "off"}, nil)
	case "open":
		return "", p.open(rest)
	case "eval":
		return p.eval(rest)
	case "key":
		return "", p.key(words[0], len(words) > 1 && words[1] == "shift")
	case "shot":
		return "", p.shot(words[0], len(words) > 1 && words[1] == "full")
	case "requests":
		return list(p.requests)
	case "complaints":
		return list(p.complaints)
	}
	return "", errors.New("unknown")
}

func list(texts []string) (string, error) {
	b, err := json.Marshal(append([]string{}, texts...))
	return string(b), err
}

func (p *page) open(name string) error {
	file, fragment, _ := strings.Cut(name, "#")
	path, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	u := url.URL{Scheme: "file", Path: path, Fragment: fragment}
	p.loaded, p.requests, p.complaints = false, nil, nil
	// Of two addresses that differ in the fragment only, the second would load nothing.
	if err := p.call("Page.navigate", object{"url": "about:blank"}, nil); err != nil {
		return err
	}
	for !p.loaded {
		if err := p.c.listen(p.hear); err != nil {
			return err
		}
	}
	p.loaded, p.requests, p.complaints = false, nil, nil
	var answer struct{ ErrorText string }
	if err := p.call("Page.navigate", object{"url": u.String()}, &answer); err != nil {
		return err
	}
	if answer.ErrorText != "" {
		return errors.New(answer.ErrorText)
	}
	for !p.loaded {
		if err := p.c.listen(p.hear); err != nil {
			return err
		}
	}
	if len(p.requests) > 0 && strings.HasPrefix(p.requests[0], (&url.URL{Scheme: "file", Path: path}).String()) {
		p.requests = p.requests[1:]
	}
	return nil
}

func (p *page) eval(expression string) (string, error) {
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	err := p.call("Runtime.evaluate", object{"expression": expression, "returnByValue": true, "awaitPromise": true}, &answer)
	if err == nil && answer.ExceptionDetails != nil {
		err = errors.New(answer.ExceptionDetails.Text + " " + answer.ExceptionDetails.Exception.Description)
	}
	if answer.Result.Value == nil {
		return "null", err
	}
	return string(answer.Result.Value), err
}

func (p *page) key(name string, shift bool) error {
	codes := map[string]int{"Tab": 9, "Enter": 13, "PageUp": 33, "PageDown": 34, "End": 35, "Home": 36, "ArrowLeft": 37,
		"ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
	params := object{"type": "rawKeyDown", "key": name, "code": name, "windowsVirtualKeyCode": codes[name], "modifiers": 0}
	if name == "Space" {
		params["key"], params["text"], params["windowsVirtualKeyCode"] = " ", " ", 32
	}
	if len(name) == 1 {
		params["text"], params["windowsVirtualKeyCode"] = name, int(strings.ToUpper(name)[0])
	}
	if name == "Enter" {
		params["text"] = "\r"
	}
	if params["text"] != nil {
		params["type"] = "keyDown"
	}
	if shift {
		params["modifiers"] = 8
	}
	if err := p.call("Input.dispatchKeyEvent", params, nil); err != nil {
		return err
	}
	delete(params, "text")
	params["type"] = "keyUp"
	return p.call("Input.dispatchKeyEvent", params, nil)
}

func (p *page) shot(file string, full bool) error {
	var answer struct{ Data string }
	err := p.call("Page.captureScreenshot", object{"format": "png", "captureBeyondViewport": full}, &answer)
	if err != nil {
		return err
	}
	data, err := base64.StdEncoding.DecodeString(answer.Data)
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o666)
}

// Hear takes note of what the page tells of its own accord.
func (p *page) hear(m *message) {
	var e struct {
		Type    string
		Message string
		Args    []struct{ Value, Description any }
		Entry   struct{ Source, Text string }
		Request struct{ URL string }

		ExceptionDetails struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	if json.Unmarshal(m.Params, &e) != nil {
		return
	}
	complain := func(parts ...string) { p.complaints = append(p.complaints, strings.Join(parts, ": ")) }
	switch m.Method {
	case "Page.loadEventFired":
		p.loaded = true
	case "Network.requestWillBeSent":
		p.requests = append(p.requests, e.Request.URL)
	case "Page.javascriptDialogOpening":
		complain("dialog", e.Message)
		// Nobody waits for the answer: it comes while another is waited for.
		p.c.send(p.session, "Page.handleJavaScriptDialog", object{"accept": false})
	case "Log.entryAdded":
		complain(e.Entry.Source, e.Entry.Text)
	case "Runtime.exceptionThrown":
		complain("exception", e.ExceptionDetails.Text, e.ExceptionDetails.Exception.Description)
	case "Runtime.consoleAPICalled":
		complain("console", e.Type, fmt.Sprint(e.Args))
	}
}

type object = map[string]any

// A message of the DevTools protocol, in either direction.
type message struct {
	ID        int                       `json:"id,omitempty"`
	SessionID string                    `json:"sessionId,omitempty"`
	Method    string                    `json:"method,omitempty"`
	Params    json.RawMessage           `json:"params,omitempty"`
	Result    json.RawMessage           `json:"result,omitempty"`
	Error     *struct{ Message string } `json:"error,omitempty"`
}

// A connection is the pipe to a browser: messages in JSON, each with a NUL byte behind it.
type connection struct {
	cmd      *exec.Cmd
	to       *os.File
	incoming chan *message
	next     int
}

func start(path, home string) (*connection, error) {
	fromUs, to, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	from, toUs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(path, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
		"--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--no-first-run",
		"--remote-debugging-pipe", "--user-data-dir="+home)
	cmd.ExtraFiles = []*os.File{fromUs, toUs}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	fromUs.Close()
	toUs.Close()
	c := &connection{cmd: cmd, to: to, incoming: make(chan *message, 1024)}
	go c.read(from)
	return c, nil
}

func (c *connection) read(from io.Reader) {
	r := bufio.NewReader(from)
	for {
		text, err := r.ReadBytes(0)
		if err != nil {
			close(c.incoming)
			return
		}
		m := new(message)
		if json.Unmarshal(bytes.TrimRight(text, "\x00"), m) == nil {
			c.incoming <- m
		}
	}
}

func (c *connection) stop() {
	c.send("", "Browser.close", object{})
	c.to.Close()
	done := make(chan error, 1)
	go func() { done <- c.cmd.Wait() }()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		c.cmd.Process.Kill()
		<-done
	}
}

func (c *connection) send(session, method string, params object) (int, error) {
	c.next++
	raw, err := json.Marshal(params)
	if err != nil {
		return 0, err
	}
	text, err := json.Marshal(&message{ID: c.next, SessionID: session, Method: method, Params: raw})
	if err != nil {
		return 0, err
	}
	_, err = c.to.Write(append(text, 0))
	return c.next, err
}

func (c *connection) receive() (*message, error) {
	select {
	case m, ok := <-c.incoming:
		if !ok {
			return nil, errors.New("the browser has gone")
		}
		return m, nil
	case <-time.After(patience):
		return nil, errors.New("the browser says nothing")
	}
}

// Listen waits for one message that nobody asked for.
func (c *connection) listen(hear func(*message)) error {
	m, err := c.receive()
	if err == nil && m.Method != "" {
		hear(m)
	}
	return err
}

func (c *connection) call(session, method string, params object, result any, hear func(*message)) error {
	id, err := c.send(session, method, params)
	for err == nil {
		var m *message
		m, err = c.receive()
		switch {
		case err != nil:
		case m.ID == id && m.Error != nil:
			return errors.New(m.Error.Message)
		case m.ID == id && result != nil:
			return json.Unmarshal(m.Result, result)
		case m.ID == id:
			return nil
		case m.Method != "" && hear != nil:
			hear(m)
		}
	}
	return err
}
