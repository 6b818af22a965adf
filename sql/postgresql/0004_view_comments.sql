-- What each column of the views is, with its unit: \d+ round_figures in psql shows it.

COMMENT ON VIEW worker_hellos IS 'A hello of a worker, and the reports that it holds for';
COMMENT ON COLUMN worker_hellos.run_id IS 'the run';
COMMENT ON COLUMN worker_hellos.worker IS 'the worker or coordinator';
COMMENT ON COLUMN worker_hellos.from_offset IS
  'its place in the run''s log: it holds for the reports after it';
COMMENT ON COLUMN worker_hellos.until_offset IS
  'the place of the next hello of this worker; NULL for the latest';
COMMENT ON COLUMN worker_hellos.at IS 'when it came, by the hub''s clock';
COMMENT ON COLUMN worker_hellos.is_import IS
  'whether an importer spoke, for a worker that could not';
COMMENT ON COLUMN worker_hellos.role IS 'worker or coordinator';
COMMENT ON COLUMN worker_hellos.region IS 'of the grid, as the worker named it; NULL if it did not';
COMMENT ON COLUMN worker_hellos.pue IS
  'power usage effectiveness of its data centre; NULL: the run''s default_pue';
COMMENT ON COLUMN worker_hellos.framework IS 'name and version of the FL framework';
COMMENT ON COLUMN worker_hellos.hardware IS 'cpu, gpu (a list) and ram_bytes';
COMMENT ON COLUMN worker_hellos.total_rounds IS 'planned rounds of the run; NULL if not said';
COMMENT ON COLUMN worker_hellos.clock_offset_s IS
  's by which the hub''s clock was ahead of the worker''s; NULL if not known';

COMMENT ON VIEW worker_states IS 'Who is there, as far as the log says';
COMMENT ON COLUMN worker_states.run_id IS 'the run';
COMMENT ON COLUMN worker_states.worker IS 'the worker or coordinator';
COMMENT ON COLUMN worker_states.state IS
  'online, away (may come back), lost (given up), left (said bye)';
COMMENT ON COLUMN worker_states.state_since IS 'since when, by the hub''s clock';
COMMENT ON COLUMN worker_states.hello IS 'its latest hello, as on the wire';

COMMENT ON VIEW report_figures IS 'Reports: one measured interval of one worker each';
COMMENT ON COLUMN report_figures.run_id IS 'the run';
COMMENT ON COLUMN report_figures.event_offset IS 'place in the run''s log';
COMMENT ON COLUMN report_figures.received_at IS 'by the hub''s clock';
COMMENT ON COLUMN report_figures.worker IS 'the worker or coordinator';
COMMENT ON COLUMN report_figures.role IS 'worker or coordinator';
COMMENT ON COLUMN report_figures.region IS
  'of the grid, as the worker named it; NULL if it did not';
COMMENT ON COLUMN report_figures.seq IS 'the worker''s own number of this report';
COMMENT ON COLUMN report_figures.round IS 'as the FL framework counts';
COMMENT ON COLUMN report_figures.phase IS 'init, fit, evaluate, idle or communicate';
COMMENT ON COLUMN report_figures.started_at IS 'of the interval, by the hub''s clock';
COMMENT ON COLUMN report_figures.ended_at IS 'of the interval, by the hub''s clock';
COMMENT ON COLUMN report_figures.duration_s IS 's';
COMMENT ON COLUMN report_figures.cpu_j IS 'J; NULL: not measured';
COMMENT ON COLUMN report_figures.gpu_j IS 'J; NULL: not measured';
COMMENT ON COLUMN report_figures.ram_j IS 'J; NULL: not measured';
COMMENT ON COLUMN report_figures.machine_j IS
  'J of the whole machine; then there are no other components';
COMMENT ON COLUMN report_figures.energy_j IS
  'J: sum of the components that were measured; NULL if none was';
COMMENT ON COLUMN report_figures.energy_sources IS 'where its energy figures came from';
COMMENT ON COLUMN report_figures.energy_gaps IS
  'components that are missing in energy_j: cpu, gpu, ram';
COMMENT ON COLUMN report_figures.intensity_g_per_kwh IS
  'gCO2e/kWh that emissions_g was computed with';
