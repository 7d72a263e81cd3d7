-- +goose Up

-- What became of cases, in the order in which it was kept. The rows carry ids and never facts.
CREATE TABLE events (
    seq     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tx      BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    id      TEXT NOT NULL UNIQUE,
    type    TEXT NOT NULL,
    case_id TEXT COLLATE "C" NOT NULL,
    model   TEXT NOT NULL,
    version TEXT NOT NULL,
    hash    TEXT NOT NULL,
    step    TEXT NOT NULL,                -- '': about the case as a whole
    actor   TEXT NOT NULL,
    due     INTEGER,                      -- days since 1970
    outcome TEXT NOT NULL,
    at      BIGINT NOT NULL               -- microseconds since 1970
);
CREATE INDEX events_order ON events (tx, seq);
CREATE INDEX events_case ON events (case_id, seq);

-- Who wants to be told of what.
CREATE TABLE subscriptions (
    id         TEXT PRIMARY KEY,
    url        TEXT NOT NULL,
    types      TEXT NOT NULL,             -- with spaces between; '': all
    model      TEXT NOT NULL,             -- '': all
    actor      TEXT NOT NULL,             -- '': all
    secret     BYTEA NOT NULL,              -- sealed
    active     INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL
);

-- What was sent to whom, or is to be.
CREATE TABLE deliveries (
    subscription TEXT NOT NULL REFERENCES subscriptions (id),
    event        TEXT NOT NULL,
    state        TEXT NOT NULL,           -- waiting, delivered, dead
    attempts     INTEGER NOT NULL,
    answer       TEXT NOT NULL,           -- what came of the last attempt, in one word or an HTTP status
    changed_at   BIGINT NOT NULL,
    PRIMARY KEY (subscription, event)
);
CREATE INDEX deliveries_state ON deliveries (state, changed_at);

-- +goose Down
DROP TABLE deliveries;
DROP TABLE subscriptions;
DROP TABLE events;
