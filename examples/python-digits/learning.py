"""The learning, which knows nothing of Fedwatt: scikit-learn's digits and a linear classifier."""

import os
from typing import List, NamedTuple, Tuple

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss

DIGITS = np.arange(10)
TEST_IMAGES = 397  # of 1,797


class Weights(NamedTuple):
    matrix: np.ndarray  # 10 × 64
    bias: np.ndarray  # 10


def _shuffled() -> Tuple[np.ndarray, np.ndarray]:
    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(labels))
    return images[order] / 16, labels[order]


def load_test() -> Tuple[np.ndarray, np.ndarray]:
    images, labels = _shuffled()
    return images[:TEST_IMAGES], labels[:TEST_IMAGES]


def load_shard(shard: int, shards: int) -> Tuple[np.ndarray, np.ndarray]:
    """One client's images. Sorted by label and dealt out in two stretches to each client, so that
    none has seen every digit."""
    images, labels = (part[TEST_IMAGES:] for part in _shuffled())
    stretches = np.array_split(np.argsort(labels, kind="stable"), 2 * shards)
    mine = np.concatenate([stretches[shard], stretches[shard + shards]])
    return images[mine], labels[mine]


def new_model(seed: int = 0) -> SGDClassifier:
    """A logistic regression without weights."""
    model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=0.01, random_state=seed)
    model.classes_ = DIGITS
    set_weights(model, Weights(np.zeros((10, 64)), np.zeros(10)))
    return model


def weights_of(model: SGDClassifier) -> Weights:
    return Weights(model.coef_, model.intercept_)


def set_weights(model: SGDClassifier, weights: Weights) -> None:
    model.coef_, model.intercept_ = weights.matrix.copy(), weights.bias.copy()


def train(model: SGDClassifier, images: np.ndarray, labels: np.ndarray, epochs: int = 5) -> None:
    for _ in range(epochs):
        model.partial_fit(images, labels, classes=DIGITS)


def evaluate(model: SGDClassifier, images: np.ndarray, labels: np.ndarray) -> Tuple[float, float]:
    """Accuracy and mean cross-entropy."""
    loss = log_loss(labels, model.predict_proba(images), labels=DIGITS)
    return model.score(images, labels), loss


def save(model: SGDClassifier, path: str) -> None:
    """Whole or not at all, whenever the program is cut off."""
    with open(path + ".new", "wb") as file:
        np.savez(file, **weights_of(model)._asdict())
    os.replace(path + ".new", path)


def average(updates: List[Tuple[Weights, int]]) -> Weights:
    """FedAvg: each client's weights count as much as it has images."""
    shares = np.array([images for _, images in updates], dtype=float)
    return Weights(*(np.average(parts, axis=0, weights=shares)
                     for parts in zip(*(weights for weights, _ in updates))))
