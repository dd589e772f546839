"""The first real start: the clinic, its first administrator, and the link that lets them in."""

from __future__ import annotations

from argparse import BooleanOptionalAction
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from taperplan.accounts import actions, letters
from taperplan.accounts.forms.people import AddressField
from taperplan.accounts.refusals import NotDoneError
from taperplan.accounts.rights import NewPerson, Rights
from taperplan.accounts.roles import Role
from taperplan.fields import LineField

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from taperplan.accounts.models import OneTimeLink


class Command(BaseCommand):
    help = (
        "Creates the clinic and its first administrator in an empty database, and prints the "
        "one-time link with which they set their password. With --new-link: another link, while "
        "nobody has come in yet."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clinic", help="name of the clinic")
        parser.add_argument("--time-zone", help="for example Europe/Berlin")
        parser.add_argument("--name", help="name of the first administrator")
        parser.add_argument("--email", help="their work email address")
        parser.add_argument(
            "--prescriber",
            action=BooleanOptionalAction,
            default=False,
            help="the first administrator is a prescriber too",
        )
        parser.add_argument(
            "--protocol-owner",
            action=BooleanOptionalAction,
            default=False,
            help="and the protocol owner, who confirms clinical settings (needs --prescriber)",
        )
        parser.add_argument(
            "--address",
            default=settings.SITE_URL if settings.HTTPS else "http://localhost:8000",
            help="where the site is reached, for the link that is printed; else SITE_URL",
        )
        parser.add_argument("--new-link", action="store_true", help="print another link")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            link = self._new_link() if options["new_link"] else self._set_up(options)
        except NotDoneError as refused:
            raise CommandError(refused.sentence) from refused
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from refused
        self.stdout.write(
            f"{link.membership.user.email} opens this link once, until "
            f"{link.expires_at:%d %b %Y %H:%M} UTC, and sets a password:"
        )
        self.stdout.write(options["address"].rstrip("/") + letters.path(link))

    def _new_link(self) -> OneTimeLink:
        return actions.new_first_link(now=timezone.now())

    def _set_up(self, options: dict[str, Any]) -> OneTimeLink:
        roles = {Role.ADMINISTRATOR} | ({Role.PRESCRIBER} if options["prescriber"] else set())
        membership = actions.set_up_clinic(
            name=LineField().clean(self._asked(options, "clinic", "Name of the clinic")),
            time_zone=self._asked(options, "time_zone", "Time zone, for example Europe/Berlin"),
            administrator=NewPerson(
                name=LineField().clean(self._asked(options, "name", "Your name")),
                email=AddressField().clean(self._asked(options, "email", "Your work email")),
                rights=Rights(frozenset(roles), protocol_owner=options["protocol_owner"]),
            ),
            now=timezone.now(),
        )
        return membership.one_time_links.select_related("membership__user").get()

    def _asked(self, options: dict[str, Any], name: str, question: str) -> str:
        """What was given on the command line, else typed now."""
        given = options[name]
        if given is None:
            try:
                given = input(f"{question}: ")
            except EOFError as end:
                message = f"Give --{name.replace('_', '-')}."
                raise CommandError(message) from end
        return str(given).strip()
