"""Form fields over the strict grammar. What was typed comes back as typed, refused or not.

No field here has a preset value, a placeholder, `min`, `max`, `step` or a list, and none is
`type=number`: the wheel and the locale change such a number behind the typist's back.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Literal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from taperplan import formats, grammar, tokens

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import date, time
    from fractions import Fraction

    from django.utils.datastructures import MultiValueDict

    from taperplan.accounts.models import User

# Room for anything a person writes as a figure; longer is refused with a sentence, never cut.
SHORT = 64


def check_text(text: str) -> str:
    """Refuse what no table, file or printer keeps: NUL, half characters, hidden direction marks."""
    for letter in text:
        if letter in "\n\r\t":
            continue
        match unicodedata.category(letter):
            case "Cc" | "Cs":
                raise ValidationError(
                    _("This holds a character that cannot be shown. Type it again."),
                    code="unreadable",
                )
            case "Cf" if letter in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
                raise ValidationError(
                    _("This holds a hidden mark that turns the line around. Type it again."),
                    code="direction",
                )
            case _other:
                continue
    return text


class TypedWidget(forms.TextInput):
    """A short text as typed, with the keypad for figures on a phone."""

    def __init__(self, *, figures: bool = True, attrs: dict[str, Any] | None = None) -> None:
        given: dict[str, Any] = {"autocomplete": "off", "spellcheck": "false"}
        if figures:
            given["inputmode"] = "decimal"
        super().__init__({**given, **(attrs or {})})


REQUIRED: dict[str, Any] = {"required": gettext_lazy("Nothing is typed here yet.")}


class GrammarField(forms.Field):
    """A field whose text one function of the grammar reads."""

    default_error_messages = REQUIRED

    def __init__(self, *, width: int = 6, figures: bool = True, **kwargs: Any) -> None:
        kwargs.setdefault("widget", TypedWidget(figures=figures, attrs={"class": f"w-{width}"}))
        super().__init__(**kwargs)

    def read(self, typed: str) -> Any:
        raise NotImplementedError

    def to_python(self, value: Any) -> Any:
        typed = "" if value is None else str(value)
        if not typed.strip():
            return None
        if len(typed) > SHORT:
            raise ValidationError(_("This is too long for this field."), code="long")
        check_text(typed)
        try:
            return self.read(typed)
        except grammar.Refused as refused:
            raise ValidationError(refused.sentence, code="refused") from refused


class QuantityField(GrammarField):
    """A figure that somebody typed, read exactly. Empty is None, never 0."""

    def read(self, typed: str) -> Fraction:
        return grammar.number(typed)


class CountField(GrammarField):
    def read(self, typed: str) -> int:
        return grammar.count(typed)


class DaysField(GrammarField):
    def read(self, typed: str) -> int:
        return grammar.days(typed)


class ClockField(GrammarField):
    def read(self, typed: str) -> time:
        return grammar.clock_here(typed, twelve_hours=formats.twelve_hours())


class PhoneField(GrammarField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget",
            forms.TextInput({"inputmode": "tel", "autocomplete": "off", "class": "w-20"}),
        )
        super().__init__(**kwargs)

    def read(self, typed: str) -> str:
        return grammar.phone(typed)

    def to_python(self, value: Any) -> str:
        return super().to_python(value) or ""


class DayWidget(forms.MultiWidget):
    """Three boxes, day, month and year, each with its label; what was typed stays in them."""

    template_name = "components/day_widget.html"
    look = "day"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        box = {"inputmode": "numeric", "autocomplete": "off"}
        super().__init__([forms.TextInput(box) for _box in range(3)], attrs)

    def decompress(self, value: date | str | None) -> list[str]:
        if value is None or value == "":
            return ["", "", ""]
        if isinstance(value, str):
            return [*value.split(" ", 2), "", ""][:3]
        return [str(value.day), str(value.month), str(value.year)]

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> list[str]:
        return [str(part or "") for part in super().value_from_datadict(data, files, name)]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        labels = (_("Day"), _("Month"), _("Year"))
        for box, label in zip(context["widget"]["subwidgets"], labels, strict=True):
            box["label"] = label
            # The group says what was refused; a box that said it too would be read three times.
            for told_once in ("aria-describedby", "aria-invalid", "required"):
                box["attrs"].pop(told_once, None)
            if (attrs or {}).get("aria-invalid"):
                box["attrs"]["aria-invalid"] = "true"
        return context


class DayField(forms.Field):
    """A date as day, month and year. `not_after` refuses a date that is still to come."""

    widget = DayWidget
    default_error_messages = REQUIRED

    def __init__(self, *, not_after: date | None = None, **kwargs: Any) -> None:
        self.not_after = not_after
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        parts = [str(part).strip() for part in value or ()]
        if not any(parts):
            return None
        if any(len(part) > SHORT for part in parts):
            raise ValidationError(_("This is too long for this field."), code="long")
        missing = [
            word
            for word, part in zip((_("day"), _("month"), _("year")), parts, strict=True)
            if not part
        ]
        if missing:
            raise ValidationError(
                _("Type the %(missing)s too.") % {"missing": formats.listing(missing)},
                code="incomplete",
            )
        typed = " ".join(parts)
        check_text(typed)
        try:
            read = grammar.date(typed, today=self.not_after)
        except grammar.Refused as refused:
            raise ValidationError(refused.sentence, code="refused") from refused
        if self.not_after is not None and read > self.not_after:
            raise ValidationError(
                _("%(day)s is still to come.") % {"day": formats.short_day(read)}, code="future"
            )
        return read


class Choices(forms.RadioSelect):
    def __init__(self, look: str = "options", **kwargs: Any) -> None:
        self.look = look
        super().__init__(**kwargs)


class ChoiceField(forms.ChoiceField):
    """Radio buttons, none of them chosen beforehand.

    `look`: "options" one below the other, "options-2" in two columns, "segments" joined.
    """

    default_error_messages = {  # noqa: RUF012  (Django's own way)
        "required": gettext_lazy("Choose one answer."),
        "invalid_choice": gettext_lazy("Choose one of the answers shown."),
    }

    def __init__(
        self, *, look: Literal["options", "options-2", "segments"] = "options", **kwargs: Any
    ) -> None:
        kwargs.setdefault("widget", Choices(look))
        super().__init__(**kwargs)


class NoteField(forms.CharField):
    """Free text, kept as typed. Too long is said with both lengths; nothing is cut."""

    default_error_messages = REQUIRED

    def __init__(self, *, limit: int = 4000, rows: int = 3, **kwargs: Any) -> None:
        self.limit = limit
        kwargs.setdefault("widget", forms.Textarea({"rows": rows}))
        kwargs.setdefault("strip", True)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        text = "" if value in self.empty_values else str(value)
        if len(text) > self.limit:
            raise ValidationError(
                ngettext(
                    "This has %(length)s characters. %(limit)s character is the most.",
                    "This has %(length)s characters. %(limit)s characters are the most.",
                    self.limit,
                )
                % {"length": formats.number(len(text)), "limit": formats.number(self.limit)},
                code="long",
            )
        text = check_text(text).replace("\r\n", "\n")
        return text.strip() if self.strip else text


class LineField(NoteField):
    """One line of text: a name, a place. Line breaks are refused, they would leave the line."""

    def __init__(self, *, limit: int = 200, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput())
        super().__init__(limit=limit, **kwargs)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if any(letter in text for letter in "\n\r\t"):
            raise ValidationError(_("Type this in one line."), code="lines")
        return text


class TokenField(forms.CharField):
    """The hidden signed token; cleans to the key of the record that the form makes."""

    def __init__(self, *, user: User, purpose: str, **kwargs: Any) -> None:
        self.user = user
        self.purpose = purpose
        kwargs.setdefault("widget", forms.HiddenInput())
        kwargs.setdefault("initial", lambda: tokens.issue(user, purpose))
        kwargs.setdefault("label", "")
        super().__init__(**kwargs)

    def clean(self, value: Any) -> uuid.UUID:
        try:
            return tokens.read(str(value or ""), self.user, self.purpose)
        except tokens.BadToken as bad:
            raise ValidationError(
                _("This form was given to somebody else or for something else. Open it again."),
                code="token",
            ) from bad
