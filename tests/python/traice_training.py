"""A training as TRAICE's users have it, with its import changed."""

import sys

from fedwatt.traice import TraiceClient

accuracies = iter([0.5, 0.6, 0.7])


def train():
    sum(range(100_000))


traice_client = TraiceClient(sys.argv[1])
traice_client.start()

for epoch in range(3):
    train()
    accuracy, loss = next(accuracies), 1.0
    traice_client.update(epoch, accuracy, loss)

traice_client.stop()
