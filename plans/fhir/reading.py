"""A plan that somebody else made, read from their FHIR R4 without trusting it.

What is read is history in the words of its source: a figure stays the text that it was and never
becomes a number. What is not understood is listed with its place; where the source contradicts
itself, that is said. A text that is no such plan, or too large, is refused.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from plans.fhir import guard
from plans.fhir.carrying import Piece, rows
from plans.fhir.guard import LONGEST, Figure, Refused, clean, name_of
from plans.fhir.guard import named as name_in
from plans.rules.carried import CarriedProduct, CarriedRow, form_of, strength_text, unit_of
from plans.rules.schedule_words import Form
from taperplan import formats
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_LINES = 400

_TIMES = {"MORN": "morning", "NOON": "midday", "EVE": "evening", "HS": "bedtime"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DIVIDED = re.compile(r"(.+)/([3-8])")
_SAID_DAYS = re.compile(r"\bfor (\d{1,3}) days?\b", re.IGNORECASE)
# What a dosage may say; anything else in it is listed as not understood.
_READ = frozenset(
    {"sequence", "text", "timing", "route", "doseAndRate", "asNeededBoolean",
     "asNeededCodeableConcept", "maxDosePerPeriod", "patientInstruction",
     "additionalInstruction", "method", "id"}
)  # fmt: skip
_READ_REPEAT = frozenset(
    {"boundsPeriod", "boundsDuration", "frequency", "period", "periodUnit", "dayOfWeek",
     "timeOfDay", "when", "duration", "durationUnit"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ToldDose:
    """One dosage as told. `quantity` is text: nothing here is ever counted with."""

    drug: str
    first: date | None
    last: date | None
    times: tuple[str, ...]
    every: str
    weekdays: tuple[str, ...]
    as_needed: bool
    quantity: str
    unit: str
    text: str

    @property
    def line(self) -> str:
        days = " ".join(
            part
            for part in (
                _("from {day}").format(day=formats.day(self.first)) if self.first else "",
                _("to {day}").format(day=formats.day(self.last)) if self.last else "",
            )
            if part
        )
        parts = [
            f"{self.quantity} {self.unit}".strip() or _("no quantity stated"),
            ", ".join(self.times),
            self.every,
            " ".join(self.weekdays),
            _("as needed") if self.as_needed else "",
            days,
        ]
        head = f"{self.drug}: {', '.join(part for part in parts if part)}"
        return f"{head} (“{self.text}”)" if self.text else head


@dataclass(frozen=True, slots=True)
class About:
    """Whom the source says that it is about: its key there, the name, the date of birth."""

    key: str
    name: str
    born: date | None


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the source says, what in it was not understood, where it contradicts itself; and its
    rows without their figures, as they may be carried over."""

    doses: tuple[ToldDose, ...]
    rows: tuple[CarriedRow, ...]
    not_understood: tuple[NotUnderstood, ...]
    findings: tuple[str, ...]
    set_by: str
    about: About | None = None

    @property
    def as_told(self) -> str:
        return "\n".join(dose.line for dose in self.doses)

    @property
    def first(self) -> date | None:
        return min((dose.first for dose in self.doses if dose.first), default=None)

    @property
    def last(self) -> date | None:
        lasts = [dose.last for dose in self.doses]
        return max(day for day in lasts if day) if lasts and all(lasts) else None


def read(data: bytes) -> Told:
    """Raises: Refused."""
    found = guard.resources(data)
    names = {name_of(one): one for one in found}
    requests = [one for one in found if one.get("resourceType") == "MedicationRequest"]
    if not requests:
        raise Refused(_("It holds no medication request, so there is no plan in it."))
    reader = _Reader(names)
    for number, request in enumerate(requests, start=1):
        reader.request(request, f"MedicationRequest {number}")
    if not reader.doses:
        raise Refused(_("No dosage stands in it, so there is nothing to take over."))
    others = sorted({_word(one.get("resourceType")) for one in found} - _KNOWN)
    for kind in others:
        reader.unknown(kind, _("this kind of resource is not read"))
    return Told(
        doses=tuple(reader.doses),
        rows=tuple(rows(reader.pieces)),
        not_understood=tuple(reader.not_understood[:MOST_LINES]),
        findings=tuple(reader.findings[:MOST_LINES]),
        set_by=reader.set_by,
        about=_about(requests, names),
    )


