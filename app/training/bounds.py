"""When a run ends before its last update, and why."""

from unrolled.app.settings import Settings
from unrolled.app.store.runs import now
from unrolled.app.store.tables import Found
from unrolled.app.store.training_keeping import unwatched
from unrolled.app.store.trainings import STOPPED

MEMORY = "It needed more memory than allowed (UNROLLED_TRAINING_MEMORY_BYTES)."


def why_stop(training: Found, settings: Settings, seconds: float, watched: float) -> str | None:
    """Why a run is to end now; None: it is not.

    Args:
        training: as its user wants it.
        settings: the bounds.
        seconds: that it has computed.
        watched: when somebody last followed it in this process, in seconds since 1970.
    """
    if training.wanted == "ended":
        return STOPPED
    if seconds > settings.training_seconds:
        return (
            f"It has computed for {settings.training_seconds:g} s, as long as one may "
            "(UNROLLED_TRAINING_SECONDS)."
        )
    if training.keep or training.wanted != "running":
        return None
    last = max(watched, training.watched / 1e3)
    if now() / 1e3 - last > settings.training_unwatched_seconds:
        return unwatched(settings)
    return None
