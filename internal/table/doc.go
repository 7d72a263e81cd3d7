// Package table is the form in which every analysis gives its figures away: rows under typed columns that say what they
// mean and in which unit. One value is shown to people and written as CSV, JSON and Parquet, so that no two of them can differ.
//
// A figure that there is none of is not 0 and not an empty cell: a cell without a value says why (Absence). People read it in
// words. A program finds null, or an empty cell in CSV, and in the further column "absent" of the row which columns lack a
// value for which reason. The column is there in every table that lacks a value anywhere, and in no other.
package table
