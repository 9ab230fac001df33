"""Train the small networks of ``trained/`` again: ``python examples/train.py [DIRECTORY]``.

scikit-learn's MLPs with their default optimiser and L2 penalty, on standardised inputs, on data
sets that ship inside scikit-learn.  What is saved is the raw output of the last layer (logits
before any softmax or sigmoid), in float64.  Seeds are fixed; other versions of scikit-learn, numpy
or BLAS may still end at other weights, which is why the trained files are kept.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from sklearn import datasets
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

SEED = 0


@dataclass(frozen=True)
class Task:
    """A data set and the hidden layers to train on it."""

    name: str
    load: Callable[..., Any]
    hidden: tuple[int, ...]
    regression: bool = False


TASKS = (
    Task("iris", datasets.load_iris, (10,)),
    Task("wine", datasets.load_wine, (8,)),
    Task("breast_cancer", datasets.load_breast_cancer, (8,)),
    Task("digits", datasets.load_digits, (16,)),
    Task("diabetes", datasets.load_diabetes, (10, 5), regression=True),
)


def train(task: Task) -> tuple[dict[str, np.ndarray], float]:
    """The arrays W0, b0, W1, ... of the trained network (rows are outputs) and its score on a
    quarter of the data held out: accuracy, or R^2 of a regression."""
    features, target = task.load(return_X_y=True)
    train_x, test_x, train_y, test_y = train_test_split(
        features, target, random_state=SEED, stratify=None if task.regression else target
    )
    scaler = StandardScaler().fit(train_x)
    if task.regression:
        centre, spread = train_y.mean(), train_y.std()
        train_y, test_y = (train_y - centre) / spread, (test_y - centre) / spread
    kind = MLPRegressor if task.regression else MLPClassifier
    model = kind(hidden_layer_sizes=task.hidden, max_iter=5000, random_state=SEED)
    model.fit(scaler.transform(train_x), train_y)
    arrays = {}
    for k, (weight, bias) in enumerate(zip(model.coefs_, model.intercepts_, strict=True)):
        arrays[f"W{k}"] = np.ascontiguousarray(weight.T, dtype=np.float64)
        arrays[f"b{k}"] = np.asarray(bias, dtype=np.float64)
    return arrays, float(model.score(scaler.transform(test_x), test_y))


def main(directory: Path) -> None:
    """Train every task and write ``directory/NAME.npz``."""
    directory.mkdir(parents=True, exist_ok=True)
    print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}")
    for task in TASKS:
        arrays, score = train(task)
        np.savez(directory / f"{task.name}.npz", **arrays)  # type: ignore[arg-type]
        sizes = [arrays["W0"].shape[1]] + [len(arrays[f"b{k}"]) for k in range(len(arrays) // 2)]
        measure = "R^2" if task.regression else "accuracy"
        print(f"{task.name}: {'-'.join(map(str, sizes))}, {measure} {score:.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "trained")
