"""Runs that are broken off between two batches, as a kill does, and what their libraries hold then."""


class Stopped(Exception):
    """A run that is broken off."""


def stop_at(count):
    """Return an `on_progress` that breaks a run off once so many abstracts are done."""

    def on_progress(progress):
        if progress.done >= count:
            raise Stopped

    return on_progress


def held(library):
    """Return the PMIDs up to 199 that a library holds, after a check of it."""
    assert library.check() == []
    return sorted(library.get_many([str(number) for number in range(1, 200)]), key=int)
