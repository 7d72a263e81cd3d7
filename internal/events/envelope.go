package events

import (
	"encoding/json"

	"github.com/cloudevents/sdk-go/v2/event"

	"github.com/stegvis/stegvis/dsl/calendar"
)

// EnvelopeJSON is the media type of an event in its structured form.
const EnvelopeJSON = "application/cloudevents+json"

// Data is what an event says of a case: ids and days.
type Data struct {
	Case    string        `json:"case"`
	Model   string        `json:"model"`
	Version string        `json:"version"`
	Hash    string        `json:"hash"`
	Step    string        `json:"step"`
	Actor   string        `json:"actor"`
	Due     *calendar.Day `json:"due"`
	Outcome string        `json:"outcome"`
}

// MarshalJSON writes the event as CloudEvents 1.0 does in its structured form.
func (e *Event) MarshalJSON() ([]byte, error) {
	x := event.New()
	x.SetID(e.ID)
	x.SetType(string(e.Type))
	x.SetSource("/v1/cases")
	x.SetSubject(e.Case)
	x.SetTime(e.At)
	data, err := json.Marshal(Data{e.Case, e.Model, e.Version, e.Hash, e.Step, e.Actor, e.Due, e.Outcome})
	if err != nil {
		return nil, err
	}
	if err := x.SetData(event.ApplicationJSON, json.RawMessage(data)); err != nil {
		return nil, err
	}
	return json.Marshal(x)
}
