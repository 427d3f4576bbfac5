"""Running the queue."""

from procrastinate.contrib.django import app


def work(*, wait: bool = True, concurrency: int = 2, signals: bool = True) -> None:
    """Run jobs until told to stop; with `wait=False`, until nothing is due.

    The site's own connection cannot wait for new jobs, so the worker takes a connection made for that. Its heartbeat stands
    in the queue's table of workers.
    """
    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
        app.run_worker(wait=wait, concurrency=concurrency, install_signal_handlers=signals)