def _about(
    requests: Sequence[Mapping[str, Any]], names: Mapping[str, Mapping[str, Any]]
) -> About | None:
    said = (_text(_map(request.get("subject")).get("reference")) for request in requests)
    subject = name_in(next(filter(None, said), ""))
    if not subject:
        return None
    person = names.get(subject, {})
    told = [_map(name) for name in _list(person.get("name"))]
    try:
        born = date.fromisoformat(_text(person.get("birthDate")))
    except ValueError:
        # FHIR lets a year stand alone.
        born = None
    return About(
        key=subject.rpartition("/")[2],
        name=next((_text(n.get("text")) or _text(n.get("family")) for n in told), ""),
        born=born,
    )


_KNOWN = frozenset(
    {"MedicationRequest", "Medication", "CarePlan", "Patient", "Practitioner", "Organization",
     "Goal", "Provenance", "AuditEvent"}
)  # fmt: skip


class _Reader:
    def __init__(self, names: Mapping[str, Mapping[str, Any]]) -> None:
        self.names = names
        self.doses: list[ToldDose] = []
        self.pieces: list[Piece] = []
        self.not_understood: list[NotUnderstood] = []
        self.findings: list[str] = []
        self.set_by = ""

    def unknown(self, where: str, what: Any) -> None:
        if len(self.not_understood) < MOST_LINES:
            shown = what if isinstance(what, str) else json.dumps(what, ensure_ascii=False)
            self.not_understood.append(NotUnderstood(where[:LONGEST], clean(shown)))

    def finding(self, sentence: str) -> None:
        if len(self.findings) < MOST_LINES:
            self.findings.append(sentence)

    def request(self, request: Mapping[str, Any], where: str) -> None:
        drug = self._drug(request, where)
        requester = _map(request.get("requester"))
        self.set_by = self.set_by or _text(requester.get("display"))
        for name in ("modifierExtension", "doNotPerform"):
            if name in request:
                self.unknown(f"{where}.{name}", request[name])
        state = _text(request.get("status"))
        if state not in ("active", "completed", "draft"):
            self.finding(
                _("{where}: its status is {state}.").format(where=where, state=state or "?")
            )
        product = self._product(request, drug)
        group = _text(_map(request.get("groupIdentifier")).get("value")) or where
        before = len(self.doses)
        for number, dosage in enumerate(_list(request.get("dosageInstruction")), start=1):
            place = f"{where}.dosageInstruction {number}"
            if not isinstance(dosage, dict):
                self.unknown(place, dosage)
            elif len(self.doses) == MOST_LINES:
                words = _("The plan has more than {most} dosages.").format(most=MOST_LINES)
                raise Refused(words)
            else:
                self._dosage(dosage, drug, place)
                self._piece(dosage, product, group)
        self._supplied(request, self.doses[before:], where)

    def _drug(self, request: Mapping[str, Any], where: str) -> str:
        concept = _map(request.get("medicationCodeableConcept"))
        reference = _map(request.get("medicationReference"))
        named = _text(reference.get("reference"))
        if named:
            concept = _map(self._medication(request, named).get("code"))
        name = _concept(concept) or _text(reference.get("display"))
        if not name:
            self.unknown(f"{where}.medication", request.get("medicationReference") or "")
        return name or _("a medicine that is not named")

    def _medication(self, request: Mapping[str, Any], named: str) -> Mapping[str, Any]:
        """One step and no further, so that references in a circle lead nowhere."""
        if named.startswith("#"):
            inside = [_map(one) for one in _list(request.get("contained"))]
            return next((one for one in inside if one.get("id") == named[1:]), {})
        return self.names.get(name_in(named), {})

    def _dosage(self, dosage: Mapping[str, Any], drug: str, where: str) -> None:
        timing = _map(dosage.get("timing"))
        repeat = _map(timing.get("repeat"))
        for name in sorted(set(dosage) - _READ):
            self.unknown(f"{where}.{name}", dosage[name])
        for name in sorted(set(timing) - {"repeat", "id"}):
            self.unknown(f"{where}.timing.{name}", timing[name])
        for name in sorted(set(repeat) - _READ_REPEAT):
            self.unknown(f"{where}.timing.repeat.{name}", repeat[name])
        bounds = _map(repeat.get("boundsPeriod"))
        first, last = self._day(bounds, "start", where), self._day(bounds, "end", where)
        quantity, unit = self._quantity(dosage, where)
        said = _text(dosage.get("text"))
        self.doses.append(
            ToldDose(
                drug=drug,
                first=first,
                last=last,
                times=tuple(self._times(repeat, where)),
                every=_every(repeat),
                weekdays=tuple(map(_text, _list(repeat.get("dayOfWeek"))))[:7],
                as_needed=bool(dosage.get("asNeededBoolean"))
                or "asNeededCodeableConcept" in dosage,
                quantity=quantity,
                unit=unit,
                text=said,
            )
        )
        self._compare(first, last, said, where)

    def _piece(self, dosage: Mapping[str, Any], product: CarriedProduct, group: str) -> None:
        """The dosage just read, as part of a row."""
        dose = self.doses[-1]
        repeat = _map(_map(dosage.get("timing")).get("repeat"))
        if not product.form:
            product = replace(product, form=form_of(dose.unit))
        self.pieces.append(
            Piece(
                line=dose.line,
                product=product,
                group=group,
                sequence=_text(dosage.get("sequence")),
                first=dose.first,
                last=dose.last,
                times=dose.times,
                weekdays=dose.weekdays,
                frequency=_text(repeat.get("frequency")),
                period=_text(repeat.get("period")),
                unit=_text(repeat.get("periodUnit")),
                as_needed=dose.as_needed,
                quantity=f"{dose.quantity} {dose.unit}",
            )
        )

    def _product(self, request: Mapping[str, Any], drug: str) -> CarriedProduct:
        """The strength of a medicine of one ingredient, where it stands as a figure with a unit
        of UCUM; never out of a name."""
        named = _text(_map(request.get("medicationReference")).get("reference"))
        medication = self._medication(request, named) if named else {}
        form = form_of(*_words_of(_map(medication.get("form"))))
        inside = _list(medication.get("ingredient"))
        if len(inside) != 1:
            return CarriedProduct(drug, form)
        one = _map(inside[0])
        name = _concept(_map(one.get("itemCodeableConcept"))) or drug
        strength, unit, per = _strength(_map(one.get("strength")), form)
        return CarriedProduct(name, form, strength, unit, per)

    def _day(self, bounds: Mapping[str, Any], name: str, where: str) -> date | None:
        told = _text(bounds.get(name))
        if not told:
            return None
        try:
            if not _DAY.match(told):
                raise ValueError(told)
            return date.fromisoformat(told[:10])
        except ValueError:
            self.unknown(f"{where}.timing.repeat.boundsPeriod.{name}", told)
            return None

    def _times(self, repeat: Mapping[str, Any], where: str) -> Iterator[str]:
        for code in map(_text, _list(repeat.get("when"))[:24]):
            if code not in _TIMES:
                self.unknown(f"{where}.timing.repeat.when", code)
            yield _TIMES.get(code, code)
        for clock in map(_text, _list(repeat.get("timeOfDay"))[:24]):
            yield clock[:5]

    def _quantity(self, dosage: Mapping[str, Any], where: str) -> tuple[str, str]:
        told = _list(dosage.get("doseAndRate"))
        if len(told) != 1 or "doseQuantity" not in _map(told[0]):
            for one in told:
                self.unknown(f"{where}.doseAndRate", one)
            return "", ""
        quantity = _map(_map(told[0]).get("doseQuantity"))
        value = quantity.get("value")
        if not isinstance(value, Figure) or len(value) > 24:
            self.unknown(f"{where}.doseAndRate.doseQuantity.value", str(value))
            return "", _text(quantity.get("unit"))
        return str(value), _text(quantity.get("unit")) or _text(quantity.get("code"))

    # --- Where it contradicts itself ---------------------------------------------------------

    def _compare(self, first: date | None, last: date | None, said: str, where: str) -> None:
        if first is None or last is None:
            return
        held = (last - first).days + 1
        if held < 1:
            self.finding(_("{where}: it ends before it begins.").format(where=where))
        found = _SAID_DAYS.search(said)
        if found is not None and int(found[1]) != held:
            self.finding(
                _("{where}: its text says {said} days, its dates hold {held}.").format(
                    where=where, said=found[1], held=held
                )
            )

    def _supplied(self, request: Mapping[str, Any], doses: Sequence[ToldDose], where: str) -> None:
        """The days that the supply is said to last, against the days of the dosages."""
        supply = _map(_map(request.get("dispenseRequest")).get("expectedSupplyDuration"))
        lasts = _text(supply.get("value"))
        days = [(dose.last - dose.first).days + 1 for dose in doses if dose.first and dose.last]
        dated = days and len(days) == len(doses)
        known = lasts.isascii() and lasts.isdecimal() and len(lasts) < 5
        if dated and known and int(lasts) != sum(days):
            self.finding(
                _("{where}: the supply lasts {said} days, the dosages hold {held}.").format(
                    where=where, said=lasts, held=sum(days)
                )
            )


