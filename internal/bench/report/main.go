// Command report tells what benchmarks have measured: it reads their output and writes the tables of the pages about
// performance anew, in both languages, each between its marks. What is claimed, and which benchmarks show it, stands in
// claims.go; the rest of the pages is written by hand.
//
//	go run ./report OUTPUT PAGE.en.md PAGE.sv.md
//
// The output can be that of several runs, one after another. A ratio is one of medians. Exit code: 0 when the pages are
// written, whatever they say; 1 when benchmarks are lacking or a page is not as it must be; 2 on wrong use.
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "use: report OUTPUT PAGE.en.md PAGE.sv.md")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

func run(from, inEnglish, inSwedish string) error {
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	defer file.Close()
	o, err := read(file, from)
	if err != nil {
		return err
	}
	if lacking := o.lacks(); len(lacking) > 0 {
		return fmt.Errorf("%s lacks these benchmarks, so that the pages are left as they are:\n  %s", from, strings.Join(lacking, "\n  "))
	}
	if err := rewrite(inEnglish, english.tables(o)); err != nil {
		return err
	}
	return rewrite(inSwedish, swedish.tables(o))
}

func rewrite(name string, tables map[string]string) error {
	page, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	filled, err := fill(string(page), tables)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return os.WriteFile(name, []byte(filled), 0o644)
}
