"""What the templates of every room may say: icons, tags, the error summary, written figures."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django import template
from django.forms import BaseForm
from django.forms.formsets import BaseFormSet
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from taperplan import formats, looks, navigation
from taperplan.accounts.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime, time
    from fractions import Fraction

    from django.forms import BoundField
    from django.template import Context

    from taperplan.accounts.models import Membership

register = template.Library()

SPRITE = Path(__file__).resolve().parent.parent / "static" / "taperplan" / "icons.svg"


@cache
def _sprite() -> str:
    return SPRITE.read_text(encoding="utf-8").replace("\n", "")


@cache
def _icon_names() -> frozenset[str]:
    return frozenset(re.findall(r'id="i-([a-z0-9-]+)"', _sprite()))


@register.simple_tag
def icons() -> SafeString:
    """The sprite, once a page: some browsers fetch no outer sprite under a strict policy."""
    svg = _sprite().replace("<svg ", '<svg class="sprite" aria-hidden="true" ', 1)
    return mark_safe(svg)  # noqa: S308  # nosec B703 B308  # our own file


@register.simple_tag
@cache
def icon(name: str, size: str = "") -> SafeString:
    """An icon out of the sprite. Always beside a word, so it is hidden from readers."""
    if not name:
        return SafeString("")
    if name not in _icon_names():
        message = f"No icon is named {name!r}."
        raise template.TemplateSyntaxError(message)
    classes = f"icon icon-{size}" if size else "icon"
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="#i-{}"></use></svg>',
        classes,
        name,
    )


@register.filter
def tag_look(kind: str) -> looks.Look:
    return looks.TAGS[str(kind)]


@register.simple_tag
def tag(kind: str, words: str = "") -> SafeString:
    """`components/tag.html`, drawn once for the same kind and words: tables have many alike."""
    return _tag(str(kind), str(words), get_language() or "")


@lru_cache(maxsize=1024)
def _tag(kind: str, words: str, _language: str) -> SafeString:
    return render_to_string("components/tag.html", {"kind": kind, "label": words})


@register.filter
def direction_look(word: str) -> looks.Look:
    return looks.DIRECTIONS[str(word)]


# --- the frame ----------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def doors(context: Context) -> tuple[navigation.Door, ...]:
    request = context.get("request")
    if request is None or not hasattr(request, "user"):
        return ()
    return navigation.doors(request, str(context.get("nav", "")))


@register.simple_tag
def bar_rooms(rooms: Iterable[navigation.Door], frame: Any) -> SafeString:
    """The rooms as items of the top bar, with what `frame` counts. Like `phone_rooms` on every
    page, and so written out: as templates the two took a tenth of a list of fifty patients."""
    return mark_safe("".join([_bar_room(door, frame) for door in rooms]))  # noqa: S308  # nosec B703 B308


def _bar_room(door: navigation.Door, frame: Any) -> str:
    room, count = door.room, ""
    if frame and room.key == "worklist":
        count = f' <span class="count">{escape(frame.worklist)}</span>'
    elif frame and room.key == "red-flags" and frame.red_flags:
        words = _("%(count)s open") % {"count": formats.number(frame.red_flags)}
        count = f' <span class="count count-open">{escape(words)}</span>'
    elif frame and room.key == "red-flags":
        count = ' <span class="count">0</span>'
    link = _door(door, f' data-room="{room.key}"')
    return (
        f"<li{' data-seldom' if room.seldom else ''}>{link}"
        f"{escape(str(room.label))}{count}</a></li>"
    )


@register.simple_tag
def phone_rooms(rooms: Iterable[navigation.Door], frame: Any) -> SafeString:
    """The rooms that the bar at the foot of a phone has."""
    return mark_safe(  # noqa: S308  # nosec B703 B308  # words are escaped
        "".join([_phone_room(door, frame) for door in rooms if door.room.on_phone])
    )


def _phone_room(door: navigation.Door, frame: Any) -> str:
    counted = frame and door.room.key == "red-flags"
    count = f" ({formats.number(frame.red_flags)})" if counted else ""
    return f"{_door(door)}{icon(door.room.icon)}{escape(str(door.room.on_phone))}{count}</a>"


def _door(door: navigation.Door, more: str = "") -> str:
    """The opening of the link to a room."""
    here = ' aria-current="page"' if door.current else ""
    return f'<a href="{escape(door.url)}"{more}{here}>'


@register.filter
def role_words(membership: Membership | None) -> str:
    """As "Prescriber, protocol owner": every role held in this clinic."""
    if membership is None:
        return ""
    words = [str(navigation.ROLE_WORDS[role]) for role in Role if role in membership.roles]
    if membership.protocol_owner:
        words.append(_("protocol owner"))
    return capfirst(", ".join(words))


@register.simple_tag
def address(name: str, **kwargs: Any) -> str:
    """The address of a page that may not stand; "" where it does not."""
    return navigation.address(name, **kwargs)


@register.simple_tag
def patient_tabs(patient: Any) -> tuple[navigation.Tab, ...]:
    return navigation.patient_tabs(patient)


@register.simple_tag(takes_context=True)
def attend(context: Context, patient: Any) -> str:
    """Ask for this patient's red flags in the one statement that the frame makes."""
    if patient and (frame := context.get("frame")):
        frame.attend(patient)
    return ""