def _every(repeat: Mapping[str, Any]) -> str:
    period, unit = _text(repeat.get("period")), _text(repeat.get("periodUnit"))
    frequency = _text(repeat.get("frequency"))
    if not period and not frequency:
        return ""
    if frequency in ("", "1") and unit == "d" and period:
        if period == "1":
            return _("every day")
        return _("every {days} days").format(days=period)
    if frequency not in ("", "1") and (period, unit) == ("1", "d"):
        return _("{times} times a day").format(times=frequency)
    names = {"d": _("days"), "wk": _("weeks"), "h": _("hours"), "mo": _("months")}
    return _("{times} times in {period} {unit}").format(
        times=frequency or "1", period=period or "1", unit=names.get(unit, unit)
    )


def _strength(ratio: Mapping[str, Any], form: str) -> tuple[str, str, str]:
    """Figure, unit and the mL it is in; nothing where any of them is uncertain."""
    above, below = _map(ratio.get("numerator")), _map(ratio.get("denominator"))
    told, held = above.get("value"), below.get("value")
    code = _text(above.get("code")) or _text(above.get("unit"))
    # A third has no end in decimals: our own files say it in the unit, "mg/3".
    part = _DIVIDED.fullmatch(code)
    unit = unit_of(part[1] if part else code)
    figure = _text(told) if isinstance(told, Figure) else ""
    strength = strength_text(figure, int(part[2]) if part else 1)
    per = strength_text(_text(held)) if isinstance(held, Figure) else ""
    measured = form != "" and Form(form).measured
    in_ml = _text(below.get("code")) == "mL"
    if not (strength and unit and per) or measured != in_ml or (not measured and per != "1"):
        return "", "", ""
    return strength, unit, per if measured else ""


def _words_of(concept: Mapping[str, Any]) -> Iterator[str]:
    yield _text(concept.get("text"))
    for one in _list(concept.get("coding"))[:8]:
        yield _text(_map(one).get("code"))
        yield _text(_map(one).get("display"))


def _text(value: Any) -> str:
    """A text or a figure of the source; everything else is none."""
    return clean(value) if isinstance(value, str) else ""


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _concept(concept: Mapping[str, Any]) -> str:
    if told := _text(concept.get("text")):
        return told
    codings = (_map(one) for one in _list(concept.get("coding")))
    return next((said for one in codings if (said := _text(one.get("display")))), "")
