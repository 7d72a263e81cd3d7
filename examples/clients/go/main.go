// Command go lives through a case at a service, with the client that is generated from its OpenAPI document: it opens the case, records
// what becomes known, meets what can go wrong, and hears of what comes of it.
//
//	STEGVIS_URL=http://127.0.0.1:8080 STEGVIS_KEY=$(cat data/first.key) go run .
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
	_ "time/tzdata"

	"github.com/google/uuid"
	"github.com/tmaxmax/go-sse"

	"github.com/stegvis/stegvis/examples/clients/go/stegvis"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out := bufio.NewWriter(os.Stdout)
	err := live(ctx, out, os.Getenv("STEGVIS_URL"), os.Getenv("STEGVIS_KEY"))
	out.Flush()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// live tells the story of one case.
func live(ctx context.Context, out io.Writer, url, key string) error {
	service, err := stegvis.NewClient(url, stegvis.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+key)
		return nil
	}))
	if err != nil {
		return err
	}

	// Whoever follows before anything has happened misses nothing.
	follow, err := service.Events(ctx, nil, accept("text/event-stream"))
	if err != nil {
		return err
	}
	defer follow.Body.Close()

	// All that is wrong with a body is told at once, each fault with its place.
	_, err = answer(service.OpenCase(ctx, nil, stegvis.OpenCase{
		Model: "faros", Facts: map[string]any{"samtyke": true, "timmar_per_vecka": 60},
	}))
	if err := tellRefusal(out, err, http.StatusBadRequest); err != nil {
		return err
	}

	// A request that got no answer can be sent again with the same key: it has one effect.
	once := &stegvis.OpenCaseParams{IdempotencyKey: new(uuid.NewString())}
	first, err := answer(service.OpenCase(ctx, once, opening(time.Now())))
	if err != nil {
		return err
	}
	tell(out, "opened", first.Answer)
	again, err := answer(service.OpenCase(ctx, once, opening(time.Now())))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "sent again: the same case is %t\n", again.ID == first.ID)

	// A change says which revision it was made for, so that nobody's work is overwritten unseen.
	met := stegvis.RecordEntries{Facts: map[string]any{"uppfoljningsmote": day(time.Now(), -1)}}
	second, err := answer(service.Record(ctx, first.ID, &stegvis.RecordParams{IfMatch: &first.mark}, met))
	if err != nil {
		return err
	}
	tell(out, "recorded", second.Answer)

	// One for a revision that is no longer the newest is refused: read again, look, and send it anew.
	going := stegvis.RecordEntries{Facts: map[string]any{"fortsattning": "fortsatt"}}
	_, err = answer(service.Record(ctx, first.ID, &stegvis.RecordParams{IfMatch: &first.mark}, going))
	if err := tellRefusal(out, err, http.StatusPreconditionFailed); err != nil {
		return err
	}
	now, err := answer(service.Case(ctx, first.ID, nil))
	if err != nil {
		return err
	}
	third, err := answer(service.Record(ctx, first.ID, &stegvis.RecordParams{IfMatch: &now.mark}, going))
	if err != nil {
		return err
	}
	tell(out, "read again, then recorded", third.Answer)

	// What was answered before can be asked for at any time.
	then, err := answer(service.CaseNext(ctx, first.ID, &stegvis.CaseNextParams{Known: &first.Changed}))
	if err != nil {
		return err
	}
	tell(out, "as it was answered at first", then.Answer)

	ended, err := answer(service.CloseCase(ctx, first.ID, nil, stegvis.Reason{Why: new("an example")}))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "closed: revision %d, %s\n", ended.Revision, ended.State)
	return hear(out, follow, first.ID)
}

