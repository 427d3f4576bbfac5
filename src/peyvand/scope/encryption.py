"""Protected columns (decision D7): AES-GCM in the column, keys in a file outside the database, a keyed blind index for equality.

A stored value is `key id : base64(nonce + ciphertext)`. Old keys stay readable; `peyvand.people.protection` re-encrypts under the
current one.
"""

import base64
import hashlib
import hmac
import os
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

from peyvand.kernel.text import search_key

_NONCE = 12


def encrypt(text: str) -> str:
    key_id = settings.COLUMN_KEYS.current
    nonce = os.urandom(_NONCE)
    sealed = AESGCM(settings.COLUMN_KEYS.keys[key_id]).encrypt(nonce, text.encode(), key_id.encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(stored: str) -> str:
    """Raises `KeyMissing` when the key is gone, cryptography's InvalidTag when the value was changed."""
    key_id, _, body = stored.partition(":")
    raw = base64.b64decode(body)
    return AESGCM(settings.COLUMN_KEYS.key(key_id)).decrypt(raw[:_NONCE], raw[_NONCE:], key_id.encode()).decode()


def blind_index(text: str) -> str:
    """A keyed fingerprint: equal values give equal fingerprints, and nothing can be read back from it."""
    return hmac.new(settings.BLIND_INDEX_KEY, search_key(text).encode(), hashlib.sha256).hexdigest()[:40]


class Protected(str):
    """An encrypted value as it lies in the table. Printing it shows nothing; `reveal()` is called by acts that leave an event."""

    __slots__ = ()

    def reveal(self) -> str:
        return decrypt(str.__str__(self)) if self else ""

    def __str__(self) -> str:
        return "•••" if self else ""

    def __repr__(self) -> str:
        return "Protected()"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


class ProtectedField(models.TextField):
    """A text column that is encrypted on its way in and stays `Protected` on its way out."""

    def from_db_value(self, value: str | None, *_: Any) -> Protected | None:
        return None if value is None else Protected(value)

    def get_prep_value(self, value: Any) -> str | None:
        if value is None or isinstance(value, Protected):
            return None if value is None else str.__str__(value)
        return encrypt(value) if value else ""
