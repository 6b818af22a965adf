-- A database of schema version 2, as a hub of that time left it. Never edited: what was released stays
-- as it was. test_upgrades.py says what is in it.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_migrations (
  version    INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,
  applied_at TEXT NOT NULL
) STRICT;
INSERT INTO schema_migrations VALUES(1,'event_log','2026-01-05T08:00:00.000Z');
INSERT INTO schema_migrations VALUES(2,'machine_energy','2026-01-05T08:00:00.000Z');
CREATE TABLE runs (
  run_number INTEGER PRIMARY KEY,  -- order of creation
  run_id     TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL,        -- the human name; several runs may share it
  created_at TEXT NOT NULL         -- by the hub's clock
) STRICT;
INSERT INTO runs VALUES(1,'20260105-090000-0a1b2c','wards','2026-01-05T09:00:00.000Z');
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
  emissions_g         REAL, machine_j REAL, machine_source TEXT,           -- gCO2e of the interval, communication included
  PRIMARY KEY (run_id, event_offset),
  UNIQUE (run_id, worker, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO reports VALUES('20260105-090000-0a1b2c',4,'2026-01-05T09:00:20.000Z','hospital-1',1,1,'fit','2026-01-05T09:00:10.000Z',8.0,3000000.0,NULL,600000.0,'rapl',NULL,'model',100,'{"accuracy":0.5,"loss":0.5}',NULL,NULL,NULL,NULL,50.0,'table:FR',60.0,NULL,NULL);
INSERT INTO reports VALUES('20260105-090000-0a1b2c',5,'2026-01-05T09:00:21.000Z','hospital-2',1,1,'fit','2026-01-05T09:00:11.000Z',8.0,3000000.0,NULL,600000.0,'rapl',NULL,'model',300,'{"accuracy":0.7,"loss":0.30000000000000004}',NULL,NULL,NULL,NULL,50.0,'table:FR',60.0,NULL,NULL);
INSERT INTO reports VALUES('20260105-090000-0a1b2c',10,'2026-01-05T09:00:50.000Z','hospital-1',2,2,'fit','2026-01-05T09:00:40.000Z',8.0,6000000.0,NULL,1200000.0,'rapl',NULL,'model',100,'{"accuracy":0.6,"loss":0.4}',NULL,NULL,NULL,NULL,50.0,'table:FR',120.0,NULL,NULL);
INSERT INTO reports VALUES('20260105-090000-0a1b2c',11,'2026-01-05T09:00:51.000Z','hospital-2',2,2,'fit','2026-01-05T09:00:41.000Z',8.0,NULL,NULL,NULL,NULL,NULL,NULL,300,'{"accuracy":0.8,"loss":0.19999999999999996}',NULL,NULL,NULL,NULL,50.0,'table:FR',60.0,3600000.0,'external:plug');
CREATE TABLE events (
  run_id       TEXT NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
  event_offset INTEGER NOT NULL,  -- place in the run's log
  at           TEXT NOT NULL,     -- by the hub's clock
  kind         TEXT NOT NULL,     -- run_created, worker_joined, command_issued, ...
  payload      TEXT NOT NULL,     -- JSON object, its fields depend on the kind
  PRIMARY KEY (run_id, event_offset)
) STRICT, WITHOUT ROWID;
INSERT INTO events VALUES('20260105-090000-0a1b2c',1,'2026-01-05T09:00:00.000Z','run_created','{"by_import":false,"carbon":{"default_pue":1.0,"network_intensity_g_per_kwh":480.0,"network_kwh_per_gb":0.01},"name":"wards","rules":{"abandon_ms":600000,"deadline_ms":120000,"grace_ms":30000,"quorum":0.5},"target":{"goal":"max","metric":"accuracy"}}');
INSERT INTO events VALUES('20260105-090000-0a1b2c',2,'2026-01-05T09:00:01.000Z','worker_joined','{"clock_offset_s":0.5,"hello":{"framework":"flower 1.13","hardware":{"cpu":"Xeon","gpu":[],"ram_bytes":1000},"pue":1.2,"region":"FR","role":"worker","run":"wards","target":{"goal":"max","metric":"accuracy"},"total_rounds":2,"type":"hello","worker":"hospital-1"}}');
INSERT INTO events VALUES('20260105-090000-0a1b2c',3,'2026-01-05T09:00:02.000Z','worker_joined','{"clock_offset_s":0.5,"hello":{"framework":"flower 1.13","hardware":{"cpu":"Xeon","gpu":[],"ram_bytes":1000},"pue":1.2,"region":"FR","role":"worker","run":"wards","target":{"goal":"max","metric":"accuracy"},"total_rounds":2,"type":"hello","worker":"hospital-2"}}');
INSERT INTO events VALUES('20260105-090000-0a1b2c',6,'2026-01-05T09:00:25.000Z','command_issued','{"command":{"action":"pause","id":"c-1","reason":"a storm","run":"wards","type":"command","workers":null},"issued_by":"ada"}');
INSERT INTO events VALUES('20260105-090000-0a1b2c',7,'2026-01-05T09:00:26.000Z','directive_acknowledged','{"ack":{"command":"c-1","round":1,"state":"paused","type":"directive_ack"},"worker":"hospital-1"}');
INSERT INTO events VALUES('20260105-090000-0a1b2c',8,'2026-01-05T09:00:26.000Z','directive_acknowledged','{"ack":{"command":"c-1","round":1,"state":"paused","type":"directive_ack"},"worker":"hospital-2"}');
INSERT INTO events VALUES('20260105-090000-0a1b2c',9,'2026-01-05T09:00:30.000Z','command_issued','{"command":{"action":"resume","id":"c-2","reason":"it is over","run":"wards","type":"command","workers":null},"issued_by":"ada"}');
INSERT INTO events VALUES('20260105-090000-0a1b2c',12,'2026-01-05T09:01:00.000Z','worker_left','{"reason":"finished","worker":"hospital-1"}');
INSERT INTO events VALUES('20260105-090000-0a1b2c',13,'2026-01-05T09:01:01.000Z','worker_left','{"reason":"finished","worker":"hospital-2"}');
COMMIT;
