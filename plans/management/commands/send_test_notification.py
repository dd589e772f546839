"""`manage.py send_test_notification`: does a message arrive? Sent at once, by this process."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from plans.models import Sending
from plans.notifications import planning
from plans.notifications.worker import Notifier
from plans.rules.notices import fault_words
from taperplan.accounts import actions
from taperplan.accounts.models import Membership, Rung
from taperplan.accounts.refusals import NotDoneError

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Sends a test message to somebody on the ladder and says whether it was handed over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the work address of somebody on the ladder")
        parser.add_argument(
            "--pager", action="store_true", help="by the clinic's pager instead of by email"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        channel = Rung.Channel.WEBHOOK if options["pager"] else Rung.Channel.EMAIL
        standing = Membership.objects.standing().select_related("user", "clinic")
        members = list(standing.filter(user__email=options["email"].strip().lower()))
        if not members:
            message = f"Nobody with the address {options['email']} works in a clinic here."
            raise CommandError(message)
        for member in members:
            try:
                test = actions.send_test(
                    clinic=member.clinic,
                    token=uuid.uuid4(),
                    to=member.user,
                    channel=channel,
                    now=timezone.now(),
                    by=None,
                )
            except NotDoneError as refused:
                raise CommandError(refused.sentence) from refused
            notifier = Notifier()
            planning.address_tests(notifier.clock())
            notifier.send_now(Sending.objects.get(test=test).pk)
            sent = Sending.objects.get(test=test)
            if sent.sent_at is None:
                # Where another worker has it, there is no fault yet.
                why = fault_words(sent.fault) or "it is still under way"
                raise CommandError(f"{test.reference} was not handed over: {why}.")
            self.stdout.write(f"{test.reference} was handed over for {member.user.email}.")
            self.stdout.write("It counts when its button is pressed on the page that it links to.")
