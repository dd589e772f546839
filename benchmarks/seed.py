"""Synthetic patients by the thousand, laid out from one patient of the demo.

    python -m benchmarks.seed --patients 10000 --check-ins 20

Fills the empty database that `DATABASE_URL` names. The demo clinic goes in by the product's own
actions; its patient with the longest course is then copied row by row, with keys, names, numbers
and days of their own, through the database's own bulk door, so that every trigger and constraint
still looks at each row. The first twenty patients have three times as many check-ins, and one a
week for ten years has the one after the first fifty.

Every patient has a plan in force. A course began up to four weeks before the one that it is copied
from, so that a step changes for about one patient in three in any week and a plan ends for some;
the next check-in falls on one of the coming fourteen days, and is late for one in a hundred; of
the version in force everybody was told, but for one in a hundred; a prescriber and a monitor look
after two hundred patients, and the demo's own two after the first of each.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import sys
import time
import uuid
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models import Model

    Row = list[Any]

AT_ONCE = 500
FULLER = 20
# Which patient has how many check-ins: a week each, for nearly ten years.
LONGEST, OF_TEN_YEARS = 50, 500
FLAG_EVERY = 500
WEEKS = 4
AHEAD = 14
CASELOAD = 200
# One in so many: a check-in that is late, a version of which somebody is not told.
SELDOM = 100
_DAY = timedelta(days=1)
SYLLABLES = [a + b for a in "bdghklmnprstvw" for b in ("a", "e", "i", "o", "ö", "é")]
GIVEN = ["Ada", "Bo", "Cleo", "Dov", "Eda", "Finn", "Gül", "Ina", "Léa", "Óli", "Søren", "Tao"]


class Template:
    """One row of a table as the database keeps it, and which of its columns change in a copy."""

    def __init__(self, made: Model, keys: dict[Any, str]) -> None:
        from django.db import connection

        meta = made._meta
        self.table = meta.db_table
        fields = [field for field in meta.concrete_fields if not _made_by_database(field)]
        self.columns = [str(field.column) for field in fields]
        self.row = [
            field.get_db_prep_save(getattr(made, field.attname), connection) for field in fields
        ]
        # The days of this row's course, as Python's own: they move with it; a birth does not.
        self.days = {
            at: value
            for at, field in enumerate(fields)
            if isinstance(value := getattr(made, field.attname), date) and field.name != "born"
        }
        self._moved: dict[int, Row] = {}
        # column -> what it names: this row's own key, or that of another row copied with it.
        self.named = {
            at: keys[value]
            for at, field in enumerate(fields)
            if (field.primary_key or field.is_relation)
            and (value := getattr(made, field.attname)) in keys
        }

    def moved(self, days: int) -> Row:
        """The row of a course that began so many days earlier."""
        if days not in self._moved:
            row = list(self.row)
            for at, value in self.days.items():
                row[at] = stored(value - days * _DAY)
            self._moved[days] = row
        return list(self._moved[days])


def stored(value: date) -> Any:
    """A day or a moment as the database keeps it."""
    from django.db import connection

    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value)


def _made_by_database(field: Any) -> bool:
    return bool(field.primary_key and field.get_internal_type() == "BigAutoField")


class Door:
    """Where rows go in: one statement for many."""

    def __init__(self) -> None:
        from django.db import connection

        self._connection = connection
        self._rows: dict[str, list[Row]] = {}
        self._columns: dict[str, list[str]] = {}
        self._order: list[str] = []
        self.rows = 0

    def put(self, template: Template, row: Row) -> None:
        if template.table not in self._rows:
            self._order.append(template.table)
            self._rows[template.table] = []
            self._columns[template.table] = template.columns
        self._rows[template.table].append(row)

    def close(self) -> None:
        """What waits goes in, in the order in which its tables were first named."""
        with self._connection.cursor() as cursor:
            for table in self._order:
                rows, self._rows[table] = self._rows[table], []
                columns = ", ".join(f'"{name}"' for name in self._columns[table])
                if self._connection.vendor == "postgresql":
                    with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
                        for row in rows:
                            copy.write_row([_plain(value) for value in row])
                else:
                    marks = ", ".join(["%s"] * len(self._columns[table]))
                    cursor.executemany(
                        f'INSERT INTO "{table}" ({columns}) VALUES ({marks})',  # noqa: S608
                        rows,
                    )
                self.rows += len(rows)


def _plain(value: Any) -> Any:
    from psycopg.types.json import Jsonb

    return value.dumps(value.obj) if isinstance(value, Jsonb) and value.dumps else value


class Course:
    """Everything of the demo's patient that is copied, in the order in which it may go in."""

    def __init__(self) -> None:
        from django.db.models import Count

        from patients.models import Patient
        from plans.models.plan import EXPECTED_AUDIENCES

        patient = (
            Patient.objects.annotate(n=Count("check_ins", distinct=True))
            .filter(plans__state="active")
            .order_by("-n")
            .first()
        )
        assert patient is not None  # noqa: S101
        self.patient = patient
        self.keys: dict[Any, str] = {}
        self.patients = self._templates([patient])
        self.numbers = self._templates(patient.numbers.all()[:1])
        self.intake = self._templates(
            patient.answers.all(), patient.decisions.all(), patient.contact_people.all(),
            patient.medicines.all(), patient.team.all(),
        )  # fmt: skip
        plan = patient.plans.get()
        versions = list(plan.versions.order_by("number"))
        drugs = [drug for version in versions for drug in version.drugs.all()]
        products = [product for drug in drugs for product in drug.products.all()]
        steps = [step for version in versions for step in version.steps.all()]
        doses = [dose for step in steps for dose in step.doses.all()]
        accepted = [one for version in versions for one in version.acceptances.all()]
        # What seals comes after what it seals.
        self.plan = self._templates(
            [plan], doses, products, drugs, steps, accepted, versions, plan.moves.all()
        )
        check_in = patient.check_ins.filter(kind="follow-up").order_by("-happened_at").first()
        check_in = check_in or patient.check_ins.exclude(version=None).latest("happened_at")
        self._key(check_in)
        self.answers = self._templates(
            check_in.present.all(), check_in.declined.all(), check_in.vital_signs.all(),
            check_in.taken.all(),
        )  # fmt: skip
        (self.check_in,) = self._templates([check_in])
        self.check_in_name = self.keys[check_in.pk]
        self.told = [_told(versions[-1], audience, self.keys) for audience in EXPECTED_AUDIENCES]
        self.follow_up = self._templates([patient.follow_up])

    def _key(self, made: Any) -> None:
        self.keys.setdefault(made.pk, f"{made._meta.model_name}:{made.pk}")

    def _templates(self, *found: Iterable[Any]) -> list[Template]:
        rows = [made for some in found for made in some]
        for made in rows:
            if isinstance(made.pk, uuid.UUID):
                self._key(made)
        return [Template(made, self.keys) for made in rows]


