-- +goose Up

-- What the store knows of itself: one row.
CREATE TABLE store (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    epoch        TEXT NOT NULL, -- another after each restore: places in the log of events from before it mean nothing after it
    index_master TEXT NOT NULL,
    index_key    BLOB NOT NULL -- wrapped: keys the digests by which references are found again
);

CREATE TABLE cases (
    id         TEXT PRIMARY KEY,
    model      TEXT NOT NULL,
    version    TEXT NOT NULL,             -- '': the one in force when the case started
    state      TEXT NOT NULL CHECK (state IN ('open', 'closed', 'erased')),
    revision   BIGINT NOT NULL,
    opened_at  BIGINT NOT NULL,           -- times are microseconds since 1970
    opened_by  TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    reference  BLOB                        -- the digest of the name that others know the case by
);
CREATE UNIQUE INDEX cases_reference ON cases (reference) WHERE reference IS NOT NULL;
CREATE INDEX cases_model ON cases (model, state, id);

-- The key of each case, wrapped. A case whose row is gone is erased.
CREATE TABLE case_keys (
    case_id TEXT PRIMARY KEY REFERENCES cases (id),
    master  TEXT NOT NULL,
    wrapped BLOB NOT NULL
);

-- What happened to a case, one row each, never changed. What is personal in it is sealed.
CREATE TABLE entries (
    case_id     TEXT NOT NULL REFERENCES cases (id),
    seq         BIGINT NOT NULL,
    kind        TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    recorded_by TEXT NOT NULL,
    sealed      BLOB NOT NULL,
    PRIMARY KEY (case_id, seq)
);

-- How a case stood when it was last decided for. It can be made anew from the entries at any time.
CREATE TABLE standings (
    case_id  TEXT PRIMARY KEY REFERENCES cases (id),
    revision BIGINT NOT NULL,             -- of the case that was decided for
    at       INTEGER NOT NULL,            -- days are days since 1970
    version  TEXT NOT NULL,
    hash     TEXT NOT NULL,
    status   TEXT NOT NULL,
    outcome  TEXT NOT NULL,
    due      INTEGER                      -- the nearest
);
CREATE INDEX standings_due ON standings (due, case_id) WHERE due IS NOT NULL;
CREATE INDEX standings_at ON standings (at, case_id);

CREATE TABLE standing_steps (
    case_id TEXT NOT NULL REFERENCES cases (id),
    place   INTEGER NOT NULL,             -- 0: the primary one
    step    TEXT NOT NULL,
    actor   TEXT NOT NULL,
    due     INTEGER,
    time    TEXT NOT NULL,                -- how the due day stood: ok, soon, late
    PRIMARY KEY (case_id, place)
);
CREATE INDEX standing_steps_actor ON standing_steps (actor, due);
CREATE INDEX standing_steps_step ON standing_steps (step, due);

-- Answers to requests that may come again.
CREATE TABLE requests (
    subject TEXT NOT NULL,
    key     TEXT NOT NULL,
    digest  BLOB NOT NULL,                 -- of what was asked
    case_id TEXT NOT NULL,
    at      BIGINT NOT NULL,
    sealed  BLOB NOT NULL,                 -- the answer
    PRIMARY KEY (subject, key)
);
CREATE INDEX requests_at ON requests (at);
CREATE INDEX requests_case ON requests (case_id);

CREATE TABLE erasures (
    case_id  TEXT PRIMARY KEY REFERENCES cases (id),
    at       BIGINT NOT NULL,
    "by"     TEXT NOT NULL,
    decision TEXT NOT NULL,               -- which decision it rests on
    entries  BIGINT NOT NULL,             -- how many there were
    digest   BLOB NOT NULL                 -- of the sealed entries, which stay
);

-- Every set of files that ever answered, by the hash that answers carry.
CREATE TABLE file_sets (
    hash  TEXT PRIMARY KEY,
    at    BIGINT NOT NULL,
    files BLOB NOT NULL
);

-- Which of them answered for a version of a model from when on.
CREATE TABLE activations (
    model   TEXT NOT NULL,
    version TEXT NOT NULL,
    at      BIGINT NOT NULL,
    hash    TEXT NOT NULL REFERENCES file_sets (hash),
    PRIMARY KEY (model, version, at)
);

-- +goose Down
DROP TABLE activations;
DROP TABLE file_sets;
DROP TABLE erasures;
DROP TABLE requests;
DROP TABLE standing_steps;
DROP TABLE standings;
DROP TABLE entries;
DROP TABLE case_keys;
DROP TABLE cases;
DROP TABLE store;
