package live_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/stegvis/stegvis/interpreter/live"
)

// A service opens its folder once and asks Current for each request. A save with a fault changes nothing, and the
// status tells why.
func Example() {
	dir, err := os.MkdirTemp("", "workflows")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "ensam.toml")
	if err := os.WriteFile(file, []byte(alone("ensam", "1", 1)), 0o644); err != nil {
		panic(err)
	}

	l, err := live.Open(live.Config{Dir: dir})
	if err != nil {
		panic(err)
	}
	defer l.Close()
	changes := make(chan live.Change)
	l.Subscribe(func(c live.Change) { changes <- c })

	save := func(text string) { // in one step, as editors do: half a file is a change too
		if err := os.WriteFile(file+".new", []byte(text), 0o644); err != nil {
			panic(err)
		}
		if err := os.Rename(file+".new", file); err != nil {
			panic(err)
		}
	}
	title := func() string { return l.Current().Versions("ensam")[0].Model().Title.SV }
	fmt.Println(title())

	for _, text := range []string{"[model]\nid = \"ensam\"\n", alone("ensam", "1", 2)} {
		save(text)
		for _, m := range (<-changes).Models {
			fmt.Println(m.Key, m.Kind)
		}
		fmt.Println(title())
	}

	// Output:
	// Ensam 1
	// ensam@1 failed
	// Ensam 1
	// ensam@1 changed
	// ensam@1 healed
	// Ensam 2
}
