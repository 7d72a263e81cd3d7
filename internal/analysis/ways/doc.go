// Package ways follows the time of a case through a model: what comes before what, how long it can take from one to the next, and
// what nothing bounds.
//
// A model bounds a step by a time that counts from an event: "within 4 weeks of samverkan_start". The event is recorded by a step
// too. So the latest day on which a step is done hangs on the day of another, that on a third, and so on back to the
// opening of the case: a chain of links, each of so many days. Where neither a step nor its stage has a time, nothing bounds the
// link, and the whole way takes as long as it takes; it says then which link that is, and what the others come to.
//
//   - order.go: what comes before what;
//   - way.go: the longest and the shortest way to a step or past several, as links;
//   - chain.go: the times that follow on one another within a limit of the whole case.
//
// Days are counted as the calendar has them: a month is 28 to 31 of them, so every sum has a fewest and a most.
package ways
