package syntax

import "bytes"

// piece is a logical line: a header, or a key and its value over as many lines as that takes.
type piece struct {
	start, end int  // end is after the line break
	header     bool // begins with a bracket
	likely     bool // looks like a header or a key and a value, however faulty
	sure       bool // looks so much like one that it cannot be the rest of something else
	open       bool // ends inside a list, a table or a text that is not closed
}

// bracket is a list or an inline table that the splitter is inside.
type bracket struct {
	char        byte
	depth, path int // outside it
}

// splitter cuts a text into pieces and counts what is limited on the way. It looks at every byte a fixed number of
// times and keeps nothing but the pieces.
//
// On text that is valid TOML the pieces are exact. On text that is not, the cut is where a person would see it: a list
// that is never closed ends before the line that is plainly a header or a key.
type splitter struct {
	text []byte
	wary bool // a text over many lines also ends before a line that looks like a header or a key

	pieces  []piece
	stack   []bracket
	endless bool  // a text over many lines is never closed
	over    *slip // the limit that was passed

	keys, items int
	depth, path int // of the header in force
}

// split returns the pieces of text from the offset from on, or the limit that it passes. Where a text in triple quotes
// is never closed, the quotes may have paired up wrongly anywhere before, so the text is then split once more with an
// eye on lines that have no place in such a text.
func split(text []byte, from int) ([]piece, *slip) {
	s := &splitter{text: text, pieces: make([]piece, 0, bytes.Count(text, []byte("\n"))+1)}
	s.run(from)
	if s.endless && s.over == nil {
		s = &splitter{text: text, wary: true}
		s.run(from)
	}
	return s.pieces, s.over
}

func (s *splitter) run(i int) {
	for i < len(s.text) && s.over == nil {
		switch s.text[i] {
		case ' ', '\t', '\r', '\n':
			i++
		case '#':
			i = lineEnd(s.text, i)
		case '[':
			i = s.header(i)
		default:
			end, ok := s.plainLine(i)
			if !ok {
				end = s.keyValue(i)
			}
			i = end
		}
	}
}

// header takes the line that begins with a bracket at i.
func (s *splitter) header(i int) int {
	start, parts := i, 1
	for i++; i < len(s.text) && s.text[i] != '\n' && s.text[i] != '#' && s.over == nil; {
		switch c := s.text[i]; {
		case c == '"' || c == '\'':
			i, _ = s.quoted(i, false)
			continue
		case c == '.' && partAt(s.text, i+1):
			if parts++; parts > MaxDepth {
				s.over = over("toml-too-deep", MaxDepth, i, i+1)
			}
		}
		i++
	}
	s.depth, s.path = parts, i-start
	s.count(parts, start, i)
	i = s.afterLine(i)
	s.pieces = append(s.pieces, piece{start: start, end: i, header: true, likely: true, sure: headerAt(s.text, start)})
	return i
}

// plainLine takes the key at i with its value where both are as most are: a name without quotes, and a text in simple
// quotes, a number or the like, alone on the line. That is what keyValue does, with fewer looks at each byte.
func (s *splitter) plainLine(i int) (next int, ok bool) {
	equals, end := i, 0
	for equals < len(s.text) && bareByte(s.text[equals]) {
		equals++
	}
	if equals == i {
		return i, false
	}
	if equals = blank(s.text, equals); equals == len(s.text) || s.text[equals] != '=' {
		return i, false
	}
	value := blank(s.text, equals+1)
	if value < len(s.text) && (s.text[value] == '"' || s.text[value] == '\'') {
		if triple(s.text, value) {
			return i, false
		}
		if end, ok = s.quoted(value, false); !ok {
			return i, false
		}
	} else {
		for end = value; end < len(s.text) && (bareByte(s.text[end]) || s.text[end] == '.'); end++ {
		}
	}
	end = blank(s.text, end)
	if end < len(s.text) && s.text[end] == '\r' {
		end++
	}
	if end < len(s.text) && s.text[end] != '\n' && s.text[end] != '#' {
		return i, false
	}
	s.count(1, i, equals)
	s.bound(s.depth+1, s.path+equals-i, i, equals)
	next = s.afterLine(end)
	s.pieces = append(s.pieces, piece{start: i, end: next, likely: true, sure: true})
	return next, true
}

