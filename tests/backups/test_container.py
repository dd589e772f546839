"""The file of a backup: whole it opens, and each fault of it is named."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable

import pytest

from taperplan.backups.container import BackupError, Key, Manifest, Reader, write

KEY = Key(Key.new())
PIECES = [b"a" * 1000, b"b" * 1000, b"c" * 10]
WHOLE = b"".join(PIECES)


def sealed(pieces: list[bytes] | None = None, **wrong: str) -> bytes:
    out = io.BytesIO()
    manifest = Manifest(
        made_at="2026-11-22T05:00:00+00:00",
        engine="sqlite",
        migrations=["plans.0001_initial"],
        size=len(WHOLE),
        sha256=wrong.get("sha256", hashlib.sha256(WHOLE).hexdigest()),
        tables={"plans_plan": "2:abc"},
    )
    write(out, KEY, manifest, PIECES if pieces is None else pieces)
    return out.getvalue()


def opened(data: bytes, *keys: Key) -> bytes:
    return b"".join(Reader(io.BytesIO(data), keys or [KEY]).payload())


def parts_of(data: bytes) -> list[bytes]:
    """The header and each sealed part with its length, so that they can be moved about."""
    header, rest = data.split(b"\n", 1)
    parts = [header + b"\n"]
    while rest:
        size = 4 + int.from_bytes(rest[:4])
        parts.append(rest[:size])
        rest = rest[size:]
    return parts


def test_what_was_sealed_is_opened_and_says_what_it_is() -> None:
    reader = Reader(io.BytesIO(sealed()), [Key(Key.new()), KEY])

    assert b"".join(reader.payload()) == WHOLE
    assert reader.manifest.tables == {"plans_plan": "2:abc"}
    assert reader.key_id == KEY.id


def test_nothing_of_what_is_inside_can_be_read_from_the_file() -> None:
    data = sealed()
    assert b"aaaa" not in data
    assert b"plans_plan" not in data


def test_a_backup_of_nothing_is_a_backup() -> None:
    out = io.BytesIO()
    empty = Manifest("2026-11-22", "sqlite", [], 0, hashlib.sha256(b"").hexdigest(), {})
    write(out, KEY, empty, [])
    assert opened(out.getvalue()) == b""


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda d: d[:-1], "Truncated"),
        (lambda d: b"".join(parts_of(d)[:-1]), "Truncated: the file ends before its last part"),
        (lambda d: b"".join(parts_of(d)[:1]), "Truncated"),
        (lambda d: d[:40], "not a backup"),
        (lambda d: b"", "not a backup"),
        (lambda d: b"PK\x03\x04" + d, "not a backup"),
        (lambda d: d + b"x", "something follows the last part"),
        (lambda d: d[:-5] + bytes([d[-5] ^ 1]) + d[-4:], "Damaged"),
        (lambda d: d.replace(b"2026-11-22", b"2026-11-23", 1), "Damaged: part 0"),
        (lambda d: b"".join(parts_of(d)[i] for i in (0, 1, 3, 2, 4)), "Damaged: part 1"),
        (lambda d: b"".join(parts_of(d)[i] for i in (0, 1, 3, 4)), "Damaged: part 1"),
        (lambda d: b"".join(parts_of(d)[i] for i in (0, 1, 2, 2, 3, 4)), "Damaged: part 2"),
    ],
    ids=["a byte short", "a part short", "header alone", "half a header", "empty", "a zip before",
         "something after", "a byte changed", "header changed", "parts swapped", "a part left out",
         "a part twice"],
)  # fmt: skip
def test_each_fault_of_a_file_is_named(harm: Callable[[bytes], bytes], said: str) -> None:
    with pytest.raises(BackupError, match=said):
        opened(harm(sealed()))


def test_another_key_is_said_to_be_another() -> None:
    with pytest.raises(BackupError, match=f"Wrong key: this backup was made with key {KEY.id}"):
        opened(sealed(), Key(Key.new()))


def test_what_does_not_fit_its_manifest_is_damaged() -> None:
    with pytest.raises(BackupError, match="not what its manifest says"):
        opened(sealed(sha256="0" * 64))


@pytest.mark.parametrize("text", ["", "short", "!" * 44, "A" * 44 + "A"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(BackupError, match="key"):
        Key(text)
