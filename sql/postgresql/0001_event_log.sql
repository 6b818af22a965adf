-- The log of events: all that the hub knows, and the only thing it reads back. A run's events are
-- numbered by event_offset from 1 without gaps, across `reports` and `events`; replaying them in
-- that order gives the state of the run.
--
-- Rows are only ever added. NULL means not measured or not said, never 0.
-- JSON is kept as json, not jsonb, which would not give back the text that was stored.

-- Which of these files were applied, and when.
CREATE TABLE schema_migrations (
  version    integer PRIMARY KEY,
  name       text NOT NULL,
  applied_at timestamptz(3) NOT NULL
);

-- One row for each run, added with its first event.
CREATE TABLE runs (
  run_number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,  -- order of creation
  run_id     text PRIMARY KEY,
  name       text NOT NULL,            -- the human name; several runs may share it
  created_at timestamptz(3) NOT NULL   -- by the hub's clock
);

-- Reports of workers: one measured interval of one worker each.
CREATE TABLE reports (
  run_id         text NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
  event_offset   bigint NOT NULL,          -- place in the run's log
  received_at    timestamptz(3) NOT NULL,  -- by the hub's clock
  worker         text NOT NULL,
  seq            bigint NOT NULL,          -- the worker's own number of this report, from 1
  round          bigint NOT NULL,          -- as the FL framework counts, from 0 or 1
  phase          text NOT NULL,            -- init, fit, evaluate, idle, communicate
  started_at     timestamptz(3) NOT NULL,  -- by the worker's clock
  duration_s     double precision NOT NULL,  -- seconds
  cpu_j          double precision,         -- energy of the interval, joules
  gpu_j          double precision,
  ram_j          double precision,
  cpu_source     text,                     -- rapl, nvml, amdgpu, external: measured
  gpu_source     text,                     -- cpu_load, model: estimated
  ram_source     text,
  num_examples   bigint,
  metrics        json NOT NULL,            -- name: number; accuracy is a fraction, 0 to 1
  bytes_sent     bigint,
  bytes_received bigint,
  round_complete boolean,                  -- whether the worker's last report of the round
  reported_intensity_g_per_kwh double precision,  -- gCO2e/kWh that the worker gave
  intensity_g_per_kwh double precision NOT NULL,  -- gCO2e/kWh that emissions_g was computed with
  intensity_source    text NOT NULL,   -- where that came from: report, table:FR, world, ...
  emissions_g         double precision,  -- gCO2e of the interval, communication included
  PRIMARY KEY (run_id, event_offset),
  UNIQUE (run_id, worker, seq)
);

-- Everything else that happened.
CREATE TABLE events (
  run_id       text NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
  event_offset bigint NOT NULL,          -- place in the run's log
  at           timestamptz(3) NOT NULL,  -- by the hub's clock
  kind         text NOT NULL,            -- run_created, worker_joined, command_issued, ...
  payload      json NOT NULL,            -- its fields depend on the kind
  PRIMARY KEY (run_id, event_offset)
);
