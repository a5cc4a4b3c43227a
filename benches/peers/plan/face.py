"""The graphs of `cargo xtask figures plan`, ordered through the Python package.

It is told a kind of columns (`numpy` or `arrow`) and a file of edges, and then does what it is told
line by line: `order` or `components`. Of each it prints the seconds of a processor that it took and
a number that whoever does the same must come to as well. Answers are read as columns of numpy,
which share memory with them.
"""

import sys
import time

import lynchpin
import numpy as np
import pyarrow as pa


def main(kind: str, file: str) -> None:
    given = np.fromfile(file, dtype=np.uint32)
    nodes, count = int(given[0]), int(given[1])
    made = {"numpy": np.array, "arrow": pa.array}[kind]
    later, earlier = made(given[2 : 2 + count]), made(given[2 + count :])
    weights = made(np.arange(nodes, dtype=np.uint64) % np.uint64(7) + np.uint64(1))

    def order() -> int:
        schedule = lynchpin.Edges(nodes, later, earlier).schedule(weights)
        return int(np.asarray(schedule.wave_of).sum()) + schedule.critical_weight

    built = lynchpin.Edges(nodes, later, earlier)
    orders = {"order": order, "components": lambda: built.components().count}
    print("ready", flush=True)
    for line in sys.stdin:
        start = time.thread_time()
        number = orders[line.strip()]()
        taken = time.thread_time() - start
        print(f"{taken:.9f} {number}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
