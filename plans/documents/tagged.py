"""A canvas that writes tagged PDF (PDF/UA-1) with the same bytes every time.

Everything drawn is either content, inside `content(...)`, and then has its place in the
structure tree, or an artifact. Feet are drawn last, when the number of pages is known, into
pages that are already laid; that keeps one pass over the content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape  # nosec B406  # writes, and reads nothing

from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from plans.documents.fonts import REGULAR

PRODUCER = "taperplan"


@dataclass(slots=True, eq=False)
class Element:
    """A node of the structure tree. It joins its parent when it is first drawn."""

    tag: str
    alt: str = ""
    attributes: dict[str, str | int] = field(default_factory=dict)
    kids: list[Element | tuple[int, int]] = field(default_factory=list)
    """Child elements, or (page, marked content) from 0."""
    parent: Element | None = None
    box: tuple[float, float, float, float] | None = None
    """Where a figure stands on its page."""


class _Metadata(pdfdoc.PDFObject):
    """The XMP packet, as it is: no filter, so that any reader finds it."""

    __RefOnly__ = 1

    def __init__(self, packet: bytes) -> None:
        self.packet = packet

    def format(self, document: Any) -> bytes:
        head = f"<< /Type /Metadata /Subtype /XML /Length {len(self.packet)} >>\n"
        return head.encode("ascii") + b"stream\n" + self.packet + b"\nendstream"


def xmp(title: str, language: str) -> bytes:
    """The metadata that names the document, as a PDF/UA-1 document of ours."""
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>{escape(language)}</rdf:li></rdf:Bag></dc:language>
<pdf:Producer>{PRODUCER}</pdf:Producer>
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>""".encode()


