-- A line of JSON in each row, and of its columns those that questions are asked about.
CREATE TABLE IF NOT EXISTS requests (
  line       TEXT NOT NULL CHECK (json_valid(line)),
  run        TEXT AS (line ->> 'run') STORED NOT NULL,
  phase      INTEGER AS (line ->> 'phase_idx') STORED NOT NULL,
  request    TEXT AS (line ->> 'request_id') STORED NOT NULL,
  outcome    TEXT AS (line ->> 'outcome') STORED NOT NULL,
  begun_ns   INTEGER AS (line ->> 'begun_ns') STORED NOT NULL,
  speed      REAL AS (line ->> 'output_speed') STORED,
  ttft       REAL AS (line ->> 'ttft') STORED,
  UNIQUE (run, phase, request)
) STRICT;
CREATE TABLE IF NOT EXISTS phases (
  line       TEXT NOT NULL CHECK (json_valid(line)),
  run        TEXT AS (line ->> 'run') STORED NOT NULL,
  phase      INTEGER AS (line ->> 'phase_idx') STORED NOT NULL,
  agents     INTEGER AS (line ->> 'agents') STORED NOT NULL,
  settled_ns INTEGER AS (line ->> 'settled_ns') STORED NOT NULL,
  end_ns     INTEGER AS (line ->> 'window_end_ns') STORED NOT NULL,
  invalid    TEXT AS (line ->> 'invalid') STORED NOT NULL,
  UNIQUE (run, phase)
) STRICT;
