"""What a person says about a file that leaves: which, for whom, on what ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.forms import Form, capital
from plans.fhir.guard import MOST_BYTES
from plans.forms.document import PrintForm
from plans.rules.exchange import FileKind
from plans.rules.paper import Recipient
from taperplan.fields import LineField, TokenField

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from taperplan.accounts.models import User

HAND_OVER = "hand a file over"
TAKE_OVER = "take a plan over from a file"


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


class TakeOverForm(Form):
    """A file of another program, and who had set what is in it."""

    file = forms.FileField(
        label=gettext_lazy("File (FHIR R4, JSON)"), allow_empty_file=True, max_length=200
    )
    set_by = LineField(label=gettext_lazy("Who had set this plan"), limit=200)
    source = LineField(label=gettext_lazy("Where the file comes from"), limit=400)

    def __init__(self, data: Any = None, sent: Any = None, *, user: User, today: date) -> None:
        super().__init__(data, today=today, files=sent)
        self.add(token=TokenField(user=user, purpose=TAKE_OVER))

    def clean_file(self) -> Any:
        sent = self.cleaned_data["file"]
        if sent.size > MOST_BYTES:
            words = _("The file is longer than %(most)s MB.") % {"most": MOST_BYTES // 1_000_000}
            raise forms.ValidationError(words)
        return sent

    @property
    def data_of_file(self) -> bytes:
        content: bytes = self.cleaned_data["file"].read(MOST_BYTES + 1)
        return content
