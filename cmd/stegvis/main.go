// Command stegvis answers "what next for this case?" from a region's model for coordinated rehabilitation, and
// helps those who write such models. See the README, or run it without arguments.
package main

import (
	"os"

	"github.com/stegvis/stegvis/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
