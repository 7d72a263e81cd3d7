package export

import (
	"io"
	"strconv"
	"strings"
	"unicode"
)

// writeMarkdown writes the page about a model as Markdown, in the dialect of GitHub, which most programs read: tables,
// and diagrams in Mermaid. Links within the page lead to its headings.
func writeMarkdown(w io.Writer, r Request) error {
	_, err := io.WriteString(w, markdown(newPage(r).write()))
	return err
}

func markdown(d document) string {
	m := &markdownWriter{anchors: map[string]string{}}
	taken := map[string]int{}
	for _, b := range d {
		if h, ok := b.(heading); ok {
			if a := anchor(h.text.bare(), taken); h.key != "" {
				m.anchors[h.key] = a
			}
		}
	}
	for i, b := range d {
		if i > 0 {
			m.b.WriteByte('\n')
		}
		m.block(b)
	}
	return m.b.String()
}

type markdownWriter struct {
	b       strings.Builder
	anchors map[string]string // of the headings, by key
}

func (m *markdownWriter) block(b block) {
	switch b := b.(type) {
	case heading:
		m.b.WriteString(strings.Repeat("#", b.level) + " " + m.text(b.text, false) + "\n")
	case paragraph:
		m.b.WriteString(atLineStart(m.text(b.text, false)) + "\n")
	case list:
		m.list(b, 0)
	case table:
		m.table(b)
	case diagram:
		m.b.WriteString("```" + b.language + "\n" + b.text + "```\n")
	case comment:
		m.b.WriteString("<!-- " + strings.ReplaceAll(flat(string(b)), "--", "‐‐") + " -->\n")
	}
}

func (m *markdownWriter) list(l list, depth int) {
	for _, i := range l {
		m.b.WriteString(strings.Repeat("  ", depth) + "- " + atLineStart(m.text(i.text, false)) + "\n")
		m.list(i.below, depth+1)
	}
}

func (m *markdownWriter) table(t table) {
	row := func(cells []string) { m.b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	heads, rule := make([]string, len(t.heads)), make([]string, len(t.heads))
	for i, h := range t.heads {
		heads[i], rule[i] = escape(flat(h)), "---"
	}
	row(heads)
	row(rule)
	for _, r := range t.rows {
		cells := make([]string, len(r))
		for i, c := range r {
			lines := make([]string, len(c))
			for k, line := range c {
				lines[k] = m.text(line, true)
			}
			cells[i] = strings.Join(lines, "<br>")
		}
		row(cells)
	}
}

// text writes running text. In a table a bar would end the cell, in code too.
func (m *markdownWriter) text(in inline, inTable bool) string {
	var b strings.Builder
	for _, s := range in {
		text := s.text
		if s.style == code {
			text = codeSpan(text)
			if inTable {
				text = strings.ReplaceAll(text, "|", `\|`)
			}
		} else {
			text = escape(text)
		}
		mark := [...]string{plain: "", strong: "**", emphasis: "*", code: ""}[s.style]
		if inner := strings.TrimSpace(text); mark != "" && inner != "" { // a mark beside a space is none
			text = strings.Replace(text, inner, mark+inner+mark, 1)
		}
		if to, ok := strings.CutPrefix(s.to, "#"); ok {
			if a := m.anchors[to]; a != "" {
				text = "[" + text + "](#" + a + ")"
			}
		} else if a := address(s.to); a != "" {
			text = "[" + text + "](" + a + ")"
		}
		b.WriteString(text)
	}
	return b.String()
}

// bare returns the text without its styles.
func (in inline) bare() string {
	var b strings.Builder
	for _, s := range in {
		b.WriteString(s.text)
	}
	return b.String()
}

// special are the characters that mean something to Markdown, HTML or GitHub wherever they stand.
var special = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `[`, `\[`, `]`, `\]`, `<`, `\<`, `>`, `\>`, `|`, `\|`, `~`, `\~`, `&`, `\&`, `$`, `\$`,
)

// escape writes a text so that none of it is taken for a mark.
func escape(s string) string { return special.Replace(s) }

// atLineStart escapes what means something only where a line starts: the marks of headings, lists and underlines.
func atLineStart(s string) string {
	if s == "" {
		return s
	}
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	switch {
	case strings.IndexByte("#+-=", s[0]) >= 0:
		return `\` + s
	case digits > 0 && digits < len(s) && (s[digits] == '.' || s[digits] == ')'):
		return s[:digits] + `\` + s[digits:]
	}
	return s
}

// codeSpan writes a text as code, between more backticks than it has itself in a row.
func codeSpan(s string) string {
	longest, row := 0, 0
	for _, c := range s {
		if c != '`' {
			row = 0
			continue
		}
		row++
		longest = max(longest, row)
	}
	fence := strings.Repeat("`", longest+1)
	if longest > 0 {
		s = " " + s + " "
	}
	return fence + s + fence
}

// address writes an address so that it cannot end the link that it stands in; "" for one that is not of the web, such as a
// script.
func address(s string) string {
	if !strings.HasPrefix(s, "https://") && !strings.HasPrefix(s, "http://") {
		return ""
	}
	var b strings.Builder
	for _, c := range []byte(s) {
		if c <= ' ' || strings.IndexByte("()<>\\|`\"", c) >= 0 || c == 0x7f {
			b.WriteString("%" + strings.ToUpper(strconv.FormatInt(int64(c)+0x100, 16)[1:]))
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// anchor returns what GitHub makes of a heading for links to it: letters in lower case, digits, spaces as hyphens, and a
// number where another heading has the same. taken counts those of the page.
func anchor(text string, taken map[string]int) string {
	var b strings.Builder
	for _, c := range strings.ToLower(text) {
		switch {
		case c == ' ':
			b.WriteByte('-')
		case c == '-' || c == '_' || unicode.IsLetter(c) || unicode.IsNumber(c) || unicode.IsMark(c):
			b.WriteRune(c)
		}
	}
	first := b.String()
	a := first
	for {
		if _, seen := taken[a]; !seen {
			break
		}
		taken[first]++
		a = first + "-" + strconv.Itoa(taken[first])
	}
	taken[a] = 0
	return a
}
