"""Load the demo clinic: synthetic people, invented drugs, into an empty database only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError

from plans.management.demo.loader import Demo
from taperplan.accounts.models import Clinic, User
from taperplan.accounts.refusals import NotDoneError

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


class Command(BaseCommand):
    help = "Load the demo clinic (synthetic people, invented drugs) into an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="say so and do nothing when the database holds something already",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_empty"] and (Clinic.objects.exists() or User.objects.exists()):
            clinic = Clinic.objects.first()
            name = clinic.name if clinic else "a clinic"
            self.stdout.write(f"This database holds {name}. It is served as it is.")
            return
        try:
            passwords = Demo().load(tell=self._tell)
        except NotDoneError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("\nThe demo clinic is loaded. Nobody in it is real.")
        self.stdout.write("Sign in with one of these; the passwords are shown this once:\n\n")
        for email, (roles, password) in passwords.items():
            self.stdout.write(f"  {email:<28} {password:<28} {roles}")

    def _tell(self, done: int, of: int, what: str) -> None:
        """Loading takes some seconds: say where it is."""
        self.stdout.write(f"\r  {done} of {of}: {what:<24}", ending="" if done < of else "\n")
        self.stdout.flush()