COMMENT ON COLUMN report_figures.intensity_source IS
  'where that came from: report, series:FR, table:FR, world, …';
COMMENT ON COLUMN report_figures.emissions_g IS
  'gCO2e, communication included; NULL if nothing was measured';
COMMENT ON COLUMN report_figures.num_examples IS 'examples trained or evaluated on';
COMMENT ON COLUMN report_figures.metrics IS 'name: number; accuracy is a fraction, 0 to 1';
COMMENT ON COLUMN report_figures.bytes_sent IS 'bytes';
COMMENT ON COLUMN report_figures.bytes_received IS 'bytes';
COMMENT ON COLUMN report_figures.round_complete IS
  'whether the worker''s last report of the round; NULL: if it has metrics';

COMMENT ON VIEW worker_round_figures IS 'What one worker or coordinator contributed to one round';
COMMENT ON COLUMN worker_round_figures.run_id IS 'the run';
COMMENT ON COLUMN worker_round_figures.round IS 'as the FL framework counts';
COMMENT ON COLUMN worker_round_figures.worker IS 'the worker or coordinator';
COMMENT ON COLUMN worker_round_figures.role IS 'worker or coordinator';
COMMENT ON COLUMN worker_round_figures.reports IS 'how many reports are in the sums';
COMMENT ON COLUMN worker_round_figures.started_at IS 'first start, by the hub''s clock';
COMMENT ON COLUMN worker_round_figures.ended_at IS 'last end, by the hub''s clock';
COMMENT ON COLUMN worker_round_figures.duration_s IS 's: sum of the reports'' durations';
COMMENT ON COLUMN worker_round_figures.cpu_j IS 'J; NULL: not measured';
COMMENT ON COLUMN worker_round_figures.gpu_j IS 'J; NULL: not measured';
COMMENT ON COLUMN worker_round_figures.ram_j IS 'J; NULL: not measured';
COMMENT ON COLUMN worker_round_figures.machine_j IS 'J of the whole machine';
COMMENT ON COLUMN worker_round_figures.energy_j IS
  'J: sum of the components that were measured; NULL if none was';
COMMENT ON COLUMN worker_round_figures.energy_sources IS
  'where the energy figures came from, sorted';
COMMENT ON COLUMN worker_round_figures.energy_gaps IS
  'components that some report lacks: energy_j is a lower bound';
COMMENT ON COLUMN worker_round_figures.emissions_g IS 'gCO2e; NULL if not known';
COMMENT ON COLUMN worker_round_figures.num_examples IS 'of its evaluation, else of its fit';
COMMENT ON COLUMN worker_round_figures.metrics IS 'of its evaluation, else of its fit';
COMMENT ON COLUMN worker_round_figures.bytes_sent IS 'bytes';
COMMENT ON COLUMN worker_round_figures.bytes_received IS 'bytes';

COMMENT ON VIEW run_settings IS 'What a run is judged by, and how its emissions are computed';
COMMENT ON COLUMN run_settings.run_id IS 'the run';
COMMENT ON COLUMN run_settings.target_metric IS 'the metric that the run is judged by';
COMMENT ON COLUMN run_settings.target_goal IS 'max or min';
COMMENT ON COLUMN run_settings.default_pue IS 'power usage effectiveness where a worker names none';
COMMENT ON COLUMN run_settings.network_kwh_per_gb IS 'kWh per 10^9 bytes sent or received';
COMMENT ON COLUMN run_settings.network_intensity_g_per_kwh IS 'gCO2e/kWh of the network';
COMMENT ON COLUMN run_settings.edition_of_run_id IS
  'the run of whose energy this is a new edition; NULL: an original';
COMMENT ON COLUMN run_settings.edition_intensity IS 'the intensities of the edition, in words';

COMMENT ON VIEW round_figures IS 'Rounds: what each bought for what it cost; all count as closed';
COMMENT ON COLUMN round_figures.run_id IS 'the run';
COMMENT ON COLUMN round_figures.round IS 'as the FL framework counts';
COMMENT ON COLUMN round_figures.started_at IS 'first start, by the hub''s clock';
COMMENT ON COLUMN round_figures.ended_at IS 'last end, by the hub''s clock';
COMMENT ON COLUMN round_figures.accuracy IS
  'fraction: the coordinator''s, else the workers'' weighted by num_examples';