// keyValue takes the key at i with its value.
func (s *splitter) keyValue(i int) int {
	p := piece{start: i, likely: equalsAt(s.text, i), sure: keyAt(s.text, i)}
	s.stack = s.stack[:0]
	depth, path := s.depth, s.path
	key, keyStart, parts := true, i, 1 // whether a key is being read, and how many parts it has so far
	last := byte(0)                    // the last byte that was neither space nor comment
	begin := func() { key, keyStart, parts = true, i+1, 1 }
loop:
	for i < len(s.text) && s.over == nil {
		c := s.text[i]
		switch {
		case c == '\n':
			if len(s.stack) == 0 {
				break loop
			}
			next, ok := s.goesOn(i+1, last)
			if !ok {
				break loop
			}
			i = next
			continue
		case c == ' ' || c == '\t' || c == '\r':
			i++
			continue
		case c == '#':
			i = lineEnd(s.text, i)
			continue
		case c == '"' || c == '\'':
			end, closed := s.quoted(i, !key)
			p.open = p.open || !closed
			i, last = end, c
			continue
		case c == '=' && key:
			key = false
			depth, path = depth+parts, path+i-keyStart
			s.count(parts, keyStart, i)
			s.bound(depth, path, keyStart, i)
		case c == '.' && key && partAt(s.text, i+1):
			parts++
			s.bound(depth+parts, path, i, i+1)
		case (c == '[' || c == '{') && !key:
			s.stack = append(s.stack, bracket{char: c, depth: depth, path: path})
			if c == '{' {
				begin()
			} else {
				depth++
				s.item(i)
				s.bound(depth, path, i, i+1)
			}
		case (c == ']' || c == '}') && len(s.stack) > 0:
			if b, ok := s.pop(c); ok {
				key, depth, path = false, b.depth, b.path
			}
		case c == ',' && len(s.stack) > 0:
			if top := s.stack[len(s.stack)-1]; top.char == '{' {
				depth, path = top.depth, top.path
				begin()
			} else {
				s.item(i)
			}
		}
		last = c
		i++
	}
	if key && len(s.stack) == 0 {
		s.count(1, p.start, i) // a line without a value weighs as one with
	}
	p.open = p.open || len(s.stack) > 0
	i = s.afterLine(i)
	p.end = i
	s.pieces = append(s.pieces, p)
	return i
}

// pop leaves the innermost bracket that close closes, and those inside it; ok is false when there is none.
func (s *splitter) pop(close byte) (b bracket, ok bool) {
	for n := len(s.stack) - 1; n >= 0; n-- {
		if b = s.stack[n]; b.char == close-2 { // in ASCII, [ and ] and { and } are two apart
			s.stack = s.stack[:n]
			return b, true
		}
	}
	return b, false
}

// goesOn tells whether what stands in brackets goes on at the next line that is not empty, from i on, and where that
// line begins. Last is what stood last before the line break.
func (s *splitter) goesOn(i int, last byte) (next int, ok bool) {
	for i < len(s.text) {
		switch c := s.text[i]; c {
		case ' ', '\t', '\r', '\n':
			i++
			continue
		case '#':
			i = lineEnd(s.text, i)
			continue
		}
		break
	}
	if i >= len(s.text) || headerAt(s.text, i) {
		return i, false
	}
	if s.stack[len(s.stack)-1].char == '[' {
		return i, !keyAt(s.text, i)
	}
	// A table in braces may not hold line breaks, but many a person writes them. It is then read to its end, to tell
	// only that; a line that does not end or begin at a comma or a brace belongs to something else.
	c := s.text[i]
	if last == '=' {
		return i, !keyAt(s.text, i)
	}
	return i, last == '{' || last == ',' || c == '}' || c == ','
}

// quoted returns where the text in quotes at i ends, and whether it is closed. Only a value can be in triple quotes.
func (s *splitter) quoted(i int, value bool) (end int, closed bool) {
	quote := s.text[i]
	if value && triple(s.text, i) {
		return s.tripled(i+3, quote)
	}
	for i++; i < len(s.text) && s.text[i] != '\n'; i++ {
		switch c := s.text[i]; {
		case c == quote:
			return i + 1, true
		case c == '\\' && quote == '"' && i+1 < len(s.text) && s.text[i+1] != '\n':
			i++
		}
	}
	return i, false
}

func (s *splitter) tripled(i int, quote byte) (end int, closed bool) {
	for ; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == quote && triple(s.text, i):
			for i += 3; i < len(s.text) && s.text[i] == quote; i++ {
			}
			return i, true
		case c == '\\' && quote == '"' && i+1 < len(s.text) && s.text[i+1] != '\n':
			i++
		case c == '\n' && s.wary && (headerAt(s.text, i+1) || assignmentAt(s.text, i+1)):
			return i, false
		}
	}
	s.endless = true
	return i, false
}

// afterLine returns the offset after the line break at i.
func (s *splitter) afterLine(i int) int {
	return min(lineEnd(s.text, i)+1, len(s.text))
}

func (s *splitter) count(keys, start, end int) {
	if s.keys += keys; s.keys > MaxKeys && s.over == nil {
		s.over = over("toml-too-many-keys", MaxKeys, start, end)
	}
}

func (s *splitter) item(at int) {
	if s.items++; s.items > MaxItems && s.over == nil {
		s.over = over("toml-too-many-items", MaxItems, at, at+1)
	}
}

func (s *splitter) bound(depth, path, start, end int) {
	switch {
	case s.over != nil:
	case depth > MaxDepth:
		s.over = over("toml-too-deep", MaxDepth, start, end)
	case path > MaxPath:
		s.over = over("toml-names-too-long", MaxPath, start, end)
	}
}
