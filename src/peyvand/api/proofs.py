"""Pictures that show a delivery: sent as a form with a file, made safe, and given to those who see the delivery."""

import hashlib
import io
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import File, Path, Query, Router, Schema, UploadedFile

from peyvand.api.answers import Page, PageQuery, act, page_of, reading, the_one
from peyvand.api.shapes import Id
from peyvand.files.pictures import CONTENT_TYPE, MOST_BYTES, cleaned
from peyvand.files.storage import LocalFolder
from peyvand.flow.delivery.actions import add_proof
from peyvand.flow.delivery.models import Delivery, Proof
from peyvand.kernel.refusals import NotFound
from peyvand.scope.acting import Acting

of_deliveries = Router(tags=["Deliveries"])
router = Router(tags=["Deliveries"])
_JPEG = {"responses": {200: {"content": {CONTENT_TYPE: {"schema": {"type": "string", "format": "binary"}}}}}}


class ProofOut(Schema):
    """The picture itself: `GET /proofs/{id}`."""

    id: int
    delivery_id: int
    content_type: str
    size: int
    added_at: datetime


def _folder() -> LocalFolder:
    return LocalFolder(settings.PEYVAND_FILES)


def proofs_out(rows: Sequence[Proof]) -> list[ProofOut]:
    return [
        ProofOut(
            id=row.pk, delivery_id=row.delivery_id, content_type=row.content_type, size=row.size, added_at=row.added_at
        )
        for row in rows
    ]


@of_deliveries.get("/{int:delivery_id}/proofs", response=Page[ProofOut], summary="Pictures of a delivery")
def list_pictures(request: HttpRequest, delivery_id: Path[Id], page: Query[PageQuery]) -> HttpResponse:
    with reading(request):
        if not Delivery.objects.filter(pk=delivery_id).exists():
            raise NotFound
        return page_of(request, Proof.objects.filter(delivery_id=delivery_id), page, proofs_out)


@of_deliveries.post("/{int:delivery_id}/proofs", response={201: ProofOut}, summary="Add a picture of a delivery")
def add_picture(request: HttpRequest, delivery_id: Path[Id], photo: File[UploadedFile]) -> HttpResponse:
    """JPEG, PNG or WebP of at most 10 MB, by either side. Where and with what it was taken is removed before it is kept."""
    data = photo.read(MOST_BYTES + 1)

    def run(by: Acting, now: datetime) -> ProofOut:
        if not Delivery.objects.filter(pk=delivery_id).exists():
            raise NotFound
        picture = cleaned(io.BytesIO(data))
        row = add_proof(
            delivery_id=delivery_id, sha256=_folder().store(picture), content_type=CONTENT_TYPE, size=len(picture),
            by=by, now=now,
        )  # fmt: skip
        return proofs_out([row])[0]

    return act(request, run, status=201, sent=hashlib.sha256(data).hexdigest())


@router.get("/{int:proof_id}", response={200: None}, openapi_extra=_JPEG, summary="The picture, as a JPEG")
def get_picture(request: HttpRequest, proof_id: Path[Id]) -> HttpResponse:
    """For those who may see the delivery it shows."""
    with reading(request):
        row = the_one(Proof.objects.all(), proof_id)
    try:
        data = _folder().read(row.sha256)
    except OSError:
        raise NotFound from None
    headers = {"Cache-Control": "private, max-age=600", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(data, content_type=row.content_type, headers=headers)
