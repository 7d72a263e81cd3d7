package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"
	"github.com/spf13/cobra"
	"golang.org/x/text/unicode/norm"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/internal/access"
	"github.com/stegvis/stegvis/internal/door"
	"github.com/stegvis/stegvis/internal/httpapi"
	"github.com/stegvis/stegvis/internal/store"
	"github.com/stegvis/stegvis/interpreter"
)

func (a *app) keysCommand() *cobra.Command {
	c := a.group("keys", "keys")
	c.AddCommand(a.keysAddCommand(), a.keysListCommand(), a.keysRevokeCommand(), a.keysSubjectCommand())
	return c
}

// newKey is the key that is asked for, as it is written.
type newKey struct {
	title, actor, party, expires string
	roles                        []string
	ofParty                      bool // a party is written, be it an empty one
}

func (a *app) keysAddCommand() *cobra.Command {
	var k keptFlags
	var n newKey
	c := &cobra.Command{
		Use: "add --title TITLE --role ROLE", Short: a.say("keys.add.short", nil), Long: a.say("keys.add.long", nil), Example: a.say("keys.add.examples", nil), Args: a.noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			n.ofParty = c.Flags().Changed("party")
			return a.keysAdd(c.Context(), k, n)
		},
	}
	f := c.Flags()
	a.keptFlags(f, &k)
	f.StringVar(&n.title, "title", "", a.say("keys.flag.title", nil))
	f.StringSliceVar(&n.roles, "role", nil, a.say("keys.flag.role", map[string]any{"Known": door.KnownRoles()}))
	f.StringVar(&n.actor, "actor", "", a.say("keys.flag.actor", nil))
	f.StringVar(&n.party, "party", "", a.say("keys.flag.party", nil))
	f.StringVar(&n.expires, "expires", "", a.say("keys.flag.expires", nil))
	return c
}

// keysAdd gives out a key.
func (a *app) keysAdd(ctx context.Context, k keptFlags, n newKey) error {
	c, err := a.keptSettings(k)
	if err != nil {
		return err
	}
	n.actor = norm.NFC.String(n.actor)
	key, wrong := a.readKey(n, time.Now())
	if n.actor != "" {
		missing, err := a.missingActor(n.actor)
		if err != nil {
			return err
		}
		wrong = append(wrong, missing...)
	}
	if len(wrong) > 0 {
		return misuse{strings.Join(wrong, "\n")}
	}
	s, err := a.existingStore(ctx, c.kept)
	if err != nil {
		return err
	}
	defer s.Close()
	var given *door.Key
	var text string
	if err := s.InTx(ctx, func(tx *store.Tx) (err error) {
		given, text, err = door.Give(tx, key)
		return err
	}); err != nil {
		return a.hindered(c.kept, err)
	}
	if _, err := fmt.Fprintln(a.out, text); err != nil {
		return err
	}
	args := map[string]any{"ID": given.ID, "Roles": joined(given.Roles), "Actor": given.Actor, "Party": given.Party, "Expires": ""}
	if day := given.LastDay(); day != nil {
		args["Expires"] = day.String()
	}
	fmt.Fprintln(a.err, a.say("keys.given", args))
	return nil
}

// readKey reads the key that is asked for, and tells everything that is wrong with it.
func (a *app) readKey(n newKey, now time.Time) (key door.Key, wrong []string) {
	key = door.Key{Title: strings.TrimSpace(n.title), Actor: n.actor, Party: n.party, CreatedBy: localSubject}
	add := func(id string, args map[string]any) { wrong = append(wrong, a.say(id, args)) }
	for _, name := range n.roles {
		switch role := access.Role(name); {
		case !slices.Contains(access.Roles, role):
			add("keys.unknown-role", map[string]any{"Name": name, "Near": door.NearRole(name), "Known": door.KnownRoles()})
		case !slices.Contains(key.Roles, role):
			key.Roles = append(key.Roles, role)
		}
	}
	if n.expires != "" {
		day, ok := lastDay(n.expires, calendar.Today(now))
		if !ok {
			add("keys.bad-expires", map[string]any{"Text": n.expires})
		} else {
			end := door.EndOf(day)
			key.Expires = &end
		}
	}
	fault := key.Fault(now)
	if n.ofParty && n.party == "" { // as of a variable that is not set: a service without a party sees every case
		fault = errors.Join(fault, door.ErrNoParty)
	}
	for _, f := range []struct {
		err  error
		id   string
		told bool // it follows from what is told already
	}{
		{door.ErrNoTitle, "keys.no-title", false}, {door.ErrNoRole, "keys.no-role", len(n.roles) > 0}, {door.ErrActor, "keys.needs-actor", len(n.roles) == 0},
		{door.ErrNoParty, "keys.bad-party", false}, {door.ErrPersonal, "keys.personal", false}, {door.ErrPast, "keys.past", false},
	} {
		if errors.Is(fault, f.err) && !f.told {
			add(f.id, map[string]any{"Text": n.expires, "Known": door.KnownRoles()})
		}
	}
	return key, wrong
}

var manyDays = regexp.MustCompile(`^([0-9]{1,4})d$`)

// lastDay reads a day, or a time from today on: 90d, "3 months", P1Y.
func lastDay(text string, today calendar.Day) (calendar.Day, bool) {
	if day, ok := calendar.Parse(text); ok {
		return day, true
	}
	if m := manyDays.FindStringSubmatch(text); m != nil {
		n, err := strconv.Atoi(m[1])
		return today + calendar.Day(n), err == nil
	}
	d, ok := calendar.ParseDuration(text)
	return today.Add(d), ok
}

