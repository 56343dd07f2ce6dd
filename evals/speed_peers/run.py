"""Runs one system for python -m evals speed, by the Python of that system's own environment.

    run.py MODULE build FOLDER MODEL ABSTRACTS    index a JSON Lines file of abstracts into a folder
    run.py MODULE cold FOLDER MODEL QUESTION      open what was indexed, and search once
    run.py MODULE warm FOLDER MODEL QUESTIONS     open it, and time each question of a JSON Lines file

MODULE lies beside this file and has build(rows, folder, model) and load(folder, model), which returns a callable from a
question to PMIDs. Nothing of AskAbstracts is imported here. Prints a JSON object as its last line.
"""

import importlib
import json
import sys
import time

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
    search = system.load(folder, model)
    if verb == "cold":
        return {"found": search(given)}
    return {"seconds": seconds(search, [row["question"] for row in rows(given)])}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
