"""Which fault of a migration is a table in use, to be tried again, and which is a fault."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from taperplan.management.commands.migrate import not_to_be_had


def failed(sqlstate: str) -> OperationalError:
    inner = Exception("from the driver")
    vars(inner).update(sqlstate=sqlstate)
    with pytest.raises(OperationalError) as caught:
        raise OperationalError("as Django says it") from inner
    return caught.value


def test_a_table_in_use_is_tried_again_and_nothing_else_is() -> None:
    assert not_to_be_had(failed("55P03"))
    assert not_to_be_had(failed("40P01"))
    assert not not_to_be_had(failed("57P01"))
    assert not not_to_be_had(OperationalError("no driver said anything"))
