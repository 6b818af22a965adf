// The strongest plain Node: ws, reports stored in batches, and everything of a batch sent to all
// viewers as one frame that is made once.
//
//   node ws.js PORT postgresql://…

import {createServer} from 'node:http';

import {Sender, WebSocketServer} from 'ws';

import {Batches} from './batches.js';
import {rowOf, Runs} from './reports.js';

const MOST_UNREAD_BYTES = 64 * 1024 * 1024;

const [port, database] = process.argv.slice(2);
const runs = new Runs();
const viewersOf = new Map(); // run id: set of sockets

function viewers(run) {
  if (!viewersOf.has(run)) viewersOf.set(run, new Set());
  return viewersOf.get(run);
}

function sendToAll(sockets, text) {
  if (sockets.size === 0) return;
  const frame = Buffer.concat(
      Sender.frame(Buffer.from(text), {fin: true, opcode: 1, rsv1: false, mask: false, readOnly: true}));
  for (const socket of sockets) {
    if (socket.readyState !== socket.OPEN) continue;
    if (socket.bufferedAmount > MOST_UNREAD_BYTES) {
      socket.terminate();
    } else {
      socket._socket.write(frame); // past ws, which would frame it once for each
    }
  }
}

function committed(items) {
  const changed = new Map(); // run: what viewers are shown
  const acks = new Map(); // socket: seq
  for (const {run, state, report, row, socket} of items) {
    if (!changed.has(run)) changed.set(run, new Set());
    for (const each of run.apply(state, report, row)) changed.get(run).add(each);
    acks.set(socket, report.seq);
  }
  for (const [socket, seq] of acks) socket.send(`{"type":"ack","seq":${seq}}`);
  for (const [run, states] of changed) {
    const sockets = viewers(run.id);
    if (sockets.size > 0) sendToAll(sockets, JSON.stringify([...states]));
  }
}

const batches = await Batches.open(database, committed);

function serveWorker(socket) {
  let run;
  let hello;
  let state;
  socket.on('message', (data) => {
    const message = JSON.parse(data);
    if (message.type === 'hello') {
      hello = message;
      run = runs.get(message.run);
      state = run.join(message);
      socket.send(JSON.stringify({type: 'welcome', run_id: run.id, last_seq: state.last_seq}));
    } else if (message.type === 'report') {
      batches.add({run, state, report: message, row: rowOf(run.id, hello, message), socket});
    }
  });
}

function serveViewer(socket) {
  const subscribed = new Set();
  socket.on('message', (data) => {
    const message = JSON.parse(data);
    if (message.type === 'hello') {
      socket.send(JSON.stringify({type: 'welcome'}));
    } else if (message.type === 'subscribe') {
      socket.send(JSON.stringify(runs.get(message.run).snapshot()));
      viewers(message.run).add(socket);
      subscribed.add(message.run);
    }
  });
  socket.on('close', () => subscribed.forEach((run) => viewers(run).delete(socket)));
}

const server = createServer();
const sockets = new WebSocketServer({server, perMessageDeflate: false, maxPayload: 65536, skipUTF8Validation: false});
sockets.on('connection', (socket, request) => {
  socket.on('error', () => socket.terminate());
  if (request.url === '/v1/worker') serveWorker(socket);
  else serveViewer(socket);
});
server.listen({port: Number(port), host: '127.0.0.1', backlog: 1024}, () => {
  console.log(`ws listening on 127.0.0.1:${server.address().port}`);
});
