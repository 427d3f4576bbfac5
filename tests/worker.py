"""A real worker, run until the queue is empty."""

from threading import Thread

from django.db import connection

from peyvand.jobs.worker import work


def run_worker() -> None:
    """In a thread of its own: where a journey ran before in this process, the browser's loop still runs in this one."""

    def working() -> None:
        try:
            work(wait=False, concurrency=1, signals=False)
        finally:
            connection.close()

    worker = Thread(target=working)
    worker.start()
    worker.join()
