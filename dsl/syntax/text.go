package syntax

import "unicode/utf8"

// escape is a backslash and what belongs to it.
type escape struct {
	size  int  // bytes in the source
	width int  // bytes that it decodes to; none for one that joins lines
	ok    bool // known to TOML
	newer bool // known from TOML 1.1 on only
}

// readEscape reads the escape at b[i], a backslash. Over many lines, one before a line break joins the lines. One that
// is not ok has the size of what is wrong.
func readEscape(b []byte, i int, lines bool) escape {
	if i+1 >= len(b) {
		return escape{size: 1}
	}
	switch c := b[i+1]; c {
	case 'b', 't', 'n', 'f', 'r', '"', '\\':
		return escape{size: 2, width: 1, ok: true}
	case 'e':
		return escape{size: 2, width: 1, ok: true, newer: true}
	case 'x':
		return readHex(b, i, 2)
	case 'u':
		return readHex(b, i, 4)
	case 'U':
		return readHex(b, i, 8)
	case ' ', '\t', '\r', '\n':
		if !lines {
			break
		}
		j := blank(b, i+1)
		if j < len(b) && b[j] == '\r' {
			j++
		}
		if j >= len(b) || b[j] != '\n' {
			return escape{size: 1}
		}
		for j < len(b) && (b[j] == ' ' || b[j] == '\t' || b[j] == '\r' || b[j] == '\n') {
			j++
		}
		return escape{size: j - i, ok: true}
	}
	_, n := utf8.DecodeRune(b[i+1:])
	return escape{size: 1 + n}
}

// readHex reads the escape at b[i] that has the given number of hexadecimal digits.
func readHex(b []byte, i, digits int) escape {
	var c uint32
	for j := i + 2; j < i+2+digits; j++ {
		if j >= len(b) || !isHex(b[j]) {
			return escape{size: min(j, len(b)) - i}
		}
		c = c<<4 | uint32(hexDigit(b[j]))
	}
	width := -1
	if c <= utf8.MaxRune {
		width = utf8.RuneLen(rune(c))
	}
	return escape{size: 2 + digits, width: max(width, 0), ok: width > 0, newer: digits == 2}
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

func hexDigit(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// body returns where the text within the quotes that stand at the ends of raw begins and ends, and whether it spans
// lines and knows escapes. A line break right after the opening quotes is not part of it.
func body(raw []byte) (start, end int, lines, escapes bool) {
	if len(raw) < 6 || !triple(raw, 0) {
		return 1, len(raw) - 1, false, raw[0] == '"'
	}
	start = 3
	if raw[start] == '\n' {
		start++
	} else if raw[start] == '\r' && raw[start+1] == '\n' {
		start += 2
	}
	return start, len(raw) - 3, true, raw[0] == '"'
}

// place sets where each decoded byte of v stands in the source; raw is v in its quotes, which begin at base. It
// reports the first escape that only a newer TOML knows, and returns the number of decoded bytes.
func (v *Value) place(raw []byte, base int, newer func(start, end int)) int {
	start, end, lines, escapes := body(raw)
	v.first = int32(base + start)
	if !escapes {
		return end - start
	}
	for i := start; i < end; i++ {
		if raw[i] == '\\' {
			return v.placeEscaped(raw, base, start, end, lines, newer)
		}
	}
	return end - start
}

func (v *Value) placeEscaped(raw []byte, base, start, end int, lines bool, newer func(start, end int)) int {
	starts := make([]int32, 0, end-start+1)
	for i := start; i < end; {
		if raw[i] != '\\' {
			starts = append(starts, int32(base+i))
			i++
			continue
		}
		esc := readEscape(raw[:end], i, lines)
		if esc.newer && newer != nil {
			newer(base+i, base+i+esc.size)
			newer = nil
		}
		for range esc.width {
			starts = append(starts, int32(base+i))
		}
		i += esc.size
	}
	v.starts = append(starts, int32(base+end))
	return len(starts)
}
