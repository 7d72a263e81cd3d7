-- +goose Up

-- Events are kept for a time. The place of the last one that is forgotten; 0, 0: none is.
ALTER TABLE store ADD COLUMN forgotten_tx BIGINT NOT NULL DEFAULT 0;
ALTER TABLE store ADD COLUMN forgotten_seq BIGINT NOT NULL DEFAULT 0;
CREATE INDEX deliveries_event ON deliveries (event);

-- +goose Down
DROP INDEX deliveries_event;
ALTER TABLE store DROP COLUMN forgotten_seq;
ALTER TABLE store DROP COLUMN forgotten_tx;
