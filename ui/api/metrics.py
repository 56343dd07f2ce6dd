"""Figures for Prometheus: answers with their time, requests turned away, jobs, memory. None tells what was asked."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from index import Filters
from index.errors import InputError
from qa.answer import Answer, Turn
from qa.assistant import Assistant
from ui.api.jobs import Jobs

_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180)


class Metrics:
    """The figures of a server since its start."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self.answers = Counter(
            "askabstracts_answers", "Answers that came to their end", ["outcome"], registry=self._registry
        )
        self.seconds = Histogram(
            "askabstracts_answer_seconds", "Time to a whole answer", buckets=_SECONDS, registry=self._registry
        )
        self.growing = Gauge("askabstracts_answers_growing", "Answers that are being made", registry=self._registry)
        self.refused = Counter(
            "askabstracts_requests_refused", "Requests that were turned away", ["status"], registry=self._registry
        )
        self.jobs = Gauge("askabstracts_jobs", "Jobs by state", ["state"], registry=self._registry)
        for outcome in ("answered", "abstained", "refused", "broken off"):
            self.answers.labels(outcome)

    def text(self, jobs: Jobs) -> bytes:
        """Return the figures in the format of Prometheus."""
        states = [job.state for job in jobs.all()]
        for state in ("running", "done", "failed", "stopped"):
            self.jobs.labels(state).set(states.count(state))
        return generate_latest(self._registry)


class CountedAssistant(Assistant):
    """An assistant whose answers are counted, whichever door they are asked at."""

    metrics: Metrics | None = None

    def stream(self, question: str, *, turns: Sequence[Turn] = (), filters: Filters = Filters()) -> Iterator[Answer]:
        """Yield the growing answer, and count it at its end."""
        answers = super().stream(question, turns=turns, filters=filters)
        return answers if self.metrics is None else _counted(answers, self.metrics)


def _counted(answers: Iterator[Answer], metrics: Metrics) -> Iterator[Answer]:
    began, outcome = time.perf_counter(), "broken off"
    with metrics.growing.track_inprogress():
        try:
            answer = None
            for answer in answers:
                yield answer
            if answer is not None:
                outcome = "abstained" if answer.abstained else "answered"
                metrics.seconds.observe(time.perf_counter() - began)
        except InputError:  # a question that cannot be asked
            outcome = "refused"
            raise
        finally:
            metrics.answers.labels(outcome).inc()
