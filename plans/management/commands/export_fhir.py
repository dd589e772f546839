"""Write a patient's record as a FHIR R4 bundle, accounted for as every other disclosure."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from patients.models import Patient
from patients.restriction import only_by_emergency
from patients.vocabulary import Ground
from plans.actions import exchange as actions
from plans.rules.exchange import FileKind
from plans.rules.paper import Recipient
from taperplan.accounts.models import User
from taperplan.accounts.roles import Permission
from taperplan.replica import reading

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

# Of these grounds a command needs no consent that somebody chose.
GROUNDS = (Ground.TREATMENT, Ground.EMERGENCY, Ground.LAW)


class Command(BaseCommand):
    help = "Write a patient's record as a FHIR R4 bundle."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("patient", help="the key of the record")
        parser.add_argument("--by", required=True, help="email of the clinician who hands it over")
        parser.add_argument("--recipient", required=True, help="who is given it")
        parser.add_argument("--ground", required=True, choices=[g.value for g in GROUNDS])
        parser.add_argument("--why", required=True, help="the reason, once")
        parser.add_argument("--base", default="http://localhost/fhir", help="where the API answers")
        parser.add_argument("--output", default="-", help="a file; - is the standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.filter(email=options["by"].strip().lower(), is_active=True).first()
        if by is None or not by.may(Permission.PRINT_DOCUMENT):
            raise CommandError("No clinician of this clinic has that address.")
        try:
            key = uuid.UUID(options["patient"])
        except ValueError as error:
            raise CommandError("The patient is named by the key of the record.") from error
        visible = Patient.objects.visible_to(by).select_related("clinic")
        patient = visible.filter(pk=key).first()
        if patient is None or only_by_emergency(by, patient):
            raise CommandError("That person sees no such patient.")
        if not options["recipient"].strip() or not options["why"].strip():
            raise CommandError("Say who is given it, and why.")
        now = timezone.now()
        handing = actions.Handing(
            what=FileKind.FHIR,
            recipient=Recipient.OTHER,
            recipient_name=options["recipient"].strip()[:200],
            ground=Ground(options["ground"]),
            why=options["why"].strip()[:200],
        )
        actions.hand_over(key=uuid.uuid4(), patient=patient, handing=handing, now=now, by=by)
        with reading():
            pieces = actions.content(FileKind.FHIR, patient, now=now, base=options["base"], by=by)
            if options["output"] == "-":
                for piece in pieces:
                    sys.stdout.write(piece.decode())
                return
            with Path(options["output"]).open("wb") as file:
                file.writelines(pieces)
