-- The log of events: all that the hub knows, and the only thing it reads back. A run's events are
-- numbered by event_offset from 1 without gaps, across `reports` and `events`; replaying them in
-- that order gives the state of the run.
--
-- Rows are only ever added. NULL means not measured or not said, never 0.
-- Times are UTC, RFC 3339 with milliseconds: '2026-01-01T00:00:00.000Z'.

-- Which of these files were applied, and when.
CREATE TABLE schema_migrations (
  version    INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,
  applied_at TEXT NOT NULL
) STRICT;

-- One row for each run, added with its first event.
CREATE TABLE runs (
  run_number INTEGER PRIMARY KEY,  -- order of creation
  run_id     TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL,        -- the human name; several runs may share it
  created_at TEXT NOT NULL         -- by the hub's clock
) STRICT;

-- Reports of workers: one measured interval of one worker each.
CREATE TABLE reports (
  run_id         TEXT NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
  event_offset   INTEGER NOT NULL,  -- place in the run's log
  received_at    TEXT NOT NULL,     -- by the hub's clock
  worker         TEXT NOT NULL,
  seq            INTEGER NOT NULL,  -- the worker's own number of this report, from 1
  round          INTEGER NOT NULL,  -- as the FL framework counts, from 0 or 1
  phase          TEXT NOT NULL,     -- init, fit, evaluate, idle, communicate
  started_at     TEXT NOT NULL,     -- by the worker's clock
  duration_s     REAL NOT NULL,     -- seconds
  cpu_j          REAL,              -- energy of the interval, joules
  gpu_j          REAL,
  ram_j          REAL,
  cpu_source     TEXT,              -- rapl, nvml, amdgpu, external: measured
  gpu_source     TEXT,              -- cpu_load, model: estimated
  ram_source     TEXT,
  num_examples   INTEGER,
  metrics        TEXT NOT NULL,     -- JSON object of name: number; accuracy is a fraction, 0 to 1
  bytes_sent     INTEGER,
  bytes_received INTEGER,
  round_complete INTEGER,           -- 1: the worker's last report of the round, 0: not the last
  reported_intensity_g_per_kwh REAL,  -- gCO2e/kWh that the worker gave
  intensity_g_per_kwh REAL NOT NULL,  -- gCO2e/kWh that emissions_g was computed with
  intensity_source    TEXT NOT NULL,  -- where that came from: report, table:FR, world, ...
  emissions_g         REAL,           -- gCO2e of the interval, communication included
  PRIMARY KEY (run_id, event_offset),
  UNIQUE (run_id, worker, seq)
) STRICT, WITHOUT ROWID;

-- Everything else that happened.
CREATE TABLE events (
  run_id       TEXT NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
  event_offset INTEGER NOT NULL,  -- place in the run's log
  at           TEXT NOT NULL,     -- by the hub's clock
  kind         TEXT NOT NULL,     -- run_created, worker_joined, command_issued, ...
  payload      TEXT NOT NULL,     -- JSON object, its fields depend on the kind
  PRIMARY KEY (run_id, event_offset)
) STRICT, WITHOUT ROWID;
