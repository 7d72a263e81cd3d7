package remote_test

import (
	"context"
	"fmt"
	"net/http/httptest"
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
