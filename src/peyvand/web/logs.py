"""What the program says about itself: one line a request, JSON in service and readable in a terminal.

A line holds ids, roles, routes and times; never names, addresses with their values, query strings or bodies. Of an error it
holds the kind and the way through the code, not the message: messages of a database carry the values of rows.
"""

import logging
import logging.config
import sys
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it, nearest last."""
    seen: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in seen:
        seen.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    yield from reversed(seen)


def without_values(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Put kind and frames in the place of an exception; the SQLSTATE and the constraint of one from the database too."""
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = [_said(one) for one in _chain(error)]
        frames = [frame for one in _chain(error) for frame in traceback.extract_tb(one.__traceback__)]
        event["traceback"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def _said(error: BaseException) -> str:
    kind, diagnosis = type(error), getattr(error, "diag", None)
    words = [f"{kind.__module__}.{kind.__qualname__}", getattr(error, "sqlstate", None)]
    words.append(getattr(diagnosis, "constraint_name", None))
    return " ".join(str(word) for word in words if word)


def _without_addresses(_logger: object, _method: str, event: EventDict) -> EventDict:
    """The framework's own lines carry the address that was asked for: only their kind is kept."""
    record: logging.LogRecord = event["_record"]
    if record.name.startswith("django"):
        event["event"] = record.name
        event["status"] = getattr(record, "status_code", None)
    return event


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        without_values,
    ]


def formatter(*, readable: bool) -> logging.Formatter:
    """`readable` is for a terminal; else each line is one JSON object."""
    render: Processor = (
        structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return ProcessorFormatter(
        foreign_pre_chain=[_without_addresses, *_shared()],
        processors=[ProcessorFormatter.remove_processors_meta, render],
    )


class _Exceptions(logging.Filter):
    """Of what the framework says about requests only exceptions: the status of each stands in the request's own line."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.exc_info is not None


def configure(settings: Mapping[str, Any]) -> None:
    """Set up the logging of Django and of structlog to go the same way (`LOGGING_CONFIG`); `settings` is `LOGGING`."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_shared(), ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"()": formatter, "readable": settings["readable"]}},
            "filters": {"exceptions": {"()": _Exceptions}},
            "handlers": {"errors": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["errors"], "level": "WARNING"},
            "loggers": {
                "peyvand": {"level": "INFO"},
                "django": {"level": "ERROR"},
                "django.request": {"filters": ["exceptions"]},
                "django.security": {"level": "WARNING"},
            },
        }
    )
