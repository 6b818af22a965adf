// Socket.IO 4 and pg: TRAICE's stack. As people write it, an INSERT for each report and a frame for
// each to every viewer; with --coalesced, batches, and one frame for all of a batch.
//
//   node socketio.js PORT postgresql://… [--coalesced]

import {createServer} from 'node:http';

import pg from 'pg';
import {Server} from 'socket.io';

import {Batches} from './batches.js';
import {COLUMNS, CREATE_TABLE, rowOf, Runs} from './reports.js';

const [port, database, mode] = process.argv.slice(2);
const runs = new Runs();
const server = createServer();
const io = new Server(server, {transports: ['websocket'], serveClient: false, maxHttpBufferSize: 65536});

const names = Object.keys(COLUMNS);
const INSERT = {
  name: 'insert_report',
  text: `INSERT INTO reports (${names.join(', ')})
    VALUES (${names.map((_, index) => `$${index + 1}`).join(', ')})
    ON CONFLICT (run_id, worker, seq) DO NOTHING`,
};

// Each of these takes an item {run, state, report, row, ack}, stores it, and then says so.
async function oneByOne() {
  const pool = new pg.Pool({connectionString: database, max: 10});
  await pool.query(CREATE_TABLE);
  return async ({run, state, report, row, ack}) => {
    await pool.query({...INSERT, values: row});
    const states = run.apply(state, report, row);
    ack(report.seq);
    io.to(run.id).emit('update', states);
  };
}

async function coalesced() {
  const batches = await Batches.open(database, (items) => {
    const changed = new Map();
    for (const {run, state, report, row, ack} of items) {
      if (!changed.has(run)) changed.set(run, new Set());
      for (const each of run.apply(state, report, row)) changed.get(run).add(each);
      ack(report.seq);
    }
    for (const [run, states] of changed) io.to(run.id).emit('update', [...states]);
  });
  return (item) => batches.add(item);
}

const store = await (mode === '--coalesced' ? coalesced() : oneByOne());

io.on('connection', (socket) => {
  let run;
  let hello;
  let state;
  socket.on('hello', (message) => {
    if (message.worker) {
      hello = message;
      run = runs.get(message.run);
      state = run.join(message);
    }
    socket.emit('welcome', {type: 'welcome', last_seq: state?.last_seq ?? null});
  });
  socket.on('report', (report, ack) => {
    store({run, state, report, row: rowOf(run.id, hello, report), ack});
  });
  socket.on('subscribe', (message) => {
    socket.emit('snapshot', runs.get(message.run).snapshot());
    socket.join(message.run);
  });
});

server.listen({port: Number(port), host: '127.0.0.1', backlog: 1024}, () => {
  console.log(`socket.io listening on 127.0.0.1:${server.address().port}`);
});
