"""Keys beside the database: made at first use, one file each, readable by the owner only.

Four keys with four jobs, so that losing one does not lose the others: `django` signs cookies, `field` seals personal
fields, `index` makes phone numbers findable without storing them, `seal` closes batches of the journal.
"""

import os
import secrets
from pathlib import Path


class Keys:
    """A folder of 32-byte keys in hexadecimal."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._read: dict[str, str] = {}
        self._raw: dict[str, bytes] = {}

    def text(self, name: str) -> str:
        """The key as 64 hexadecimal characters; made now if there is none, read from disk once a process."""
        if name not in self._read:
            path = self.folder / f"{name}.key"
            self._read[name] = path.read_text().strip() if path.exists() else self._make(path)
        return self._read[name]

    def raw(self, name: str) -> bytes:
        """The key as 32 bytes."""
        if name not in self._raw:
            self._raw[name] = bytes.fromhex(self.text(name))
        return self._raw[name]

    def forget(self) -> None:
        """Read the keys from disk again (a restore put others there)."""
        self._read.clear()
        self._raw.clear()

    def _make(self, path: Path) -> str:
        # Written apart and linked into place: two processes starting at once end with the same key.
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        draft.write_text(secrets.token_hex(32))
        draft.chmod(0o600)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return path.read_text().strip()
