package access

import "slices"

// Role is what somebody is to the service.
type Role string

// The roles.
const (
	Administrator Role = "administrator" // runs the service: moves and erases cases, subscribes, gives out keys; sees no facts
	Service       Role = "service"       // a system that keeps cases: opens them, adds to them, and sees all of its own
	Actor         Role = "actor"         // one of the actors of the models: sees the cases it is a party to, as far as each fact says
	Analyst       Role = "analyst"       // gets numbers, never persons
	Auditor       Role = "auditor"       // reads who did what to which case; sees no facts
)

// Roles lists the roles.
var Roles = []Role{Service, Actor, Administrator, Analyst, Auditor}

// Purpose is what somebody asks for. It is logged with what they were answered.
type Purpose string

// The purposes.
const (
	Casework    Purpose = "casework"    // to work on the case
	Insight     Purpose = "insight"     // the person wants to know what is kept of them
	Maintenance Purpose = "maintenance" // to run the service
	Statistics  Purpose = "statistics"  // to count
	Supervision Purpose = "supervision" // to see that all is in order
)

// Purposes lists the purposes.
var Purposes = []Purpose{Casework, Insight, Maintenance, Statistics, Supervision}

// Act is something that can be done with what is kept.
type Act string

// The acts.
const (
	Open      Act = "open"
	Record    Act = "record"   // also correct and withdraw
	Next      Act = "next"     // ask what is next for a case, now or as of a day
	Timeline  Act = "timeline" // read what happened to a case
	List      Act = "list"
	Close     Act = "close"  // also reopen
	Invite    Act = "invite" // say who the parties to a case are
	Erase     Act = "erase"
	Move      Act = "move"      // to another version of the model
	Follow    Act = "follow"    // read the stream of events
	Subscribe Act = "subscribe" // have events sent, see what came of it, have them sent again
	Figures   Act = "figures"   // counts of cases
	Audit     Act = "audit"     // read the log of who did what
	Keys      Act = "keys"      // give out keys and take them back
	Decide    Act = "decide"    // the answers that nothing is kept for
)

// Acts lists the acts.
var Acts = []Act{Open, Record, Next, Timeline, List, Close, Invite, Erase, Move, Follow, Subscribe, Figures, Audit, Keys, Decide}

// allowed is all that anybody may do, by role and purpose. What does not stand here is forbidden.
var allowed = map[Role]map[Purpose][]Act{
	Service:       {Casework: {Open, Record, Next, Timeline, List, Close, Invite, Follow, Subscribe, Decide}},
	Actor:         {Casework: {Record, Next, Timeline, List, Follow, Decide}, Insight: {Next, Timeline, List}},
	Administrator: {Maintenance: {List, Erase, Move, Follow, Subscribe, Keys, Decide}},
	Analyst:       {Statistics: {Figures, Decide}},
	Auditor:       {Supervision: {Audit}},
}

// Principal is who asks, once it is certain that it is they.
type Principal struct {
	Subject string // who it is, as the audit log has it
	Roles   []Role
	Actor   string // the id of the actor that they are, for the role of one
	Party   string // which of all those that are this actor: an organisation or a person. "" for a service: all cases are its own
}

// Has tells whether the principal has the role.
func (p *Principal) Has(r Role) bool { return slices.Contains(p.Roles, r) }

// May returns the role in which the principal may do this for the purpose, and whether there is one. The empty purpose is
// the first for which one of their roles may. The first such role counts, in the order of Roles.
func (p *Principal) May(act Act, purpose Purpose) (as Role, of Purpose, ok bool) {
	for _, r := range Roles {
		if !p.Has(r) {
			continue
		}
		for _, of := range Purposes {
			if (purpose == "" || purpose == of) && slices.Contains(allowed[r][of], act) {
				return r, of, true
			}
		}
	}
	return "", "", false
}
