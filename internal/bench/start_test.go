package bench

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

const hello = "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello\") }\n"

// BenchmarkStart runs a whole command an operation, from nothing: the next step of one case of FAROS, from the models
// that are built in; and a program that says hello.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	top, err := filepath.Abs(filepath.Join("..", ".."))
	must(b, err)
	must(b, os.WriteFile(filepath.Join(dir, "hello.go"), []byte(hello), 0o600))
	build := func(name, from, what string) string {
		out := filepath.Join(dir, name)
		cmd := exec.Command("go", "build", "-buildvcs=false", "-o", out, what)
		cmd.Dir = from
		if text, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, text)
		}
		return out
	}
	stegvis := build("stegvis", top, "./cmd/stegvis")
	helloWorld := build("hello", dir, "hello.go")
	one := filepath.Join(top, "examples", "cases", "follow-up-due-soon.json")
	each := func(by string, command ...string) {
		b.Run("by="+by, func(b *testing.B) {
			for range b.N {
				cmd := exec.Command(command[0], command[1:]...)
				cmd.Dir = dir
				if text, err := cmd.CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, text)
				}
			}
		})
	}
	each("stegvis", stegvis, "next", "--model", "faros", one)
	each("hello", helloWorld)
}
