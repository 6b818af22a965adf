// What the peers have in common: how a report is read, which row it is, and what viewers are shown.

const INTENSITY_G_PER_KWH = 56.039; // France; the hub looks it up in its table
const NETWORK_KWH_PER_BYTE = 0.01e-9;
const NETWORK_INTENSITY_G_PER_KWH = 481;

// The columns of the hub's own table, and their types.
export const COLUMNS = {
  run_id: 'text',
  received_at: 'timestamptz',
  worker: 'text',
  seq: 'bigint',
  round: 'bigint',
  phase: 'text',
  started_at: 'timestamptz',
  duration_s: 'float8',
  cpu_j: 'float8',
  gpu_j: 'float8',
  ram_j: 'float8',
  cpu_source: 'text',
  gpu_source: 'text',
  ram_source: 'text',
  machine_j: 'float8',
  machine_source: 'text',
  num_examples: 'bigint',
  metrics: 'json',
  bytes_sent: 'bigint',
  bytes_received: 'bigint',
  round_complete: 'boolean',
  reported_intensity_g_per_kwh: 'float8',
  intensity_g_per_kwh: 'float8',
  intensity_source: 'text',
  emissions_g: 'float8',
};

export const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS reports (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ${Object.entries(COLUMNS)
    .map(([name, type]) => `${name} ${type}`)
    .join(', ')},
  UNIQUE (run_id, worker, seq))`;

// A report's values, in the order of COLUMNS. Throws for one that nothing could be made of.
export function rowOf(run, worker, report) {
  if (!Number.isInteger(report.seq) || !Number.isInteger(report.round) ||
      typeof report.phase !== 'string' || typeof report.started_at !== 'string') {
    throw new TypeError('invalid report');
  }
  const energy = report.energy_j ?? {};
  const source = report.energy_source ?? {};
  const intensity = report.intensity_g_per_kwh ?? INTENSITY_G_PER_KWH;
  const energyJ = energyOf(report);
  const bytes = (report.bytes_sent ?? 0) + (report.bytes_received ?? 0);
  const emissionsG = (energyJ / 3.6e6) * (worker.pue ?? 1) * intensity +
      bytes * NETWORK_KWH_PER_BYTE * NETWORK_INTENSITY_G_PER_KWH;
  return [
    run, new Date().toISOString(), worker.worker, report.seq, report.round, report.phase,
    report.started_at, report.duration_s, energy.cpu ?? null, energy.gpu ?? null,
    energy.ram ?? null, source.cpu ?? null, source.gpu ?? null, source.ram ?? null,
    energy.machine ?? null, source.machine ?? null, report.num_examples ?? null,
    JSON.stringify(report.metrics ?? {}), report.bytes_sent ?? null, report.bytes_received ?? null,
    report.round_complete ?? null, report.intensity_g_per_kwh ?? null, intensity,
    report.intensity_g_per_kwh == null ? 'table:FR' : 'report', emissionsG,
  ];
}

const EMISSIONS_COLUMN = Object.keys(COLUMNS).indexOf('emissions_g');

function energyOf(report) {
  const energy = report.energy_j ?? {};
  return energy.machine ?? (energy.cpu ?? 0) + (energy.gpu ?? 0) + (energy.ram ?? 0);
}

// A run as viewers see it: the totals of each worker and of each round.
export class Run {
  workers = new Map();
  rounds = new Map();

  constructor(id) {
    this.id = id;
  }

  join(hello) {
    if (!this.workers.has(hello.worker)) {
      this.workers.set(hello.worker, {
        type: 'worker', run_id: this.id, worker: hello.worker, region: hello.region, last_seq: 0,
        reports: 0, round: null, phase: null, accuracy: null, loss: null, num_examples: null,
        duration_s: 0, energy_j: 0, emissions_g: 0,
      });
    }
    return this.workers.get(hello.worker);
  }

  // Counts a report that is stored; returns the worker's state and the round's.
  apply(state, report, row) {
    const energyJ = energyOf(report);
    const emissionsG = row[EMISSIONS_COLUMN];
    state.last_seq = report.seq;
    state.reports += 1;
    state.round = report.round;
    state.phase = report.phase;
    state.accuracy = report.metrics?.accuracy ?? null;
    state.loss = report.metrics?.loss ?? null;
    state.num_examples = report.num_examples;
    state.duration_s += report.duration_s;
    state.energy_j += energyJ;
    state.emissions_g += emissionsG;

    let round = this.rounds.get(report.round);
    if (!round) {
      round = {
        type: 'round', run_id: this.id, round: report.round, workers_reported: 0, num_examples: 0,
        accuracy: null, energy_j: 0, emissions_g: 0,
      };
      this.rounds.set(report.round, round);
    }
    round.workers_reported += 1;
    round.energy_j += energyJ;
    round.emissions_g += emissionsG;
    if (state.accuracy !== null && report.num_examples > 0) {
      const examples = round.num_examples + report.num_examples;
      round.accuracy = ((round.accuracy ?? 0) * round.num_examples +
          state.accuracy * report.num_examples) / examples;
      round.num_examples = examples;
    }
    return [state, round];
  }

  snapshot() {
    return {
      type: 'snapshot', run_id: this.id, workers: [...this.workers.values()],
      rounds: [...this.rounds.values()].slice(-100),
    };
  }
}

export class Runs {
  #runs = new Map();

  get(id) {
    if (!this.#runs.has(id)) this.#runs.set(id, new Run(id));
    return this.#runs.get(id);
  }
}
