"""The forms of an import: the file, and which column each field is read from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients import import_actions, importing
from patients.forms import Form
from taperplan.fields import TokenField

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from patients.models import PatientImport
    from taperplan.accounts.models import User

LABELS = {
    "family_name": gettext_lazy("Family name"),
    "given_names": gettext_lazy("Given names"),
    "preferred_name": gettext_lazy("Prefers to be called"),
    "born": gettext_lazy("Date of birth"),
    "sex": gettext_lazy("Sex"),
    "phone": gettext_lazy("Phone"),
    "address": gettext_lazy("Home address"),
    "language": gettext_lazy("Language"),
    "number": gettext_lazy("Record number"),
    "issuer": gettext_lazy("Issuer of the number"),
}


class FileForm(Form):
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy("Its first line names the columns. At most 20,000 rows."),
        error_messages={"required": gettext_lazy("Choose a file.")},
        allow_empty_file=True,
        widget=forms.ClearableFileInput({"accept": ".csv,text/csv"}),
    )

    def __init__(self, data: Any = None, files: Any = None, *, user: User, today: date) -> None:
        super().__init__(data, files=files, today=today)
        self.add(token=TokenField(user=user, purpose="patients.import"))

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > import_actions.MOST_BYTES:
            raise forms.ValidationError(
                _("The file is too long for this page. The operator can bring it in by command.")
            )
        return file


class ColumnsForm(Form):
    """For each of our fields the column that it is read from."""

    rows = (
        ("family_name", "given_names"),
        ("preferred_name", "born"),
        ("sex", "phone"),
        ("address", "language"),
        ("number", "issuer"),
    )

    def __init__(
        self, data: Any = None, *, found: PatientImport, columns: Sequence[str], today: date
    ) -> None:
        super().__init__(data, today=today)
        options = [("", _("not in this file")), *((column, column) for column in columns)]
        self.add(
            **{
                name: forms.ChoiceField(
                    label=label,
                    choices=options,
                    required=name in importing.REQUIRED,
                    initial=found.mapping.get(name, ""),
                    error_messages={"required": _("Choose the column of this.")},
                )
                for name, label in LABELS.items()
            }
        )

    def mapping(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in LABELS if self.cleaned_data[name]}
