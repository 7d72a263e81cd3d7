// Package casefile reads and writes files of many cases: NDJSON, CSV and Parquet. All three hold the same facts, and what
// one of them says comes back from each.
//
// Reader and Writer go case by case. Whoever has many cases to read takes the parts: a table is read by batches of its
// columns (parquetread.go), and rows of any columns are written likewise (table.go). What the cells of a table mean is for
// interpreter.Reader to say.
package casefile
