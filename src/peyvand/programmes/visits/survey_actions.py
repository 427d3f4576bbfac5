"""Every write of a survey: a form is taken into use, and a household answers it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop as N_

from peyvand.journal.actions import record
from peyvand.kernel.refusals import NotFound, require
from peyvand.programmes.visits.actions import keeper, kept_draft, made, require_on
from peyvand.programmes.visits.forms_as_data import Definition, Unfit, deprived_in, fit
from peyvand.programmes.visits.models import HouseholdAnswer, Survey, Visit
from peyvand.programmes.visits.permissions import may_upload_survey
from peyvand.scope.acting import Acting
from peyvand.scope.database import action


@action
def upload_survey(*, definition: Mapping[str, Any], source_sha256: str, by: Acting, now: datetime) -> Survey:
    """Take a form into use for one's own organisation and all below it; an older one of the same title is kept, out of use."""
    require(may_upload_survey(by))
    own = keeper(by)
    require_on([(by.place_path, own.path)], now)
    title = Definition(definition).title
    before = Survey.objects.select_for_update().filter(organisation=own, title=title).order_by("-version").first()
    Survey.objects.filter(organisation=own, title=title, is_in_use=True).update(is_in_use=False)
    survey = Survey.objects.create(
        organisation=own, organisation_path=own.path, title=title, version=before.version + 1 if before else 1,
        definition=dict(definition), source_sha256=source_sha256, uploaded_by_id=by.account_id or None, uploaded_at=now,
    )  # fmt: skip
    record(
        "visit_survey.uploaded", kind="visit_survey", subject=survey.pk, by=by, now=now,
        place_path=by.place_path, organisation_path=own.path,
    )  # fmt: skip
    return survey


@dataclass(frozen=True)
class NewAnswer:
    """One household's answers by question name, as typed; `visit_key` is the draft of the visit they belong to."""

    survey_id: int
    answers: Mapping[str, Any]
    visit_id: int | None = None
    visit_key: UUID | None = None
    draft_key: UUID | None = None
    digest: str = ""


@action
def record_answer(*, row: NewAnswer, by: Acting, now: datetime) -> HouseholdAnswer:
    """Store what a household answered, once for each draft. Raises `Unfit` naming the question, `NotFound`, `KeyReused`."""
    if (stored := kept_draft(HouseholdAnswer, "told_to_id", row.draft_key, row.digest, by)) is not None:
        return stored
    asked = {"pk": row.visit_id} if row.visit_id else {"visitor_id": by.account_id, "draft_key": row.visit_key}
    found = Visit.objects.filter(**asked).values_list("pk", flat=True).first() if any(asked.values()) else None
    if found is None:
        raise NotFound
    visit = made(found, by, now)
    survey = Survey.objects.filter(pk=row.survey_id).first()
    if survey is None or not visit.organisation_path.startswith(survey.organisation_path):
        raise NotFound
    definition = Definition(survey.definition)
    answers = fit(definition, row.answers)
    answer = HouseholdAnswer.objects.create(
        survey=survey, visit=visit, told_to_id=by.account_id or None, draft_key=row.draft_key, body_digest=row.digest,
        answers=json.dumps(answers, ensure_ascii=False, sort_keys=True), deprived=deprived_in(definition, answers),
        people=_people(definition, answers), told_at=now,
    )  # fmt: skip
    record(
        "visit_survey.answered", kind="visit_survey", subject=survey.pk, by=by, now=now,
        place_path=visit.place_path, organisation_path=visit.organisation_path, rows=[(answer.pk, visit.pk)],
    )  # fmt: skip
    return answer


def _people(definition: Definition, answers: Mapping[str, Any]) -> int:
    told = answers.get(definition.people) if definition.people else 1
    people = int(told) if told is not None else 1
    if not 1 <= people <= 60:
        raise Unfit(question=definition.label(definition.people), reason=N_("a household has 1 to 60 members"))
    return people
