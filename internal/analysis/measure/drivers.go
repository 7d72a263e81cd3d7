package measure

import (
	"slices"

	"github.com/stegvis/stegvis/dsl"
)

// Role is a part that an actor can play in driving a case.
type Role string

// The roles, by the steps that belong to them.
const (
	Initiating  Role = "initiating"   // those that begin a case or a stage: none of the steps they come after lies in their own stage
	Convening   Role = "convening"    // meetings: kind mote
	FollowingUp Role = "following-up" // follow-ups and contacts: kinds uppfoljning and kontakt
	Acting      Role = "acting"       // all
)

// Roles lists the roles.
var Roles = []Role{Initiating, Convening, FollowingUp, Acting}

// Driver is who plays a role.
type Driver struct {
	Role   Role
	Steps  []*dsl.Step
	Actors []ActorShare // those with most steps first; equal ones in file order
	Done   int          // how many times steps of the role were done in the cohort's lived cases
}

// ActorShare is how much of a role is an actor's.
type ActorShare struct {
	Actor *dsl.Term
	Steps int // of the role, those of which it is the actor
	Done  int // how many times it did one in the cohort's lived cases
}

func (m *measurer) drivers() {
	times := make([]int, len(m.m.Steps))
	for _, c := range m.cases {
		for _, s := range c.done {
			times[s.Index]++
		}
	}
	for _, role := range Roles {
		d := Driver{Role: role}
		for _, s := range m.m.Steps {
			if !plays(s, role) {
				continue
			}
			d.Steps = append(d.Steps, s)
			k := slices.IndexFunc(d.Actors, func(a ActorShare) bool { return a.Actor == s.Actor })
			if k < 0 {
				k = len(d.Actors)
				d.Actors = append(d.Actors, ActorShare{Actor: s.Actor})
			}
			d.Actors[k].Steps++
			d.Actors[k].Done += times[s.Index]
			d.Done += times[s.Index]
		}
		slices.SortStableFunc(d.Actors, func(a, b ActorShare) int { return b.Steps - a.Steps })
		m.report.Drivers = append(m.report.Drivers, d)
	}
}

func plays(s *dsl.Step, role Role) bool {
	switch role {
	case Initiating:
		return s.Every == nil && !slices.ContainsFunc(s.After, func(a *dsl.Step) bool { return a.Stage == s.Stage })
	case Convening:
		return s.Kind.ID == meetingKind
	case FollowingUp:
		return s.Kind.ID == followUpKind || s.Kind.ID == contactKind
	}
	return true
}
