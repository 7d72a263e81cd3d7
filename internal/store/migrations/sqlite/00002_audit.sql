-- +goose Up

-- The audit log: chains of rows, each of which holds the digest of the one before it. Rows are added and never changed.
CREATE TABLE audit (
    lane    INTEGER NOT NULL,
    seq     BIGINT NOT NULL,              -- 1, 2, 3, ... in a lane
    at      BIGINT NOT NULL,              -- microseconds since 1970
    subject TEXT NOT NULL,                -- who
    action  TEXT NOT NULL,                -- did what
    case_id TEXT NOT NULL,                 -- to which case; '': none
    purpose TEXT NOT NULL,                -- why
    hash    TEXT NOT NULL,                -- of the files that answered; '': none did
    sealed  BLOB,                          -- what was answered, under the key of the case
    before  BLOB NOT NULL,                 -- the digest of the row before
    digest  BLOB NOT NULL,
    PRIMARY KEY (lane, seq)
);
CREATE INDEX audit_case ON audit (case_id, at);
CREATE INDEX audit_at ON audit (at);

-- Where each chain ends.
CREATE TABLE audit_heads (
    lane   INTEGER PRIMARY KEY,
    seq    BIGINT NOT NULL,
    digest BLOB NOT NULL
);
INSERT INTO audit_heads (lane, seq, digest) VALUES (1, 0, x'0000000000000000000000000000000000000000000000000000000000000000');

-- +goose Down
DROP TABLE audit_heads;
DROP TABLE audit;