class TaggedCanvas(Canvas):
    """reportlab's canvas with a structure tree, an outline and feet drawn at the end."""

    def __init__(
        self,
        *,
        size: tuple[float, float],
        title: str,
        author: str,
        language: str,
        foot: Callable[[TaggedCanvas, int, int], None],
    ) -> None:
        self._target = BytesIO()
        self._title = title
        self._language = language
        self._foot = foot
        self._root = Element("Document")
        self._open = [self._root]
        self._marking = False
        self._marks: list[list[Element]] = [[]]
        self._laid: list[Any] = []
        self._headings = 0
        super().__init__(
            self._target,
            pagesize=size,
            invariant=1,
            pageCompression=1,
            initialFontName=REGULAR,
            lang=language,
            pdfVersion=(1, 7),
        )
        self.setTitle(title)
        self.setAuthor(author)
        self.setSubject(title)
        self.setCreator(PRODUCER)
        self.setProducer(PRODUCER)
        self.setViewerPreference("DisplayDocTitle", "true")

    # --- what is drawn ------------------------------------------------------------------
    @contextmanager
    def within(self, element: Element) -> Iterator[None]:
        """Put what is drawn inside `element`, which joins the tree at its first use."""
        self._join(element)
        self._open.append(element)
        try:
            yield
        finally:
            self._open.pop()

    @contextmanager
    def content(self, element: Element) -> Iterator[None]:
        """Mark what is drawn as the content of `element`. Repeated: more of the same."""
        if self._marking:
            yield
            return
        self._join(element)
        marks = self._marks[-1]
        element.kids.append((len(self._marks) - 1, len(marks)))
        self._code.append(f"/{element.tag} <</MCID {len(marks)}>> BDC")
        marks.append(element)
        self._marking = True
        try:
            yield
        finally:
            self._marking = False
            self._code.append("EMC")

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """Mark what is drawn as decoration that is not read aloud."""
        if self._marking:
            yield
            return
        self._code.append("/Artifact BMC")
        self._marking = True
        try:
            yield
        finally:
            self._marking = False
            self._code.append("EMC")

    @contextmanager
    def real_text(self, drawn: Any, words: str, language: str) -> Iterator[None]:
        """Say what the glyphs that are drawn in a text object stand for."""
        said = f"/ActualText <FEFF{words.encode('utf-16-be').hex().upper()}>"
        if language:
            said += f" /Lang ({language})"
        drawn._code.append(f"/Span <<{said}>> BDC")
        try:
            yield
        finally:
            drawn._code.append("EMC")

    @property
    def document(self) -> Any:
        """The file that is being made."""
        return self._doc

    def heading(self, text: str, level: int, top: float) -> None:
        """Add an entry to the outline that leads here."""
        self._headings += 1
        key = f"heading-{self._headings}"
        self.bookmarkHorizontal(key, 0, top)
        self.addOutlineEntry(text, key, level=level)

    def _join(self, element: Element) -> None:
        if element.parent is None and element is not self._root:
            element.parent = self._open[-1]
            element.parent.kids.append(element)

    # --- pages --------------------------------------------------------------------------
    def _setAnnotations(self, page: Any) -> None:
        # The one hook that sees each page object before it is filed.
        super()._setAnnotations(page)
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents = len(self._laid)
        page.Tabs = pdfdoc.PDFName("S")
        self._laid.append(page)
        self._marks.append([])

    @property
    def pages(self) -> int:
        """How many pages are laid; all of them once the document is closed."""
        return len(self._laid)

    def bytes(self) -> bytes:
        """Close the document and hand over its bytes."""
        if self._code:
            self.showPage()
        total = len(self._laid)
        for number, page in enumerate(self._laid, start=1):
            self._restartAccumulators()
            self.init_graphics_state()
            with self.artifact():
                self._foot(self, number, total)
            page.stream += "\n".join(self._code) + "\n"
        self._code.clear()
        self._write_structure()
        return bytes(self.getpdfdata())

    def _write_structure(self) -> None:
        document = self._doc
        catalog = document.Catalog
        names: dict[int, str] = {}
        elements: list[Element] = []

        def number(element: Element) -> None:
            names[id(element)] = f"element-{len(elements)}"
            elements.append(element)
            for kid in element.kids:
                if isinstance(kid, Element):
                    number(kid)

        number(self._root)
        pages = [document.Reference(page) for page in self._laid]
        root = pdfdoc.PDFObjectReference("structure")
        for element in elements:
            parent = element.parent
            entry: dict[str, Any] = {
                "Type": pdfdoc.PDFName("StructElem"),
                "S": pdfdoc.PDFName(element.tag),
                "P": root if parent is None else pdfdoc.PDFObjectReference(names[id(parent)]),
                "K": pdfdoc.PDFArray([self._kid(kid, names, pages) for kid in element.kids]),
            }
            if element.alt:
                entry["Alt"] = pdfdoc.PDFString(element.alt)
            if element.box is not None:
                entry["A"] = pdfdoc.PDFDictionary(
                    {"O": pdfdoc.PDFName("Layout"), "BBox": pdfdoc.PDFArray(list(element.box))}
                )
            if element.attributes:
                entry["A"] = pdfdoc.PDFDictionary(
                    {
                        "O": pdfdoc.PDFName("Table"),
                        **{
                            key: value if isinstance(value, int) else pdfdoc.PDFName(value)
                            for key, value in element.attributes.items()
                        },
                    }
                )
            document.Reference(pdfdoc.PDFDictionary(entry), names[id(element)])
        parents: list[Any] = []
        for index in range(len(self._laid)):
            parents.append(index)
            parents.append(
                pdfdoc.PDFArray(
                    [pdfdoc.PDFObjectReference(names[id(owner)]) for owner in self._marks[index]]
                )
            )
        document.Reference(
            pdfdoc.PDFDictionary(
                {
                    "Type": pdfdoc.PDFName("StructTreeRoot"),
                    "K": pdfdoc.PDFArray([pdfdoc.PDFObjectReference(names[id(self._root)])]),
                    "ParentTree": pdfdoc.PDFDictionary({"Nums": pdfdoc.PDFArray(parents)}),
                    "ParentTreeNextKey": len(self._laid),
                }
            ),
            "structure",
        )
        catalog.StructTreeRoot = root
        catalog.MarkInfo = pdfdoc.PDFDictionary({"Marked": pdfdoc.PDFtrue})
        catalog.Metadata = document.Reference(
            _Metadata(xmp(self._title, self._language)), "metadata"
        )

    @staticmethod
    def _kid(kid: Element | tuple[int, int], names: dict[int, str], pages: list[Any]) -> Any:
        if isinstance(kid, Element):
            return pdfdoc.PDFObjectReference(names[id(kid)])
        page, mark = kid
        return pdfdoc.PDFDictionary(
            {"Type": pdfdoc.PDFName("MCR"), "Pg": pages[page], "MCID": mark}
        )
