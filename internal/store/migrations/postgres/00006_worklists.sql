-- +goose Up

-- Worklists: who has what to do, the most urgent first. What is closed has nothing to be done, and does not stand in their way.
ALTER TABLE standings ADD COLUMN open INTEGER NOT NULL DEFAULT 1;
ALTER TABLE standing_steps ADD COLUMN soon_from INTEGER; -- the first day on which the due day is soon
DELETE FROM standing_steps WHERE case_id IN (SELECT id FROM cases WHERE state <> 'open');
UPDATE standings SET open = 0, due = NULL WHERE case_id IN (SELECT id FROM cases WHERE state <> 'open');
UPDATE standings SET at = 0 WHERE open = 1; -- so that they are decided for anew, with the day
DROP INDEX standings_due;
DROP INDEX standings_at;
DROP INDEX standing_steps_actor;
DROP INDEX standing_steps_step;
-- Nothing that is due is as late as can be: 2147483647.
CREATE INDEX standings_due ON standings (COALESCE(due, 2147483647), case_id) WHERE open = 1;
CREATE INDEX standings_at ON standings (at) WHERE open = 1;
CREATE INDEX cases_open ON cases (id) WHERE state = 'open';
CREATE INDEX standings_hash ON standings (hash) WHERE open = 1;
CREATE INDEX standing_steps_due ON standing_steps (COALESCE(due, 2147483647), case_id);
CREATE INDEX standing_steps_actor ON standing_steps (actor, COALESCE(due, 2147483647), case_id);
CREATE INDEX standing_steps_step ON standing_steps (step, COALESCE(due, 2147483647), case_id);

-- +goose Down
DROP INDEX standing_steps_step;
DROP INDEX standing_steps_actor;
DROP INDEX standing_steps_due;
DROP INDEX cases_open;
DROP INDEX standings_hash;
DROP INDEX standings_at;
DROP INDEX standings_due;
CREATE INDEX standings_due ON standings (due, case_id) WHERE due IS NOT NULL;
CREATE INDEX standings_at ON standings (at, case_id);
CREATE INDEX standing_steps_actor ON standing_steps (actor, due);
CREATE INDEX standing_steps_step ON standing_steps (step, due);
ALTER TABLE standing_steps DROP COLUMN soon_from;
ALTER TABLE standings DROP COLUMN open;
