"""Sealing of personal fields: AES-GCM bound to its row and field, and a blind index to find a phone number again.

The first byte names the key, so that keys can be rotated while the house runs. The additional data is
`table:uid:field`: a value copied to another row or another field does not open there.
"""

import hmac
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

KEY_ID = b"\x01"


class BrokenSeal(ValueError):
    """A sealed value does not open: changed, or copied from another row."""


@lru_cache(maxsize=4)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def _keys() -> AESGCM:
    return _cipher(settings.KEYS.raw("field"))


def seal(text: str, bound_to: str) -> bytes:
    """Encrypt `text` so that it opens only where `bound_to` says the same."""
    nonce = secrets.token_bytes(12)
    return KEY_ID + nonce + _keys().encrypt(nonce, text.encode(), bound_to.encode())


def unseal(blob: bytes, bound_to: str) -> str:
    """Decrypt. Raises BrokenSeal when the value was changed or belongs to another row or field."""
    blob = bytes(blob)
    try:
        return _keys().decrypt(blob[1:13], blob[13:], bound_to.encode()).decode()
    except InvalidTag:
        raise BrokenSeal(f"{bound_to} does not open") from None


def blind_index(text: str) -> str:
    """A keyed hash: equal texts are equal, and without the key a guess cannot be checked."""
    return hmac.digest(settings.KEYS.raw("index"), text.encode(), "sha256").hex()


class SealedTextField(models.BinaryField):
    """Text that the database holds only sealed. The model needs a `uid` field declared before it."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("null", True)
        kwargs["editable"] = True
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls, name, **kwargs):
        super().contribute_to_class(cls, name, **kwargs)
        setattr(cls, name, _SealedAttribute(name))

    def get_internal_type(self):
        return "BinaryField"

    def bound_to(self, uid) -> str:
        """What a value of this field is bound to in the row with this `uid`."""
        return f"{self.model._meta.db_table}:{uid}:{self.name}"

    def pre_save(self, instance, add):
        return instance.__dict__.get(self.name)  # as it is sealed; the attribute itself would open it


class _SealedAttribute:
    """Reading opens, assigning text seals; bytes from the database pass as they are."""

    def __init__(self, name):
        self.name = name

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        if self.name not in instance.__dict__:
            instance.refresh_from_db(fields=[self.name])
        blob = instance.__dict__[self.name]
        return "" if blob is None else unseal(blob, self._bound_to(instance))

    def __set__(self, instance, value):
        if isinstance(value, str):
            value = seal(value, self._bound_to(instance)) if value else None
        instance.__dict__[self.name] = value

    def _bound_to(self, instance):
        return f"{instance._meta.db_table}:{instance.uid}:{self.name}"
