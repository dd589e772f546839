"""Several of our documents as one PDF, written part by part.

A batch of handouts is as long as a clinic is busy, so no part is kept once it is written: what
stays in memory is where each object begins. The parts are documents that this package made;
their objects are taken over as they are, under new numbers, and their structure trees and
outlines hang below one root.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from plans.documents.sealing import Seal
from plans.documents.tagged import PRODUCER, xmp

_ENTRIES = 1000
_HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
# What a reader is told of a seal that its version of PDF does not have by itself.
_EXTENSION = b"/Extensions << /ADBE << /BaseVersion /1.7 /ExtensionLevel 8 >> >> "
_CATALOG, _PAGES, _STRUCTURE, _OUTLINES, _INFO, _METADATA = range(1, 7)
# A literal string, a hex string, or a reference: what stands in a string is never a reference.
_TOKEN = re.compile(rb"\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>|(\d+) 0 R\b", re.DOTALL)
_OBJECT = re.compile(rb"(\d+) 0 obj\n")
_PLACE = re.compile(rb"(/StructParents )(\d+)")
_NUMS = re.compile(rb"(\d+)\s*\[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Part:
    """One document of the bundle; `label` heads it in the outline."""

    content: bytes
    label: str


def bundled(
    parts: Iterable[Part], *, title: str, author: str, language: str, seal: Seal | None = None
) -> Iterator[bytes]:
    """The bytes of one PDF, piece by piece; each part begins on a page of its own.

    With a `seal` nothing of it can be read without its passphrase.

    Raises:
        ValueError: no part, or a part that is not one of our documents.
    """
    writer = _Writer(title, author, language, seal)
    yield writer.start()
    for part in parts:
        # One piece for each part: what is sent object by object is thousands of small writes.
        yield writer.mark() + b"".join(writer.add(part))
    yield b"".join(writer.end())


class _Writer:
    def __init__(self, title: str, author: str, language: str, seal: Seal | None) -> None:
        self.title, self.author, self.language = title, author, language
        self.seal = seal
        # Where each object begins, by its number; 0 while it is not written.
        self.places = array("Q", [0] * (_METADATA + 1))
        self.position = 0
        self.pages = 0
        self.page_nodes: list[int] = []
        self.trees: list[int] = []
        self.documents: list[int] = []
        self.outlines: list[int] = []
        self.waiting = b""
        """The outline entry of the last part: it names the next one, which is not known yet."""
        self.digest = hashlib.sha256(title.encode())

    def _said(self, data: bytes) -> bytes:
        self.position += len(data)
        return data

    def _object(self, number: int, body: bytes) -> bytes:
        self.places[number] = self.position
        if self.seal is not None:
            body = self.seal.body(body)
        return self._said(b"%d 0 obj\n%s\nendobj\n" % (number, body))

    def start(self) -> bytes:
        return self._said(_HEAD)

    def mark(self) -> bytes:
        """A comment before each part: whoever waits for the file can count them."""
        return self._said(b"%part\n")

    # --- one part
    def add(self, part: Part) -> Iterator[bytes]:
        self.digest.update(hashlib.sha256(part.content).digest())
        source = _Source(part.content)
        shift = len(self.places) - 1
        self.places.extend([0] * (source.size + 1))
        tree_at = len(self.places) - 1
        moved = {source.structure: _STRUCTURE}

        def number(match: re.Match[bytes]) -> bytes:
            if match[1] is None:
                return match[0]
            old = int(match[1])
            return b"%d 0 R" % moved.get(old, old + shift)

        first = self.pages
        for old, body in source.objects():
            if old in source.left_out:
                continue
            head, stream = _split(body)
            head = _TOKEN.sub(number, head)
            if old == source.pages:
                head = head.replace(b"/Type /Pages", b"/Parent %d 0 R /Type /Pages" % _PAGES)
            elif old in source.kids:
                head = _PLACE.sub(lambda found: b"%s%d" % (found[1], int(found[2]) + first), head)
            yield self._object(old + shift, head + stream)
        self.pages += len(source.kids)
        self.page_nodes.append(source.pages + shift)
        nums = b" ".join(
            b"%d [%s]" % (page + first, _TOKEN.sub(number, marks)) for page, marks in source.marks
        )
        limits = b"%d %d" % (first, self.pages - 1)
        yield self._object(tree_at, b"<< /Limits [ %s ] /Nums [ %s ] >>" % (limits, nums))
        self.trees.append(tree_at)
        self.documents += [old + shift for old in source.roots]
        yield from self._entry(part, source, shift, number)

    def _entry(
        self, part: Part, source: _Source, shift: int, number: Callable[[re.Match[bytes]], bytes]
    ) -> Iterator[bytes]:
        """The outline of the part, closed, below an entry of its own."""
        entry = source.outlines + shift
        if self.waiting:
            yield self._object(self.outlines[-1], self.waiting + b"/Next %d 0 R >>" % entry)
        before = b"/Prev %d 0 R " % self.outlines[-1] if self.outlines else b""
        inside = _TOKEN.sub(number, source.body(source.outlines))
        kept = b" ".join(re.findall(rb"/(?:First|Last) \d+ 0 R", inside))
        self.waiting = b"<< /Title %s /Parent %d 0 R %s /Count -1 %s/Dest [ %d 0 R /Fit ] " % (
            _text(part.label),
            _OUTLINES,
            kept,
            before,
            source.kids[0] + shift,
        )
        self.outlines.append(entry)

    # --- the end
    def end(self) -> Iterator[bytes]:
        if not self.waiting:
            raise ValueError("A bundle has at least one document.")
        yield self._object(self.outlines[-1], self.waiting + b">>")
        refs = b" ".join
        yield self._object(
            _PAGES,
            b"<< /Type /Pages /Count %d /Kids [ %s ] >>"
            % (self.pages, refs(map(_ref, self.page_nodes))),
        )
        yield self._object(
            _STRUCTURE,
            b"<< /Type /StructTreeRoot /K [ %s ] /ParentTree << /Kids [ %s ] >> "
            b"/ParentTreeNextKey %d >>"
            % (refs(map(_ref, self.documents)), refs(map(_ref, self.trees)), self.pages),
        )
        yield self._object(
            _OUTLINES,
            b"<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>"
            % (self.outlines[0], self.outlines[-1], len(self.outlines)),
        )
        yield self._object(
            _INFO,
            b"<< /Title %s /Author %s /Creator (%s) /Producer (%s) >>"
            % (_text(self.title), _text(self.author), PRODUCER.encode(), PRODUCER.encode()),
        )
        packet = xmp(self.title, self.language)
        yield self._object(
            _METADATA,
            b"<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n%s\nendstream"
            % (len(packet), packet),
        )
        yield self._object(
            _CATALOG,
            b"<< /Type /Catalog /Pages %d 0 R /StructTreeRoot %d 0 R /Outlines %d 0 R "
            b"/Metadata %d 0 R /MarkInfo << /Marked true >> /Lang %s "
            b"/ViewerPreferences << /DisplayDocTitle true >> %s>>"
            % (
                _PAGES,
                _STRUCTURE,
                _OUTLINES,
                _METADATA,
                _text(self.language),
                _EXTENSION if self.seal else b"",
            ),
        )
        opens = b""
        if self.seal is not None:
            number = len(self.places)
            self.places.append(self.position)
            yield self._said(b"%d 0 obj\n%s\nendobj\n" % (number, self.seal.dictionary()))
            opens = b" /Encrypt %d 0 R" % number
        yield from self._ending(opens)

    def _ending(self, opens: bytes) -> Iterator[bytes]:
        start = self.position
        count = len(self.places)
        yield b"xref\n0 %d\n0000000000 65535 f \n" % count
        for begin in range(1, count, _ENTRIES):
            # What was left out of a part is a free object.
            yield b"".join(
                b"%010d 00000 n \n" % place if place else b"0000000000 00001 f \n"
                for place in self.places[begin : begin + _ENTRIES]
            )
        name = self.digest.hexdigest()[:32].encode()
        yield b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /ID [<%s><%s>]%s >>\n" % (
            count,
            _CATALOG,
            _INFO,
            name,
            name,
            opens,
        )
        yield b"startxref\n%d\n%%%%EOF\n" % start


class _Source:
    """One of our documents, read by its table of objects."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        at = content.rindex(b"startxref")
        table = int(content[at + len(b"startxref") :].split(None, 1)[0])
        trailer = content[content.index(b"trailer", table) : at]
        self.size = int(_named(trailer, rb"/Size (\d+)"))
        entries = content[table:].split(b"\n", self.size + 2)[2 : self.size + 2]
        self.offsets = [int(entry[:10]) for entry in entries]
        ends = sorted([*self.offsets[1:], table])
        self._end = dict(pairwise(ends))
        root, info = int(_named(trailer, rb"/Root (\d+)")), int(_named(trailer, rb"/Info (\d+)"))
        catalog = self.body(root)
        self.pages = int(_named(catalog, rb"/Pages (\d+)"))
        self.outlines = int(_named(catalog, rb"/Outlines (\d+)"))
        self.structure = int(_named(catalog, rb"/StructTreeRoot (\d+)"))
        metadata = int(_named(catalog, rb"/Metadata (\d+)"))
        self.kids = _refs(_named(self.body(self.pages), rb"/Kids \[([^\]]*)\]"))
        tree = self.body(self.structure)
        self.roots = _refs(_named(tree, rb"/K \[([^\]]*)\]"))
        nums = _named(tree, rb"/Nums \[(.*)\]\s*>>")
        self.marks = [(int(page), marks) for page, marks in _NUMS.findall(nums)]
        self.left_out = {root, info, metadata, self.structure, self.outlines}

    def body(self, number: int) -> bytes:
        start = self.offsets[number]
        whole = self.content[start : self._end[start]]
        match = _OBJECT.match(whole)
        if match is None or int(match[1]) != number:
            raise ValueError("A part of a bundle is not one of our documents.")
        return whole[match.end() : whole.rindex(b"endobj")].rstrip(b"\n")

    def objects(self) -> Iterator[tuple[int, bytes]]:
        for number in range(1, self.size):
            yield number, self.body(number)


def _named(text: bytes, pattern: bytes) -> bytes:
    match = re.search(pattern, text, re.DOTALL)
    if match is None:
        raise ValueError("A part of a bundle is not one of our documents.")
    return match[1]


def _split(body: bytes) -> tuple[bytes, bytes]:
    """The dictionary of an object, and its stream, which is never read."""
    head, word, stream = body.partition(b"\nstream")
    return head, word + stream


def _refs(text: bytes) -> list[int]:
    return [int(one) for one in re.findall(rb"(\d+) 0 R", text)]


def _ref(number: int) -> bytes:
    return b"%d 0 R" % number


def _text(words: str) -> bytes:
    """A text string that any reader reads: UTF-16 in hexadecimal."""
    return b"<FEFF%s>" % words.encode("utf-16-be").hex().upper().encode()
