package main

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// reform writes a backup as another version would have: IN OUT FORM PROGRAM. It knows the form 7, before subscriptions had several
// secrets and the parties of erased cases were known; of another form the backup only says that it is one.
func reform(args []string) int {
	if err := reformed(args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func reformed(args []string) (err error) {
	if len(args) != 4 {
		return errors.New("reform IN OUT FORM PROGRAM")
	}
	form, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	in, err := zip.OpenReader(args[0])
	if err != nil {
		return err
	}
	defer in.Close()
	f, err := os.Create(args[1])
	if err != nil {
		return err
	}
	out := zip.NewWriter(f)
	defer func() { err = errors.Join(err, out.Close(), f.Close()) }()
	newer := []string{"subscription_secrets", "erased_parties"} // than 7
	for _, part := range in.File {
		name := part.Name
		if form == 7 && slices.Contains(newer, strings.TrimSuffix(name, ".ndjson")) {
			continue
		}
		r, err := part.Open()
		if err != nil {
			return err
		}
		w, err := out.Create(name)
		if err != nil {
			return err
		}
		enc := json.NewEncoder(w)
		for dec := json.NewDecoder(r); ; {
			var row map[string]any
			dec.UseNumber()
			if err := dec.Decode(&row); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return err
			}
			switch {
			case name == "manifest.json":
				row["schema"], row["program"] = form, args[3]
			case name == "subscriptions.ndjson" && form == 7:
				row["old_secret"], row["old_until"] = nil, nil
			}
			if err := enc.Encode(row); err != nil {
				return err
			}
		}
		r.Close()
	}
	return nil
}
