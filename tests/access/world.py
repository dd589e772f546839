"""One clinic with everything in it, twice: ours, and another that must not show.

Each thing is made when it is first asked for, by the method of its name; the name is that of
the URL parameter which reaches it. To add one, write a method with `@thing`. What no address
names, but a page shows or a table holds, goes into a method with `@filling`.

Every text that somebody typed in this clinic holds the clinic's mark.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests import factories

if TYPE_CHECKING:
    from collections.abc import Callable

    from patients.keeping import LegalHold
    from patients.models import (
        Allergy,
        CareTeam,
        Consent,
        EmergencyAccess,
        Patient,
        PatientImport,
        RecordNumber,
    )
    from plans.models import (
        AccessKey,
        CatalogueEntry,
        CheckIn,
        CheckInDraft,
        Document,
        Draft,
        Escalation,
        LimitSet,
        Plan,
        Request,
        Version,
    )
    from taperplan.accounts.models import (
        Absence,
        Clinic,
        Ladder,
        LevelSet,
        Membership,
        ProtocolText,
        TestMessage,
        TimeLimits,
        User,
    )

_things: list[str] = []
_fillings: list[str] = []


def thing(build: Callable[[Any], Any]) -> cached_property[Any]:
    """A thing that an address can name."""
    _things.append(build.__name__)
    return cached_property(build)


def filling(build: Callable[[Any], None]) -> Callable[[Any], None]:
    """Rows that no address names."""
    _fillings.append(build.__name__)
    return build


def is_thing(name: str) -> bool:
    """Whether a URL parameter of this name names an object."""
    return name in _things


class World:
    """`mark` is a word in every text of this clinic's records, so that a leak can be seen."""

    def __init__(self, clinic: Clinic, people: dict[str, User], *, mark: str) -> None:
        self.clinic, self.people, self.mark = clinic, people, mark
        self.now = datetime.now(UTC)
        self.today = clinic.day(self.now)
        self.clare = people["prescriber"]

    @property
    def secrets(self) -> list[str]:
        return [self.mark]

    def unlike(self, name: str) -> Any:
        """A key of the kind that `name` has, which no object has."""
        key = getattr(self, name).pk
        return uuid.UUID(int=0x5EED << 64) if isinstance(key, uuid.UUID) else 987_654_321

    def fill(self) -> None:
        """Make everything, for the pages that show more than one thing."""
        for name in _things:
            getattr(self, name)
        for name in _fillings:
            getattr(self, name)()

    def typed(self) -> set[str]:
        """Every text that somebody typed into a plan, a check-in or the settings of this clinic."""
        from plans.models import CheckInDraft, Draft, Version
        from plans.rules.cells import cells_from
        from taperplan.accounts.models import Rung, TimeLimits
        from tests.architecture.line import typed_in

        documents: list[Any] = [
            *Draft.objects.filter(plan__patient__clinic=self.clinic).values_list(
                "cells", flat=True
            ),
            *CheckInDraft.objects.filter(patient__clinic=self.clinic).values_list(
                "answers", flat=True
            ),
            *(
                cells_from(version.schedule())
                for version in Version.objects.filter(plan__patient__clinic=self.clinic)
            ),
        ]
        clinic = [str(value) for value in vars(self.clinic).values() if value]
        ladder = Rung.objects.filter(ladder__clinic=self.clinic).values_list("minutes", flat=True)
        limits = TimeLimits.objects.filter(clinic=self.clinic).values_list(
            "emergency_minutes", "same_day_minutes"
        )
        minutes = [str(one) for pair in limits for one in pair]
        return set().union(*map(typed_in, documents), clinic, map(str, ladder), minutes)

    def words(self, text: str) -> str:
        return f"{text} {self.mark}"

    def day(self, offset: int) -> str:
        """A day as it is typed, so many days from today."""
        day = self.today + timedelta(days=offset)
        return f"{day.day} {day:%b} {day.year}"

    # --- The clinic and its people -------------------------------------------------------

    @thing
    def membership(self) -> Membership:
        return self.people["monitor"].memberships.get(clinic=self.clinic)

    @thing
    def protocol_text(self) -> ProtocolText:
        """Written and not confirmed. An administrator's words hold no mark: they read them."""
        from taperplan.accounts import actions
        from taperplan.accounts.models import ProtocolText

        return actions.write_text(
            clinic=self.clinic,
            token=uuid.uuid4(),
            kind=ProtocolText.Kind.EMERGENCY,
            number=0,
            text="Call the on-call doctor.",
            now=self.now,
            by=self.people["administrator"],
        )

    @thing
    def level_set(self) -> LevelSet:
        from taperplan.accounts import actions

        return actions.write_levels(
            clinic=self.clinic,
            token=uuid.uuid4(),
            number=0,
            same_day=["abrupt_stop"],
            now=self.now,
            by=self.people["administrator"],
        )

    @thing
    def limit_set(self) -> LimitSet:
        """Of the clinic, not yet confirmed."""
        from plans.actions.limits import write_limits

        return write_limits(
            clinic=self.clinic,
            patient=None,
            token=uuid.uuid4(),
            number=0,
            lines=[],
            now=self.now,
            by=self.people["administrator"],
        )

    @thing
    def catalogue_entry(self) -> CatalogueEntry:
        """An item that the clinic added, starred, not yet confirmed."""
        from plans.actions.catalogue import own_key, write_entry
        from plans.rules.catalogue import Entry
        from plans.rules.redflags import Level
        from plans.rules.symptoms import Group, Shape

        token = uuid.uuid4()
        return write_entry(
            clinic=self.clinic,
            token=token,
            number=0,
            entry=Entry(
                own_key(token), "hiccups for a day", Group.GUT, Shape.SEVERITY, Level.SAME_DAY
            ),
            now=self.now,
            by=self.people["administrator"],
        )

    @thing
    def ladder(self) -> Ladder:
        """The monitor stands on it."""
        from taperplan.accounts import actions

        return actions.write_ladder(
            clinic=self.clinic,
            token=uuid.uuid4(),
            number=0,
            rungs=[(self.people["monitor"], 10)],
            now=self.now,
            by=self.people["administrator"],
        )

    @thing
    def limits(self) -> TimeLimits:
        from taperplan.accounts import actions

        return actions.write_time_limits(
            clinic=self.clinic,
            token=uuid.uuid4(),
            number=0,
            emergency=30,
            same_day=240,
            now=self.now,
            by=self.people["administrator"],
        )

    @thing
    def absence(self) -> Absence:
        """The monitor is away, and the prescriber is told instead."""
        from taperplan.accounts import actions

        return actions.write_absence(
            token=uuid.uuid4(),
            person=self.people["monitor"],
            deputy=self.people["prescriber"],
            first_day=self.today,
            last_day=self.today,
            now=self.now,
            by=self.people["administrator"],
        )

    @thing
    def test_message(self) -> TestMessage:
        """To the monitor, who stands on the ladder."""
        from taperplan.accounts import actions

        self.ladder  # noqa: B018  (made first, so that the monitor stands on it)
        administrator, monitor = self.people["administrator"], self.people["monitor"]
        return actions.send_test(
            clinic=self.clinic, token=uuid.uuid4(), to=monitor, now=self.now, by=administrator
        )

    # --- Patients ------------------------------------------------------------------------

    def _patient(self, **values: Any) -> Patient:
        patient: Patient = factories.PatientFactory(
            clinic=self.clinic,
            family_name=f"{self.mark}sample",
            registered_by=self.clare,
            registered_at=self.now,
            language=self.words("Samplish"),
            address=self.words("1 Sample Street"),
            phone="555-0142",
            **values,
        )
        return patient

    @thing
    def patient(self) -> Patient:
        return self._patient(given_names=self.words("Otto"), number=f"{self.mark} 0042", ready=True)

    @thing
    def other_patient(self) -> Patient:
        """A second record of this clinic, not joined to the first."""
        return self._patient(given_names=self.words("Ida"))

    @thing
    def record_number(self) -> RecordNumber:
        row: RecordNumber = self.patient.numbers.get()
        return row

    @thing
    def team_member(self) -> CareTeam:
        row: CareTeam = factories.CareTeamFactory(
            patient=self.patient, user=self.clare, since=self.today
        )
        return row

    @thing
    def recorded(self) -> Allergy:
        row: Allergy = factories.AllergyFactory(
            patient=self.patient, substance=self.words("examplamycin"), recorded_at=self.now
        )
        return row

    @thing
    def consent(self) -> Consent:
        row: Consent = factories.ConsentFactory(
            patient=self.patient, whom=self.words("Ingrid Sample"), recorded_at=self.now
        )
        return row

    @thing
    def emergency_access(self) -> EmergencyAccess:
        """The monitor opened another record, a restricted one."""
        from patients.models import EmergencyAccess

        restricted = factories.PatientFactory(
            clinic=self.clinic,
            family_name=self.words("Closed"),
            registered_by=self.clare,
            restricted=True,
        )
        return EmergencyAccess.objects.create(
            patient=restricted,
            user=self.people["monitor"],
            reason=self.words("Found at the door"),
            at=self.now,
            until=self.now + timedelta(hours=1),
        )

    @thing
    def patient_import(self) -> PatientImport:
        """A table that somebody sent and nobody has registered from."""
        from patients import import_actions
        from taperplan import tables

        rows = (
            (self.words("Held"), "Ida", "3 Apr 1970", ""),
            (self.words("Fresh"), "Al", "29 Feb 1960", ""),
        )
        return import_actions.begin(
            token=uuid.uuid4(),
            clinic=self.clinic,
            file_name=self.words("patients.csv"),
            data=tables.write(("family name", "given names", "born", "phone"), rows),
            now=self.now,
            by=self.clare,
        )

    @thing
    def legal_hold(self) -> LegalHold:
        from patients import records

        return records.hold(
            patient=self.patient,
            token=uuid.uuid4(),
            why=self.words("a claim"),
            now=self.now,
            by=self.people["administrator"],
        )

    @filling
    def _intake(self) -> None:
        for made, field in (
            (factories.OtherMedicineFactory, "name"),
            (factories.ContactPersonFactory, "name"),
            (factories.ResultFactory, "name"),
            (factories.SharedDecisionFactory, "wants"),
        ):
            made(patient=self.patient, **{field: self.words("sample")})

    # --- Plans ---------------------------------------------------------------------------

    def cells(self) -> Any:
        """What was typed of the plan: from today, so that a step is in force."""
        cells = factories.plan_cells(
            title=self.words("Examplazepam"),
            in_force_from=self.day(0),
            reason=self.words("agreed"),
            patient_text=self.words("for the patient"),
            team_text=self.words("for the team"),
        )
        cells["drugs"][0]["name"] = f"examplazepam{self.mark}"
        cells["steps"][0]["first_day"] = self.day(0)
        return cells

    @thing
    def plan(self) -> Plan:
        """A plan with version 1 signed and a draft of version 2 open."""
        from plans.actions import plan as actions

        plan: Plan = factories.signed_plan(self.patient, self.clare, self.cells(), now=self.now)
        actions.revise(key=uuid.uuid4(), plan=plan, now=self.now, by=self.clare)
        return plan

    @thing
    def version(self) -> Version:
        row: Version = self.plan.versions.get(number=1)
        return row

    @thing
    def draft(self) -> Draft:
        from plans.models import Draft

        return Draft.objects.get(plan=self.plan)

    @thing
    def new_plan(self) -> Plan:
        """A plan that was never signed, with a draft half typed."""
        cells = self.cells()
        cells["steps"][1]["doses"][0]["quantity"] = "1,5"
        plan: Plan = factories.draft_plan(self.other_patient, self.clare, cells, now=self.now)
        return plan

    # --- Check-ins and red flags -----------------------------------------------------------

    def answers(self, **more: str) -> dict[str, str]:
        """A check-in as typed, complete."""
        from tests.plans.typing import ROUTINE

        due = self.today + timedelta(days=9)
        return {
            **ROUTINE,
            "next_0": str(due.day),
            "next_1": str(due.month),
            "next_2": str(due.year),
            "note": self.words("slept badly"),
            "v-pulse": "92",
            **more,
        }

    @thing
    def check_in(self) -> CheckIn:
        """Completed, with a seizure: its red flag is open."""
        from tests.plans.typing import SEIZURE, completed

        self.plan  # noqa: B018  (made first, so that there is a version in force)
        seizure = {
            **SEIZURE,
            "s-seizure-many": "1",
            "s-seizure-when_each": self.words("this morning"),
            "s-tremor": "present",
            "s-tremor-severity": "mild",
        }
        return completed(self.patient, self.clare, self.answers(**seizure), now=self.now)

    @thing
    def check_in_draft(self) -> CheckInDraft:
        from tests.plans.typing import keep

        answers = {"note": self.words("half typed"), "s-nausea": "present", "v-pulse": "ninety"}
        return keep(self.patient, self.clare, answers, now=self.now).draft

    @thing
    def escalation(self) -> Escalation:
        from plans.models import Escalation

        return Escalation.objects.get(patient=self.patient, symptom=self.check_in and "seizure")

    @thing
    def asked(self) -> Request:
        """Asked for in a check-in, not yet signed."""
        from plans.models import Request
        from tests.plans.typing import completed

        hold = {"decision": "hold", "decision_reason": self.words("sleep is worse")}
        made = completed(self.other_patient, self.clare, self.answers(**hold), now=self.now)
        return Request.objects.get(check_in=made)

    @filling
    def _restored(self) -> None:
        """Long ago, and dealt with: it holds nothing."""
        from plans.models import GapAnswer, Released
        from taperplan.audit.models import Restore

        at = self.now - timedelta(days=60)
        told = {"at": at, "by": self.clare}
        restore = Restore.objects.create(made_at=at, at=at)
        GapAnswer.objects.bulk_create(
            GapAnswer(
                id=uuid.uuid4(), restore=one, clinic=self.clinic, text=self.words("read"), **told
            )
            for one in GapAnswer.objects.open_gaps(self.clinic)
        )
        Released.objects.create(escalation=self.escalation, **told)
        assert restore.pk

    # --- Documents -----------------------------------------------------------------------

    @thing
    def document(self) -> Document:
        from plans.actions.document import Wish, print_document
        from plans.rules.paper import DocumentKind, PageSize, PrintSize, Recipient

        wish = Wish(
            kind=DocumentKind.SUMMARY,
            page=PageSize.A4,
            size=PrintSize.STANDARD,
            recipient=Recipient.OWN_TEAM,
        )
        made, _first = print_document(
            key=uuid.uuid4(),
            patient=self.version.plan.patient,
            plan=None,
            wish=wish,
            now=self.now,
            by=self.clare,
        )
        return made

    # --- Other programs --------------------------------------------------------------------

    @thing
    def access_key(self) -> AccessKey:
        """A program's, issued by the administrator."""
        from patients.vocabulary import Ground
        from plans.actions import access_key as actions
        from plans.models import AccessKey
        from plans.rules.exchange import WHOLE

        reach = actions.Reach(
            # An administrator reads who it is: no words of a patient's record.
            recipient="Southfield Test Hospital",
            parts=WHOLE,
            ground=Ground.TREATMENT,
            why="shared care",
            ends_at=self.now + timedelta(days=30),
        )
        key = uuid.uuid4()
        actions.issue(
            token=key,
            clinic=self.clinic,
            reach=reach,
            answers_for=self.clare,
            now=self.now,
            by=self.people["administrator"],
        )
        return AccessKey.objects.get(pk=key)

    @thing
    def calendar_key(self) -> AccessKey:
        """The prescriber's own calendar."""
        from plans.actions import access_key as actions
        from plans.models import AccessKey

        key = uuid.uuid4()
        actions.issue_calendar(token=key, now=self.now, by=self.clare)
        return AccessKey.objects.get(pk=key)
