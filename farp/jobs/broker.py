"""The Celery application: which broker, and how messages are treated. Messages carry a run's id and a chunk's number; everything else is in the store.

A message is acknowledged when its work is done. One whose worker process was killed goes back into the queue at once, one whose whole worker
vanished after the visibility timeout (Redis) or when its connection closes (RabbitMQ). There is no result backend.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from celery import Celery
from celery.schedules import crontab
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError

from farp.errors import InvalidInput, SourceUnavailable
from farp.settings import Settings

QUEUE = "farp"
REFRESH_BOOK, REFRESH_CHUNK = "farp.refresh_book", "farp.refresh_chunk"
ANSWER_SECONDS = 5.0
"""For a broker to answer before it is taken for dead."""
TIME_LIMIT = 0.8
"""Of the visibility timeout: a chunk that takes longer is stopped before another worker gets it."""


def celery_app(settings: Settings) -> Celery:
    """Return the application for the broker that `settings` name; nothing is connected yet.

    Raises
    ------
    InvalidInput
        No broker is set.
    """
    if settings.celery_broker_url is None:
        raise InvalidInput("There is no broker; set CELERY_BROKER_URL, for example redis://127.0.0.1:6379/0, or refresh with --workers local.")
    app = Celery("farp", broker=settings.celery_broker_url, include=["farp.jobs.tasks"], set_as_current=True)
    at = settings.refresh_at
    app.conf.update(
        task_default_queue=QUEUE,
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        task_acks_on_failure_or_timeout=False,
        task_reject_on_worker_lost=True,
        task_time_limit=max(TIME_LIMIT * settings.visibility_seconds, 1.0),
        worker_prefetch_multiplier=1,
        worker_lost_wait=2.0,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_redirect_stdouts=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=ANSWER_SECONDS,
        broker_transport_options=_transport(settings),
        timezone="UTC",
        beat_scheduler="celery.beat:Scheduler",  # keeps nothing on disk
        beat_schedule={"nightly": {"task": REFRESH_BOOK, "schedule": crontab(hour=str(at.hour), minute=str(at.minute))}},
    )
    return app


def require_broker(app: Celery) -> None:
    """Return when the broker answers, else raise `SourceUnavailable`."""
    try:
        with app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=ANSWER_SECONDS)
    except (BrokerError, OSError) as error:
        raise _silent(app) from error


def send_chunks(app: Celery, run_id: str, numbers: Iterable[int]) -> None:
    """Put chunks into the queue; `SourceUnavailable` when the broker does not take them."""
    try:
        with app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=ANSWER_SECONDS)
            for number in numbers:
                app.send_task(REFRESH_CHUNK, (run_id, number), connection=connection, retry=False)
    except (BrokerError, KombuError, OSError) as error:
        raise _silent(app) from error


def place_of(app: Celery) -> str:
    """Return the broker's address without its password."""
    return str(app.connection_for_write().as_uri())


def _silent(app: Celery) -> SourceUnavailable:
    return SourceUnavailable(
        f"The broker {place_of(app)} does not answer; start it, correct CELERY_BROKER_URL, or refresh without it by --workers local."
    )


def _transport(settings: Settings) -> dict[str, Any]:
    if not str(settings.celery_broker_url).startswith(("redis", "sentinel")):
        return {}
    return {
        "visibility_timeout": settings.visibility_seconds,
        # without these two it is looked for vanished workers every 100 seconds only
        "unacked_restore_interval": max(settings.visibility_seconds // 10, 1),
        "unacked_restore_throttle": 1,
        "unacked_mutex_expire": 30,
        "socket_connect_timeout": ANSWER_SECONDS,
        "socket_timeout": 60.0,  # longer than a worker waits for the next message
        "retry_on_timeout": True,
    }
