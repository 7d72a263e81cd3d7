package rule

import (
	"slices"
	"strings"

	"github.com/stegvis/stegvis/dsl/calendar"
	"github.com/stegvis/stegvis/dsl/diag"
)

// constant types true, false and numbers.
func (c *checker) constant(n *node) *Expr {
	e := c.build(n, OpConst, Type{})
	switch n.form {
	case formBool:
		e.Type.Kind = Bool
		e.Value = n.value
	case formInt:
		v := float64(n.value)
		e.Type = Type{Kind: Int, Min: v, Max: v}
		e.Value = n.value
	default:
		e.Type = Type{Kind: Number, Min: n.number, Max: n.number}
		e.Number = n.number
	}
	return e
}

// literal types a text in quotes by what it stands beside.
func (c *checker) literal(n *node, context *Type) *Expr {
	if context == nil {
		c.fail(n, "rule-text-alone", diag.Args{"Text": n.name})
		return c.invalid(n)
	}
	switch context.Kind {
	case Enum, Set:
		i := slices.Index(context.Values, n.name)
		if i < 0 {
			c.fail(n, "rule-unknown-value", unknownValue(n.name, context.Values))
			return c.invalid(n)
		}
		e := c.build(n, OpConst, Type{Kind: Enum, Values: context.Values})
		e.Value = int64(i)
		return e
	case Date, Event:
		return c.day(n)
	case Text:
		e := c.build(n, OpConst, Type{Kind: Text})
		e.Name = n.name
		return e
	case Bool:
		want := otherWords[strings.ToLower(n.name)]
		if want != "true" && want != "false" {
			want = ""
		}
		c.fail(n, "rule-quoted-bool", diag.Args{"Text": n.name, "Want": want})
	case Int, Number:
		args := diag.Args{"Text": n.name, "Want": ""}
		if n.name != "" && strings.Trim(n.name, "0123456789.") == "" {
			args["Want"] = n.name
		}
		c.fail(n, "rule-quoted-number", args)
	}
	return c.invalid(n)
}

func unknownValue(name string, values []string) diag.Args {
	list, more := listed(values)
	return diag.Args{"Value": name, "Near": diag.Suggest(name, values), "Values": list, "More": more}
}

// listed joins names for a message, the first dozen of them, and counts the rest.
func listed(names []string) (string, int) {
	const most = 12
	shown := names[:min(len(names), most)]
	quoted := make([]string, len(shown))
	for i, n := range shown {
		quoted[i] = "`" + n + "`"
	}
	return strings.Join(quoted, ", "), len(names) - len(shown)
}

// day types a text in quotes that stands beside a date.
func (c *checker) day(n *node) *Expr {
	d, ok := calendar.Parse(n.name)
	if !ok {
		code := "rule-date-form"
		if isoDate(n.name) {
			code = "rule-date-missing"
		}
		c.fail(n, code, diag.Args{"Text": clip(n.name)})
		return c.invalid(n)
	}
	e := c.build(n, OpConst, Type{Kind: Date})
	e.Value = int64(d)
	return e
}

// isoDate tells whether s has the form YYYY-MM-DD, whether or not there is such a day.
func isoDate(s string) bool {
	if len(s) != len("2006-01-02") {
		return false
	}
	for i, r := range []byte(s) {
		if dash := i == 4 || i == 7; dash != (r == '-') || !dash && (r < '0' || r > '9') {
			return false
		}
	}
	return true
}

// list types the literals in square brackets, each of which is compared with something of the type t.
func (c *checker) list(n *node, t Type) *Expr {
	if t.Kind == Event {
		t = Type{Kind: Date}
	}
	out := c.build(n, OpList, t)
	if len(n.args) == 0 {
		c.fail(n, "rule-list-empty", nil)
		out.Op = OpInvalid
		return out
	}
	for _, a := range n.args {
		e := c.element(a, t)
		out.Args = append(out.Args, e)
		for i, before := range out.Args[:len(out.Args)-1] {
			if e.Op == OpConst && before.Equal(e) {
				c.warn(a, "rule-list-twice", diag.Args{"Text": c.text(a)}).
					With(c.span(n.args[i]), "rule-list-first", nil)
				break
			}
		}
	}
	return out
}

func (c *checker) element(n *node, t Type) *Expr {
	unquoted := n.form == formName && !c.known(n.name) && slices.Contains(t.Values, n.name)
	switch n.form {
	case formText, formInt, formNumber, formBool:
	case formBad:
		return c.expr(n, silent)
	default:
		if !unquoted {
			c.fail(n, "rule-list-literal", diag.Args{"Text": c.text(n)})
			return c.invalid(n)
		}
	}
	e := c.inContext(n, &t)
	switch {
	case e.Type.Kind == Invalid || t.Kind == Invalid:
	case t.numeric() && e.Type.numeric():
		if e.Type.Max < t.Min || e.Type.Min > t.Max || t.Kind == Int && fraction(e) {
			c.warn(n, "rule-list-never", diag.Args{"Text": c.text(n), "Min": writeNumber(t.Min), "Max": writeNumber(t.Max), "Whole": t.Kind == Int})
		}
	case e.Type.Kind != t.Kind:
		c.fail(n, "rule-list-kind", diag.Args{"Text": c.text(n), "Kind": e.Type.Kind.String(), "Want": t.Kind.String()})
		return c.invalid(n)
	}
	return e
}
