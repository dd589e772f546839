"""What a person says about a file that leaves: which, for whom, on what ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

from patients.forms import capital
from plans.forms.document import PrintForm
from plans.rules.exchange import FileKind
from plans.rules.paper import Recipient
from taperplan.fields import TokenField

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from taperplan.accounts.models import User

HAND_OVER = "hand a file over"


class HandOverForm(PrintForm):
    """As for a print: who is given it, and on what ground it leaves."""

    def __init__(
        self,
        data: Any = None,
        *,
        user: User,
        today: date,
        consents: Sequence[tuple[str, str]],
        what: str = "",
    ) -> None:
        super().__init__(
            data,
            user=user,
            today=today,
            printable=[(kind.value, capital(kind.words)) for kind in FileKind],
            steps=(),
            consents=consents,
            flags=(),
            flag_words="",
            paper="",
            what=what,
        )
        del self.fields["page"], self.fields["size"]
        self.fields["what"].label = gettext_lazy("Which file")
        self.add(token=TokenField(user=user, purpose=HAND_OVER))

    def clean(self) -> dict[str, Any]:
        """Only what is said of whoever is given it: a file has no pages, no steps, no flags."""
        cleaned = self.cleaned_data
        recipient = cleaned.get("recipient")
        if recipient and Recipient(recipient).named:
            self._check_given_away(cleaned)
        return cleaned
