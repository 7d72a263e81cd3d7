-- +goose Up

-- The secrets that a subscription had before, each of which goes on signing until its own end.
CREATE TABLE subscription_secrets (
    subscription TEXT NOT NULL REFERENCES subscriptions (id),
    until        BIGINT NOT NULL,         -- microseconds since 1970
    secret       BYTEA NOT NULL,          -- sealed
    PRIMARY KEY (subscription, secret)
);
INSERT INTO subscription_secrets (subscription, until, secret) SELECT id, old_until, old_secret FROM subscriptions WHERE old_secret IS NOT NULL AND old_until IS NOT NULL;
ALTER TABLE subscriptions DROP COLUMN old_until;
ALTER TABLE subscriptions DROP COLUMN old_secret;

-- Who the parties to a case were when it was erased, so that they can be told of that and of nothing else. The digest is of the name
-- and the case together: it tells no other case of the same party.
CREATE TABLE erased_parties (
    case_id TEXT COLLATE "C" NOT NULL REFERENCES cases (id),
    actor   TEXT NOT NULL,
    party   BYTEA NOT NULL,
    PRIMARY KEY (case_id, party, actor)
);

-- +goose Down
DROP TABLE erased_parties;
ALTER TABLE subscriptions ADD COLUMN old_secret BYTEA;
ALTER TABLE subscriptions ADD COLUMN old_until BIGINT;
UPDATE subscriptions SET old_until = (SELECT MAX(until) FROM subscription_secrets o WHERE o.subscription = subscriptions.id);
UPDATE subscriptions SET old_secret = (SELECT secret FROM subscription_secrets o WHERE o.subscription = subscriptions.id AND o.until = old_until LIMIT 1);
DROP TABLE subscription_secrets;
