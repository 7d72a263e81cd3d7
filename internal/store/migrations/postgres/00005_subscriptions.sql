-- +goose Up

-- Whose a subscription is, how it stands, and the secret that it had before, which goes on signing for a while.
ALTER TABLE subscriptions ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE subscriptions ADD COLUMN party TEXT NOT NULL DEFAULT '';       -- '': told of all cases
ALTER TABLE subscriptions ADD COLUMN state TEXT NOT NULL DEFAULT 'active'; -- active, paused, gone
ALTER TABLE subscriptions ADD COLUMN old_secret BYTEA;                     -- sealed
ALTER TABLE subscriptions ADD COLUMN old_until BIGINT;
UPDATE subscriptions SET state = 'paused' WHERE active = 0;
ALTER TABLE subscriptions DROP COLUMN active;
CREATE INDEX deliveries_subscription ON deliveries (subscription, changed_at, event);

-- +goose Down
DROP INDEX deliveries_subscription;
ALTER TABLE subscriptions ADD COLUMN active INTEGER NOT NULL DEFAULT 1;
UPDATE subscriptions SET active = 0 WHERE state <> 'active';
ALTER TABLE subscriptions DROP COLUMN old_until;
ALTER TABLE subscriptions DROP COLUMN old_secret;
ALTER TABLE subscriptions DROP COLUMN state;
ALTER TABLE subscriptions DROP COLUMN party;
ALTER TABLE subscriptions DROP COLUMN title;
