"""What the grid draws a thousand times."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Protocol

from django import template
from django.utils.safestring import SafeString, mark_safe

from taperplan.templatetags.taperplan import icon

if TYPE_CHECKING:
    from collections.abc import Iterable

register = template.Library()


class Quantity(Protocol):
    """The input of one dose, as the presenter of the grid tells it."""

    @property
    def name(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def read(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def card(self) -> str: ...


_REFUSED = ' aria-invalid="true"'
_FOCUSED = " autofocus"


@register.simple_tag
def quantity_cells(quantities: Iterable[Quantity], step: str, focus: str) -> SafeString:
    """The inputs of one row of a step, a cell each. A long schedule has a thousand: a template
    read for each of them is a good part of what its page takes."""
    spoken_by = escape(step)
    return mark_safe(  # noqa: S308  # nosec B703 B308  # whatever was typed is escaped
        "".join(
            _cell(one, f"n.{spoken_by} c{column}", focused=focus == one.name)
            for column, one in enumerate(quantities)
        )
    )


def _cell(one: Quantity, spoken_by: str, *, focused: bool) -> str:
    name, state = escape(one.name), escape(one.state)
    return (
        f'<td class="dose-td"><div class="dose-cell{f" {state}" if state else ""}"'
        f' data-card="{escape(one.card)}"><input inputmode="decimal" autocomplete="off"'
        f' name="{name}" id="{name}" value="{escape(one.value)}" aria-labelledby="{spoken_by}"'
        f"{_REFUSED if state == 'refused' else ''}{_FOCUSED if focused else ''}>"
        f'<span class="read">{escape(one.read)}</span>{_mark(state) if state else ""}</div></td>'
    )


def _mark(state: str) -> str:
    drawn = icon("warning" if state == "finding" else "red-flag")
    return f'<span class="cell-mark">{drawn}</span>'
