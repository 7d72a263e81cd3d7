package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stegvis/stegvis/internal/cli"
)

// A log that comes through a pipe may never end; whoever stops the command does not wait for it.
func TestConformStopsWhileItWaitsForTheLog(t *testing.T) {
	for _, flags := range [][]string{nil, {"--sort"}} {
		in, log := io.Pipe()
		ctx, stop := context.WithCancel(context.Background())
		var out, errOut bytes.Buffer
		done := make(chan int)
		go func() {
			args := append([]string{"conform", "--lang", "en", "--mapping", "../../examples/eventlog/faros-csv.mapping.toml", "-"}, flags...)
			done <- cli.Run(ctx, args, in, &out, &errOut)
		}()
		fmt.Fprint(log, "arende;aktivitet;tid;livscykel;enhet;kontor;arbetsformaga_nedsatt;enig;beslut;timmar\n")
		fmt.Fprint(log, "a;Beredning;2026-01-01;complete;;;;;;\n")
		stop()
		if code := <-done; code != 1 || out.Len() > 0 || strings.TrimSpace(errOut.String()) != "Stopped before it was done." {
			t.Errorf("%v: exit code %d\n%s%s", flags, code, out.String(), errOut.String())
		}
	}
}