// missingActor tells of an actor that no model has: a key for it would open nothing.
func (a *app) missingActor(actor string) (wrong []string, err error) {
	dir, err := a.folder()
	if err != nil {
		return nil, err
	}
	known := actorsOf(a.load(dir).set)
	if slices.Contains(known, actor) {
		return nil, nil
	}
	return []string{a.say("keys.unknown-actor", map[string]any{"Name": actor, "Near": diag.Suggest(actor, known), "Known": strings.Join(known, ", "), "Folder": dir})}, nil
}

// actorsOf lists the actors of the models.
func actorsOf(set *interpreter.Set) (out []string) {
	for _, p := range set.Programs() {
		for _, x := range p.Model().Actors {
			out = append(out, x.ID)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (a *app) keysListCommand() *cobra.Command {
	var k keptFlags
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: a.say("keys.list.short", nil), Long: a.say("keys.list.long", nil), Example: a.say("keys.list.examples", nil), Args: a.noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return a.keysList(c.Context(), k, asJSON) },
	}
	a.keptFlags(c.Flags(), &k)
	c.Flags().BoolVar(&asJSON, "json", false, a.say("keys.flag.json", nil))
	return c
}

// keysList lists the keys that were given out.
func (a *app) keysList(ctx context.Context, k keptFlags, asJSON bool) error {
	s, err := a.openStore(ctx, k)
	if err != nil {
		return err
	}
	defer s.Close()
	var keys []door.Key
	if err := s.View(ctx, func(tx *store.Tx) (err error) {
		keys, err = door.List(tx)
		return err
	}); err != nil {
		return err
	}
	if asJSON {
		return a.keysJSON(keys)
	}
	if len(keys) == 0 {
		fmt.Fprintln(a.out, a.say("keys.none", nil))
		return nil
	}
	var heads []string
	for _, id := range []string{"id", "title", "roles", "given", "opens"} {
		heads = append(heads, a.say("keys.column."+id, nil))
	}
	t := table.New().Border(lipgloss.NormalBorder()).BorderRow(true).Width(tableWidth).Wrap(true).Headers(heads...).
		StyleFunc(func(row, _ int) lipgloss.Style {
			if row == table.HeaderRow {
				return strong.Padding(0, 1)
			}
			return lipgloss.NewStyle().Padding(0, 1)
		})
	for i := range keys {
		t.Row(a.keyRow(&keys[i], time.Now())...)
	}
	fmt.Fprintln(a.out, t.Render())
	return nil
}

// keyRow shows a key in a line of a table.
func (a *app) keyRow(k *door.Key, now time.Time) []string {
	roles := joined(k.Roles)
	if k.Actor != "" {
		roles += " " + k.Actor
	}
	if k.Party != "" {
		roles += " (" + k.Party + ")"
	}
	args := map[string]any{"Day": "", "State": "open"}
	switch day := k.LastDay(); {
	case k.Revoked != nil:
		args["State"], args["Day"] = "revoked", calendar.Today(*k.Revoked).String()
	case day != nil && !k.Expires.After(now):
		args["State"], args["Day"] = "expired", day.String()
	case day != nil:
		args["State"], args["Day"] = "until", day.String()
	}
	return []string{k.ID, k.Title, roles, a.say("keys.by", map[string]any{"Day": calendar.Today(k.Created).String(), "By": k.CreatedBy}), a.say("keys.opens", args)}
}

func joined(roles []access.Role) string {
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = string(r)
	}
	return strings.Join(out, ", ")
}

// keysJSON writes the keys as JSON, as GET /v1/keys does.
func (a *app) keysJSON(keys []door.Key) error {
	out := []httpapi.Key{}
	for i := range keys {
		out = append(out, httpapi.KeyOf(&keys[i]))
	}
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

func (a *app) keysSubjectCommand() *cobra.Command {
	var k keptFlags
	var issuer string
	c := &cobra.Command{
		Use: "subject --issuer ADDRESS", Short: a.say("keys.subject.short", nil), Long: a.say("keys.subject.long", nil), Example: a.say("keys.subject.examples", nil), Args: a.noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return a.keysSubject(c.Context(), k, issuer) },
	}
	a.keptFlags(c.Flags(), &k)
	c.Flags().StringVar(&issuer, "issuer", "", a.say("keys.flag.issuer", nil))
	return c
}

// keysSubject tells what the audit log calls those whom the identity provider knows by the names on standard input. They can be
// personal numbers, which should not stand in the history of a shell.
func (a *app) keysSubject(ctx context.Context, k keptFlags, issuer string) error {
	c, err := a.keptSettings(k)
	if err != nil {
		return err
	}
	if issuer == "" {
		issuer = c.door.tokens.Issuer
	}
	if issuer == "" {
		return misuse{a.say("keys.no-issuer", nil)}
	}
	s, err := a.existingStore(ctx, c.kept)
	if err != nil {
		return err
	}
	defer s.Close()
	text, err := io.ReadAll(io.LimitReader(a.in, 1<<20))
	if err != nil {
		return err
	}
	subs := strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' || r == '\r' })
	if len(subs) == 0 {
		return misuse{a.say("keys.no-subject", nil)}
	}
	for _, sub := range subs {
		fmt.Fprintln(a.out, door.SubjectOf(s.Digest, issuer, sub))
	}
	return nil
}
