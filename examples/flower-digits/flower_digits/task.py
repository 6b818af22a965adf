"""The task: scikit-learn's digits in shards, and a softmax regression in plain NumPy."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

CLASSES = 10
FEATURES = 64
TEST_IMAGES = 397  # of 1,797, for the server
BATCH_SIZE = 16

Weights = list[np.ndarray]  # one matrix, one bias


def initial_weights() -> Weights:
    return [np.zeros((FEATURES, CLASSES)), np.zeros(CLASSES)]


def _digits() -> tuple[np.ndarray, np.ndarray]:
    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(labels))
    return images[order] / 16, labels[order]


def load_test_data() -> tuple[np.ndarray, np.ndarray]:
    images, labels = _digits()
    return images[:TEST_IMAGES], labels[:TEST_IMAGES]


def load_shard(partition: int, partitions: int) -> tuple[np.ndarray, np.ndarray]:
    """One client's images. They are sorted by label before they are dealt out, two stretches to
    each client, so that no client has seen every digit."""
    images, labels = _digits()
    images, labels = images[TEST_IMAGES:], labels[TEST_IMAGES:]
    stretches = np.array_split(np.argsort(labels, kind="stable"), 2 * partitions)
    mine = np.concatenate([stretches[partition], stretches[partition + partitions]])
    return images[mine], labels[mine]


def split(images: np.ndarray, labels: np.ndarray) -> tuple[tuple, tuple]:
    """A client's images for training, and every fifth for its own evaluation."""
    held_out = np.arange(len(labels)) % 5 == 0
    return (images[~held_out], labels[~held_out]), (images[held_out], labels[held_out])


def train(weights: Weights, images: np.ndarray, labels: np.ndarray, epochs: int,
          seed: int, learning_rate: float = 0.1) -> Weights:
    matrix, bias = (array.copy() for array in weights)
    targets = np.eye(CLASSES)[labels]
    generator = np.random.default_rng(seed)
    for _ in range(epochs):
        order = generator.permutation(len(labels))
        for start in range(0, len(order), BATCH_SIZE):
            batch = order[start:start + BATCH_SIZE]
            error = _probabilities([matrix, bias], images[batch]) - targets[batch]
            matrix -= learning_rate * images[batch].T @ error / len(batch)
            bias -= learning_rate * error.mean(axis=0)
    return [matrix, bias]


def evaluate(weights: Weights, images: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Accuracy (0 to 1) and mean cross-entropy."""
    probabilities = _probabilities(weights, images)
    accuracy = float((probabilities.argmax(axis=1) == labels).mean())
    loss = float(-np.log(probabilities[np.arange(len(labels)), labels] + 1e-12).mean())
    return accuracy, loss


def _probabilities(weights: Weights, images: np.ndarray) -> np.ndarray:
    scores = images @ weights[0] + weights[1]
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return scores / scores.sum(axis=1, keepdims=True)
