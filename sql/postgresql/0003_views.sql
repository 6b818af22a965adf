-- The figures of docs/metrics.md, for psql and Grafana; docs/sql.md has queries. Views only: they
-- read the log, store nothing and lock nobody out. Names and units are those of the wire.
--
-- Each builds on the one before it, and a condition on run_id reaches the tables. A round counts as
-- closed here; whether one is still open is decided by who is present, which only the hub knows.

-- All words of all lists, each once, sorted.
CREATE FUNCTION add_words(words text[], list text[]) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF list <@ words THEN RETURN words; END IF;  -- nearly always
  RETURN ARRAY(SELECT DISTINCT word COLLATE "C" FROM unnest(words || list) AS word ORDER BY 1);
END
$$;
CREATE AGGREGATE union_of(text[]) (SFUNC = add_words, STYPE = text[], INITCOND = '{}');

-- A sum of counts, which stops where JSON's numbers stop being exact.
CREATE FUNCTION bounded(total numeric) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT least(total, 9000000000000000)::bigint
$$;

-- JSON objects merged in the order given: the last one that has a key wins.
CREATE AGGREGATE merge_metrics(jsonb) (SFUNC = jsonb_concat, STYPE = jsonb, INITCOND = '{}');

-- What was said at each hello, and for which reports it holds: those after from_offset, up to
-- until_offset. An import does not say how its worker's clock went; the hello before it may have.
CREATE VIEW worker_hellos AS
WITH hellos AS (
  SELECT run_id, event_offset, at,
         payload #>> '{hello,worker}' AS worker, payload -> 'hello' AS hello,
         (payload ->> 'clock_offset_s')::double precision AS said_offset_s,
         coalesce((payload #>> '{hello,import}')::boolean, false) AS is_import
  FROM events WHERE kind = 'worker_joined'),
clocks AS (
  SELECT *, count(*) FILTER (WHERE NOT is_import OR said_offset_s IS NOT NULL)
            OVER (PARTITION BY run_id, worker ORDER BY event_offset) AS clock_number
  FROM hellos)
SELECT run_id, worker, event_offset AS from_offset,
       lead(event_offset) OVER (PARTITION BY run_id, worker ORDER BY event_offset) AS until_offset,
       at, is_import,
       hello ->> 'role' AS role,
       hello ->> 'region' AS region,
       (hello ->> 'pue')::double precision AS pue,
       hello ->> 'framework' AS framework,
       hello -> 'hardware' AS hardware,
       (hello ->> 'total_rounds')::bigint AS total_rounds,
       first_value(said_offset_s) OVER (PARTITION BY run_id, worker, clock_number
                                        ORDER BY event_offset) AS clock_offset_s
FROM clocks;

-- Who is there, as far as the log says, and with which hello.
CREATE VIEW worker_states AS
SELECT run_id, worker, (array_agg(state ORDER BY event_offset DESC))[1] AS state,
       max(at) AS state_since,
       (array_agg(payload -> 'hello' ORDER BY event_offset DESC)
          FILTER (WHERE state = 'online'))[1] AS hello
FROM (SELECT run_id, event_offset, at, payload,
             coalesce(payload #>> '{hello,worker}', payload ->> 'worker') AS worker,
             CASE kind WHEN 'worker_joined' THEN 'online' WHEN 'worker_disconnected' THEN 'away'
                       WHEN 'worker_lost' THEN 'lost' ELSE 'left' END AS state
      FROM events
      WHERE kind IN ('worker_joined', 'worker_disconnected', 'worker_lost', 'worker_left')
     ) AS changes
GROUP BY run_id, worker;

-- Reports with what follows from each by itself, and from its worker's hello. Each looks back at it:
-- the planner takes a new run for an empty one, and a join with the hellos would then take hours.
CREATE VIEW report_figures AS
WITH lines AS (
  SELECT run_id, worker, event_offset, report, NULL AS role, NULL AS region,
         NULL::double precision AS clock_offset_s, NULL::boolean AS has_gpu
  FROM reports AS report
  UNION ALL
  SELECT run_id, worker, from_offset, NULL, role, region, clock_offset_s,
         hardware #> '{gpu,0}' IS NOT NULL
  FROM worker_hellos),
numbered AS (
  SELECT *, count(role) OVER (PARTITION BY run_id, worker ORDER BY event_offset) AS hello_number
  FROM lines),
known AS (
  SELECT run_id, worker, event_offset, report, role IS NULL AS is_report,
         coalesce(first_value(role) OVER hello, 'worker') AS role,
         first_value(region) OVER hello AS region,
         -- To whole milliseconds, halves away from zero, as the hub does it.
         trunc(first_value(clock_offset_s) OVER hello * 1000
               + sign(first_value(clock_offset_s) OVER hello) * 0.5) AS clock_offset_ms,
         first_value(has_gpu) OVER hello AS has_gpu
  FROM numbered
  WINDOW hello AS (PARTITION BY run_id, worker, hello_number ORDER BY event_offset)),
measured AS (
  SELECT run_id, worker, event_offset, role, region, has_gpu,
         (report).received_at, (report).seq, (report).round, (report).phase,
         (report).started_at + interval '1 millisecond' * coalesce(clock_offset_ms, 0)
           AS started_at,
         (report).duration_s, (report).cpu_j, (report).gpu_j, (report).ram_j, (report).machine_j,
         (report).cpu_source, (report).gpu_source, (report).ram_source, (report).machine_source,
         (report).intensity_g_per_kwh, (report).intensity_source, (report).emissions_g,
         (report).num_examples, (report).metrics::jsonb, (report).bytes_sent,
         (report).bytes_received, (report).round_complete
  FROM known WHERE is_report)
SELECT run_id, event_offset, received_at, worker, role, region, seq, round, phase, started_at,
       started_at + interval '1 millisecond' * trunc(duration_s * 1000 + 0.5) AS ended_at,
       duration_s, cpu_j, gpu_j, ram_j, machine_j,
       CASE WHEN coalesce(cpu_j, gpu_j, ram_j, machine_j) IS NOT NULL
            THEN coalesce(cpu_j, 0) + coalesce(gpu_j, 0) + coalesce(ram_j, 0)
                 + coalesce(machine_j, 0) END AS energy_j,
       array_remove(ARRAY[
         CASE WHEN cpu_j IS NOT NULL THEN coalesce(cpu_source, 'unnamed') END,
         CASE WHEN gpu_j IS NOT NULL THEN coalesce(gpu_source, 'unnamed') END,
         CASE WHEN ram_j IS NOT NULL THEN coalesce(ram_source, 'unnamed') END,
         CASE WHEN machine_j IS NOT NULL THEN coalesce(machine_source, 'unnamed') END],
         NULL) AS energy_sources,
       CASE WHEN duration_s > 0 AND machine_j IS NULL THEN array_remove(ARRAY[
         CASE WHEN cpu_j IS NULL THEN 'cpu' END,
         CASE WHEN gpu_j IS NULL AND has_gpu THEN 'gpu' END,
         CASE WHEN ram_j IS NULL THEN 'ram' END],
         NULL) ELSE '{}' END AS energy_gaps,
       intensity_g_per_kwh, intensity_source, emissions_g, num_examples, metrics,
       bytes_sent, bytes_received, round_complete
FROM measured;

-- What one worker or coordinator contributed to one round.
CREATE VIEW worker_round_figures AS
WITH ranked AS (
  SELECT *, CASE phase WHEN 'evaluate' THEN 3 WHEN 'fit' THEN 2 ELSE 1 END AS phase_rank,
         num_examples IS NOT NULL OR metrics <> '{}' AS says_something
  FROM report_figures),
-- Of two reports with a metric, or with num_examples, the one of lower precedence counts. Those
-- whose phase ranks no lower than what was said before come first, the latest foremost; then the
-- others, which only fill gaps, the earliest foremost.
ordered AS (
  SELECT *, CASE WHEN says_something
                      AND phase_rank >= coalesce(max(phase_rank) FILTER (WHERE says_something)
                                                   OVER earlier, 0)
                 THEN -event_offset ELSE event_offset END AS precedence
  FROM ranked
  WINDOW earlier AS (PARTITION BY run_id, round, worker ORDER BY event_offset
                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
SELECT run_id, round, worker,
       (array_agg(role ORDER BY event_offset DESC))[1] AS role,
       count(*) AS reports,
       min(started_at) AS started_at, max(ended_at) AS ended_at, sum(duration_s) AS duration_s,
       sum(cpu_j) AS cpu_j, sum(gpu_j) AS gpu_j, sum(ram_j) AS ram_j, sum(machine_j) AS machine_j,
       sum(energy_j) AS energy_j,
       union_of(energy_sources) AS energy_sources,
       union_of(energy_gaps) AS energy_gaps,
       sum(emissions_g) AS emissions_g,
       (array_agg(num_examples ORDER BY precedence) FILTER (WHERE num_examples IS NOT NULL))[1]
         AS num_examples,
       merge_metrics(metrics ORDER BY precedence DESC) AS metrics,
       bounded(sum(bytes_sent)) AS bytes_sent, bounded(sum(bytes_received)) AS bytes_received
FROM ordered GROUP BY run_id, round, worker;

-- What each run is judged by, and how its emissions are computed.
CREATE VIEW run_settings AS
SELECT run_id,
       payload #>> '{target,metric}' AS target_metric, payload #>> '{target,goal}' AS target_goal,
       (payload #>> '{carbon,default_pue}')::double precision AS default_pue,
       (payload #>> '{carbon,network_kwh_per_gb}')::double precision AS network_kwh_per_gb,
       (payload #>> '{carbon,network_intensity_g_per_kwh}')::double precision
         AS network_intensity_g_per_kwh,
       payload #>> '{edition,of_run_id}' AS edition_of_run_id,
       payload #>> '{edition,intensity}' AS edition_intensity
FROM events WHERE event_offset = 1;  -- a run begins with its creation

CREATE VIEW round_figures AS
-- Sums of metrics run in the order of the workers' names, so that they come out the same as the
-- hub's to the last bit: whether a round is the best so far can hang on it.
WITH contributed AS (
  SELECT run_id, round,
         count(*) FILTER (WHERE role = 'worker') AS workers_reported,
         min(started_at) AS started_at, max(ended_at) AS ended_at, sum(duration_s) AS worker_s,
         sum(cpu_j) AS cpu_j, sum(gpu_j) AS gpu_j, sum(ram_j) AS ram_j, sum(machine_j) AS machine_j,
         sum(energy_j) AS energy_j,
         union_of(energy_sources) AS energy_sources,
         union_of(energy_gaps) AS energy_gaps,
         sum(emissions_g) AS emissions_g,
         sum(num_examples) FILTER (WHERE role = 'worker') AS num_examples,
         sum(bytes_sent) AS bytes_sent, sum(bytes_received) AS bytes_received,
         array_agg(metrics ORDER BY worker COLLATE "C") FILTER (WHERE role = 'worker')
           AS all_metrics,
         array_agg(num_examples ORDER BY worker COLLATE "C") FILTER (WHERE role = 'worker')
           AS all_examples,
         merge_metrics(metrics ORDER BY worker COLLATE "C") FILTER (WHERE role = 'coordinator')
           AS coordinator_metrics
  FROM worker_round_figures GROUP BY run_id, round),
planned AS (
  SELECT DISTINCT run_id, (payload #>> '{plan,round}')::bigint AS round
  FROM events WHERE kind = 'round_planned'),
rounds AS (
  SELECT *, worker_means || coalesce(coordinator_metrics, '{}') AS metrics,
         CASE WHEN coordinator_metrics ? 'accuracy' THEN 'coordinator'
              WHEN worker_means ? 'accuracy' THEN 'workers' END AS accuracy_source
  FROM contributed FULL JOIN planned USING (run_id, round)
  JOIN run_settings USING (run_id)
  CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_object_agg(metric, CASE WHEN all_weighted AND weight > 0
                                                  THEN weighted_sum / weight ELSE plain_mean END),
                    '{}') AS worker_means,
           max(plain_mean) FILTER (WHERE metric = 'accuracy') AS accuracy_mean
    FROM (SELECT metric, bool_and(examples IS NOT NULL) AS all_weighted, sum(examples) AS weight,
                 sum(examples * value::double precision ORDER BY place) AS weighted_sum,
                 sum(value::double precision ORDER BY place) / count(*) AS plain_mean
          FROM unnest(all_metrics, all_examples) WITH ORDINALITY AS each (metrics, examples, place)
          CROSS JOIN LATERAL jsonb_each_text(each.metrics) AS pair (metric, value)
          GROUP BY metric) AS by_metric) AS means),
targets AS (
  SELECT *, (metrics ->> 'accuracy')::double precision AS accuracy,
         (metrics ->> 'loss')::double precision AS loss,
         (metrics ->> target_metric)::double precision AS target_value,
         (metrics ->> target_metric)::double precision
           * CASE target_goal WHEN 'min' THEN -1 ELSE 1 END AS goodness
  FROM rounds),
standings AS (
  SELECT *, sum(energy_j) OVER so_far AS cumulative_energy_j,
         sum(emissions_g) OVER so_far AS cumulative_emissions_g,
         CASE WHEN lag(round) OVER so_far = round - 1
              THEN goodness - lag(goodness) OVER so_far END AS gain,
         -- Emissions never fall, so only a round that is the best so far can be on the front.
         emissions_g IS NOT NULL AND goodness IS NOT NULL
           AND coalesce(goodness > max(goodness) OVER earlier, true) AS is_candidate
  FROM targets
  WINDOW so_far AS (PARTITION BY run_id ORDER BY round),
         earlier AS (PARTITION BY run_id ORDER BY round
                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
SELECT run_id, round, started_at, ended_at, accuracy, accuracy_source, accuracy_mean, metrics, loss,
       target_value, bounded(num_examples) AS num_examples,
       energy_j, cpu_j, gpu_j, ram_j, machine_j,
       coalesce(energy_sources, '{}') AS energy_sources, coalesce(energy_gaps, '{}') AS energy_gaps,
       emissions_g, cumulative_energy_j, cumulative_emissions_g, gain,
       gain / nullif(emissions_g, 0) AS gain_per_g,
       CASE WHEN gain > 0 THEN emissions_g / (gain * 100) END AS g_per_point,
       accuracy / nullif(cumulative_emissions_g / 1000, 0) AS carbon_efficiency,
       -- Of several that cost the run the same, the last one is the best.
       is_candidate AND round = max(round) FILTER (WHERE is_candidate)
                                  OVER (PARTITION BY run_id, cumulative_emissions_g)
         AS on_pareto_front,
       coalesce(workers_reported, 0) AS workers_reported,
       extract(epoch FROM ended_at - started_at)::double precision AS wall_s, worker_s,
       bounded(bytes_sent) AS bytes_sent,
       bounded(bytes_received) AS bytes_received
FROM standings;

-- Workers and coordinators over all that they reported.
CREATE VIEW worker_figures AS
SELECT run_id, worker, hello ->> 'role' AS role, state, state_since, hello ->> 'region' AS region,
       (hello ->> 'pue')::double precision AS pue, hello -> 'hardware' AS hardware,
       hello ->> 'framework' AS framework,
       CASE WHEN plan.event_offset > coalesce(latest.event_offset, 0)
            THEN plan.round ELSE latest.round END AS round,
       latest.phase,
       (metrics ->> 'accuracy')::double precision AS accuracy,
       (metrics ->> 'loss')::double precision AS loss,
       metrics, energy_j, emissions_g, power_w, cpu_source, gpu_source, ram_source, machine_source,
       latest.intensity_g_per_kwh, latest.intensity_source,
       coalesce(latest.seq, 0) AS last_seq, reports,
       coalesce(latest.seq - reports, 0) AS reports_missing,
       latest.received_at AS last_report_at, clock.clock_offset_s
FROM worker_states AS states
-- Each walks along one worker's reports in the order of their numbers, which is that of the log.
CROSS JOIN LATERAL (
  SELECT count(*) AS reports, sum(emissions_g) AS emissions_g,
         CASE WHEN count(coalesce(cpu_j, gpu_j, ram_j, machine_j)) > 0
              THEN coalesce(sum(cpu_j), 0) + coalesce(sum(gpu_j), 0) + coalesce(sum(ram_j), 0)
                   + coalesce(sum(machine_j), 0) END AS energy_j,
         merge_metrics(metrics::jsonb ORDER BY seq) AS metrics
  FROM reports WHERE reports.run_id = states.run_id AND reports.worker = states.worker) AS sums
LEFT JOIN LATERAL (
  SELECT event_offset, received_at, seq, round, phase, intensity_g_per_kwh, intensity_source
  FROM reports WHERE reports.run_id = states.run_id AND reports.worker = states.worker
  ORDER BY seq DESC LIMIT 1) AS latest ON true
LEFT JOIN LATERAL (
  SELECT CASE WHEN coalesce(cpu_j, gpu_j, ram_j, machine_j) IS NOT NULL
              THEN (coalesce(cpu_j, 0) + coalesce(gpu_j, 0) + coalesce(ram_j, 0)
                    + coalesce(machine_j, 0)) / duration_s END AS power_w,
         cpu_source, gpu_source, ram_source, machine_source
  FROM reports WHERE reports.run_id = states.run_id AND reports.worker = states.worker
                     AND duration_s > 0
  ORDER BY seq DESC LIMIT 1) AS timed ON true
LEFT JOIN LATERAL (
  SELECT event_offset, (payload #>> '{plan,round}')::bigint AS round
  FROM events WHERE events.run_id = states.run_id AND kind = 'round_planned'
                    AND hello ->> 'role' = 'coordinator' AND payload ->> 'worker' = states.worker
  ORDER BY event_offset DESC LIMIT 1) AS plan ON true
LEFT JOIN LATERAL (
  SELECT clock_offset_s FROM worker_hellos
  WHERE worker_hellos.run_id = states.run_id AND worker_hellos.worker = states.worker
  ORDER BY from_offset DESC LIMIT 1) AS clock ON true;

CREATE VIEW run_summary AS
SELECT run_id, name, created_at AS started_at, deserted_at, last_event_at,
       total_rounds, round, rounds, target_metric, target_goal,
       accuracy, target_value, best_target_value, best_round, gain, energy_j, emissions_g,
       energy_sources, energy_gaps, workers_online, workers_total,
       CASE WHEN best_round IS NOT NULL AND emissions_g IS NOT NULL THEN after_best_g END
         AS emissions_after_best_g,
       CASE WHEN best_round IS NOT NULL THEN after_best_g / nullif(emissions_g, 0) END
         AS emissions_after_best_share,
       default_pue, network_kwh_per_gb, network_intensity_g_per_kwh,
       edition_of_run_id, edition_intensity
FROM runs
JOIN run_settings USING (run_id)
-- Run by run, so that no estimate of the planner's can make it go over one run's reports twice.
CROSS JOIN LATERAL (
  SELECT count(*) AS rounds, max(round) AS round,
         (array_agg(accuracy ORDER BY round DESC) FILTER (WHERE accuracy IS NOT NULL))[1]
           AS accuracy,
         (array_agg(target_value ORDER BY round DESC) FILTER (WHERE target_value IS NOT NULL))[1]
           AS target_value,
         max(target_value) FILTER (WHERE round = best) AS best_target_value,
         max(best) FILTER (WHERE target_value IS NOT NULL) AS best_round,
         (array_agg(gain ORDER BY round DESC))[1] AS gain,
         sum(energy_j) AS energy_j, sum(emissions_g) AS emissions_g,
         coalesce(sum(emissions_g) FILTER (WHERE round > best), 0) AS after_best_g,
         union_of(energy_sources) AS energy_sources, union_of(energy_gaps) AS energy_gaps
  FROM (SELECT *, first_value(round) OVER (
                    ORDER BY target_value * CASE target_goal WHEN 'min' THEN 1 ELSE -1 END, round)
                  AS best
        FROM round_figures WHERE round_figures.run_id = runs.run_id) AS each) AS sums
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE hello ->> 'role' = 'worker') AS workers_total,
         count(*) FILTER (WHERE hello ->> 'role' = 'worker' AND state = 'online') AS workers_online,
         CASE WHEN bool_and(state IN ('lost', 'left')) THEN max(state_since) END AS deserted_at
  FROM worker_states WHERE worker_states.run_id = runs.run_id) AS participants
LEFT JOIN LATERAL (
  SELECT total_rounds FROM worker_hellos
  WHERE worker_hellos.run_id = runs.run_id AND total_rounds IS NOT NULL
  ORDER BY from_offset DESC LIMIT 1) AS plan ON true
CROSS JOIN LATERAL (
  (SELECT event_offset, at AS last_event_at FROM events WHERE events.run_id = runs.run_id
   ORDER BY event_offset DESC LIMIT 1)
  UNION ALL
  (SELECT event_offset, received_at FROM reports WHERE reports.run_id = runs.run_id
   ORDER BY event_offset DESC LIMIT 1)
  ORDER BY event_offset DESC LIMIT 1) AS latest;
