-- +goose Up

-- Keys that systems ask with. The secret is kept as a digest alone.
CREATE TABLE api_keys (
    id         TEXT PRIMARY KEY,
    digest     BLOB NOT NULL,              -- SHA-256 of the secret
    title      TEXT NOT NULL,              -- what it is for, in words
    roles      TEXT NOT NULL,              -- with commas between
    actor      TEXT NOT NULL,
    party      TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);

-- Who the parties to a case are: which of all those that are an actor. The digest of their names alone is kept here; the entries of
-- the case say them, sealed. The actor '' is whoever opened the case.
CREATE TABLE parties (
    case_id TEXT NOT NULL REFERENCES cases (id),
    actor   TEXT NOT NULL,
    party   BLOB NOT NULL,
    PRIMARY KEY (case_id, party, actor)
);
CREATE INDEX parties_party ON parties (party, actor, case_id);

-- +goose Down
DROP TABLE parties;
DROP TABLE api_keys;
