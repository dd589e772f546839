"""The file of a backup: a line of plain header, then sealed chunks, the first the manifest.

Each chunk is AES-256-GCM with a nonce of its own (the file's random prefix, the chunk's
number, whether it is the last), and the header is authenticated with each: a byte changed, a
chunk moved, left out or cut off is found. Cutting at a chunk's end is found because the last
chunk says that it is the last.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
import struct
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FORMAT = "taperplan backup"
VERSION = 1
CHUNK = 1 << 20
_KEY_BYTES = 32
_PREFIX_BYTES = 7
_HEADER_MOST = 4096
_LENGTH = struct.Struct(">I")


class BackupError(Exception):
    """Names the fault of a file, a key or a place, as a sentence for whoever runs the command."""


class Key:
    """32 random bytes, written as base64."""

    def __init__(self, text: str) -> None:
        try:
            self.secret = base64.b64decode(text.strip(), validate=True)
        except (binascii.Error, ValueError) as error:
            raise BackupError("The backup key is not base64 text.") from error
        if len(self.secret) != _KEY_BYTES:
            raise BackupError(
                f"The backup key holds {len(self.secret)} bytes; {_KEY_BYTES} are needed."
            )

    @property
    def id(self) -> str:
        """Says which key, and nothing of it."""
        return hashlib.sha256(b"taperplan backup key id" + self.secret).hexdigest()[:12]

    @staticmethod
    def new() -> str:
        return base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


@dataclass(frozen=True)
class Manifest:
    """What is in the file, as it was when the file was made."""

    made_at: str
    engine: str
    migrations: list[str]
    """What was applied: only the same version of the software can read its tables."""
    size: int
    sha256: str
    tables: dict[str, str]
    """Logical fingerprint of each table: rows and digest."""

    def written(self) -> bytes:
        return json.dumps(vars(self), sort_keys=True).encode()

    @classmethod
    def read(cls, data: bytes) -> Manifest:
        found: dict[str, Any] = json.loads(data)
        return cls(**found)


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + struct.pack(">I?", number, last)


def write(out: IO[bytes], key: Key, manifest: Manifest, payload: Iterable[bytes]) -> None:
    """Seal the manifest and the payload into `out`."""
    prefix = secrets.token_bytes(_PREFIX_BYTES)
    header = json.dumps(
        {
            "format": FORMAT,
            "version": VERSION,
            "key": key.id,
            "prefix": prefix.hex(),
            "made_at": manifest.made_at,
        },
        sort_keys=True,
    ).encode()
    out.write(header + b"\n")
    box = AESGCM(key.secret)
    number, waiting = 0, manifest.written()
    for piece in payload:
        _put(out, box.encrypt(_nonce(prefix, number, False), waiting, header))
        number, waiting = number + 1, piece
    _put(out, box.encrypt(_nonce(prefix, number, True), waiting, header))


def _put(out: IO[bytes], sealed: bytes) -> None:
    out.write(_LENGTH.pack(len(sealed)) + sealed)


class Reader:
    """Opens a file; refuses by name of the fault before anything is taken from it."""

    def __init__(self, source: IO[bytes], keys: Iterable[Key]) -> None:
        self._source = source
        line = source.readline(_HEADER_MOST)
        self._header = line.rstrip(b"\n")
        try:
            found: Any = json.loads(self._header)
            known = found["format"] == FORMAT
            version, wanted, self.made_at = found["version"], found["key"], found["made_at"]
            self._prefix = bytes.fromhex(found["prefix"])
        except (ValueError, KeyError, TypeError) as error:
            raise BackupError("Damaged, or not a backup: its first line cannot be read.") from error
        if not known:
            raise BackupError("This is not a backup of this software.")
        if version != VERSION:
            raise BackupError(f"This backup has format {version}; format {VERSION} can be read.")
        key = next((key for key in keys if key.id == wanted), None)
        if key is None:
            raise BackupError(
                f"Wrong key: this backup was made with key {wanted}, which is not among yours."
            )
        self.key_id: str = wanted
        self._box = AESGCM(key.secret)
        self._number, self._last = 0, False
        self.manifest = Manifest.read(self._next())

    def _next(self) -> bytes:
        length = self._source.read(_LENGTH.size)
        if len(length) < _LENGTH.size:
            raise BackupError("Truncated: the file ends before its last part.")
        size = _LENGTH.unpack(length)[0]
        if size > CHUNK + 16 and self._number:
            raise BackupError(f"Damaged: part {self._number} is longer than any part can be.")
        sealed = self._source.read(size)
        if len(sealed) < size:
            raise BackupError(f"Truncated: part {self._number} is cut off.")
        for last in (False, True):
            try:
                opened = self._box.decrypt(
                    _nonce(self._prefix, self._number, last), sealed, self._header
                )
            except InvalidTag:
                continue
            self._number, self._last = self._number + 1, last
            return opened
        raise BackupError(f"Damaged: part {self._number} is not as it was written.")

    def payload(self) -> Iterator[bytes]:
        """The pieces, then the check that they are all and no more."""
        digest, size = hashlib.sha256(), 0
        while not self._last:
            piece = self._next()
            digest.update(piece)
            size += len(piece)
            yield piece
        if self._source.read(1):
            raise BackupError("Damaged: something follows the last part.")
        if (size, digest.hexdigest()) != (self.manifest.size, self.manifest.sha256):
            raise BackupError("Damaged: what it holds is not what its manifest says.")
