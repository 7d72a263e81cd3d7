// Package eventlog reads event logs: who did what in which case, and when. XES (IEEE 1849, also compressed with gzip) and CSV
// come out alike, as traces: the events of one case, in the order of their times, one trace after another.
//
// A log can be of any length and come from anywhere, so no more than a trace is in memory at once, and everything that could
// make one grow has a limit. What is wrong with a trace is told at its line, and the next trace can be read all the same; what
// ends the file for a reader (XML that is broken, a file cut off) ends the log.
//
// In XES (xes.go) a case is a trace of the file. In CSV (csv.go) its rows must stand together; where they do not, the rows are
// sorted first (sort.go), in bounded memory with the help of temporary files.
package eventlog
