"""How many rows a query finds, inside another query."""

from __future__ import annotations

from django.db.models import IntegerField, Subquery


class RowsOf(Subquery):
    """How many rows a query finds, as one figure inside another query."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()
