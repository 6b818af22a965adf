-- A database of schema version 1, as a hub of that time left it. Never edited: what was released stays
-- as it was. test_upgrades.py says what is in it.


SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE public.events (
    run_id text NOT NULL,
    event_offset bigint NOT NULL,
    at timestamp(3) with time zone NOT NULL,
    kind text NOT NULL,
    payload json NOT NULL
);

CREATE TABLE public.reports (
    run_id text NOT NULL,
    event_offset bigint NOT NULL,
    received_at timestamp(3) with time zone NOT NULL,
    worker text NOT NULL,
    seq bigint NOT NULL,
    round bigint NOT NULL,
    phase text NOT NULL,
    started_at timestamp(3) with time zone NOT NULL,
    duration_s double precision NOT NULL,
    cpu_j double precision,
    gpu_j double precision,
    ram_j double precision,
    cpu_source text,
    gpu_source text,
    ram_source text,
    num_examples bigint,
    metrics json NOT NULL,
    bytes_sent bigint,
    bytes_received bigint,
    round_complete boolean,
    reported_intensity_g_per_kwh double precision,
    intensity_g_per_kwh double precision NOT NULL,
    intensity_source text NOT NULL,
    emissions_g double precision
);

CREATE TABLE public.runs (
    run_number bigint NOT NULL,
    run_id text NOT NULL,
    name text NOT NULL,
    created_at timestamp(3) with time zone NOT NULL
);

ALTER TABLE public.runs ALTER COLUMN run_number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.runs_run_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.schema_migrations (
    version integer NOT NULL,
    name text NOT NULL,
    applied_at timestamp(3) with time zone NOT NULL
);

INSERT INTO public.events VALUES ('20260105-090000-0a1b2c', 1, '2026-01-05 09:00:00+00', 'run_created', '{"carbon":{"default_pue":1.0,"network_intensity_g_per_kwh":480.0,"network_kwh_per_gb":0.01},"name":"wards","rules":{"abandon_ms":600000,"deadline_ms":120000,"grace_ms":30000,"quorum":0.5},"target":{"goal":"max","metric":"accuracy"}}');
INSERT INTO public.events VALUES ('20260105-090000-0a1b2c', 2, '2026-01-05 09:00:01+00', 'worker_joined', '{"clock_offset_s":0.5,"hello":{"framework":"flower 1.13","hardware":{"cpu":"Xeon","gpu":[],"ram_bytes":1000},"pue":1.2,"region":"FR","role":"worker","run":"wards","target":{"goal":"max","metric":"accuracy"},"total_rounds":2,"type":"hello","worker":"hospital-1"}}');
INSERT INTO public.events VALUES ('20260105-090000-0a1b2c', 3, '2026-01-05 09:00:02+00', 'worker_joined', '{"clock_offset_s":0.5,"hello":{"framework":"flower 1.13","hardware":{"cpu":"Xeon","gpu":[],"ram_bytes":1000},"pue":1.2,"region":"FR","role":"worker","run":"wards","target":{"goal":"max","metric":"accuracy"},"total_rounds":2,"type":"hello","worker":"hospital-2"}}');
INSERT INTO public.events VALUES ('20260105-090000-0a1b2c', 6, '2026-01-05 09:00:25+00', 'command_issued', '{"command":{"action":"pause","id":"c-1","reason":"a storm","run":"wards","type":"command","workers":null},"issued_by":"ada"}');
INSERT INTO public.events VALUES ('20260105-090000-0a1b2c', 7, '2026-01-05 09:00:26+00', 'directive_acknowledged', '{"ack":{"command":"c-1","round":1,"state":"paused","type":"directive_ack"},"worker":"hospital-1"}');
INSERT INTO public.events VALUES ('20260105-090000-0a1b2c', 8, '2026-01-05 09:00:26+00', 'directive_acknowledged', '{"ack":{"command":"c-1","round":1,"state":"paused","type":"directive_ack"},"worker":"hospital-2"}');
INSERT INTO public.events VALUES ('20260105-090000-0a1b2c', 9, '2026-01-05 09:00:30+00', 'command_issued', '{"command":{"action":"resume","id":"c-2","reason":"it is over","run":"wards","type":"command","workers":null},"issued_by":"ada"}');
INSERT INTO public.events VALUES ('20260105-090000-0a1b2c', 12, '2026-01-05 09:01:00+00', 'worker_left', '{"reason":"finished","worker":"hospital-1"}');
INSERT INTO public.events VALUES ('20260105-090000-0a1b2c', 13, '2026-01-05 09:01:01+00', 'worker_left', '{"reason":"finished","worker":"hospital-2"}');

INSERT INTO public.reports VALUES ('20260105-090000-0a1b2c', 4, '2026-01-05 09:00:20+00', 'hospital-1', 1, 1, 'fit', '2026-01-05 09:00:10+00', 8, 3000000, NULL, 600000, 'rapl', NULL, 'model', 100, '{"accuracy":0.5,"loss":0.5}', NULL, NULL, NULL, NULL, 50, 'table:FR', 60);
INSERT INTO public.reports VALUES ('20260105-090000-0a1b2c', 5, '2026-01-05 09:00:21+00', 'hospital-2', 1, 1, 'fit', '2026-01-05 09:00:11+00', 8, 3000000, NULL, 600000, 'rapl', NULL, 'model', 300, '{"accuracy":0.7,"loss":0.30000000000000004}', NULL, NULL, NULL, NULL, 50, 'table:FR', 60);
INSERT INTO public.reports VALUES ('20260105-090000-0a1b2c', 10, '2026-01-05 09:00:50+00', 'hospital-1', 2, 2, 'fit', '2026-01-05 09:00:40+00', 8, 6000000, NULL, 1200000, 'rapl', NULL, 'model', 100, '{"accuracy":0.6,"loss":0.4}', NULL, NULL, NULL, NULL, 50, 'table:FR', 120);
INSERT INTO public.reports VALUES ('20260105-090000-0a1b2c', 11, '2026-01-05 09:00:51+00', 'hospital-2', 2, 2, 'fit', '2026-01-05 09:00:41+00', 8, 3000000, NULL, 600000, 'rapl', NULL, 'model', 300, '{"accuracy":0.8,"loss":0.19999999999999996}', NULL, NULL, NULL, NULL, 50, 'table:FR', 60);

INSERT INTO public.runs OVERRIDING SYSTEM VALUE VALUES (1, '20260105-090000-0a1b2c', 'wards', '2026-01-05 09:00:00+00');

INSERT INTO public.schema_migrations VALUES (1, 'event_log', '2026-01-05 08:00:00+00');

SELECT pg_catalog.setval('public.runs_run_number_seq', 1, true);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (run_id, event_offset);

ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_pkey PRIMARY KEY (run_id, event_offset);

ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_run_id_worker_seq_key UNIQUE (run_id, worker, seq);

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (run_id);

ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_run_number_key UNIQUE (run_number);

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(run_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.runs(run_id) ON DELETE CASCADE;


