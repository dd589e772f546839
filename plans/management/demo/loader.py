"""The demo clinic, laid out around today.

Everything goes in by the same actions that a clinician's click would take, dated back, so the
demo cannot hold what the product would refuse. The schedules stand in a data file of invented
drugs that only this loader reads.
"""

from __future__ import annotations

import json
import secrets
import uuid
from datetime import datetime, time, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from patients import actions as patient_actions
from patients.identity import Identity
from patients.intake import Given
from patients.vocabulary import Answer, Item, Kind, TeamRole
from plans.actions import check_in as check_in_actions
from plans.actions import escalation as escalation_actions
from plans.actions import plan as plan_actions
from plans.actions.patient_text import confirm_text_set
from plans.models import Draft
from plans.presenters.check_in import around
from plans.rules.patient_texts import text_sets
from plans.rules.redflags import Source
from plans.rules.symptoms import ASKED_AS_SAFETY
from taperplan import grammar
from taperplan.accounts import actions as account_actions
from taperplan.accounts.actions import NewPerson, Rights
from taperplan.accounts.models import Clinic, Membership, ProtocolText, User
from taperplan.accounts.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from patients.models import Patient

    Tell = Callable[[int, int, str], None]
    Act = Callable[[Patient, dict[str, Any], int], None]


