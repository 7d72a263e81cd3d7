// Package access says who may do what with the cases that are kept, and what of a case they may see. Everything that it does not
// allow is forbidden.
//
// Who asks is a Principal; that it is they is the business of package door. What a role may do, and for which purpose, is a table
// (access.go). Which facts of a case somebody sees is a Sight (sight.go), by what the model says of each fact and by the consent of the
// person, as it stands now.
//
// What leaves the service goes through the Sight of whoever asked (redact.go, and reasons.go for explanations): steps stay as they are,
// since a step is not wrong for resting on what somebody may not see, but the reasons for it lose what they may not see. What is left is
// the same whatever the hidden facts are, as long as the case and its steps stand as they do: it is not enough that the facts are not
// named, for that an entry is gone, comes first or makes a difference tells of them too. So each part is judged by all that can decide it
// (rests.go), which the model tells, and not by what did decide it, which the case tells.
package access
