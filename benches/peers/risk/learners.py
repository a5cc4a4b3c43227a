"""The histories of `cargo xtask figures risk`, learned by scikit-learn and LightGBM.

It is told a file of columns and outcomes, and then does what it is told line by line. Of `fit` it
prints the seconds of a processor that it took, of `predict` those of one pass over the rows that
were told to it, and writes what it predicts to the file that is named, a double for each row.

Columns are transformed as the engine transforms them, and in memory before the clock starts. Each
works on one thread.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import sys
import time
from typing import Any

import lightgbm
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


class Logistic:
    """A logistic regression on standardised columns, with its usual ridge."""

    def fit(self, rows: Any, failed: Any) -> None:
        self.model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
        self.model.fit(rows, failed)

    def predict(self, rows: Any) -> Any:
        return self.model.predict_proba(rows)[:, 1]


class Boosted:
    """Two hundred trees of fifteen leaves."""

    def fit(self, rows: Any, failed: Any) -> None:
        asked = {
            "objective": "binary",
            "num_leaves": 15,
            "learning_rate": 0.05,
            "num_threads": 1,
            "deterministic": True,
            "seed": 1,
            "verbose": -1,
        }
        self.model = lightgbm.train(asked, lightgbm.Dataset(rows, failed), 200)

    def predict(self, rows: Any) -> Any:
        return self.model.predict(rows, num_threads=1)


def seconds(work: Any) -> tuple[float, Any]:
    start = time.process_time()
    done = work()
    return time.process_time() - start, done


def main() -> None:
    learner: Any = {"logistic": Logistic, "lightgbm": Boosted}[sys.argv[1]]()
    with open(sys.argv[2], "rb") as file:
        count, width, cut = (int(number) for number in np.fromfile(file, np.uint64, 3))
        columns = np.fromfile(file, np.float64, count * width).reshape(width, count)
        failed = np.fromfile(file, np.uint8, count)
    # What both take at its best: rows one after another.
    rows = np.ascontiguousarray(columns.T)
    print("ready", flush=True)
    for line in sys.stdin:
        match line.split():
            case ["fit"]:
                taken, _ = seconds(lambda: learner.fit(rows[:cut], failed[:cut]))
            case ["predict", into]:
                taken, said = seconds(lambda: learner.predict(rows[cut:]))
                said.tofile(into)
            case ["predict", into, times]:
                many = np.tile(rows, (-(-int(times) // count), 1))[: int(times)]
                taken, said = seconds(lambda: learner.predict(many))
                said.tofile(into)
            case _:
                sys.exit(f"cannot do `{line.strip()}`")
        print(taken, flush=True)


main()
