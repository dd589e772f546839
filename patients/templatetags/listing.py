"""What the list of patients draws fifty times."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from django import template
from django.utils.safestring import SafeString, mark_safe

from taperplan.templatetags.taperplan import tag
from taperplan.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from patients.presenters.listing import ListRow

register = template.Library()


@register.simple_tag
def patient_rows(rows: Iterable[ListRow]) -> SafeString:
    """A row for each patient. A template read for each of fifty took as long as all the rest of
    the page."""
    born, phone = escape(_("born")), escape(_("Phone"))
    nothing = f'<span class="not-there">{escape(_("not recorded"))}</span>'
    return mark_safe(  # noqa: S308  # nosec B703 B308  # whatever was typed is escaped
        "".join([_row(one, born, phone, nothing) for one in rows])
    )


def _row(one: ListRow, born: str, phone: str, nothing: str) -> str:
    url, name, birth, number, prefers, call, setting = map(
        escape,
        (one.url, one.name, one.born, one.record, one.prefers, one.phone, one.care_setting),
    )
    record = f" · {number}" if number else ""
    return (
        f'<tr data-row><td><a class="who" href="{url}" data-open>{name}</a>'
        f'<span class="second">{born} {birth}{record}</span></td>'
        f'<td class="d-none d-md-table-cell">{prefers or nothing}</td>'
        f'<td data-label="{phone}">{call or nothing}</td>'
        f'<td class="d-none d-md-table-cell">{setting or nothing}</td>'
        f"<td>{''.join([tag(state.kind, state.words) for state in one.states])}</td></tr>"
    )
