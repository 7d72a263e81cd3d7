package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stegvis/stegvis/dsl/diag"
)

// flagError puts what is wrong with a flag into the user's language.
func (a *app) flagError(c *cobra.Command, err error) string {
	var unknown *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		var names []string
		add := func(f *pflag.Flag) { names = append(names, f.Name) }
		c.Flags().VisitAll(add)
		c.InheritedFlags().VisitAll(add)
		return a.say("flag-unknown", map[string]any{
			"Name": unknown.GetSpecifiedName(), "Near": diag.Suggest(unknown.GetSpecifiedName(), names), "Command": c.CommandPath(),
		})
	case errors.As(err, &bare):
		return a.say("flag-bare", map[string]any{"Name": bare.GetSpecifiedName(), "Command": c.CommandPath()})
	case errors.As(err, &invalid):
		return a.say("flag-invalid", map[string]any{"Name": invalid.GetFlag().Name, "Value": invalid.GetValue(), "Command": c.CommandPath()})
	}
	return a.say("flag-wrong", map[string]any{"Command": c.CommandPath()})
}

// translateHelp gives cobra's own words in the user's language.
func (a *app) translateHelp(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd("next")
	root.InitDefaultVersionFlag()
	root.Flags().Lookup("version").Usage = a.say("help.version", nil)
	words := strings.NewReplacer(
		"Usage:", a.say("help.usage", nil), "Aliases:", a.say("help.aliases", nil), "Examples:", a.say("help.examples", nil),
		"Available Commands:", a.say("help.commands", nil), "Additional Commands:", a.say("help.commands", nil),
		"Global Flags:", a.say("help.global-flags", nil), "Flags:", a.say("help.flags", nil),
		"{{.CommandPath}} [command]", "{{.CommandPath}} "+a.say("help.command-line", nil),
		"Additional help topics:", a.say("help.topics", nil),
		`Use "{{.CommandPath}} [command] --help" for more information about a command.`, a.say("help.more", map[string]any{"Command": "{{.CommandPath}}"}),
	)
	root.SetUsageTemplate(words.Replace(root.UsageTemplate()))
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		c.InitDefaultHelpFlag()
		c.DisableFlagsInUseLine = true
		if f := c.Flags().Lookup("help"); f != nil {
			f.Usage = a.say("help.flag", nil)
		}
		switch c.Name() {
		case "help":
			c.Short = a.say("help.short", nil)
		case "completion":
			c.Short = a.say("completion.short", nil)
		}
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit(root)
}
