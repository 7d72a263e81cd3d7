package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// ask is the command `ask ADDRFILE METHOD PATH [BODY] [NAME:VALUE…]` of the scripts: it waits for the service whose address
// is in the file, sends it the file BODY, or nothing where that is -, and prints the status, the headers of ours, and the
// answer.
func ask(args []string) int {
	if len(args) < 3 {
		fmt.Fprintln(os.Stderr, "ask ADDRFILE METHOD PATH [BODY] [NAME:VALUE…]")
		return 2
	}
	var addr []byte
	for end := time.Now().Add(3 * time.Minute); len(addr) == 0; time.Sleep(10 * time.Millisecond) {
		var err error
		if addr, err = os.ReadFile(args[0]); err != nil && time.Now().After(end) {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	var body io.Reader
	if len(args) > 3 && args[3] != "-" {
		text, err := os.ReadFile(args[3])
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		body = strings.NewReader(string(text))
	}
	asks, scheme, err := client()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	r, err := http.NewRequest(args[1], scheme+strings.TrimSpace(string(addr))+args[2], body)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range args[min(4, len(args)):] {
		name, value, _ := strings.Cut(h, ":")
		r.Header.Set(name, value)
	}
	res, err := asks.Do(r)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer res.Body.Close()
	fmt.Println(res.StatusCode)
	for _, name := range []string{"Content-Type", "Content-Language", "Stegvis-Model", "Stegvis-Version"} {
		if value := res.Header.Get(name); value != "" {
			fmt.Println(name + ": " + value)
		}
	}
	io.Copy(os.Stdout, res.Body)
	return 0
}

// until is the command `until ADDRFILE PATH TEXT`: it asks until the answer has the text.
func until(args []string) int {
	addr, err := os.ReadFile(args[0])
	for end := time.Now().Add(3 * time.Minute); len(addr) > 0 && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		var res *http.Response
		if res, err = http.Get("http://" + strings.TrimSpace(string(addr)) + args[1]); err != nil {
			continue
		}
		answer, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if strings.Contains(string(answer), args[2]) {
			return 0
		}
	}
	fmt.Fprintln(os.Stderr, "it never says so:", args[2], err)
	return 1
}
