"""Runs one system for python -m evals speed, by the Python of that system's own environment.

    run.py MODULE build FOLDER MODEL ABSTRACTS    index a JSON Lines file of abstracts into a folder
    run.py MODULE fill FOLDER MODEL PASSAGES      index passages whose vectors lie beside them, as PASSAGES.npy
    run.py MODULE cold FOLDER MODEL QUESTION      open what was indexed, and search once
    run.py MODULE warm FOLDER MODEL QUESTIONS     open it, and time each question of a JSON Lines file

MODULE lies beside this file and has build(rows, folder, model), fill(rows, vectors, folder, model) and
load(folder, model), which returns a callable from a question to PMIDs. Nothing of AskAbstracts is imported here. Prints
a JSON object as its last line, with the time on the machine's clock when it does.
"""

import importlib
import json
import sys
import time

import numpy as np

WARMED_UP = 3
"""Questions asked before the clock is looked at."""


def rows(path):
    """Yield the objects of a JSON Lines file."""
    with open(path, encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def seconds(search, questions):
    """Return how long each question took, after a few that are not counted."""
    for question in questions[:WARMED_UP]:
        search(question)
    took = []
    for question in questions:
        began = time.perf_counter()
        search(question)
        took.append(time.perf_counter() - began)
    return took


def main(module, verb, folder, model, given):
    """Do what was asked, and return what is printed of it."""
    system = importlib.import_module(module)
    if verb == "build":
        system.build(list(rows(given)), folder, model)
        return {}
    if verb == "fill":
        system.fill(list(rows(given)), np.load(f"{given}.npy"), folder, model)
        return {}
    search = system.load(folder, model)
    if verb == "cold":
        return {"found": search(given)}
    return {"seconds": seconds(search, [row["question"] for row in rows(given)])}


if __name__ == "__main__":
    told = main(*sys.argv[1:])
    print(json.dumps(told | {"at": [time.monotonic()]}), flush=True)
