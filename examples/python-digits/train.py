#!/usr/bin/env python3
"""A federated training of scikit-learn's digits, watched by Fedwatt: the coordinator.

It starts its clients, each a process of its own, and averages what they learn.
"""

import argparse
import multiprocessing
import os
import pickle
from multiprocessing.connection import Connection
from typing import Dict, List, Tuple

import client
import fedwatt
import learning

REGIONS = ("FR", "DE", "PL", "SE")  # pretended: all clients run on this machine


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hub", default=os.environ.get("FEDWATT_HUB", "ws://127.0.0.1:3000"))
    parser.add_argument("--run", default="python-digits", help="its name (%(default)s)")
    parser.add_argument("--rounds", type=int, default=20, help="(%(default)s)")
    parser.add_argument("--clients", type=int, default=4, help="(%(default)s)")
    parser.add_argument("--model", default="digits.npz", help="where the model goes (%(default)s)")
    return parser.parse_args()


def start_clients(options: argparse.Namespace) -> Dict[str, Connection]:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # there are as many processes as cores
    context = multiprocessing.get_context("spawn")  # a forked copy of a Worker would do nothing
    connections = {}
    for shard in range(options.clients):
        name = f"client-{shard + 1}"
        ours, theirs = context.Pipe()
        context.Process(target=client.run, name=name, args=(
            theirs, options.hub, options.run, name, REGIONS[shard % len(REGIONS)],
            shard, options.clients)).start()
        theirs.close()  # so that we are told when the client is gone
        connections[name] = ours
    return connections


def send_to_all(connections: Dict[str, Connection], message: bytes) -> None:
    for name, connection in list(connections.items()):
        try:
            connection.send_bytes(message)
        except OSError:
            del connections[name]


def train_round(round: int, connections: Dict[str, Connection],
                weights: learning.Weights) -> List[Tuple[learning.Weights, int]]:
    """What the clients made of `weights`; whoever is gone is forgotten."""
    send_to_all(connections, pickle.dumps((round, weights)))
    updates = []
    for name, connection in list(connections.items()):
        try:
            updates.append(pickle.loads(connection.recv_bytes()))
        except (EOFError, OSError):
            del connections[name]
    return updates


def train(options: argparse.Namespace, connections: Dict[str, Connection]) -> None:
    images, labels = learning.load_test()
    model = learning.new_model()
    with fedwatt.Worker(options.hub, run=options.run, worker="coordinator", role="coordinator",
                        total_rounds=options.rounds, region=REGIONS[0],
                        framework="scikit-learn FedAvg") as w:
        try:
            for round in w.rounds():  # here the whole run pauses, and ends when it is stopped
                w.plan_round(round, connections)
                with w.phase("idle"):
                    updates = train_round(round, connections, learning.weights_of(model))
                if not updates:
                    raise SystemExit(f"No client is left in round {round}.")
                with w.phase("evaluate"):
                    learning.set_weights(model, learning.average(updates))
                    accuracy, loss = learning.evaluate(model, images, labels)
                w.report(accuracy=accuracy, loss=loss, num_examples=len(labels))
                print(f"round {round}/{options.rounds} accuracy {accuracy:.4f} loss {loss:.4f} "
                      f"from {len(updates)} clients", flush=True)
                learning.save(model, options.model)
        finally:
            send_to_all(connections, b"end")
        print("stopped" if w.stopped else "finished", flush=True)


def main() -> None:
    options = parse_arguments()
    connections = start_clients(options)
    try:
        train(options, connections)
    except KeyboardInterrupt:
        raise SystemExit("interrupted") from None


if __name__ == "__main__":
    main()
