"""Exact numbers in two integer columns, and small constraints that many tables share.

A dose is never a float, and a DecimalField is a float on SQLite. So `quantity` is
`quantity_numerator` over `quantity_denominator`, read and written as one `Fraction`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import StrEnum

MAX_DENOMINATOR = 10_000
SLOT_LENGTH = 9


def exact_fields(
    *, null: bool = False
) -> tuple[models.IntegerField[Any, Any], models.IntegerField[Any, Any]]:
    """The two columns; bind them to `<name>_numerator, <name>_denominator`. No default."""
    return (
        models.IntegerField(null=null, blank=null, editable=False),
        models.IntegerField(null=null, blank=null, editable=False),
    )


def exact(name: str, value: Fraction | None) -> dict[str, Any]:
    """`value` as the two columns, for a new row."""
    return {
        f"{name}_numerator": None if value is None else value.numerator,
        f"{name}_denominator": None if value is None else value.denominator,
    }


class Exact(property):
    """The `Fraction` in `<name>_numerator` / `<name>_denominator`, None when both are null."""

    def __init__(self, name: str) -> None:
        above, below = f"{name}_numerator", f"{name}_denominator"

        def read(row: Any) -> Fraction | None:
            numerator = getattr(row, above)
            return None if numerator is None else Fraction(numerator, getattr(row, below))

        def write(row: Any, value: Fraction | None) -> None:
            setattr(row, above, None if value is None else value.numerator)
            setattr(row, below, None if value is None else value.denominator)

        super().__init__(read, write)


def exact_constraint(
    table: str, name: str, *, null: bool = False, zero: bool = False
) -> models.CheckConstraint:
    """`<table>_<name>_exact`: a number above nought (or from nought), over 1 to 10000."""
    least = "gte" if zero else "gt"
    stated = Q(
        **{
            f"{name}_numerator__{least}": 0,
            f"{name}_denominator__gte": 1,
            f"{name}_denominator__lte": MAX_DENOMINATOR,
            f"{name}_numerator__isnull": False,
            f"{name}_denominator__isnull": False,
        }
    )
    unstated = Q(**{f"{name}_numerator__isnull": True, f"{name}_denominator__isnull": True})
    return models.CheckConstraint(
        name=f"{table}_{name}_exact", condition=stated | unstated if null else stated
    )


def one_of(
    table: str, name: str, values: type[StrEnum] | Iterable[str], *, blank: bool = False
) -> models.CheckConstraint:
    """`<table>_<name>_known`: the column holds a word of the vocabulary."""
    words = [str(value) for value in values]
    return models.CheckConstraint(
        name=f"{table}_{name}_known",
        condition=Q(**{f"{name}__in": ["", *words] if blank else words}),
    )


def in_order(table: str, first: str, last: str) -> models.CheckConstraint:
    """`<table>_<last>_in_order`: open, or not before its beginning."""
    return models.CheckConstraint(
        name=f"{table}_{last}_in_order",
        condition=Q(**{f"{last}__isnull": True})
        | Q(**{f"{first}__isnull": False, f"{last}__gte": F(first)}),
    )
