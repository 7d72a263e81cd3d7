package httpapi

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/stegvis/stegvis/internal/casework"
	"github.com/stegvis/stegvis/internal/store"
)

// keptWithin is how long the database may take to count for whoever asks for the figures.
const keptWithin = 2 * time.Second

// keptFigures tells of what is kept, and of the work on it. It asks when it is asked, and keeps no figure of its own. The labels are words
// of ours and ids of kinds of jobs and events, never anything that a client sent.
type keptFigures struct{ office *casework.Office }

func figure(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("stegvis_"+name, help, labels, nil)
}

var (
	storeUp          = figure("store_up", "1 while the database answers.")
	storeDone        = figure("store_transactions_total", "Transactions of this process, by kind (read, write) and result (done, failed: by the database).", "kind", "result")
	storeTook        = figure("store_transaction_seconds_total", "How long the transactions of this process took, together.", "kind")
	storeConnections = figure("store_connections", "Connections of this process to the database, by state (idle, used).", "state")
	storeWaited      = figure("store_waited_seconds_total", "How long this process waited for a connection to be free, together.")
	jobsWorking      = figure("jobs_working", "1 while this process works on the jobs.")
	jobAttempts      = figure("job_attempts_total", "Attempts of this process to do a job, by its kind and outcome (done, failed, givenup, notnow).", "kind", "outcome")
	jobsStanding     = figure("jobs", "Jobs of all processes that are not over, by kind and state (available, scheduled, retryable, running).", "kind", "state")
	eventsKept       = figure("events_total", "Events that this process kept, by type.", "type")
	eventsForgotten  = figure("events_forgotten_total", "Events that this process forgot, since they were older than they are kept.")
	eventFollowers   = figure("event_followers", "Streams of events that this process has open.")
	deliveries       = figure("deliveries", "Events of all processes on their way to a subscriber, by state (waiting, dead).", "state")
	deliveryAttempts = figure("delivery_attempts_total", "Attempts of this process to send an event, by what came of it (2xx, 4xx, unreachable, ...).", "answer")
	subscriptions    = figure("subscriptions", "Subscriptions, by state.", "state")
	auditRows        = figure("audit_rows", "Rows of the audit log.")
	casesKept        = figure("cases", "Cases that are kept, by state (open, closed, erased); counted once a minute.", "state")
)

// Describe tells which figures there are.
func (keptFigures) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{storeUp, storeDone, storeTook, storeConnections, storeWaited, jobsWorking, jobAttempts, jobsStanding, eventsKept, eventsForgotten, eventFollowers,
		deliveries, deliveryAttempts, subscriptions, auditRows, casesKept} {
		out <- d
	}
}

// Collect gives the figures. While the database does not answer, those that it counts are left out, and store_up is 0.
func (k keptFigures) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	count := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
	}
	st := k.office.Store.Stats()
	for kind, t := range map[string]store.Transactions{"read": st.Reads, "write": st.Writes} {
		count(storeDone, float64(t.Done), kind, "done")
		count(storeDone, float64(t.Failed), kind, "failed")
		count(storeTook, t.Took.Seconds(), kind)
	}
	gauge(storeConnections, float64(st.Idle), "idle")
	gauge(storeConnections, float64(st.InUse), "used")
	count(storeWaited, st.Waited.Seconds())
	for a, n := range k.office.Attempts() {
		count(jobAttempts, float64(n), a.Kind, string(a.Outcome))
	}
	ctx, cancel := context.WithTimeout(context.Background(), keptWithin)
	defer cancel()
	health := k.office.Health(ctx)
	gauge(jobsWorking, oneIf(health.Working))
	c, err := k.office.Counts(ctx)
	gauge(storeUp, oneIf(health.Answers && err == nil))
	if err != nil {
		return
	}
	for j, n := range c.Jobs {
		gauge(jobsStanding, float64(n), j.Kind, j.State)
	}
	for state, n := range c.Cases {
		gauge(casesKept, float64(n), state)
	}
	gauge(auditRows, float64(c.Audit))
	for of, n := range c.Events.Events {
		count(eventsKept, float64(n), of)
	}
	count(eventsForgotten, float64(c.Events.Forgotten))
	gauge(eventFollowers, float64(c.Events.Followers))
	for answer, n := range c.Events.Attempts {
		count(deliveryAttempts, float64(n), answer)
	}
	for state, n := range c.Events.Deliveries {
		gauge(deliveries, float64(n), string(state))
	}
	for state, n := range c.Events.Subscriptions {
		gauge(subscriptions, float64(n), string(state))
	}
}

func oneIf(ok bool) float64 {
	if ok {
		return 1
	}
	return 0
}
