// Package cli is the command line: flags and their meaning, what is written for people and for programs, and exit
// codes. Results go to standard output, diagnostics and logs to standard error. It decides nothing about
// models or cases; that is for dsl and interpreter.
package cli

import (
	"context"
	"embed"
	"errors"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/charmbracelet/colorprofile"
	"github.com/spf13/cobra"

	"github.com/stegvis/stegvis/dsl/lang"
	"github.com/stegvis/stegvis/internal/build"
	"github.com/stegvis/stegvis/internal/store"
)

// Exit codes (DESIGN section 4).
const (
	exitFine   = 0
	exitFound  = 1 // what was asked found problems
	exitMisuse = 2 // wrong use
)

//go:embed catalogue/*.json
var catalogueFiles embed.FS

var catalogue = lang.Embedded(catalogueFiles)

// errFound ends a command that has told of problems and exits with 1.
var errFound = errors.New("problems were found")

// misuse is a wrong use of the command line; its text is already in the user's language.
type misuse struct{ text string }

func (m misuse) Error() string { return m.text }

// app is one run of the program.
type app struct {
	in       io.Reader
	out, err io.Writer
	raw      io.Writer // out as it is, for what is no text: out itself may drop what looks like colour
	lang     lang.Lang
	colour   bool // diagnostics on err are coloured

	workflows string
	logLevel  string
}

func (a *app) say(id string, args map[string]any) string { return catalogue.Text(a.lang, id, args) }

// Main runs the command line and returns the exit code.
func Main(args []string, in io.Reader, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() { signal.Reset(os.Interrupt) }) // who presses Ctrl-C a second time does not want to wait
	return Run(ctx, args, in, out, errOut)
}

// Run is Main with a context that can end a command which would go on, such as next --watch.
func Run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	a := &app{in: in, lang: chosenLang(args)}
	profiled := colorprofile.NewWriter(out, os.Environ())
	a.out, a.raw = profiled, out
	a.err = errOut
	a.colour = colorprofile.Detect(errOut, os.Environ()) > colorprofile.ASCII
	root := a.root(args)
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(a.out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	var wrong misuse
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, errFound):
		return exitFound
	case errors.As(err, &wrong):
		io.WriteString(errOut, wrong.text+"\n")
		return exitMisuse
	}
	io.WriteString(errOut, a.say("failed", map[string]any{"Error": err.Error()})+"\n")
	return exitFound
}

// chosenLang finds the language before the flags are read, since what is said about wrong flags needs it too.
func chosenLang(args []string) lang.Lang {
	code := os.Getenv("STEGVIS_LANG")
	for i, arg := range args {
		switch {
		case arg == "--":
			args = nil
		case arg == "--lang" && i+1 < len(args):
			code = args[i+1]
		case len(arg) > 7 && arg[:7] == "--lang=":
			code = arg[7:]
		}
		if args == nil {
			break
		}
	}
	if l, ok := lang.Parse(code); ok {
		return l
	}
	return lang.SV
}

type command struct {
	name, group string
	make        func(*app) *cobra.Command
}

// groups are what commands are for, in the order in which the help shows them. Their titles in the catalogue are help.group.ID.
var groups = []string{"ask", "write", "study", "run", "keep", "more"}

// commands are all that there are.
var commands = []command{
	{"next", "ask", (*app).nextCommand},
	{"check", "write", (*app).checkCommand},
	{"test", "write", (*app).testCommand},
	{"export", "write", (*app).exportCommand},
	{"cohort", "ask", (*app).cohortCommand},
	{"batch", "ask", (*app).batchCommand},
	{"verify", "study", (*app).verifyCommand},
	{"compare", "study", (*app).compareCommand},
	{"measure", "study", (*app).measureCommand},
	{"conform", "study", (*app).conformCommand},
	{"simulate", "study", (*app).simulateCommand},
	{"serve", "run", (*app).serveCommand},
	{"keys", "keep", (*app).keysCommand},
	{"audit", "keep", (*app).auditCommand},
	{"backup", "keep", (*app).backupCommand},
	{"restore", "keep", (*app).restoreCommand},
	{"rekey", "keep", (*app).rekeyCommand},
	{"migrate", "keep", (*app).migrateCommand},
	{"ready", "run", (*app).readyCommand},
	{"listen", "run", (*app).listenCommand},
}

// root makes the tree of commands, as far as a run with the arguments can need it.
func (a *app) root(args []string) *cobra.Command {
	c := &cobra.Command{
		Use: "stegvis", Short: a.say("root.short", nil), Long: a.say("root.long", nil),
		SilenceErrors: true, SilenceUsage: true,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return misuse{a.say("unknown-command", map[string]any{"Name": args[0], "Near": firstOf(c.SuggestionsFor(args[0]))})}
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.SuggestionsMinimumDistance = 2
	c.Version = a.version()
	c.SetVersionTemplate("{{.Version}}\n")
	c.PersistentFlags().StringVar(&a.workflows, "workflows", "", a.say("flag.workflows", nil))
	c.PersistentFlags().String("lang", "", a.say("flag.lang", nil))
	c.PersistentFlags().StringVar(&a.logLevel, "log-level", "", a.say("flag.log-level", nil))
	c.PersistentPreRunE = func(c *cobra.Command, _ []string) error {
		if code, _ := c.Flags().GetString("lang"); code != "" {
			if _, ok := lang.Parse(code); !ok {
				return misuse{a.say("unknown-lang", map[string]any{"Name": code})}
			}
		}
		return nil
	}
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return misuse{a.flagError(c, err)} })
	for _, g := range groups {
		c.AddGroup(&cobra.Group{ID: g, Title: a.say("help.group."+g, nil)})
	}
	c.SetHelpCommandGroupID("more")
	c.SetCompletionCommandGroupID("more")
	// Where one is called by its name, the others are not made: their texts take longer than many a command does.
	called := func(x command) bool { return len(args) > 0 && args[0] == x.name }
	one := slices.ContainsFunc(commands, called)
	for _, x := range commands {
		if !one || called(x) {
			made := x.make(a)
			made.GroupID = x.group
			c.AddCommand(made)
		}
	}
	c.CompletionOptions.DisableDefaultCmd = one
	a.translateHelp(c)
	return c
}

// version tells which version this is, of which commit, and in which form it keeps cases.
func (a *app) version() string {
	return a.say("version", map[string]any{"Version": build.Version(), "Commit": build.Commit(), "Form": store.NewestForm()})
}

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
