// Package report puts what the analyses found about several models on one page for people: an HTML file that asks for nothing from
// elsewhere, reads without scripts, and prints.
//
// It computes nothing. An Input holds the values of compare, verify, measure and simulate; the page is made of them in two passes.
// The first says in the reader's language what is on the page: sections (page.go lists them, each has its file) of blocks of
// text, tables, drawings and folds, free of any marks (blocks.go). The second (html.go and the template in the folder page) writes the
// blocks as HTML, and alone knows what must be escaped. Every figure on the page stands in a table of package table, which the page
// holds as CSV too, and which Input.Tables gives away.
//
// Charts are drawn by gonum/plot when the page is made, not by a script when it is read: such a drawing prints sharp, needs a few
// kilobytes, and is there for readers whose browser runs no scripts (chart.go). Of a matrix no picture is drawn: the table itself is
// shaded, so that the figure and its shade cannot part.
//
// The same input gives the same bytes.
package report
