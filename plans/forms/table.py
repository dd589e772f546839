"""A table of a schedule: a file, or pasted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plans.forms.plan import TokenForm
from taperplan import tables
from taperplan.fields import NoteField

if TYPE_CHECKING:
    from taperplan.accounts.models import User

MOST_PASTED = 400_000


class TableForm(TokenForm):
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        required=False,
        allow_empty_file=True,
        widget=forms.ClearableFileInput({"accept": ".csv,text/csv"}),
    )
    pasted = NoteField(
        label=gettext_lazy("Or paste the table here, with its heads"),
        required=False,
        limit=MOST_PASTED,
        rows=10,
        strip=False,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, purpose="import a table", **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        file, pasted = cleaned.get("file"), cleaned.get("pasted") or ""
        if self.errors:
            return cleaned
        if file and pasted.strip():
            self.add_error("pasted", _("A file is chosen too. Send one of the two."))
        elif not file and not pasted.strip():
            self.add_error("file", _("Choose a file, or paste the table."))
        elif file and file.size > tables.MOST_BYTES:
            self.add_error("file", _("The file is too long."))
        else:
            cleaned["data"] = file.read() if file else pasted
        return cleaned
