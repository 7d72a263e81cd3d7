package cohort

import (
	_ "embed"

	"github.com/go-json-experiment/json"
)

//go:embed weights.json
var weightsFile []byte

// weight says how a fact of the vocabulary is drawn. All figures are of a thousand, and made up. A fact without a weight is
// not known when a case opens; of its values, each is as likely as the others.
type weight struct {
	AtStart    int            `json:"at_start"`    // how often it is known, or has happened, when a case opens
	Yes        int            `json:"yes"`         // a bool: how often it is true
	Values     map[string]int `json:"values"`      // an enum: how its values share; a set: how often it has each value
	Ranges     [][3]int       `json:"ranges"`      // an int: from, to, and the share of that range
	DaysBefore []int          `json:"days_before"` // a date or event: the fewest and most days before the case opens
}

// weights is the table of weights.json.
var weights = func() map[string]weight {
	var table struct {
		About string            `json:"about"`
		Facts map[string]weight `json:"facts"`
	}
	if err := json.Unmarshal(weightsFile, &table, json.RejectUnknownMembers(true)); err != nil {
		panic("cohort: weights.json: " + err.Error())
	}
	return table.Facts
}()
