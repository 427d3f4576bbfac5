"""Every task of the queue: load and one call. Found by the queue itself when the site starts."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils import timezone
from procrastinate import JobContext, RetryStrategy, builtin_tasks
from procrastinate.contrib.django import app

from peyvand.batches import actions as batches
from peyvand.batches.running import run_batch
from peyvand.exports.actions import TASK as WRITE_EXPORT
from peyvand.exports.actions import defer_again, expire_exports
from peyvand.exports.running import write_export
from peyvand.extend import reactions
from peyvand.extend.discovery import programmes
from peyvand.filters.actions import forget_removed
from peyvand.flow.capacity.actions import renew_capacities
from peyvand.flow.commitment import matching
from peyvand.flow.commitment.actions import lapse_commitments
from peyvand.flow.commitment.running import run_asked
from peyvand.flow.counting.actions import keep_counts
from peyvand.flow.need.actions import expire_needs
from peyvand.flow.need.priorities import refresh_priorities
from peyvand.intake.waiting import WaitingRoom
from peyvand.jobs.queries import retry_stalled
from peyvand.jobs.schedule import daily_at
from peyvand.journal.once import forget_keys
from peyvand.journal.pace import forget_attempts
from peyvand.journal.seals import seal
from peyvand.kernel.jalali import add_months, business_date
from peyvand.scope.acting import SYSTEM
from peyvand.votes import counting

# After 3, 9, 27 ... seconds; the last of eight attempts about three hours later. Then it stands as failed, for staff to see.
PATIENT = RetryStrategy(max_attempts=8, exponential_wait=3)
KEEP_FINISHED_HOURS = 14 * 24


@app.task(name=reactions.TASK, retry=PATIENT)
def programme_job(*, programme: str, job: str, act: str, ids: dict[str, list[int]]) -> None:
    """A reaction, or the nightly run of a programme's job."""
    reactions.run(programme, job, act=act, ids=ids, now=timezone.now())


@app.task(name=WRITE_EXPORT)
def one_export(*, export_id: int) -> None:
    """Not tried again by itself: its row says what went wrong, and asking again is one press."""
    write_export(export_id=export_id, now=timezone.now())


@app.task(name=batches.TASK)
def one_batch(*, batch_id: int) -> None:
    run_batch(batch_id=batch_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="peyvand.take_up_batches", queueing_lock="take_up_batches")
def take_up_batches(timestamp: int) -> None:
    """Put batches back into the queue whose worker died over them; each part that was done is not done again."""
    retry_stalled(batches.TASK, timezone.now())
    batches.defer_again(by=SYSTEM, now=timezone.now())


@app.periodic(cron=daily_at("03:20"))
@app.task(name="peyvand.forget_batches", queueing_lock="forget_batches", retry=PATIENT)
def daily_batch_forgetting(timestamp: int) -> int:
    return batches.forget_old(now=_at(timestamp))


@app.periodic(cron=daily_at("03:25"))
@app.task(name="peyvand.forget_filters", queueing_lock="forget_filters", retry=PATIENT)
def daily_filter_forgetting(timestamp: int) -> int:
    return forget_removed(now=_at(timestamp))


@app.periodic(cron="* * * * *")
@app.task(name="peyvand.take_up_exports", queueing_lock="take_up_exports")
def take_up_exports(timestamp: int) -> None:
    """Put exports back into the queue whose worker died or was stopped over them. How often, `begin_export` counts."""
    retry_stalled(WRITE_EXPORT, timezone.now())
    defer_again(by=SYSTEM, now=timezone.now())


@app.periodic(cron=daily_at("02:10"))
@app.task(name="peyvand.expire_exports", queueing_lock="expire_exports", retry=PATIENT)
def daily_export_expiry(timestamp: int) -> int:
    return expire_exports(by=SYSTEM, now=_at(timestamp))


@app.task(name=matching.TASK)
def one_run(*, run_id: int) -> None:
    """Not tried again by itself where it failed: its row says what went wrong, and running it anew is one press."""
    run_asked(run_id=run_id, now=timezone.now())


@app.task(name=matching.REPEAT, retry=PATIENT)
def one_repeat(*, run_id: int) -> bool:
    return matching.repeat_run(run_id=run_id, by=SYSTEM, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="peyvand.take_up_runs", queueing_lock="take_up_runs")
def take_up_runs(timestamp: int) -> None:
    """Put runs of the matching back into the queue whose worker died or was stopped over them; such a start left nothing."""
    retry_stalled(matching.TASK, timezone.now())
    matching.defer_again(by=SYSTEM, now=timezone.now())


@app.task(name=counting.TASK)
def one_count(*, vote_id: int) -> None:
    """Not tried again by itself where it failed: the vote is closed as before and says it, and asking anew is one press."""
    counting.run_count(vote_id=vote_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="peyvand.take_up_counts", queueing_lock="take_up_counts")
