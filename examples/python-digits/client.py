"""One client: trains on its own images whenever the coordinator asks, in a process of its own."""

import pickle
from multiprocessing.connection import Connection
from typing import Any

import fedwatt
import learning


def send(connection: Connection, message: Any) -> int:
    """Sends it and returns its bytes."""
    packed = pickle.dumps(message)
    connection.send_bytes(packed)
    return len(packed)


def run(connection: Connection, hub: str, run_name: str, name: str, region: str,
        shard: int, shards: int) -> None:
    try:
        train(connection, hub, run_name, name, region, shard, shards)
    except KeyboardInterrupt:
        pass  # the hub has been told: see fedwatt.Worker's with block


def train(connection: Connection, hub: str, run_name: str, name: str, region: str,
          shard: int, shards: int) -> None:
    with fedwatt.Worker(hub, run=run_name, worker=name, region=region,
                        framework="scikit-learn FedAvg") as w:
        with w.phase("init"):
            images, labels = learning.load_shard(shard, shards)
            model = learning.new_model(seed=shard)
        # The wait for the coordinator between two rounds is measured by itself, as idle.
        for order in iter(connection.recv_bytes, b"end"):
            round, weights = pickle.loads(order)
            # The coordinator pauses and stops the run. This is for orders that name this client.
            if not w.checkpoint(round):
                break
            with w.phase("fit"):
                learning.set_weights(model, weights)
                learning.train(model, images, labels)
            with w.phase("evaluate"):
                accuracy, loss = learning.evaluate(model, images, labels)
            with w.phase("communicate"):
                sent = send(connection, (learning.weights_of(model), len(labels)))
            w.report(accuracy=accuracy, loss=loss, num_examples=len(labels),
                     bytes_sent=sent, bytes_received=len(order))