class Demo:
    """One loading. `load` gives back each address with its roles and its password."""

    def __init__(self) -> None:
        source = files("plans.management.demo").joinpath("northfield.json")
        self.data: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
        self.now = timezone.now()
        self.people: dict[str, User] = {}

    def load(self, *, tell: Tell) -> dict[str, tuple[str, str]]:
        """Raises: NotDoneError, when the database is not empty."""
        passwords = self._clinic()
        patients = self.data["patients"]
        for place, entry in enumerate(patients, start=1):
            tell(place, len(patients), entry["number"])
            self._patient(entry)
        return passwords

    # --- The clinic and its people --------------------------------------------------------

    def _clinic(self) -> dict[str, tuple[str, str]]:
        clinic = self.data["clinic"]
        people = {entry["key"]: _person(entry) for entry in self.data["people"]}
        administrator = next(p for p in people.values() if Role.ADMINISTRATOR in p.rights.roles)
        membership = account_actions.set_up_clinic(
            name=clinic["name"],
            time_zone=clinic["time_zone"],
            administrator=administrator,
            demo=True,
            contacts=clinic["contacts"],
            now=self.now,
        )
        self.clinic: Clinic = membership.clinic
        passwords = {}
        for key, person in people.items():
            password = secrets.token_urlsafe(12)
            user = account_actions.add_demo_person(
                clinic=self.clinic, person=person, password=password, now=self.now
            )
            self.people[key] = (
                Membership.objects.select_related("user", "clinic").get(user=user).user
            )
            passwords[person.email] = (str(person.rights), password)
        self._protocol(clinic)
        return passwords

    def _protocol(self, clinic: dict[str, Any]) -> None:
        ada, clare = self.people["ada"], self.people["clare"]
        then = self._at(-90)
        for kind, words in clinic["texts"].items():
            text = account_actions.write_text(
                clinic=self.clinic,
                token=uuid.uuid4(),
                kind=ProtocolText.Kind(kind),
                number=0,
                text=words,
                now=then,
                by=ada,
            )
            account_actions.confirm_text(text=text, now=then, by=clare)
        ladder = account_actions.write_ladder(
            clinic=self.clinic,
            token=uuid.uuid4(),
            number=0,
            rungs=[(self.people[key], minutes) for key, minutes in clinic["ladder"]],
            now=then,
            by=ada,
        )
        account_actions.confirm_ladder(ladder=ladder, now=then, by=clare)
        limits = account_actions.write_time_limits(
            clinic=self.clinic,
            token=uuid.uuid4(),
            number=0,
            **clinic["minutes_to_contact"],
            now=then,
            by=ada,
        )
        account_actions.confirm_time_limits(limits=limits, now=then, by=clare)
        for one in text_sets():
            confirm_text_set(clinic=self.clinic, key=one.key, digest=one.digest, now=then, by=clare)

    # --- One patient ----------------------------------------------------------------------

    def _patient(self, entry: dict[str, Any]) -> None:
        since = entry["since"]
        patient = self._registered(entry, self._at(since))
        self._intake(patient, entry, self._at(since, 10))
        # In the order in which it happened: a check-in names the version in force on its day.
        acts: list[tuple[int, int, Act, dict[str, Any]]] = [
            (v["signed"], 0, self._sign, v) for v in entry["plan"].get("versions", [])
        ]
        acts += [(c["day"], 1, self._check_in, c) for c in entry["check_ins"]]
        for offset, _order, act, what in sorted(acts, key=lambda act: act[:2]):
            act(patient, what, offset)
        if "draft" in entry["plan"]:
            self._begin(patient, entry["plan"]["draft"], self._at(0))
        if "flag" in entry:
            self._report(patient, entry["flag"])

    def _registered(self, entry: dict[str, Any], now: datetime) -> Patient:
        return patient_actions.register(
            clinic=self.clinic,
            token=uuid.uuid4(),
            identity=Identity(
                family_name=entry["family"],
                given_names=entry["given"],
                born=grammar.date(entry["born"]),
                preferred_name=entry.get("preferred", ""),
                sex=entry["sex"],
                phone=entry["phone"],
                language=entry["language"],
                care_setting="outpatient",
                may_message=entry.get("may_message", Answer.NOT_ASKED.value),
            ),
            numbers=[("", entry["number"])],
            now=now,
            by=self.people["clare"],
        )

    def _intake(self, patient: Patient, entry: dict[str, Any], now: datetime) -> None:
        clare = self.people["clare"]
        for key, role in (("clare", TeamRole.PRESCRIBER), ("theo", TeamRole.MONITOR)):
            patient_actions.put_on_care_team(
                patient=patient,
                token=uuid.uuid4(),
                user=self.people[key],
                role=role,
                today=self.clinic.day(now),
                by=clare,
            )
        patient_actions.assess(
            patient=patient,
            token=uuid.uuid4(),
            seen=0,
            answers={
                Item.INDICATION: Given(Answer.YES, entry["indication"]),
                Item.SEIZURES: Given(Answer.NO),
                Item.WITHDRAWAL_DELIRIUM: Given(Answer.NO),
                Item.SEDATIVES: Given(Answer.NO),
            },
            now=now,
            by=clare,
        )
        for kind, values in entry.get("recorded", []):
            self._record(patient, Kind(kind), values, now)
        if not any(kind == Kind.ALLERGY.value for kind, _values in entry.get("recorded", [])):
            patient_actions.record_no_allergies(patient=patient, now=now, by=clare)
        self._record(
            patient,
            Kind.DECISION,
            {
                "decided_on": f"@{entry['since']}",
                "options": "Going on as before, a slow reduction, or a quicker one in hospital.",
                "wants": "A slow reduction, with a call each week.",
                "present": entry["given"],
                "agreement": "agreed",
            },
            now,
        )

    def _record(self, patient: Patient, kind: Kind, values: dict[str, str], now: datetime) -> None:
        patient_actions.record(
            kind=kind,
            patient=patient,
            token=uuid.uuid4(),
            values={name: self._dated(value) for name, value in values.items()},
            now=now,
            by=self.people["clare"],
        )

    # --- The plan -------------------------------------------------------------------------

    def _begin(self, patient: Patient, typed: dict[str, Any], now: datetime) -> Draft:
        """A draft with what stands in the data file typed into it."""
        clare = self.people["clare"]
        plan = patient.plans.first()
        key = uuid.uuid4()
        draft = (
            plan_actions.revise(key=key, plan=plan, now=now, by=clare)
            if plan
            else plan_actions.begin(key=key, patient=patient, now=now, by=clare)
        )
        assert isinstance(draft, Draft)  # noqa: S101  # nosec B101  # the key is new
        cells = self._typed(typed)
        return plan_actions.save(
            draft=draft, cells=cells, revision=draft.revision, now=now, by=clare
        )

    def _sign(self, patient: Patient, version: dict[str, Any], offset: int) -> None:
        now = self._at(offset, 30)
        draft = self._begin(patient, version["cells"], now)
        self._accept(draft, version.get("accepted", {}), now)
        plan_actions.sign(
            key=draft.pk,
            plan=draft.plan,
            revision=draft.revision,
            not_asked_reason="Asked at the first visit as far as it went; the rest stays open.",
            now=now,
            today=self._day(offset),
            by=self.people["clare"],
        )

    def _accept(self, draft: Draft, reasons: dict[str, str], now: datetime) -> None:
        """The findings that the data file accepts, each with its typed reason."""
        _reading, found = plan_actions.read(draft, today=self.clinic.day(now))
        acceptances = [
            {"code": finding.code.value, "subject": finding.subject, "reason": reason}
            for finding in found
            if (reason := reasons.get(finding.code.value))
        ]
        if acceptances:
            plan_actions.save(
                draft=draft,
                cells=draft.cells | {"acceptances": acceptances},
                revision=draft.revision,
                now=now,
                by=self.people["clare"],
            )

    def _typed(self, value: Any) -> Any:
        """The data file's cells with each day written out as somebody would type it."""
        if isinstance(value, dict):
            return {name: self._typed(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._typed(inner) for inner in value]
        if value.startswith("@"):
            day = self._day(int(value[1:]))
            return f"{day.day} {day:%b} {day.year}"
        return value

    # --- Check-ins and the red flag -------------------------------------------------------

    def _check_in(self, patient: Patient, entry: dict[str, Any], offset: int) -> None:
        theo, now = self.people["theo"], self._at(offset, 45)
        next_on = self._day(entry["next"])
        answers = {
            "how": entry["how"],
            "reported_by": "patient",
            "where_now": "at home",
            "call_back": patient.phone,
            "suicide": "none",
            "decision": entry.get("decision", "continue"),
            "decision_reason": entry.get("decision_reason", ""),
            "next_0": str(next_on.day),
            "next_1": str(next_on.month),
            "next_2": str(next_on.year),
        }
        for question in ASKED_AS_SAFETY:
            answers[f"s-{question}"] = "no"
        for symptom, severity in entry["symptoms"].items():
            answers[f"s-{symptom}"] = "present"
            answers[f"s-{symptom}-severity"] = severity
        what = around(patient, answers=answers, opened_at=now, now=now, by=theo)
        if "taken" in entry:
            answers |= {f"t-{drug.key}": entry["taken"] for drug in what.asking.drugs}
        done = check_in_actions.complete(
            patient=patient,
            key=uuid.uuid4(),
            answers=answers,
            revision=0,
            around=what,
            frozen_now=now,
            by=theo,
        )
        if done.check_in is None:
            message = f"{entry} is refused: {done.reading}"
            raise ValueError(message)

    def _report(self, patient: Patient, flag: dict[str, Any]) -> None:
        moment = self.now - timedelta(minutes=flag["minutes_ago"])
        escalation_actions.report_red_flag(
            patient=patient,
            report=escalation_actions.Report(
                symptom=flag["symptom"],
                source=Source.REPORT,
                text=flag["words"],
                happened=flag["happened"],
                said_by=flag["said_by"],
                form=uuid.uuid4(),
            ),
            frozen_now=moment,
            by=self.people[flag["who"]],
        )

    # --- Days -----------------------------------------------------------------------------

    def _at(self, offset: int, minutes: int = 0) -> datetime:
        """Nine in the morning at the clinic, `offset` days from today; never ahead of now."""
        day = self._day(offset)
        moment = datetime.combine(day, time(9), tzinfo=self.clinic.zone)
        return min(moment + timedelta(minutes=minutes), self.now)

    def _day(self, offset: int) -> date:
        return self.clinic.day(self.now) + timedelta(days=offset)

    def _dated(self, value: str) -> Any:
        """In the data file "@-6" is the day six days ago."""
        return self._day(int(value[1:])) if value.startswith("@") else value


def _person(entry: dict[str, Any]) -> NewPerson:
    return NewPerson(
        email=entry["email"],
        name=entry["name"],
        rights=Rights(
            roles=frozenset(Role(role) for role in entry["roles"]),
            protocol_owner=entry.get("protocol_owner", False),
        ),
        particulars=entry.get("particulars", {}),
    )
