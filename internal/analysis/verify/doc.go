// Package verify proves of a model what no number of tests can show: that no case is left without a way on, that no two
// outcomes claim one case, that nothing in the model is in vain, that its deadlines can be kept, and which duties of law
// it meets. What it cannot prove it shows by a case, the smallest there is.
//
// Each question is asked of all cases at once (package cells). "None" is a proof. A case that is found is put through the
// interpreter, and believed only if that answers alike; so what cells leave open, arithmetic between facts, ends as
// "unproven", never as fine.
//
// A case can also be such as never comes about, because its facts are asked for in an order. So a question is asked first of
// the cases in which facts come in order (order.go), and what is found there is lived forward (history.go): facts are
// filled in one by one, each only when the interpreter asks for it, until the case is as found. What comes about only with
// facts out of order is a remark, no fault.
//
// What nobody can tell stops no case in these questions. Which facts a case stops on when nobody can tell them is asked last
// (hang.go). What a source has so, the file accepts: it is told of with the reason, and looked for once more in all cases outside
// those that are accepted (accept.go).
//
// The questions, in order: stuck and endless cases (stuck.go), outcomes that clash (clash.go), steps, outcomes and clauses in
// vain (vain.go), deadlines (time.go), duties (duty.go). report.go says what a finding is and how it is named.
package verify
