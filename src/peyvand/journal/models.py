"""Events hold references and quantities only, never personal data: erasing a person leaves them true."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

PATH_LENGTH = 200


class Event(models.Model):
    """One act, or one batch of a bulk act. Rows are never changed or removed: the application has no right to."""

    personal_data = "reference"

    at = models.DateTimeField()
    act = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True)  # empty for a batch
    account_id = models.BigIntegerField()
    membership_id = models.BigIntegerField()
    role = models.CharField(max_length=30)
    place_path = models.CharField(max_length=PATH_LENGTH, db_collation="C")
    organisation_path = models.CharField(max_length=PATH_LENGTH, db_collation="C")
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="event_subject"),
            models.Index(fields=["place_path", "id"], name="event_place"),
            models.Index(fields=["at", "id"], name="event_at"),
            models.Index(fields=["account_id", "id"], name="event_account"),
            models.Index(fields=["act", "at", "id"], name="event_act"),
            models.Index(fields=["subject_kind", "at", "id"], name="event_kind"),
            models.Index(fields=["role", "at", "id"], name="event_role"),
        ]


class Seal(models.Model):
    """An HMAC over every event up to `last_event`, chained to the seal before it. The key lies outside the database."""

    personal_data = "none"

    sealed_at = models.DateTimeField()
    last_event = models.BigIntegerField(unique=True)
    event_ids = ArrayField(models.BigIntegerField())
    marks = models.BinaryField()  # 16 bytes an event, in the order of event_ids
    key_id = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]


class Attempt(models.Model):
    """One try at what may be done only so often a minute. The table is not logged: a crash empties it, which nobody misses."""

    personal_data = "reference"

    who = models.CharField(max_length=64)  # a keyed fingerprint of what was tried, and by which account or address
    minute = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["who", "minute"], name="attempt_minute")]


class OnceKey(models.Model):
    """An idempotency key: the same key with the same body gives the same answer, with another body a refusal."""

    personal_data = "reference"

    account_id = models.BigIntegerField()
    key = models.CharField(max_length=100)
    body_digest = models.CharField(max_length=64)
    answer = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id", "key"], name="once_key")]