COMMENT ON COLUMN round_figures.accuracy_source IS 'coordinator or workers';
COMMENT ON COLUMN round_figures.accuracy_mean IS 'fraction: plain mean of the workers''';
COMMENT ON COLUMN round_figures.metrics IS
  'each metric: the coordinator''s, else the workers'' weighted by num_examples';
COMMENT ON COLUMN round_figures.loss IS 'that of metrics';
COMMENT ON COLUMN round_figures.target_value IS 'the metric that the run is judged by';
COMMENT ON COLUMN round_figures.num_examples IS 'sum over the workers';
COMMENT ON COLUMN round_figures.energy_j IS 'J: sum over all reports; NULL if nothing was measured';
COMMENT ON COLUMN round_figures.cpu_j IS 'J; NULL: not measured';
COMMENT ON COLUMN round_figures.gpu_j IS 'J; NULL: not measured';
COMMENT ON COLUMN round_figures.ram_j IS 'J; NULL: not measured';
COMMENT ON COLUMN round_figures.machine_j IS 'J, of machines measured as a whole';
COMMENT ON COLUMN round_figures.energy_sources IS 'where the energy figures came from, sorted';
COMMENT ON COLUMN round_figures.energy_gaps IS
  'components that some report lacks: energy_j is a lower bound';
COMMENT ON COLUMN round_figures.emissions_g IS 'gCO2e: sum over all reports; NULL if not known';
COMMENT ON COLUMN round_figures.cumulative_energy_j IS 'J: this and all earlier rounds';
COMMENT ON COLUMN round_figures.cumulative_emissions_g IS 'gCO2e: this and all earlier rounds';
COMMENT ON COLUMN round_figures.gain IS 'of target_value over the round before; positive is better';
COMMENT ON COLUMN round_figures.gain_per_g IS '1/gCO2e: gain / emissions_g';
COMMENT ON COLUMN round_figures.g_per_point IS
  'gCO2e for one percentage point of gain; NULL unless it is positive';
COMMENT ON COLUMN round_figures.carbon_efficiency IS 'accuracy per kg of cumulative emissions';
COMMENT ON COLUMN round_figures.on_pareto_front IS
  'no round has at most its cumulative emissions and at least its target value, one being better';
COMMENT ON COLUMN round_figures.workers_reported IS 'without coordinators';
COMMENT ON COLUMN round_figures.wall_s IS 's from first start to last end';
COMMENT ON COLUMN round_figures.worker_s IS 's: sum of the reports'' durations';
COMMENT ON COLUMN round_figures.bytes_sent IS 'bytes';
COMMENT ON COLUMN round_figures.bytes_received IS 'bytes';

COMMENT ON VIEW worker_figures IS 'Workers and coordinators over all that they reported';
COMMENT ON COLUMN worker_figures.run_id IS 'the run';
COMMENT ON COLUMN worker_figures.worker IS 'the worker or coordinator';
COMMENT ON COLUMN worker_figures.role IS 'worker or coordinator';
COMMENT ON COLUMN worker_figures.state IS
  'online, away (may come back), lost (given up), left (said bye)';
COMMENT ON COLUMN worker_figures.state_since IS 'since when, by the hub''s clock';
COMMENT ON COLUMN worker_figures.region IS
  'of the grid, as the worker named it last; NULL if it did not';
COMMENT ON COLUMN worker_figures.pue IS
  'power usage effectiveness of its data centre; NULL: the run''s default_pue';
