package diag_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stegvis/stegvis/dsl/diag"
)

func TestJSONHasEveryKeyAndBothLanguages(t *testing.T) {
	speak(t)
	var buf bytes.Buffer
	l := severalFaults(t)
	l[3].Args["Near"] = "<å>"
	if err := l.WriteJSON(&buf); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/several.json", buf.Bytes())

	var indented, marshalled any
	if err := json.Unmarshal(buf.Bytes(), &indented); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(struct{ L diag.List }{l})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &marshalled); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(map[string]any{"L": indented}, marshalled) {
		t.Errorf("WriteJSON and MarshalJSON differ:\n%s\n%s", buf.Bytes(), data)
	}
}

func TestJSONOfNoFaultsIsAnEmptyArray(t *testing.T) {
	var l diag.List
	data, err := json.Marshal(l)
	if err != nil || string(data) != "[]" {
		t.Errorf("%s, %v", data, err)
	}
	var buf bytes.Buffer
	if err := l.WriteJSON(&buf); err != nil || buf.String() != "[]\n" {
		t.Errorf("%q, %v", buf.String(), err)
	}
}
