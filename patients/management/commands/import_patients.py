"""`manage.py import_patients FILE --by EMAIL`: looks first; writes only with --write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from patients import importing
from taperplan import tables
from taperplan.accounts.models import User
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.roles import Permission
from taperplan.management.speaking import Progress

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence

    from taperplan.accounts.models import Clinic

AT_ONCE = 200
SHOWN = 20


class Command(BaseCommand):
    help = "Registers a clinic's existing patients from a CSV. Without --write it only looks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, help="the email of whoever registers them")
        parser.add_argument("--write", action="store_true", help="register them")
        parser.add_argument(
            "--map", action="append", default=[], metavar="FIELD=COLUMN", dest="said",
            help=f"a column of another name; the fields are {', '.join(importing.NAMES)}",
        )  # fmt: skip
        parser.add_argument(
            "--decisions", type=Path, metavar="FILE",
            help="the file of held rows, each with `new` or `same` written in its last column",
        )  # fmt: skip

    def handle(self, *args: Any, file: Path, said: list[str], **options: Any) -> None:
        by = self._who(options["by"])
        clinic = by.clinic
        assert clinic is not None  # noqa: S101  # nosec B101  # who may register works in one
        data = self._read(file)
        table = self._table(data)
        mapping = self._mapping(table, said)
        name = importing.digest(data)
        now = timezone.now()
        people, faults = importing.people(table, mapping, file=name, today=clinic.day(now))
        if faults:
            self._refuse(faults)
        decided = self._decisions(options["decisions"])
        found = importing.sort(clinic, people, decided)
        self.stdout.write(
            f"{len(table.rows):,} rows: {len(found.new):,} new, {found.here:,} here from an "
            f"earlier run, {found.dropped:,} decided as the same person, "
            f"{len(found.held):,} held for a decision."
        )
        self._hold(file, found.held)
        if not options["write"]:
            self.stdout.write("Nothing was written. Run it again with --write.")
            return
        self._write(clinic, found.new, name, by)

    def _who(self, email: str) -> User:
        by = User.objects.filter(email=email.strip().lower(), is_active=True).first()
        if by is None or not by.may(Permission.REGISTER_PATIENT):
            raise CommandError("Nobody with that address may register patients.")
        return by

    def _read(self, file: Path) -> bytes:
        try:
            return file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file.name} cannot be read.") from error

    def _table(self, data: bytes) -> tables.Table:
        try:
            return tables.read(data, most_bytes=importing.MOST_BYTES, most_rows=importing.MOST_ROWS)
        except tables.Unreadable as unreadable:
            self._refuse(unreadable.faults)
            raise

    def _refuse(self, faults: Sequence[tables.Fault]) -> None:
        for fault in faults[:SHOWN]:
            self.stdout.write(str(fault))
        if len(faults) > SHOWN:
            self.stdout.write(f"... and {len(faults) - SHOWN:,} more.")
        raise CommandError("Nothing was written. Mend these cells and run it again.")

    def _mapping(self, table: tables.Table, said: list[str]) -> importing.Mapped:
        pairs = dict(one.partition("=")[::2] for one in said)
        for field, column in pairs.items():
            if field not in importing.NAMES or column not in table.columns:
                raise CommandError(f"--map {field}={column}: no such field, or no such column.")
        mapping = importing.mapped(table.columns, pairs)
        for field in importing.NAMES:
            self.stdout.write(f"{field:<16} {mapping.columns.get(field, '(nothing)')}")
        for column in mapping.left_out:
            self.stdout.write(f"{'(left out)':<16} {column}")
        if mapping.missing:
            named = ", ".join(mapping.missing)
            raise CommandError(f"No column gives {named}. Name it with --map.")
        return mapping

    def _decisions(self, file: Path | None) -> dict[int, str]:
        if file is None:
            return {}
        found: dict[int, str] = {}
        for row in self._table(self._read(file)).rows:
            decision = row[importing.DECISION].strip().lower()
            if decision not in ("", importing.NEW, importing.SAME):
                fault = row.fault(importing.DECISION, "Write new, or same, or nothing yet.")
                self._refuse([fault])
            found[int(row[importing.LINE])] = decision
        return found

    def _hold(self, file: Path, held: Sequence[importing.Held]) -> None:
        """Whoever decides reads who it may be, and writes one word."""
        to = file.with_name(f"{file.stem}.held.csv")
        if not held:
            to.unlink(missing_ok=True)
            return
        columns = (
            importing.LINE, "family_name", "given_names", "born", "phone", "number",
            "may be the same as", importing.DECISION,
        )  # fmt: skip
        rows = [
            (
                str(one.person.line), one.person.identity.family_name,
                one.person.identity.given_names, one.person.identity.born.isoformat(),
                one.person.identity.phone, one.person.number, ", ".join(one.references), "",
            )
            for one in held
        ]  # fmt: skip
        to.write_bytes(tables.write(columns, rows))
        to.chmod(0o600)
        self.stdout.write(
            f"They stand in {to.name}. Write new or same in the last column of each, then give the "
            "file with --decisions."
        )

    def _write(self, clinic: Clinic, new: Sequence[importing.Person], name: str, by: User) -> None:
        told = Progress(self.stderr)  # type: ignore[arg-type]
        for first in range(0, len(new), AT_ONCE):
            batch = new[first : first + AT_ONCE]
            try:
                importing.write(clinic, batch, file=name, now=timezone.now(), by=by)
            except NotDoneError as refused:
                raise CommandError(
                    f"Stopped at line {_line(refused, batch)}, with {first:,} registered: "
                    f"{refused.sentence} Run it again when that is mended: it goes on from there."
                ) from refused
            told("Registering", min(first + AT_ONCE, len(new)), len(new))
        many = "patient is" if len(new) == 1 else "patients are"
        self.stdout.write(f"{len(new):,} {many} registered.")


def _line(refused: NotDoneError, batch: Sequence[importing.Person]) -> int:
    if isinstance(refused, importing.RowRefusedError):
        return refused.line
    return batch[0].line