COMMENT ON COLUMN worker_figures.hardware IS 'cpu, gpu (a list) and ram_bytes';
COMMENT ON COLUMN worker_figures.framework IS 'name and version of the FL framework';
COMMENT ON COLUMN worker_figures.round IS 'the latest that it reported or planned';
COMMENT ON COLUMN worker_figures.phase IS 'of its latest report';
COMMENT ON COLUMN worker_figures.accuracy IS 'fraction: its latest';
COMMENT ON COLUMN worker_figures.loss IS 'its latest';
COMMENT ON COLUMN worker_figures.metrics IS 'the latest of each';
COMMENT ON COLUMN worker_figures.energy_j IS 'J; NULL if nothing was measured';
COMMENT ON COLUMN worker_figures.emissions_g IS 'gCO2e; NULL if not known';
COMMENT ON COLUMN worker_figures.power_w IS 'W, over its latest report that took time';
COMMENT ON COLUMN worker_figures.cpu_source IS 'where cpu_j of that report came from';
COMMENT ON COLUMN worker_figures.gpu_source IS 'where gpu_j of that report came from';
COMMENT ON COLUMN worker_figures.ram_source IS 'where ram_j of that report came from';
COMMENT ON COLUMN worker_figures.machine_source IS 'where machine_j of that report came from';
COMMENT ON COLUMN worker_figures.intensity_g_per_kwh IS
  'gCO2e/kWh that its latest report was computed with';
COMMENT ON COLUMN worker_figures.intensity_source IS 'where that came from';
COMMENT ON COLUMN worker_figures.last_seq IS 'number of its latest report; 0: none';
COMMENT ON COLUMN worker_figures.reports IS 'how many were received';
COMMENT ON COLUMN worker_figures.reports_missing IS
  'numbers that were skipped: the worker dropped them';
COMMENT ON COLUMN worker_figures.last_report_at IS 'when it came, by the hub''s clock';
COMMENT ON COLUMN worker_figures.clock_offset_s IS
  's by which the hub''s clock was ahead of the worker''s; NULL if not known';

COMMENT ON VIEW run_summary IS 'Runs';
COMMENT ON COLUMN run_summary.run_id IS 'the run';
COMMENT ON COLUMN run_summary.name IS 'the human name; several runs may share it';
COMMENT ON COLUMN run_summary.started_at IS 'creation of the run, by the hub''s clock';
COMMENT ON COLUMN run_summary.deserted_at IS
  'when the last participant had left or was lost; NULL while one is here or expected back';
COMMENT ON COLUMN run_summary.last_event_at IS 'when anything happened last, by the hub''s clock';
COMMENT ON COLUMN run_summary.total_rounds IS 'planned rounds; NULL if not said';
COMMENT ON COLUMN run_summary.round IS 'the latest that anyone reported or planned';
COMMENT ON COLUMN run_summary.rounds IS 'how many there are';
COMMENT ON COLUMN run_summary.target_metric IS 'the metric that the run is judged by';
COMMENT ON COLUMN run_summary.target_goal IS 'max or min';
COMMENT ON COLUMN run_summary.accuracy IS 'fraction: the latest that is known';
COMMENT ON COLUMN run_summary.target_value IS 'the latest that is known';
COMMENT ON COLUMN run_summary.best_target_value IS 'the best by target_goal';
COMMENT ON COLUMN run_summary.best_round IS 'the first round that had it';
COMMENT ON COLUMN run_summary.gain IS 'of the latest round';
COMMENT ON COLUMN run_summary.energy_j IS 'J; NULL if nothing was measured';
COMMENT ON COLUMN run_summary.emissions_g IS 'gCO2e; NULL if not known';
COMMENT ON COLUMN run_summary.energy_sources IS 'where the energy figures came from, sorted';
COMMENT ON COLUMN run_summary.energy_gaps IS
  'components that some report lacks: energy_j is a lower bound';
COMMENT ON COLUMN run_summary.workers_online IS 'connected, without coordinators';
COMMENT ON COLUMN run_summary.workers_total IS 'without coordinators';
COMMENT ON COLUMN run_summary.emissions_after_best_g IS 'gCO2e of the rounds after best_round';
COMMENT ON COLUMN run_summary.emissions_after_best_share IS
  'the same as a share of emissions_g, 0 to 1';
COMMENT ON COLUMN run_summary.default_pue IS 'power usage effectiveness where a worker names none';
COMMENT ON COLUMN run_summary.network_kwh_per_gb IS 'kWh per 10^9 bytes sent or received';
COMMENT ON COLUMN run_summary.network_intensity_g_per_kwh IS 'gCO2e/kWh of the network';
COMMENT ON COLUMN run_summary.edition_of_run_id IS
  'the run of whose energy this is a new edition; NULL: an original';
COMMENT ON COLUMN run_summary.edition_intensity IS 'the intensities of the edition, in words';
