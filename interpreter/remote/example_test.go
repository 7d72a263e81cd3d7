package remote_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"time"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/interpreter"
	"github.com/stegvis/stegvis/interpreter/remote"
	"github.com/stegvis/stegvis/workflows"
)

// A program asks the service as it would ask the library.
func Example() {
	address, stop := somewhere()
	defer stop()

	models := remote.New(address).With(context.Background())
	c := interpreter.NewCase("4711")
	c.Set("arbetsformaga_nedsatt", true)
	c.Set("samtycke", true)
	day, _ := calendar.Parse("2026-03-01")
	var faults diag.List
	d := models.Decide(c, interpreter.Query{Model: "faros", At: &day, Lang: lang.EN}, &faults)
	if d == nil {
		fmt.Println(faults[0].Message(lang.EN))
		return
	}
	fmt.Println(d.Status, d.Next[0].Title)

	// Output:
	// open Needs assessment
}

// A program has its cases kept elsewhere. A change names the revision that it was made from, so that nothing is overwritten unseen, and
// a fault names the fact.
func ExampleClient_Cases() {
	address, key, stop := keptSomewhere()
	defer stop()

	cases := (&remote.Client{URL: address, Key: key}).Cases(context.Background())
	cases.Lang = lang.EN
	k, err := cases.Open(remote.Opening{Model: "faros", Facts: map[string]any{"arbetsformaga_nedsatt": true, "samtycke": true}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(k.Decision.Next[0].Title)

	_, err = cases.Record(k.ID, k.Revision, remote.Change{Facts: map[string]any{"fardigutred": true}})
	if p := (*remote.Problem)(nil); errors.As(err, &p) {
		fmt.Println(p.Code, p.Faults[0].Message, *p.Faults[0].Hint)
	}

	for c, err := range cases.List(remote.Filter{Model: "faros", Actor: "fk"}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(c.State, c.Steps[0].Step)
	}

	// Output:
	// Needs assessment
	// body-at-fault the model `faros` has no fact called `fardigutred` Did you mean `fardigutredd`?
	// open behovsbedomning
}

// somewhere starts the service that the example asks.
func somewhere() (address string, stop func()) {
	var faults diag.List
	set := interpreter.NewSet(dsl.Load(dsl.ReadFS(workflows.FS, &faults)))
	service, err := httpapi.New(httpapi.Options{Models: httpapi.Fixed(set, time.Now())})
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(service.Handler())
	return server.URL, server.Close
}

// keptSomewhere starts one that keeps cases, and gives a key to it.
func keptSomewhere() (address, key string, stop func()) {
	folder, err := os.MkdirTemp("", "stegvis")
	if err != nil {
		panic(err)
	}
	h, key, end, err := keepIn(folder)
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(h)
	return server.URL, key, func() {
		server.Close()
		if err := errors.Join(end(), os.RemoveAll(folder)); err != nil {
			panic(err)
		}
	}
}
