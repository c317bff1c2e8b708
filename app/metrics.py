"""What the service counts, for Prometheus."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from unrolled.app.answers import Answers
from unrolled.app.compute import Compute
from unrolled.app.flights import Flights
from unrolled.app.sweeps.conductors import Conductors
from unrolled.app.training.trainers import Trainers

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_METHODS = {"GET", "HEAD", "POST", "OPTIONS"}
_SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """A registry of one app's own, so that several apps in one process do not share numbers."""

    def __init__(
        self,
        compute: Compute,
        answers: Answers,
        flights: Flights,
        trainers: Trainers,
        conductors: Conductors,
    ) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "unrolled_requests",
            "Requests that were answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "unrolled_request_seconds",
            "Seconds from a request's head to the end of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._registry.register(_State(compute, answers, flights, trainers, conductors))
        ProcessCollector(registry=self._registry)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request.

        Args:
            method: one that this service does not know counts as `other`.
            route: the path as it is declared, so that no client can add to the list.
            status: of the answer.
            seconds: how long it took.
        """
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self._registry)


class _State(Collector):
    """What workers, queue and cache know of themselves, read at the moment of the question."""

    def __init__(
        self,
        compute: Compute,
        answers: Answers,
        flights: Flights,
        trainers: Trainers,
        conductors: Conductors,
    ) -> None:
        self._compute = compute
        self._conductors = conductors
        self._answers = answers
        self._flights = flights
        self._trainers = trainers

    def collect(self) -> Iterator[Metric]:
        """One family a quantity."""
        compute, answers = self._compute, self._answers
        gauges = {
            "unrolled_workers": ("Processes that compute.", compute.workers),
            "unrolled_workers_busy": ("Workers that compute now.", compute.busy),
            "unrolled_queue": ("Requests that wait for a worker.", compute.waiting),
            "unrolled_cache_bytes": ("Bytes of the answers that are kept.", answers.size),
            "unrolled_trainings": ("Runs that train now.", len(self._trainers.computing)),
            "unrolled_maps": ("Maps that are computed now.", int(self._conductors.pid is not None)),
        }
        for name, (what, value) in gauges.items():
            yield GaugeMetricFamily(name, what, value=value)
        refusals = CounterMetricFamily(
            "unrolled_refusals", "Requests that workers or queue did not answer.", labels=["reason"]
        )
        for reason, count in compute.refusals.items():
            refusals.add_metric([reason], count)
        yield refusals
        yield CounterMetricFamily(
            "unrolled_cache_hits", "Answers out of the cache.", value=answers.hits
        )
        yield CounterMetricFamily(
            "unrolled_cache_misses", "Answers that were not there.", value=answers.misses
        )
        yield CounterMetricFamily(
            "unrolled_shared",
            "Requests that waited for a computation which another one had begun.",
            value=self._flights.shared,
        )
        yield CounterMetricFamily(
            "unrolled_training_updates",
            "Updates of runs that train here.",
            value=self._trainers.updates,
        )
        yield from self._maps()

    def _maps(self) -> Iterator[Metric]:
        """What has been computed of maps here."""
        counts = self._conductors.counts
        networks = CounterMetricFamily(
            "unrolled_map_networks",
            "Networks of maps: computed here, or known before.",
            labels=["source"],
        )
        for source in ("computed", "known"):
            networks.add_metric([source], counts[source])
        yield networks
        for name, what, field in (
            ("unrolled_map_points", "Points of maps that came to be known.", "done"),
            ("unrolled_map_errors", "Those of them that have no numbers.", "wrong"),
            ("unrolled_map_seconds", "Seconds in which a map was computed.", "seconds"),
        ):
            yield CounterMetricFamily(name, what, value=counts[field])