// opening is a case whose follow-up meeting is due in two weeks.
func opening(now time.Time) stegvis.OpenCase {
	ago := func(n int) string { return day(now, -n) }
	return stegvis.OpenCase{Model: "faros", Facts: map[string]any{
		"arbetsformaga_nedsatt": true, "medicinskt_underlag": ago(300), "fardigutredd": true, "kan_forbattras": true,
		"sassam_utredning": ago(290), "behov_av_insatser": true, "timmar_per_vecka": 12, "personligt_mote": ago(280), "egen_uppfattning": ago(280),
		"beredning": ago(200), "beredning_enig": true, "beredning_beslut": "samverkan", "samverkan_start": ago(190),
		"arbetsformedlare_utsedd": ago(190), "samordnare_utsedd": ago(190), "information_lamnad": ago(185), "trepartssamtal": ago(180),
		"ersattning_klargjord": true, "nivabedomning": ago(100), "handlingsplan": ago(90), "introduktion_start": ago(70),
		"aktiviteter": []string{"formedling", "foretagsforlagd"}, "senaste_kontakt": ago(3),
	}}
}

// day is n days from now, where the service is.
func day(now time.Time, n int) string {
	return now.In(stockholm()).AddDate(0, 0, n).Format(time.DateOnly)
}

var stockholm = sync.OnceValue(func() *time.Location {
	at, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		panic(err) // the zones are built in
	}
	return at
})

func accept(kind string) stegvis.RequestEditorFn {
	return func(_ context.Context, r *http.Request) error {
		r.Header.Set("Accept", kind)
		return nil
	}
}

// caseAnswer is what the service said of a case, and the mark of the revision that it is.
type caseAnswer struct {
	stegvis.Answer
	mark string
}

// problem is an answer that is none, as an error.
type problem struct{ stegvis.Problem }

func (p *problem) Error() string { return fmt.Sprintf("%d %s: %s", p.Status, p.Code, p.Detail) }

// answer reads what the service said of a case.
func answer(r *http.Response, err error) (*caseAnswer, error) {
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	if r.StatusCode >= 300 {
		p := &problem{}
		if err := json.NewDecoder(r.Body).Decode(&p.Problem); err != nil {
			return nil, fmt.Errorf("no answer, and no problem either: %s", r.Status)
		}
		return nil, p
	}
	a := &caseAnswer{mark: r.Header.Get("ETag")}
	if err := json.NewDecoder(r.Body).Decode(&a.Answer); err != nil {
		return nil, err
	}
	return a, nil
}

// tellRefusal tells of the problem that must have come.
func tellRefusal(out io.Writer, err error, status int64) error {
	var p *problem
	if !errors.As(err, &p) || p.Status != status {
		return fmt.Errorf("it should have been refused with %d: %w", status, err)
	}
	fmt.Fprintf(out, "refused: %d %s\n", p.Status, p.Code)
	for _, f := range p.Faults {
		fmt.Fprintf(out, "  %s %s\n", *f.Pointer, f.Code)
	}
	return nil
}

// hear tells of the events of the case, as far as the one that must come.
func hear(out io.Writer, follow *http.Response, id string) error {
	if follow.StatusCode != http.StatusOK {
		return fmt.Errorf("the events cannot be followed: %s", follow.Status)
	}
	for message, err := range sse.Read(follow.Body, nil) {
		if err != nil {
			return err
		}
		if message.Data == "" {
			continue // the stream only says that it lives
		}
		var e stegvis.CloudEvent
		if err := json.Unmarshal([]byte(message.Data), &e); err != nil {
			return err
		}
		if e.Subject != id {
			continue
		}
		what := strings.TrimPrefix(string(e.Type), "se.stegvis.")
		fmt.Fprintf(out, "heard: %s\n", strings.TrimSpace(what+" "+e.Data.Step))
		if what == "step.passed" {
			return nil
		}
	}
	return errors.New("the stream of events ended")
}

// tell writes how a case stands.
func tell(out io.Writer, what string, a stegvis.Answer) {
	fmt.Fprintf(out, "%s: revision %d, %s\n", what, a.Revision, a.Decision.Status)
	for _, n := range a.Decision.Next {
		left := ""
		if n.DaysLeft != nil {
			left = fmt.Sprintf(", %d days left (%s)", *n.DaysLeft, n.Time)
		}
		fmt.Fprintf(out, "  %s by %s%s\n", n.Step, n.Actor, left)
	}
	for _, m := range a.Decision.Missing {
		fmt.Fprintf(out, "  missing: %s\n", m.Fact)
	}
}
