package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/export"
	"github.com/stegvis/stegvis/interpreter"
)

// exportOptions are the flags of export.
type exportOptions struct {
	format, model, version, file string
	width                        int
}

func (a *app) exportCommand() *cobra.Command {
	var o exportOptions
	c := &cobra.Command{
		Use:   "export --format F --model M [-o FILE]",
		Short: a.say("export.short", nil), Long: a.say("export.long", map[string]any{"Formats": a.formats()}), Example: a.say("export.examples", nil),
		Args: func(c *cobra.Command, args []string) error {
			switch {
			case o.model == "":
				return misuse{a.say("export.no-model", nil)}
			case o.format == "":
				return misuse{a.say("export.no-format", map[string]any{"Formats": a.formats()})}
			case len(args) > 0:
				return misuse{a.say("export.argument", map[string]any{"Text": args[0]})}
			case c.Flags().Changed("width") && (o.width < export.NarrowestWidth || o.width > export.WidestWidth || o.format != "svg"):
				return misuse{a.say("export.width", map[string]any{"Least": export.NarrowestWidth, "Most": export.WidestWidth})}
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return a.export(o) },
	}
	f := c.Flags()
	f.StringVarP(&o.format, "format", "f", "", a.say("export.flag.format", nil))
	f.StringVarP(&o.model, "model", "m", "", a.say("export.flag.model", nil))
	f.StringVar(&o.version, "version", "", a.say("export.flag.version", nil))
	f.IntVar(&o.width, "width", 0, a.say("export.flag.width", nil))
	f.StringVarP(&o.file, "output", "o", "", a.say("export.flag.output", nil))
	return c
}

// formats lists the forms that a model can be written in, a line for each.
func (a *app) formats() string {
	var lines []string
	width := 0
	for _, f := range export.Formats() {
		width = max(width, len(f.Name))
	}
	for _, f := range export.Formats() {
		lines = append(lines, fmt.Sprintf("  %-*s  %s", width, f.Name, f.Title(a.lang)))
	}
	return strings.Join(lines, "\n")
}

// export writes a model in another form.
func (a *app) export(o exportOptions) error {
	format, err := export.Find(o.format)
	var unknown export.UnknownFormat
	if errors.As(err, &unknown) {
		return misuse{a.say("export.unknown-format", map[string]any{"Name": unknown.Name, "Near": unknown.Near, "Formats": a.formats()})}
	}
	if err != nil {
		return err
	}
	dir, err := a.folder()
	if err != nil {
		return err
	}
	q := interpreter.Query{Model: o.model, Version: o.version, Today: calendar.Today(time.Now()), Lang: a.lang}
	l := a.loadFor(dir, q)
	if err := a.missingModel(l, q); err != nil {
		return err
	}
	var faults diag.List
	r := export.Request{Model: l.set.Choose(interpreter.NewCase(""), q, &faults), Versions: l.set.Versions(o.model), Lang: a.lang, Width: o.width}
	if o.file == "" {
		return format.Write(a.out, r)
	}
	var b bytes.Buffer
	if err := format.Write(&b, r); err != nil {
		return err
	}
	if err := writeWhole(o.file, b.Bytes()); err != nil {
		return errors.New(a.say("export.cannot-write", map[string]any{"Path": o.file}))
	}
	return nil
}

// writeWhole puts the text in place of the file in one move, so that nobody reads half of it and a failure leaves what was
// there. What is no ordinary file (a pipe, a terminal) is written to as it is.
func writeWhole(path string, text []byte) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(path, text, 0)
	}
	if err == nil { // what a link leads to is replaced, not the link
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	}
	beside := fmt.Sprintf("%s.%d.new", path, os.Getpid())
	f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer os.Remove(beside) // gone already where all went well
	if info != nil {
		err = f.Chmod(info.Mode().Perm())
	}
	if err == nil {
		_, err = f.Write(text)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(beside, path)
}
