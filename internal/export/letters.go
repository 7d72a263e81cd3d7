package export

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// A drawing is laid out before anybody knows which font will show it. It asks for Arial and its likes, whose letters have
// the widths of Helvetica, and leaves room for the wider ones (DejaVu, Verdana) of machines that have none of these.
const (
	boldWider = 1.15
	margin    = 1.14
)

// letterWidths are the widths of the characters from space to ~ in Helvetica, in thousandths of its size.
var letterWidths = [...]int{
	278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
	556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
	1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
	667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
	333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
	556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
}

// The widths of other characters, in thousandths: of most letters, and of those that are as wide as high.
const (
	otherWidth = 620
	wideWidth  = 1040
)

// textWidth tells about how wide a line of text is, in pixels.
func textWidth(s string, size float64, bold bool) float64 {
	sum := 0
	for _, r := range norm.NFD.String(s) { // å is as wide as a
		switch kind := width.LookupRune(r).Kind(); {
		case r >= ' ' && int(r-' ') < len(letterWidths):
			sum += letterWidths[r-' ']
		case unicode.Is(unicode.Mn, r):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			sum += wideWidth
		default:
			sum += otherWidth
		}
	}
	w := float64(sum) / 1000 * size * margin
	if bold {
		w *= boldWider
	}
	return w
}

// fewest letters of a broken word stand on its last line, where the word is long enough.
const fewest = 3

// wrap breaks a text into lines that are at most so wide. A word that is wider is broken with a hyphen.
func wrap(s string, room, size float64, bold bool) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && textWidth(line+" "+word, size, bold) <= room {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for textWidth(word, size, bold) > room {
			head := hyphenate(word, room, size, bold)
			if len(head) == len(word) {
				break
			}
			if rest := word[len(head):]; len([]rune(rest)) < fewest {
				if r := []rune(head); len(r) > 2*fewest { // not one letter alone on a line
					head = string(r[:len(r)-fewest])
				}
			}
			lines = append(lines, head+"-")
			word = word[len(head):]
		}
		line = word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// hyphenate returns as much of a word as has room before a hyphen: at least a letter, with its marks.
func hyphenate(word string, room, size float64, bold bool) string {
	end := 0
	for next := 0; next < len(word); {
		n := norm.NFC.NextBoundaryInString(word[next:], true)
		if n <= 0 {
			n = len(word) - next
		}
		next += n
		if end > 0 && textWidth(word[:next]+"-", size, bold) > room {
			break
		}
		end = next
	}
	return word[:end]
}

// shorten keeps so many lines of a wrapped text; the last then ends in an ellipsis, within the same room.
func shorten(lines []string, most int, room, size float64, bold bool) []string {
	if len(lines) <= most {
		return lines
	}
	last := strings.Fields(lines[most-1])
	if len(last) > 1 {
		last = last[:len(last)-1] // room for the ellipsis
	}
	text := strings.Join(last, " ")
	for textWidth(text+" …", size, bold) > room && text != "" { // one long word
		_, n := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-n]
	}
	return append(lines[:most-1:most-1], text+" …")
}