def take_up_counts(timestamp: int) -> None:
    """Put counts back into the queue whose worker died or was stopped over them; such a start left nothing."""
    retry_stalled(counting.TASK, timezone.now())
    counting.defer_again(by=SYSTEM, now=timezone.now())


@app.periodic(cron=daily_at("03:40"))
@app.task(name="peyvand.forget_run_inputs", queueing_lock="forget_run_inputs", retry=PATIENT)
def daily_run_forgetting(timestamp: int) -> int:
    return matching.forget_inputs(by=SYSTEM, now=_at(timestamp))


@app.periodic(cron="*/5 * * * *")
@app.task(name="peyvand.keep_counts", queueing_lock="keep_counts", lock="keep_counts")
def count_places(timestamp: int) -> int:
    """Pages of figures read what is kept here, and say when it was counted."""
    return keep_counts(by=SYSTEM, now=timezone.now())


@app.periodic(cron="*/3 * * * *")
@app.task(name="peyvand.seal_journal", queueing_lock="seal_journal")
def seal_journal(timestamp: int) -> int:
    return seal(now=timezone.now())


@app.periodic(cron=daily_at("00:20"))
@app.task(name="peyvand.refresh_priorities", queueing_lock="refresh_priorities", retry=PATIENT)
def daily_priorities(timestamp: int) -> int:
    return refresh_priorities(by=SYSTEM, now=_at(timestamp))


@app.periodic(cron=daily_at("00:40"))
@app.task(name="peyvand.expire_needs", queueing_lock="expire_needs", retry=PATIENT)
def daily_expiry(timestamp: int) -> int:
    return expire_needs(by=SYSTEM, now=_at(timestamp))


@app.periodic(cron=daily_at("00:50"))
@app.task(name="peyvand.lapse_commitments", queueing_lock="lapse_commitments", retry=PATIENT)
def daily_lapses(timestamp: int) -> int:
    return lapse_commitments(by=SYSTEM, now=_at(timestamp))


@app.periodic(cron=daily_at("00:10"))
@app.task(name="peyvand.renew_capacities", queueing_lock="renew_capacities", retry=PATIENT)
def daily_renewal(timestamp: int) -> int:
    return renew_capacities(by=SYSTEM, now=_at(timestamp))


@app.periodic(cron=daily_at("01:10"))
@app.task(name="peyvand.programmes_daily", queueing_lock="programmes_daily", retry=PATIENT)
def daily_programmes(timestamp: int) -> None:
    """Put the nightly jobs of every programme into the queue, each by itself: one that fails holds up no other."""
    for one in programmes().values():
        for job in one.jobs:
            if job.daily:
                reactions.defer(one.slug, job.slug)


@app.periodic(cron="*/5 * * * *")
@app.task(name="peyvand.programmes_often", queueing_lock="programmes_often")
def often_programmes(timestamp: int) -> None:
    """The jobs of programmes that keep up with what happens; each waits in the queue at most once."""
    for one in programmes().values():
        for job in one.jobs:
            if job.often:
                reactions.defer_once(one.slug, job.slug)


@app.periodic(cron=daily_at("01:40"))
@app.task(name="peyvand.forget", queueing_lock="forget", retry=PATIENT)
def daily_forgetting(timestamp: int) -> int:
    """Take away what programmes promised to forget."""
    now = _at(timestamp)
    today = business_date(now)
    return sum(
        rule.forget(add_months(today, -rule.months), now) for one in programmes().values() for rule in one.retention
    )


@app.periodic(cron=daily_at("03:30"))
@app.task(name="peyvand.sweep_queue", queueing_lock="sweep_queue", pass_context=True)
async def sweep_queue(context: JobContext, timestamp: int) -> None:
    """Finished jobs are kept for two weeks; failed ones until somebody has seen to them."""
    await builtin_tasks.remove_old_jobs(context, max_hours=KEEP_FINISHED_HOURS)


@app.periodic(cron="17 * * * *")
@app.task(name="peyvand.sweep_waiting", queueing_lock="sweep_waiting")
def sweep_waiting(timestamp: int) -> int:
    """Delete the lists that people left waiting between two pages, also when nobody brings in another one."""
    return WaitingRoom(settings.PEYVAND_WAITING).sweep(now=timezone.now())


@app.periodic(cron="23 * * * *")
@app.task(name="peyvand.sweep_attempts", queueing_lock="sweep_attempts")
def sweep_attempts(timestamp: int) -> int:
    return forget_attempts(now=timezone.now())


@app.periodic(cron=daily_at("03:10"))
@app.task(name="peyvand.sweep_keys", queueing_lock="sweep_keys", retry=PATIENT)
def sweep_keys(timestamp: int) -> int:
    """Forget idempotency keys, with the answers kept under them, that are too old to be sent again."""
    return forget_keys(kept=timedelta(days=settings.IDEMPOTENCY_DAYS), now=timezone.now())


def _at(timestamp: int) -> datetime:
    """The instant a nightly job was due: run late, it still works on the day it was meant for."""
    return datetime.fromtimestamp(timestamp, UTC)
