// Group commit: while the database works on one batch, the next one collects.

import pg from 'pg';

import {COLUMNS, CREATE_TABLE} from './reports.js';

const MOST_ROWS = 10_000;

const names = Object.keys(COLUMNS);
const arrays = Object.values(COLUMNS).map((type, index) => `$${index + 1}::${type}[]`);
const INSERT = `INSERT INTO reports (${names.join(', ')}) SELECT * FROM unnest(${arrays.join(', ')})
  ON CONFLICT (run_id, worker, seq) DO NOTHING`;

export class Batches {
  #client;
  #onCommitted;
  #waiting = [];
  #busy = false;

  // `onCommitted` is called with the items of a batch when it is stored.
  static async open(database, onCommitted) {
    const batches = new Batches();
    batches.#client = new pg.Client(database);
    batches.#onCommitted = onCommitted;
    await batches.#client.connect();
    await batches.#client.query(CREATE_TABLE);
    return batches;
  }

  // An item has a `row`.
  add(item) {
    this.#waiting.push(item);
    if (!this.#busy) this.#commit();
  }

  async #commit() {
    this.#busy = true;
    // What has arrived with this one, in the same turn of the event loop, goes with it.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const items = this.#waiting.splice(0, MOST_ROWS);
      const columns = names.map(() => new Array(items.length));
      for (let row = 0; row < items.length; ++row) {
        const values = items[row].row;
        for (let column = 0; column < columns.length; ++column) columns[column][row] = values[column];
      }
      await this.#client.query({name: 'insert_reports', text: INSERT, values: columns});
      this.#onCommitted(items);
    }
    this.#busy = false;
  }
}
