-- A database of schema version 4, as a hub of that time left it. Never edited: what was released stays
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

CREATE FUNCTION public.add_words(words text[], list text[]) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE
    AS $$
BEGIN
  IF list <@ words THEN RETURN words; END IF;  -- nearly always
  RETURN ARRAY(SELECT DISTINCT word COLLATE "C" FROM unnest(words || list) AS word ORDER BY 1);
END
$$;

CREATE FUNCTION public.bounded(total numeric) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT
    AS $$
  SELECT least(total, 9000000000000000)::bigint
$$;

CREATE AGGREGATE public.merge_metrics(jsonb) (
    SFUNC = jsonb_concat,
    STYPE = jsonb,
    INITCOND = '{}'
);

CREATE AGGREGATE public.union_of(text[]) (
    SFUNC = public.add_words,
    STYPE = text[],
    INITCOND = '{}'
);

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
    emissions_g double precision,
    machine_j double precision,
    machine_source text
);

CREATE VIEW public.worker_hellos AS
 WITH hellos AS (
         SELECT events.run_id,
            events.event_offset,
            events.at,
            (events.payload #>> '{hello,worker}'::text[]) AS worker,
            (events.payload -> 'hello'::text) AS hello,
            ((events.payload ->> 'clock_offset_s'::text))::double precision AS said_offset_s,
            COALESCE(((events.payload #>> '{hello,import}'::text[]))::boolean, false) AS is_import
           FROM public.events
          WHERE (events.kind = 'worker_joined'::text)
        ), clocks AS (
         SELECT hellos.run_id,
            hellos.event_offset,
            hellos.at,
            hellos.worker,
            hellos.hello,
            hellos.said_offset_s,
            hellos.is_import,
            count(*) FILTER (WHERE ((NOT hellos.is_import) OR (hellos.said_offset_s IS NOT NULL))) OVER (PARTITION BY hellos.run_id, hellos.worker ORDER BY hellos.event_offset) AS clock_number
           FROM hellos
        )
 SELECT clocks.run_id,
    clocks.worker,
    clocks.event_offset AS from_offset,
    lead(clocks.event_offset) OVER (PARTITION BY clocks.run_id, clocks.worker ORDER BY clocks.event_offset) AS until_offset,
    clocks.at,
    clocks.is_import,
    (clocks.hello ->> 'role'::text) AS role,
    (clocks.hello ->> 'region'::text) AS region,
    ((clocks.hello ->> 'pue'::text))::double precision AS pue,
    (clocks.hello ->> 'framework'::text) AS framework,
    (clocks.hello -> 'hardware'::text) AS hardware,
    ((clocks.hello ->> 'total_rounds'::text))::bigint AS total_rounds,
    first_value(clocks.said_offset_s) OVER (PARTITION BY clocks.run_id, clocks.worker, clocks.clock_number ORDER BY clocks.event_offset) AS clock_offset_s
   FROM clocks;

COMMENT ON VIEW public.worker_hellos IS 'A hello of a worker, and the reports that it holds for';

COMMENT ON COLUMN public.worker_hellos.run_id IS 'the run';

COMMENT ON COLUMN public.worker_hellos.worker IS 'the worker or coordinator';

COMMENT ON COLUMN public.worker_hellos.from_offset IS 'its place in the run''s log: it holds for the reports after it';

COMMENT ON COLUMN public.worker_hellos.until_offset IS 'the place of the next hello of this worker; NULL for the latest';

COMMENT ON COLUMN public.worker_hellos.at IS 'when it came, by the hub''s clock';

COMMENT ON COLUMN public.worker_hellos.is_import IS 'whether an importer spoke, for a worker that could not';

COMMENT ON COLUMN public.worker_hellos.role IS 'worker or coordinator';

COMMENT ON COLUMN public.worker_hellos.region IS 'of the grid, as the worker named it; NULL if it did not';

COMMENT ON COLUMN public.worker_hellos.pue IS 'power usage effectiveness of its data centre; NULL: the run''s default_pue';

COMMENT ON COLUMN public.worker_hellos.framework IS 'name and version of the FL framework';

COMMENT ON COLUMN public.worker_hellos.hardware IS 'cpu, gpu (a list) and ram_bytes';

COMMENT ON COLUMN public.worker_hellos.total_rounds IS 'planned rounds of the run; NULL if not said';

COMMENT ON COLUMN public.worker_hellos.clock_offset_s IS 's by which the hub''s clock was ahead of the worker''s; NULL if not known';

CREATE VIEW public.report_figures AS
 WITH lines AS (
         SELECT report.run_id,
            report.worker,
            report.event_offset,
            report.*::public.reports AS report,
            NULL::text AS role,
            NULL::text AS region,
            NULL::double precision AS clock_offset_s,
            NULL::boolean AS has_gpu
           FROM public.reports report
        UNION ALL
         SELECT worker_hellos.run_id,
            worker_hellos.worker,
            worker_hellos.from_offset,
            NULL::public.reports,
            worker_hellos.role,
            worker_hellos.region,
            worker_hellos.clock_offset_s,
            ((worker_hellos.hardware #> '{gpu,0}'::text[]) IS NOT NULL)
           FROM public.worker_hellos
        ), numbered AS (
         SELECT lines.run_id,
            lines.worker,
            lines.event_offset,
            lines.report,
            lines.role,
            lines.region,
            lines.clock_offset_s,
            lines.has_gpu,
            count(lines.role) OVER (PARTITION BY lines.run_id, lines.worker ORDER BY lines.event_offset) AS hello_number
           FROM lines
        ), known AS (
         SELECT numbered.run_id,
            numbered.worker,
            numbered.event_offset,
            numbered.report,
            (numbered.role IS NULL) AS is_report,
            COALESCE(first_value(numbered.role) OVER hello, 'worker'::text) AS role,
            first_value(numbered.region) OVER hello AS region,
            trunc(((first_value(numbered.clock_offset_s) OVER hello * (1000)::double precision) + (sign(first_value(numbered.clock_offset_s) OVER hello) * (0.5)::double precision))) AS clock_offset_ms,
            first_value(numbered.has_gpu) OVER hello AS has_gpu
           FROM numbered
          WINDOW hello AS (PARTITION BY numbered.run_id, numbered.worker, numbered.hello_number ORDER BY numbered.event_offset)
        ), measured AS (
         SELECT known.run_id,
            known.worker,
            known.event_offset,
            known.role,
            known.region,
            known.has_gpu,
            (known.report).received_at AS received_at,
            (known.report).seq AS seq,
            (known.report).round AS round,
            (known.report).phase AS phase,
            ((known.report).started_at + ('00:00:00.001'::interval * COALESCE(known.clock_offset_ms, (0)::double precision))) AS started_at,
            (known.report).duration_s AS duration_s,
            (known.report).cpu_j AS cpu_j,
            (known.report).gpu_j AS gpu_j,
            (known.report).ram_j AS ram_j,
            (known.report).machine_j AS machine_j,
            (known.report).cpu_source AS cpu_source,
            (known.report).gpu_source AS gpu_source,
            (known.report).ram_source AS ram_source,
            (known.report).machine_source AS machine_source,
            (known.report).intensity_g_per_kwh AS intensity_g_per_kwh,
            (known.report).intensity_source AS intensity_source,
            (known.report).emissions_g AS emissions_g,
            (known.report).num_examples AS num_examples,
            ((known.report).metrics)::jsonb AS metrics,
            (known.report).bytes_sent AS bytes_sent,
            (known.report).bytes_received AS bytes_received,
            (known.report).round_complete AS round_complete
           FROM known
          WHERE known.is_report
        )
 SELECT measured.run_id,
    measured.event_offset,
    measured.received_at,
    measured.worker,
    measured.role,
    measured.region,
    measured.seq,
    measured.round,
    measured.phase,
    measured.started_at,
    (measured.started_at + ('00:00:00.001'::interval * trunc(((measured.duration_s * (1000)::double precision) + (0.5)::double precision)))) AS ended_at,
    measured.duration_s,
    measured.cpu_j,
    measured.gpu_j,
    measured.ram_j,
    measured.machine_j,
        CASE
            WHEN (COALESCE(measured.cpu_j, measured.gpu_j, measured.ram_j, measured.machine_j) IS NOT NULL) THEN (((COALESCE(measured.cpu_j, (0)::double precision) + COALESCE(measured.gpu_j, (0)::double precision)) + COALESCE(measured.ram_j, (0)::double precision)) + COALESCE(measured.machine_j, (0)::double precision))
            ELSE NULL::double precision
        END AS energy_j,
    array_remove(ARRAY[
        CASE
            WHEN (measured.cpu_j IS NOT NULL) THEN COALESCE(measured.cpu_source, 'unnamed'::text)
            ELSE NULL::text
        END,
        CASE
            WHEN (measured.gpu_j IS NOT NULL) THEN COALESCE(measured.gpu_source, 'unnamed'::text)
            ELSE NULL::text
        END,
        CASE
            WHEN (measured.ram_j IS NOT NULL) THEN COALESCE(measured.ram_source, 'unnamed'::text)
            ELSE NULL::text
        END,
        CASE
            WHEN (measured.machine_j IS NOT NULL) THEN COALESCE(measured.machine_source, 'unnamed'::text)
            ELSE NULL::text
        END], NULL::text) AS energy_sources,
        CASE
            WHEN ((measured.duration_s > (0)::double precision) AND (measured.machine_j IS NULL)) THEN array_remove(ARRAY[
            CASE
                WHEN (measured.cpu_j IS NULL) THEN 'cpu'::text
                ELSE NULL::text
            END,
            CASE
                WHEN ((measured.gpu_j IS NULL) AND measured.has_gpu) THEN 'gpu'::text
                ELSE NULL::text
            END,
            CASE
                WHEN (measured.ram_j IS NULL) THEN 'ram'::text
                ELSE NULL::text
            END], NULL::text)
            ELSE '{}'::text[]
        END AS energy_gaps,
    measured.intensity_g_per_kwh,
    measured.intensity_source,
    measured.emissions_g,
    measured.num_examples,
    measured.metrics,
    measured.bytes_sent,
    measured.bytes_received,
    measured.round_complete
   FROM measured;

COMMENT ON VIEW public.report_figures IS 'Reports: one measured interval of one worker each';

COMMENT ON COLUMN public.report_figures.run_id IS 'the run';

COMMENT ON COLUMN public.report_figures.event_offset IS 'place in the run''s log';

COMMENT ON COLUMN public.report_figures.received_at IS 'by the hub''s clock';

COMMENT ON COLUMN public.report_figures.worker IS 'the worker or coordinator';

COMMENT ON COLUMN public.report_figures.role IS 'worker or coordinator';

COMMENT ON COLUMN public.report_figures.region IS 'of the grid, as the worker named it; NULL if it did not';

COMMENT ON COLUMN public.report_figures.seq IS 'the worker''s own number of this report';

COMMENT ON COLUMN public.report_figures.round IS 'as the FL framework counts';

COMMENT ON COLUMN public.report_figures.phase IS 'init, fit, evaluate, idle or communicate';

COMMENT ON COLUMN public.report_figures.started_at IS 'of the interval, by the hub''s clock';

COMMENT ON COLUMN public.report_figures.ended_at IS 'of the interval, by the hub''s clock';

COMMENT ON COLUMN public.report_figures.duration_s IS 's';

COMMENT ON COLUMN public.report_figures.cpu_j IS 'J; NULL: not measured';

COMMENT ON COLUMN public.report_figures.gpu_j IS 'J; NULL: not measured';

COMMENT ON COLUMN public.report_figures.ram_j IS 'J; NULL: not measured';

COMMENT ON COLUMN public.report_figures.machine_j IS 'J of the whole machine; then there are no other components';

COMMENT ON COLUMN public.report_figures.energy_j IS 'J: sum of the components that were measured; NULL if none was';

COMMENT ON COLUMN public.report_figures.energy_sources IS 'where its energy figures came from';

COMMENT ON COLUMN public.report_figures.energy_gaps IS 'components that are missing in energy_j: cpu, gpu, ram';

COMMENT ON COLUMN public.report_figures.intensity_g_per_kwh IS 'gCO2e/kWh that emissions_g was computed with';

COMMENT ON COLUMN public.report_figures.intensity_source IS 'where that came from: report, series:FR, table:FR, world, …';

COMMENT ON COLUMN public.report_figures.emissions_g IS 'gCO2e, communication included; NULL if nothing was measured';

COMMENT ON COLUMN public.report_figures.num_examples IS 'examples trained or evaluated on';

COMMENT ON COLUMN public.report_figures.metrics IS 'name: number; accuracy is a fraction, 0 to 1';

COMMENT ON COLUMN public.report_figures.bytes_sent IS 'bytes';

COMMENT ON COLUMN public.report_figures.bytes_received IS 'bytes';

COMMENT ON COLUMN public.report_figures.round_complete IS 'whether the worker''s last report of the round; NULL: if it has metrics';

CREATE VIEW public.run_settings AS
 SELECT events.run_id,
    (events.payload #>> '{target,metric}'::text[]) AS target_metric,
    (events.payload #>> '{target,goal}'::text[]) AS target_goal,
    ((events.payload #>> '{carbon,default_pue}'::text[]))::double precision AS default_pue,
    ((events.payload #>> '{carbon,network_kwh_per_gb}'::text[]))::double precision AS network_kwh_per_gb,
    ((events.payload #>> '{carbon,network_intensity_g_per_kwh}'::text[]))::double precision AS network_intensity_g_per_kwh,
    (events.payload #>> '{edition,of_run_id}'::text[]) AS edition_of_run_id,
    (events.payload #>> '{edition,intensity}'::text[]) AS edition_intensity
   FROM public.events
  WHERE (events.event_offset = 1);

COMMENT ON VIEW public.run_settings IS 'What a run is judged by, and how its emissions are computed';

COMMENT ON COLUMN public.run_settings.run_id IS 'the run';

COMMENT ON COLUMN public.run_settings.target_metric IS 'the metric that the run is judged by';

COMMENT ON COLUMN public.run_settings.target_goal IS 'max or min';

COMMENT ON COLUMN public.run_settings.default_pue IS 'power usage effectiveness where a worker names none';

COMMENT ON COLUMN public.run_settings.network_kwh_per_gb IS 'kWh per 10^9 bytes sent or received';

COMMENT ON COLUMN public.run_settings.network_intensity_g_per_kwh IS 'gCO2e/kWh of the network';

COMMENT ON COLUMN public.run_settings.edition_of_run_id IS 'the run of whose energy this is a new edition; NULL: an original';

COMMENT ON COLUMN public.run_settings.edition_intensity IS 'the intensities of the edition, in words';

CREATE VIEW public.worker_round_figures AS
 WITH ranked AS (
         SELECT report_figures.run_id,
            report_figures.event_offset,
            report_figures.received_at,
            report_figures.worker,
            report_figures.role,
            report_figures.region,
            report_figures.seq,
            report_figures.round,
            report_figures.phase,
            report_figures.started_at,
            report_figures.ended_at,
            report_figures.duration_s,
            report_figures.cpu_j,
            report_figures.gpu_j,
            report_figures.ram_j,
            report_figures.machine_j,
            report_figures.energy_j,
            report_figures.energy_sources,
            report_figures.energy_gaps,
            report_figures.intensity_g_per_kwh,
            report_figures.intensity_source,
            report_figures.emissions_g,
            report_figures.num_examples,
            report_figures.metrics,
            report_figures.bytes_sent,
            report_figures.bytes_received,
            report_figures.round_complete,
                CASE report_figures.phase
                    WHEN 'evaluate'::text THEN 3
                    WHEN 'fit'::text THEN 2
                    ELSE 1
                END AS phase_rank,
            ((report_figures.num_examples IS NOT NULL) OR (report_figures.metrics <> '{}'::jsonb)) AS says_something
           FROM public.report_figures
        ), ordered AS (
         SELECT ranked.run_id,
            ranked.event_offset,
            ranked.received_at,
            ranked.worker,
            ranked.role,
            ranked.region,
            ranked.seq,
            ranked.round,
            ranked.phase,
            ranked.started_at,
            ranked.ended_at,
            ranked.duration_s,
            ranked.cpu_j,
            ranked.gpu_j,
            ranked.ram_j,
            ranked.machine_j,
            ranked.energy_j,
            ranked.energy_sources,
            ranked.energy_gaps,
            ranked.intensity_g_per_kwh,
            ranked.intensity_source,
            ranked.emissions_g,
            ranked.num_examples,
            ranked.metrics,
            ranked.bytes_sent,
            ranked.bytes_received,
            ranked.round_complete,
            ranked.phase_rank,
            ranked.says_something,
                CASE
                    WHEN (ranked.says_something AND (ranked.phase_rank >= COALESCE(max(ranked.phase_rank) FILTER (WHERE ranked.says_something) OVER earlier, 0))) THEN (- ranked.event_offset)
                    ELSE ranked.event_offset
                END AS precedence
           FROM ranked
          WINDOW earlier AS (PARTITION BY ranked.run_id, ranked.round, ranked.worker ORDER BY ranked.event_offset ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        )
 SELECT ordered.run_id,
    ordered.round,
    ordered.worker,
    (array_agg(ordered.role ORDER BY ordered.event_offset DESC))[1] AS role,
    count(*) AS reports,
    min(ordered.started_at) AS started_at,
    max(ordered.ended_at) AS ended_at,
    sum(ordered.duration_s) AS duration_s,
    sum(ordered.cpu_j) AS cpu_j,
    sum(ordered.gpu_j) AS gpu_j,
    sum(ordered.ram_j) AS ram_j,
    sum(ordered.machine_j) AS machine_j,
    sum(ordered.energy_j) AS energy_j,
    public.union_of(ordered.energy_sources) AS energy_sources,
    public.union_of(ordered.energy_gaps) AS energy_gaps,
    sum(ordered.emissions_g) AS emissions_g,
    (array_agg(ordered.num_examples ORDER BY ordered.precedence) FILTER (WHERE (ordered.num_examples IS NOT NULL)))[1] AS num_examples,
    public.merge_metrics(ordered.metrics ORDER BY ordered.precedence DESC) AS metrics,
    public.bounded(sum(ordered.bytes_sent)) AS bytes_sent,
    public.bounded(sum(ordered.bytes_received)) AS bytes_received
   FROM ordered
  GROUP BY ordered.run_id, ordered.round, ordered.worker;

COMMENT ON VIEW public.worker_round_figures IS 'What one worker or coordinator contributed to one round';

COMMENT ON COLUMN public.worker_round_figures.run_id IS 'the run';

COMMENT ON COLUMN public.worker_round_figures.round IS 'as the FL framework counts';

COMMENT ON COLUMN public.worker_round_figures.worker IS 'the worker or coordinator';

COMMENT ON COLUMN public.worker_round_figures.role IS 'worker or coordinator';

COMMENT ON COLUMN public.worker_round_figures.reports IS 'how many reports are in the sums';

COMMENT ON COLUMN public.worker_round_figures.started_at IS 'first start, by the hub''s clock';

COMMENT ON COLUMN public.worker_round_figures.ended_at IS 'last end, by the hub''s clock';

COMMENT ON COLUMN public.worker_round_figures.duration_s IS 's: sum of the reports'' durations';

COMMENT ON COLUMN public.worker_round_figures.cpu_j IS 'J; NULL: not measured';

COMMENT ON COLUMN public.worker_round_figures.gpu_j IS 'J; NULL: not measured';

COMMENT ON COLUMN public.worker_round_figures.ram_j IS 'J; NULL: not measured';

COMMENT ON COLUMN public.worker_round_figures.machine_j IS 'J of the whole machine';

COMMENT ON COLUMN public.worker_round_figures.energy_j IS 'J: sum of the components that were measured; NULL if none was';

COMMENT ON COLUMN public.worker_round_figures.energy_sources IS 'where the energy figures came from, sorted';

COMMENT ON COLUMN public.worker_round_figures.energy_gaps IS 'components that some report lacks: energy_j is a lower bound';

COMMENT ON COLUMN public.worker_round_figures.emissions_g IS 'gCO2e; NULL if not known';

COMMENT ON COLUMN public.worker_round_figures.num_examples IS 'of its evaluation, else of its fit';

COMMENT ON COLUMN public.worker_round_figures.metrics IS 'of its evaluation, else of its fit';

COMMENT ON COLUMN public.worker_round_figures.bytes_sent IS 'bytes';

COMMENT ON COLUMN public.worker_round_figures.bytes_received IS 'bytes';

CREATE VIEW public.round_figures AS
 WITH contributed AS (
         SELECT worker_round_figures.run_id,
            worker_round_figures.round,
            count(*) FILTER (WHERE (worker_round_figures.role = 'worker'::text)) AS workers_reported,
            min(worker_round_figures.started_at) AS started_at,
            max(worker_round_figures.ended_at) AS ended_at,
            sum(worker_round_figures.duration_s) AS worker_s,
            sum(worker_round_figures.cpu_j) AS cpu_j,
            sum(worker_round_figures.gpu_j) AS gpu_j,
            sum(worker_round_figures.ram_j) AS ram_j,
            sum(worker_round_figures.machine_j) AS machine_j,
            sum(worker_round_figures.energy_j) AS energy_j,
            public.union_of(worker_round_figures.energy_sources) AS energy_sources,
            public.union_of(worker_round_figures.energy_gaps) AS energy_gaps,
            sum(worker_round_figures.emissions_g) AS emissions_g,
            sum(worker_round_figures.num_examples) FILTER (WHERE (worker_round_figures.role = 'worker'::text)) AS num_examples,
            sum(worker_round_figures.bytes_sent) AS bytes_sent,
            sum(worker_round_figures.bytes_received) AS bytes_received,
            array_agg(worker_round_figures.metrics ORDER BY (worker_round_figures.worker COLLATE "C")) FILTER (WHERE (worker_round_figures.role = 'worker'::text)) AS all_metrics,
            array_agg(worker_round_figures.num_examples ORDER BY (worker_round_figures.worker COLLATE "C")) FILTER (WHERE (worker_round_figures.role = 'worker'::text)) AS all_examples,
            public.merge_metrics(worker_round_figures.metrics ORDER BY (worker_round_figures.worker COLLATE "C")) FILTER (WHERE (worker_round_figures.role = 'coordinator'::text)) AS coordinator_metrics
           FROM public.worker_round_figures
          GROUP BY worker_round_figures.run_id, worker_round_figures.round
        ), planned AS (
         SELECT DISTINCT events.run_id,
            ((events.payload #>> '{plan,round}'::text[]))::bigint AS round
           FROM public.events
          WHERE (events.kind = 'round_planned'::text)
        ), rounds AS (
         SELECT run_id,
            round,
            contributed.workers_reported,
            contributed.started_at,
            contributed.ended_at,
            contributed.worker_s,
            contributed.cpu_j,
            contributed.gpu_j,
            contributed.ram_j,
            contributed.machine_j,
            contributed.energy_j,
            contributed.energy_sources,
            contributed.energy_gaps,
            contributed.emissions_g,
            contributed.num_examples,
            contributed.bytes_sent,
            contributed.bytes_received,
            contributed.all_metrics,
            contributed.all_examples,
            contributed.coordinator_metrics,
            run_settings.target_metric,
            run_settings.target_goal,
            run_settings.default_pue,
            run_settings.network_kwh_per_gb,
            run_settings.network_intensity_g_per_kwh,
            run_settings.edition_of_run_id,
            run_settings.edition_intensity,
            means.worker_means,
            means.accuracy_mean,
            (means.worker_means || COALESCE(contributed.coordinator_metrics, '{}'::jsonb)) AS metrics,
                CASE
                    WHEN (contributed.coordinator_metrics ? 'accuracy'::text) THEN 'coordinator'::text
                    WHEN (means.worker_means ? 'accuracy'::text) THEN 'workers'::text
                    ELSE NULL::text
                END AS accuracy_source
           FROM (((contributed
             FULL JOIN planned USING (run_id, round))
             JOIN public.run_settings USING (run_id))
             CROSS JOIN LATERAL ( SELECT COALESCE(jsonb_object_agg(by_metric.metric,
                        CASE
                            WHEN (by_metric.all_weighted AND (by_metric.weight > (0)::numeric)) THEN (by_metric.weighted_sum / (by_metric.weight)::double precision)
                            ELSE by_metric.plain_mean
                        END), '{}'::jsonb) AS worker_means,
                    max(by_metric.plain_mean) FILTER (WHERE (by_metric.metric = 'accuracy'::text)) AS accuracy_mean
                   FROM ( SELECT pair.metric,
                            bool_and((each.examples IS NOT NULL)) AS all_weighted,
                            sum(each.examples) AS weight,
                            sum(((each.examples)::double precision * (pair.value)::double precision) ORDER BY each.place) AS weighted_sum,
                            (sum((pair.value)::double precision ORDER BY each.place) / (count(*))::double precision) AS plain_mean
                           FROM (UNNEST(contributed.all_metrics, contributed.all_examples) WITH ORDINALITY each(metrics, examples, place)
                             CROSS JOIN LATERAL jsonb_each_text(each.metrics) pair(metric, value))
                          GROUP BY pair.metric) by_metric) means)
        ), targets AS (
         SELECT rounds.run_id,
            rounds.round,
            rounds.workers_reported,
            rounds.started_at,
            rounds.ended_at,
            rounds.worker_s,
            rounds.cpu_j,
            rounds.gpu_j,
            rounds.ram_j,
            rounds.machine_j,
            rounds.energy_j,
            rounds.energy_sources,
            rounds.energy_gaps,
            rounds.emissions_g,
            rounds.num_examples,
            rounds.bytes_sent,
            rounds.bytes_received,
            rounds.all_metrics,
            rounds.all_examples,
            rounds.coordinator_metrics,
            rounds.target_metric,
            rounds.target_goal,
            rounds.default_pue,
            rounds.network_kwh_per_gb,
            rounds.network_intensity_g_per_kwh,
            rounds.edition_of_run_id,
            rounds.edition_intensity,
            rounds.worker_means,
            rounds.accuracy_mean,
            rounds.metrics,
            rounds.accuracy_source,
            ((rounds.metrics ->> 'accuracy'::text))::double precision AS accuracy,
            ((rounds.metrics ->> 'loss'::text))::double precision AS loss,
            ((rounds.metrics ->> rounds.target_metric))::double precision AS target_value,
            (((rounds.metrics ->> rounds.target_metric))::double precision * (
                CASE rounds.target_goal
                    WHEN 'min'::text THEN '-1'::integer
                    ELSE 1
                END)::double precision) AS goodness
           FROM rounds
        ), standings AS (
         SELECT targets.run_id,
            targets.round,
            targets.workers_reported,
            targets.started_at,
            targets.ended_at,
            targets.worker_s,
            targets.cpu_j,
            targets.gpu_j,
            targets.ram_j,
            targets.machine_j,
            targets.energy_j,
            targets.energy_sources,
            targets.energy_gaps,
            targets.emissions_g,
            targets.num_examples,
            targets.bytes_sent,
            targets.bytes_received,
            targets.all_metrics,
            targets.all_examples,
            targets.coordinator_metrics,
            targets.target_metric,
            targets.target_goal,
            targets.default_pue,
            targets.network_kwh_per_gb,
            targets.network_intensity_g_per_kwh,
            targets.edition_of_run_id,
            targets.edition_intensity,
            targets.worker_means,
            targets.accuracy_mean,
            targets.metrics,
            targets.accuracy_source,
            targets.accuracy,
            targets.loss,
            targets.target_value,
            targets.goodness,
            sum(targets.energy_j) OVER so_far AS cumulative_energy_j,
            sum(targets.emissions_g) OVER so_far AS cumulative_emissions_g,
                CASE
                    WHEN (lag(targets.round) OVER so_far = (targets.round - 1)) THEN (targets.goodness - lag(targets.goodness) OVER so_far)
                    ELSE NULL::double precision
                END AS gain,
            ((targets.emissions_g IS NOT NULL) AND (targets.goodness IS NOT NULL) AND COALESCE((targets.goodness > max(targets.goodness) OVER earlier), true)) AS is_candidate
           FROM targets
          WINDOW so_far AS (PARTITION BY targets.run_id ORDER BY targets.round), earlier AS (PARTITION BY targets.run_id ORDER BY targets.round ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        )
 SELECT standings.run_id,
    standings.round,
    standings.started_at,
    standings.ended_at,
    standings.accuracy,
    standings.accuracy_source,
    standings.accuracy_mean,
    standings.metrics,
    standings.loss,
    standings.target_value,
    public.bounded(standings.num_examples) AS num_examples,
    standings.energy_j,
    standings.cpu_j,
    standings.gpu_j,
    standings.ram_j,
    standings.machine_j,
    COALESCE(standings.energy_sources, '{}'::text[]) AS energy_sources,
    COALESCE(standings.energy_gaps, '{}'::text[]) AS energy_gaps,
    standings.emissions_g,
    standings.cumulative_energy_j,
    standings.cumulative_emissions_g,
    standings.gain,
    (standings.gain / NULLIF(standings.emissions_g, (0)::double precision)) AS gain_per_g,
        CASE
            WHEN (standings.gain > (0)::double precision) THEN (standings.emissions_g / (standings.gain * (100)::double precision))
            ELSE NULL::double precision
        END AS g_per_point,
    (standings.accuracy / NULLIF((standings.cumulative_emissions_g / (1000)::double precision), (0)::double precision)) AS carbon_efficiency,
    (standings.is_candidate AND (standings.round = max(standings.round) FILTER (WHERE standings.is_candidate) OVER (PARTITION BY standings.run_id, standings.cumulative_emissions_g))) AS on_pareto_front,
    COALESCE(standings.workers_reported, (0)::bigint) AS workers_reported,
    (EXTRACT(epoch FROM (standings.ended_at - standings.started_at)))::double precision AS wall_s,
    standings.worker_s,
    public.bounded(standings.bytes_sent) AS bytes_sent,
    public.bounded(standings.bytes_received) AS bytes_received
   FROM standings;

COMMENT ON VIEW public.round_figures IS 'Rounds: what each bought for what it cost; all count as closed';

COMMENT ON COLUMN public.round_figures.run_id IS 'the run';

COMMENT ON COLUMN public.round_figures.round IS 'as the FL framework counts';

COMMENT ON COLUMN public.round_figures.started_at IS 'first start, by the hub''s clock';

COMMENT ON COLUMN public.round_figures.ended_at IS 'last end, by the hub''s clock';

COMMENT ON COLUMN public.round_figures.accuracy IS 'fraction: the coordinator''s, else the workers'' weighted by num_examples';

COMMENT ON COLUMN public.round_figures.accuracy_source IS 'coordinator or workers';

COMMENT ON COLUMN public.round_figures.accuracy_mean IS 'fraction: plain mean of the workers''';

COMMENT ON COLUMN public.round_figures.metrics IS 'each metric: the coordinator''s, else the workers'' weighted by num_examples';

COMMENT ON COLUMN public.round_figures.loss IS 'that of metrics';

COMMENT ON COLUMN public.round_figures.target_value IS 'the metric that the run is judged by';

COMMENT ON COLUMN public.round_figures.num_examples IS 'sum over the workers';

COMMENT ON COLUMN public.round_figures.energy_j IS 'J: sum over all reports; NULL if nothing was measured';

COMMENT ON COLUMN public.round_figures.cpu_j IS 'J; NULL: not measured';

COMMENT ON COLUMN public.round_figures.gpu_j IS 'J; NULL: not measured';

COMMENT ON COLUMN public.round_figures.ram_j IS 'J; NULL: not measured';

COMMENT ON COLUMN public.round_figures.machine_j IS 'J, of machines measured as a whole';

COMMENT ON COLUMN public.round_figures.energy_sources IS 'where the energy figures came from, sorted';

COMMENT ON COLUMN public.round_figures.energy_gaps IS 'components that some report lacks: energy_j is a lower bound';

COMMENT ON COLUMN public.round_figures.emissions_g IS 'gCO2e: sum over all reports; NULL if not known';

COMMENT ON COLUMN public.round_figures.cumulative_energy_j IS 'J: this and all earlier rounds';

COMMENT ON COLUMN public.round_figures.cumulative_emissions_g IS 'gCO2e: this and all earlier rounds';

COMMENT ON COLUMN public.round_figures.gain IS 'of target_value over the round before; positive is better';

COMMENT ON COLUMN public.round_figures.gain_per_g IS '1/gCO2e: gain / emissions_g';

COMMENT ON COLUMN public.round_figures.g_per_point IS 'gCO2e for one percentage point of gain; NULL unless it is positive';

COMMENT ON COLUMN public.round_figures.carbon_efficiency IS 'accuracy per kg of cumulative emissions';

COMMENT ON COLUMN public.round_figures.on_pareto_front IS 'no round has at most its cumulative emissions and at least its target value, one being better';

COMMENT ON COLUMN public.round_figures.workers_reported IS 'without coordinators';

COMMENT ON COLUMN public.round_figures.wall_s IS 's from first start to last end';

COMMENT ON COLUMN public.round_figures.worker_s IS 's: sum of the reports'' durations';

COMMENT ON COLUMN public.round_figures.bytes_sent IS 'bytes';

COMMENT ON COLUMN public.round_figures.bytes_received IS 'bytes';

CREATE TABLE public.runs (
    run_number bigint NOT NULL,
    run_id text NOT NULL,
    name text NOT NULL,
    created_at timestamp(3) with time zone NOT NULL
);

CREATE VIEW public.worker_states AS
 SELECT changes.run_id,
    changes.worker,
    (array_agg(changes.state ORDER BY changes.event_offset DESC))[1] AS state,
    max(changes.at) AS state_since,
    (array_agg((changes.payload -> 'hello'::text) ORDER BY changes.event_offset DESC) FILTER (WHERE (changes.state = 'online'::text)))[1] AS hello
   FROM ( SELECT events.run_id,
            events.event_offset,
            events.at,
            events.payload,
            COALESCE((events.payload #>> '{hello,worker}'::text[]), (events.payload ->> 'worker'::text)) AS worker,
                CASE events.kind
                    WHEN 'worker_joined'::text THEN 'online'::text
                    WHEN 'worker_disconnected'::text THEN 'away'::text
                    WHEN 'worker_lost'::text THEN 'lost'::text
                    ELSE 'left'::text
                END AS state
           FROM public.events
          WHERE (events.kind = ANY (ARRAY['worker_joined'::text, 'worker_disconnected'::text, 'worker_lost'::text, 'worker_left'::text]))) changes
  GROUP BY changes.run_id, changes.worker;

COMMENT ON VIEW public.worker_states IS 'Who is there, as far as the log says';

COMMENT ON COLUMN public.worker_states.run_id IS 'the run';

COMMENT ON COLUMN public.worker_states.worker IS 'the worker or coordinator';

COMMENT ON COLUMN public.worker_states.state IS 'online, away (may come back), lost (given up), left (said bye)';

COMMENT ON COLUMN public.worker_states.state_since IS 'since when, by the hub''s clock';

COMMENT ON COLUMN public.worker_states.hello IS 'its latest hello, as on the wire';

CREATE VIEW public.run_summary AS
 SELECT runs.run_id,
    runs.name,
    runs.created_at AS started_at,
    participants.deserted_at,
    latest.last_event_at,
    plan.total_rounds,
    sums.round,
    sums.rounds,
    run_settings.target_metric,
    run_settings.target_goal,
    sums.accuracy,
    sums.target_value,
    sums.best_target_value,
    sums.best_round,
    sums.gain,
    sums.energy_j,
    sums.emissions_g,
    sums.energy_sources,
    sums.energy_gaps,
    participants.workers_online,
    participants.workers_total,
        CASE
            WHEN ((sums.best_round IS NOT NULL) AND (sums.emissions_g IS NOT NULL)) THEN sums.after_best_g
            ELSE NULL::double precision
        END AS emissions_after_best_g,
        CASE
            WHEN (sums.best_round IS NOT NULL) THEN (sums.after_best_g / NULLIF(sums.emissions_g, (0)::double precision))
            ELSE NULL::double precision
        END AS emissions_after_best_share,
    run_settings.default_pue,
    run_settings.network_kwh_per_gb,
    run_settings.network_intensity_g_per_kwh,
    run_settings.edition_of_run_id,
    run_settings.edition_intensity
   FROM (((((public.runs
     JOIN public.run_settings USING (run_id))
     CROSS JOIN LATERAL ( SELECT count(*) AS rounds,
            max(each.round) AS round,
            (array_agg(each.accuracy ORDER BY each.round DESC) FILTER (WHERE (each.accuracy IS NOT NULL)))[1] AS accuracy,
            (array_agg(each.target_value ORDER BY each.round DESC) FILTER (WHERE (each.target_value IS NOT NULL)))[1] AS target_value,
            max(each.target_value) FILTER (WHERE (each.round = each.best)) AS best_target_value,
            max(each.best) FILTER (WHERE (each.target_value IS NOT NULL)) AS best_round,
            (array_agg(each.gain ORDER BY each.round DESC))[1] AS gain,
            sum(each.energy_j) AS energy_j,
            sum(each.emissions_g) AS emissions_g,
            COALESCE(sum(each.emissions_g) FILTER (WHERE (each.round > each.best)), (0)::double precision) AS after_best_g,
            public.union_of(each.energy_sources) AS energy_sources,
            public.union_of(each.energy_gaps) AS energy_gaps
           FROM ( SELECT round_figures.run_id,
                    round_figures.round,
                    round_figures.started_at,
                    round_figures.ended_at,
                    round_figures.accuracy,
                    round_figures.accuracy_source,
                    round_figures.accuracy_mean,
                    round_figures.metrics,
                    round_figures.loss,
                    round_figures.target_value,
                    round_figures.num_examples,
                    round_figures.energy_j,
                    round_figures.cpu_j,
                    round_figures.gpu_j,
                    round_figures.ram_j,
                    round_figures.machine_j,
                    round_figures.energy_sources,
                    round_figures.energy_gaps,
                    round_figures.emissions_g,
                    round_figures.cumulative_energy_j,
                    round_figures.cumulative_emissions_g,
                    round_figures.gain,
                    round_figures.gain_per_g,
                    round_figures.g_per_point,
                    round_figures.carbon_efficiency,
                    round_figures.on_pareto_front,
                    round_figures.workers_reported,
                    round_figures.wall_s,
                    round_figures.worker_s,
                    round_figures.bytes_sent,
                    round_figures.bytes_received,
                    first_value(round_figures.round) OVER (ORDER BY (round_figures.target_value * (
                        CASE run_settings.target_goal
                            WHEN 'min'::text THEN 1
                            ELSE '-1'::integer
                        END)::double precision), round_figures.round) AS best
                   FROM public.round_figures
                  WHERE (round_figures.run_id = runs.run_id)) each) sums)
     CROSS JOIN LATERAL ( SELECT count(*) FILTER (WHERE ((worker_states.hello ->> 'role'::text) = 'worker'::text)) AS workers_total,
            count(*) FILTER (WHERE (((worker_states.hello ->> 'role'::text) = 'worker'::text) AND (worker_states.state = 'online'::text))) AS workers_online,
                CASE
                    WHEN bool_and((worker_states.state = ANY (ARRAY['lost'::text, 'left'::text]))) THEN max(worker_states.state_since)
                    ELSE NULL::timestamp with time zone
                END AS deserted_at
           FROM public.worker_states
          WHERE (worker_states.run_id = runs.run_id)) participants)
     LEFT JOIN LATERAL ( SELECT worker_hellos.total_rounds
           FROM public.worker_hellos
          WHERE ((worker_hellos.run_id = runs.run_id) AND (worker_hellos.total_rounds IS NOT NULL))
          ORDER BY worker_hellos.from_offset DESC
         LIMIT 1) plan ON (true))
     CROSS JOIN LATERAL (( SELECT events.event_offset,
            events.at AS last_event_at
           FROM public.events
          WHERE (events.run_id = runs.run_id)
          ORDER BY events.event_offset DESC
         LIMIT 1)
        UNION ALL
        ( SELECT reports.event_offset,
            reports.received_at
           FROM public.reports
          WHERE (reports.run_id = runs.run_id)
          ORDER BY reports.event_offset DESC
         LIMIT 1)
  ORDER BY 1 DESC
 LIMIT 1) latest);

COMMENT ON VIEW public.run_summary IS 'Runs';

COMMENT ON COLUMN public.run_summary.run_id IS 'the run';

COMMENT ON COLUMN public.run_summary.name IS 'the human name; several runs may share it';

COMMENT ON COLUMN public.run_summary.started_at IS 'creation of the run, by the hub''s clock';

COMMENT ON COLUMN public.run_summary.deserted_at IS 'when the last participant had left or was lost; NULL while one is here or expected back';

COMMENT ON COLUMN public.run_summary.last_event_at IS 'when anything happened last, by the hub''s clock';

COMMENT ON COLUMN public.run_summary.total_rounds IS 'planned rounds; NULL if not said';

COMMENT ON COLUMN public.run_summary.round IS 'the latest that anyone reported or planned';

COMMENT ON COLUMN public.run_summary.rounds IS 'how many there are';

COMMENT ON COLUMN public.run_summary.target_metric IS 'the metric that the run is judged by';

COMMENT ON COLUMN public.run_summary.target_goal IS 'max or min';

COMMENT ON COLUMN public.run_summary.accuracy IS 'fraction: the latest that is known';

COMMENT ON COLUMN public.run_summary.target_value IS 'the latest that is known';

COMMENT ON COLUMN public.run_summary.best_target_value IS 'the best by target_goal';

COMMENT ON COLUMN public.run_summary.best_round IS 'the first round that had it';

COMMENT ON COLUMN public.run_summary.gain IS 'of the latest round';

COMMENT ON COLUMN public.run_summary.energy_j IS 'J; NULL if nothing was measured';

COMMENT ON COLUMN public.run_summary.emissions_g IS 'gCO2e; NULL if not known';

COMMENT ON COLUMN public.run_summary.energy_sources IS 'where the energy figures came from, sorted';

COMMENT ON COLUMN public.run_summary.energy_gaps IS 'components that some report lacks: energy_j is a lower bound';

COMMENT ON COLUMN public.run_summary.workers_online IS 'connected, without coordinators';

COMMENT ON COLUMN public.run_summary.workers_total IS 'without coordinators';

COMMENT ON COLUMN public.run_summary.emissions_after_best_g IS 'gCO2e of the rounds after best_round';

COMMENT ON COLUMN public.run_summary.emissions_after_best_share IS 'the same as a share of emissions_g, 0 to 1';

COMMENT ON COLUMN public.run_summary.default_pue IS 'power usage effectiveness where a worker names none';

COMMENT ON COLUMN public.run_summary.network_kwh_per_gb IS 'kWh per 10^9 bytes sent or received';

COMMENT ON COLUMN public.run_summary.network_intensity_g_per_kwh IS 'gCO2e/kWh of the network';

COMMENT ON COLUMN public.run_summary.edition_of_run_id IS 'the run of whose energy this is a new edition; NULL: an original';

COMMENT ON COLUMN public.run_summary.edition_intensity IS 'the intensities of the edition, in words';

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

CREATE VIEW public.worker_figures AS
 SELECT states.run_id,
    states.worker,
    (states.hello ->> 'role'::text) AS role,
    states.state,
    states.state_since,
    (states.hello ->> 'region'::text) AS region,
    ((states.hello ->> 'pue'::text))::double precision AS pue,
    (states.hello -> 'hardware'::text) AS hardware,
    (states.hello ->> 'framework'::text) AS framework,
        CASE
            WHEN (plan.event_offset > COALESCE(latest.event_offset, (0)::bigint)) THEN plan.round
            ELSE latest.round
        END AS round,
    latest.phase,
    ((sums.metrics ->> 'accuracy'::text))::double precision AS accuracy,
    ((sums.metrics ->> 'loss'::text))::double precision AS loss,
    sums.metrics,
    sums.energy_j,
    sums.emissions_g,
    timed.power_w,
    timed.cpu_source,
    timed.gpu_source,
    timed.ram_source,
    timed.machine_source,
    latest.intensity_g_per_kwh,
    latest.intensity_source,
    COALESCE(latest.seq, (0)::bigint) AS last_seq,
    sums.reports,
    COALESCE((latest.seq - sums.reports), (0)::bigint) AS reports_missing,
    latest.received_at AS last_report_at,
    clock.clock_offset_s
   FROM (((((public.worker_states states
     CROSS JOIN LATERAL ( SELECT count(*) AS reports,
            sum(reports.emissions_g) AS emissions_g,
                CASE
                    WHEN (count(COALESCE(reports.cpu_j, reports.gpu_j, reports.ram_j, reports.machine_j)) > 0) THEN (((COALESCE(sum(reports.cpu_j), (0)::double precision) + COALESCE(sum(reports.gpu_j), (0)::double precision)) + COALESCE(sum(reports.ram_j), (0)::double precision)) + COALESCE(sum(reports.machine_j), (0)::double precision))
                    ELSE NULL::double precision
                END AS energy_j,
            public.merge_metrics((reports.metrics)::jsonb ORDER BY reports.seq) AS metrics
           FROM public.reports
          WHERE ((reports.run_id = states.run_id) AND (reports.worker = states.worker))) sums)
     LEFT JOIN LATERAL ( SELECT reports.event_offset,
            reports.received_at,
            reports.seq,
            reports.round,
            reports.phase,
            reports.intensity_g_per_kwh,
            reports.intensity_source
           FROM public.reports
          WHERE ((reports.run_id = states.run_id) AND (reports.worker = states.worker))
          ORDER BY reports.seq DESC
         LIMIT 1) latest ON (true))
     LEFT JOIN LATERAL ( SELECT
                CASE
                    WHEN (COALESCE(reports.cpu_j, reports.gpu_j, reports.ram_j, reports.machine_j) IS NOT NULL) THEN ((((COALESCE(reports.cpu_j, (0)::double precision) + COALESCE(reports.gpu_j, (0)::double precision)) + COALESCE(reports.ram_j, (0)::double precision)) + COALESCE(reports.machine_j, (0)::double precision)) / reports.duration_s)
                    ELSE NULL::double precision
                END AS power_w,
            reports.cpu_source,
            reports.gpu_source,
            reports.ram_source,
            reports.machine_source
           FROM public.reports
          WHERE ((reports.run_id = states.run_id) AND (reports.worker = states.worker) AND (reports.duration_s > (0)::double precision))
          ORDER BY reports.seq DESC
         LIMIT 1) timed ON (true))
     LEFT JOIN LATERAL ( SELECT events.event_offset,
            ((events.payload #>> '{plan,round}'::text[]))::bigint AS round
           FROM public.events
          WHERE ((events.run_id = states.run_id) AND (events.kind = 'round_planned'::text) AND ((states.hello ->> 'role'::text) = 'coordinator'::text) AND ((events.payload ->> 'worker'::text) = states.worker))
          ORDER BY events.event_offset DESC
         LIMIT 1) plan ON (true))
     LEFT JOIN LATERAL ( SELECT worker_hellos.clock_offset_s
           FROM public.worker_hellos
          WHERE ((worker_hellos.run_id = states.run_id) AND (worker_hellos.worker = states.worker))
          ORDER BY worker_hellos.from_offset DESC
         LIMIT 1) clock ON (true));

COMMENT ON VIEW public.worker_figures IS 'Workers and coordinators over all that they reported';

COMMENT ON COLUMN public.worker_figures.run_id IS 'the run';

COMMENT ON COLUMN public.worker_figures.worker IS 'the worker or coordinator';

COMMENT ON COLUMN public.worker_figures.role IS 'worker or coordinator';

COMMENT ON COLUMN public.worker_figures.state IS 'online, away (may come back), lost (given up), left (said bye)';

COMMENT ON COLUMN public.worker_figures.state_since IS 'since when, by the hub''s clock';

COMMENT ON COLUMN public.worker_figures.region IS 'of the grid, as the worker named it last; NULL if it did not';

COMMENT ON COLUMN public.worker_figures.pue IS 'power usage effectiveness of its data centre; NULL: the run''s default_pue';

COMMENT ON COLUMN public.worker_figures.hardware IS 'cpu, gpu (a list) and ram_bytes';

COMMENT ON COLUMN public.worker_figures.framework IS 'name and version of the FL framework';

COMMENT ON COLUMN public.worker_figures.round IS 'the latest that it reported or planned';

COMMENT ON COLUMN public.worker_figures.phase IS 'of its latest report';

COMMENT ON COLUMN public.worker_figures.accuracy IS 'fraction: its latest';

COMMENT ON COLUMN public.worker_figures.loss IS 'its latest';

COMMENT ON COLUMN public.worker_figures.metrics IS 'the latest of each';

COMMENT ON COLUMN public.worker_figures.energy_j IS 'J; NULL if nothing was measured';

COMMENT ON COLUMN public.worker_figures.emissions_g IS 'gCO2e; NULL if not known';

COMMENT ON COLUMN public.worker_figures.power_w IS 'W, over its latest report that took time';

COMMENT ON COLUMN public.worker_figures.cpu_source IS 'where cpu_j of that report came from';

COMMENT ON COLUMN public.worker_figures.gpu_source IS 'where gpu_j of that report came from';

COMMENT ON COLUMN public.worker_figures.ram_source IS 'where ram_j of that report came from';

COMMENT ON COLUMN public.worker_figures.machine_source IS 'where machine_j of that report came from';

COMMENT ON COLUMN public.worker_figures.intensity_g_per_kwh IS 'gCO2e/kWh that its latest report was computed with';

COMMENT ON COLUMN public.worker_figures.intensity_source IS 'where that came from';

COMMENT ON COLUMN public.worker_figures.last_seq IS 'number of its latest report; 0: none';

COMMENT ON COLUMN public.worker_figures.reports IS 'how many were received';

COMMENT ON COLUMN public.worker_figures.reports_missing IS 'numbers that were skipped: the worker dropped them';

COMMENT ON COLUMN public.worker_figures.last_report_at IS 'when it came, by the hub''s clock';

COMMENT ON COLUMN public.worker_figures.clock_offset_s IS 's by which the hub''s clock was ahead of the worker''s; NULL if not known';

INSERT INTO public.events VALUES ('20260105-090000-0a1b2c', 1, '2026-01-05 09:00:00+00', 'run_created', '{"by_import":false,"carbon":{"default_pue":1.0,"network_intensity_g_per_kwh":480.0,"network_kwh_per_gb":0.01},"edition":null,"name":"wards","rules":{"abandon_ms":600000,"deadline_ms":120000,"forecast_after_rounds":3,"grace_ms":30000,"quorum":0.5,"stale_ms":120000},"target":{"goal":"max","metric":"accuracy"}}');
INSERT INTO public.events VALUES ('20260105-090000-0a1b2c', 2, '2026-01-05 09:00:00+00', 'policies_changed', '{"changed_by":"the hub''s configuration","hand_back":false,"policies":{"budget":{"act":"pause","limit_g":1000.0}},"reason":""}');
INSERT INTO public.events VALUES ('20260105-090000-0a1b2c', 3, '2026-01-05 09:00:01+00', 'worker_joined', '{"clock_offset_s":0.5,"hello":{"framework":"flower 1.13","hardware":{"cpu":"Xeon","gpu":[],"ram_bytes":1000},"pue":1.2,"region":"FR","role":"worker","run":"wards","target":{"goal":"max","metric":"accuracy"},"total_rounds":2,"type":"hello","worker":"hospital-1"},"region_known":true}');
INSERT INTO public.events VALUES ('20260105-090000-0a1b2c', 4, '2026-01-05 09:00:02+00', 'worker_joined', '{"clock_offset_s":0.5,"hello":{"framework":"flower 1.13","hardware":{"cpu":"Xeon","gpu":[],"ram_bytes":1000},"pue":1.2,"region":"FR","role":"worker","run":"wards","target":{"goal":"max","metric":"accuracy"},"total_rounds":2,"type":"hello","worker":"hospital-2"},"region_known":true}');
INSERT INTO public.events VALUES ('20260105-090000-0a1b2c', 7, '2026-01-05 09:00:25+00', 'command_issued', '{"command":{"action":"pause","id":"c-1","reason":"a storm","run":"wards","type":"command","workers":null},"issued_by":"ada"}');
INSERT INTO public.events VALUES ('20260105-090000-0a1b2c', 8, '2026-01-05 09:00:26+00', 'directive_acknowledged', '{"ack":{"command":"c-1","round":1,"state":"paused","type":"directive_ack"},"worker":"hospital-1"}');
INSERT INTO public.events VALUES ('20260105-090000-0a1b2c', 9, '2026-01-05 09:00:26+00', 'directive_acknowledged', '{"ack":{"command":"c-1","round":1,"state":"paused","type":"directive_ack"},"worker":"hospital-2"}');
INSERT INTO public.events VALUES ('20260105-090000-0a1b2c', 10, '2026-01-05 09:00:30+00', 'command_issued', '{"command":{"action":"resume","id":"c-2","reason":"it is over","run":"wards","type":"command","workers":null},"issued_by":"ada"}');
INSERT INTO public.events VALUES ('20260105-090000-0a1b2c', 13, '2026-01-05 09:01:00+00', 'worker_left', '{"reason":"finished","worker":"hospital-1"}');
INSERT INTO public.events VALUES ('20260105-090000-0a1b2c', 14, '2026-01-05 09:01:01+00', 'worker_left', '{"reason":"finished","worker":"hospital-2"}');

INSERT INTO public.reports VALUES ('20260105-090000-0a1b2c', 5, '2026-01-05 09:00:20+00', 'hospital-1', 1, 1, 'fit', '2026-01-05 09:00:10+00', 8, 3000000, NULL, 600000, 'rapl', NULL, 'model', 100, '{"accuracy":0.5,"loss":0.5}', NULL, NULL, NULL, NULL, 50, 'table:FR', 60, NULL, NULL);
INSERT INTO public.reports VALUES ('20260105-090000-0a1b2c', 6, '2026-01-05 09:00:21+00', 'hospital-2', 1, 1, 'fit', '2026-01-05 09:00:11+00', 8, 3000000, NULL, 600000, 'rapl', NULL, 'model', 300, '{"accuracy":0.7,"loss":0.30000000000000004}', NULL, NULL, NULL, NULL, 50, 'table:FR', 60, NULL, NULL);
INSERT INTO public.reports VALUES ('20260105-090000-0a1b2c', 11, '2026-01-05 09:00:50+00', 'hospital-1', 2, 2, 'fit', '2026-01-05 09:00:40+00', 8, 6000000, NULL, 1200000, 'rapl', NULL, 'model', 100, '{"accuracy":0.6,"loss":0.4}', NULL, NULL, NULL, NULL, 50, 'table:FR', 120, NULL, NULL);
INSERT INTO public.reports VALUES ('20260105-090000-0a1b2c', 12, '2026-01-05 09:00:51+00', 'hospital-2', 2, 2, 'fit', '2026-01-05 09:00:41+00', 8, NULL, NULL, NULL, NULL, NULL, NULL, 300, '{"accuracy":0.8,"loss":0.19999999999999996}', NULL, NULL, NULL, NULL, 50, 'table:FR', 60, 3600000, 'external:plug');

INSERT INTO public.runs OVERRIDING SYSTEM VALUE VALUES (1, '20260105-090000-0a1b2c', 'wards', '2026-01-05 09:00:00+00');

INSERT INTO public.schema_migrations VALUES (1, 'event_log', '2026-01-05 08:00:00+00');
INSERT INTO public.schema_migrations VALUES (2, 'machine_energy', '2026-01-05 08:00:00+00');
INSERT INTO public.schema_migrations VALUES (3, 'views', '2026-01-05 08:00:00+00');
INSERT INTO public.schema_migrations VALUES (4, 'view_comments', '2026-01-05 08:00:00+00');

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