@register.simple_tag(takes_context=True)
def error_count(context: Context) -> int:
    """How many things the forms of this page have refused, for the page's title."""
    if "error_count" in context:
        return int(context["error_count"])
    given = (context.get("form"), context.get("formset"), *(context.get("forms") or ()))
    return sum(len(_refusals(one)) for one in given)


# --- forms --------------------------------------------------------------------------------


def target(field: BoundField) -> str:
    """The id that a link to `field` must name: the first box of a group."""
    if field.id_for_label:
        return field.id_for_label
    return f"{field.auto_id}_0" if field.auto_id else ""


def _refusals(given: Any) -> list[dict[str, str]]:
    if isinstance(given, BaseFormSet):
        if not given.is_bound:
            return []
        found = [{"href": "", "text": str(error)} for error in given.non_form_errors()]
        return found + [line for form in given.forms for line in _refusals(form)]
    if not isinstance(given, BaseForm) or not given.is_bound:
        return []
    found = [{"href": "", "text": str(error)} for error in given.non_field_errors()]
    for field in given:
        for error in field.errors:
            text = f"{field.label}: {error}" if field.label else str(error)
            found.append({"href": "" if field.is_hidden else target(field), "text": text})
    return found


def _lines(given: Iterable[Any]) -> Iterator[dict[str, str]]:
    for one in given:
        if isinstance(one, (BaseForm, BaseFormSet)):
            yield from _refusals(one)
        elif one:
            yield from one


@register.inclusion_tag("components/error_summary.html")
def error_summary(*given: Any, before: str = "", id: str = "error-summary") -> dict[str, Any]:  # noqa: A002
    """Everything refused in these forms, form sets or lists of {"href", "text"}.

    `before` ends the heading: "4 things to mend before `this patient is registered`".
    """
    lines = list(_lines(given))
    heading = ngettext("%(count)d thing to mend", "%(count)d things to mend", len(lines)) % {
        "count": len(lines)
    }
    if before:
        heading = _("%(heading)s before %(act)s") % {"heading": heading, "act": before}
    return {"lines": lines, "heading": heading, "id": id}


@register.filter
def described_by(field: BoundField) -> str:
    """The ids of a field's help and errors, those that its template writes and no others."""
    if field.is_hidden or not field.auto_id:
        return ""
    ids = [f"{field.auto_id}_helptext"] if field.help_text else []
    return " ".join([*ids, *([f"{field.auto_id}_error"] if field.errors else [])])


@register.filter
def kind(field: BoundField) -> str:
    """Which of the ways to draw it a field takes: checkbox, radio, segments, group or input."""
    widget = field.field.widget
    look = getattr(widget, "look", "")
    if look:
        return str(look)
    name = type(widget).__name__
    if name == "CheckboxInput":
        return "checkbox"
    if name in {"RadioSelect", "CheckboxSelectMultiple"}:
        return "options"
    return "password" if name == "PasswordInput" else "input"


@register.filter
def labelled(field: BoundField, words: str) -> BoundField:
    """A field of a library's form in our words, without its placeholder."""
    field.label = words
    field.field.widget.attrs.pop("placeholder", None)
    return field


@register.filter
def shaped(field: BoundField, classes: str) -> BoundField:
    field.field.widget.attrs["class"] = classes
    return field


# --- written figures ----------------------------------------------------------------------
# Moments are shown in the clinic's zone, which the middleware makes the current one.


@register.filter
def number(value: Fraction | int | None) -> str:
    return "" if value is None else formats.number(value)


@register.filter
def amount(value: Fraction | int | None, unit: str) -> str:
    return "" if value is None else formats.amount(value, unit)


@register.filter
def day(value: date | None) -> str:
    return "" if value is None else formats.day(value)


@register.filter
def short_day(value: date | None) -> str:
    return "" if value is None else formats.short_day(value)


@register.filter
def weekday(value: date | None) -> str:
    return "" if value is None else formats.weekday(value)


@register.filter
def day_range(first: date, last: date | None) -> str:
    return formats.day_range(first, last)


@register.filter
def date_of_birth(born: date | None, today: date) -> str:
    return _("not recorded") if born is None else formats.date_of_birth(born, today)


@register.filter(expects_localtime=True)
def clock(value: datetime | time | None) -> str:
    return "" if not value else formats.clock(value)


@register.filter(expects_localtime=True)
def moment(value: datetime | None) -> str:
    return "" if not value else formats.moment(value)


@register.filter
def ago(then: datetime | None, now: datetime) -> str:
    return "" if then is None else formats.ago(then, now)


@register.filter
def in_days(days: int | None) -> str:
    return "" if days is None else formats.length(days)