def _told(version: Any, audience: str, keys: dict[Any, str]) -> Template:
    from plans.models import Told

    at = version.signed_at
    return Template(
        Told(
            version=version, audience=audience, answer="told", how="by phone", told_at=at,
            token=uuid.uuid4(), at=at, by_id=version.signed_by_id,
        ),
        keys,
    )  # fmt: skip


def caseloads(patients: int) -> list[dict[str, Any]]:
    """Who looks after whom: role -> user, one pair for each two hundred patients."""
    from taperplan.accounts.models import Membership, User

    theo = Membership.objects.get(user__email__startswith="theo")
    clare = User.objects.get(email__startswith="clare")
    pairs = [{"prescriber": clare.pk, "monitor": theo.user_id}]
    for number in range(1, -(-patients // CASELOAD)):
        pair = {}
        for role in pairs[0]:
            user = User.objects.create_user(
                email=f"{role}-{number}@example.org", name=f"{role.capitalize()} {number}"
            )
            Membership.objects.create(user=user, clinic=theo.clinic, **{role: True})
            pair[role] = user.pk
        pairs.append(pair)
    return pairs


class Seeder:
    def __init__(self, *, patients: int, check_ins: int, seed: int = 9) -> None:
        from django.db import connection
        from django.utils import timezone

        self.patients, self.check_ins = patients, check_ins
        self.chance = random.Random(seed)  # noqa: S311  # synthetic names, no secret
        self.course = Course()
        self.door = Door()
        self.hex = connection.vendor == "sqlite"
        self.today = timezone.localdate()
        self.pairs = caseloads(patients)

    def run(self, told: Callable[[int], None]) -> int:
        from django.db import transaction

        for first in range(0, self.patients, AT_ONCE):
            with transaction.atomic():
                for number in range(first, min(first + AT_ONCE, self.patients)):
                    self._patient(number)
                self.door.close()
                self._flags(first)
            told(min(first + AT_ONCE, self.patients))
        return self.door.rows

    def _new(self) -> Any:
        key = uuid.UUID(int=self.chance.getrandbits(128), version=4)
        return key.hex if self.hex else key

    def _key(self, user: Any) -> Any:
        return user.hex if self.hex else user

    def _copy(self, template: Template, keys: dict[str, Any], days: int, **changed: Any) -> None:
        row = template.moved(days)
        for at, name in template.named.items():
            if name not in keys:
                keys[name] = self._new()
            row[at] = keys[name]
        for column, value in changed.items():
            row[template.columns.index(column)] = value
        self.door.put(template, row)

    def _patient(self, number: int) -> None:
        from patients.identity import digits, name_search

        course = self.course
        keys: dict[str, Any] = {}
        family = "".join(self.chance.choices(SYLLABLES, k=self.chance.randint(2, 4))).capitalize()
        given = self.chance.choice(GIVEN)
        born = date(1930, 1, 1) + timedelta(days=self.chance.randrange(80 * 365))
        phone = f"555-{number:07d}"
        days = self.chance.randrange(WEEKS * 7 + 1)
        (template,) = course.patients
        self._copy(
            template, keys, days,
            family_name=family, given_names=given, preferred_name="",
            born=born.isoformat() if self.hex else born, phone=phone,
            name_search=name_search(family, given), phone_search=digits(phone),
        )  # fmt: skip
        for template in course.numbers:
            text = f"SEED {number:07d}"
            self._copy(
                template, keys, days, number=text, number_search=text.replace(" ", "").lower(),
            )  # fmt: skip
        pair = self.pairs[number // CASELOAD]
        for template in course.intake:
            changed = {"entry": self._new()} if "entry" in template.columns else {}
            if template.table == "patients_careteam":
                role = template.row[template.columns.index("role")]
                changed = {"user_id": self._key(pair[role])}
            self._copy(template, keys, days, **changed)
        all_told = self._usually()
        for template in course.plan:
            changed = {"token": self._new()} if "token" in template.columns else {}
            if "told_revision" in template.columns:
                revision = template.row[template.columns.index("revision")]
                changed = {"told_revision": revision if all_told else None}
            self._copy(template, keys, days, **changed)
        for template in course.told if all_told else course.told[1:]:
            self._copy(template, keys, days, token=self._new())
        many = self.check_ins * (3 if number < FULLER else 1)
        if number == LONGEST:
            many = OF_TEN_YEARS
        visit = self.chance.randrange(7)
        due = self.chance.randrange(AHEAD) if self._usually() else -self.chance.randrange(1, 8)
        due_on = stored(self.today + due * _DAY)
        # The newest last: the date of the next check-in hangs on it.
        for back in reversed(range(many)):
            self._check_in(keys, visit + 7 * back, **({} if back else {"next_on": due_on}))
        for template in course.follow_up:
            self._copy(template, keys, visit, due_on=due_on)

    def _usually(self) -> bool:
        return bool(self.chance.randrange(SELDOM))

    def _check_in(self, patient: dict[str, Any], days: int, **changed: Any) -> None:
        course = self.course
        patient[course.check_in_name] = self._new()
        for template in course.answers:
            self._copy(template, patient, days)
        self._copy(course.check_in, patient, days, **changed)

    def _flags(self, first: int) -> None:
        """A few open red flags, by the product's own action."""
        from django.utils import timezone

        from patients.models import Patient
        from plans.actions.escalation import Report, report_red_flag
        from plans.rules.redflags import Source
        from taperplan.accounts.models import User

        if first % FLAG_EVERY:
            return
        report_red_flag(
            patient=Patient.objects.get(phone=f"555-{first:07d}"),
            report=Report(symptom="seizure", source=Source.REPORT, form=uuid.uuid4()),
            frozen_now=timezone.now(),
            by=User.objects.get(email__startswith="clare"),
        )


def fill(*, patients: int, check_ins: int, told: Callable[[int], None]) -> int:
    """The tables, the demo clinic, the copies. Returns how many rows were copied in."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    # Nobody signs in with a password here, so nobody need see the demo's.
    call_command("load_demo", "--if-empty", stdout=io.StringIO())
    if connection.vendor == "sqlite":
        # A seeding that is cut off is begun again: its rows need not wait for the disk.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
    rows = Seeder(patients=patients, check_ins=check_ins).run(told)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Fill an empty database with synthetic patients.")
    parser.add_argument("--patients", type=int, default=10_000)
    parser.add_argument("--check-ins", type=int, default=20, help="of each patient")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taperplan.settings")
    import django

    django.setup()
    began = time.monotonic()

    def told(done: int) -> None:
        sys.stderr.write(f"\r{done:>9,} of {asked.patients:,} patients")
        sys.stderr.flush()

    rows = fill(patients=asked.patients, check_ins=asked.check_ins, told=told)
    sys.stderr.write(f"\n{rows:,} rows in {time.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    main()
