"""A standby is asked for what only looks: while it is level with the database, and only then."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.drills import site as drill
from tests.harness import postgres

pytestmark = pytest.mark.slow

_LOOK = """
import json, sys, time, django
django.setup()
from django.db import connections
from plans.presenters.figures import figures
from taperplan import replica
from taperplan.accounts.models import Clinic
from patients.models import Patient
clinic = Clinic.objects.get(name__startswith="Northfield")
asked = {"default": 0, "replica": 0}
def count(execute, sql, params, many, context):
    asked[context["connection"].alias] += "patients_" in sql
    return execute(sql, params, many, context)
with connections["default"].execute_wrapper(count), connections["replica"].execute_wrapper(count):
    began = time.monotonic()
    with replica.reading():
        figures(clinic, clinic.day(__import__("django").utils.timezone.now()))
        many = Patient.objects.count()
    took = time.monotonic() - began
    inside = dict(asked)
    Patient.objects.count()
print(json.dumps({"inside": inside, "after": asked, "many": many, "took": took}))
"""
_WRITE = """
import django
django.setup()
from patients.models import Patient
one = Patient.objects.first()
one.pk = __import__("uuid").uuid4()
one.save(force_insert=True)
"""


def test_a_standby_is_asked_while_it_is_level_and_the_database_itself_where_it_is_not() -> None:
    binaries = postgres.binaries()
    assert binaries is not None, "PostgreSQL is not installed"
    cluster = drill.Cluster(binaries)
    try:
        cluster.make()
        # What was saved is answered as saved whatever the standby does.
        cluster.query("ALTER SYSTEM SET synchronous_standby_names = ''")
        cluster.query("SELECT pg_reload_conf()")
        there = f"postgres://tests:{drill.PASSWORD}@127.0.0.1:{cluster.ports['standby']}/postgres"
        site = drill.Site(cluster.url, cluster.folder, settings={"DATABASE_REPLICA_URL": there})

        def run(script: str) -> str:
            done = subprocess.run(
                [sys.executable, "-c", script], env=site.environment, cwd=drill.ROOT,
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert not done.returncode, done.stderr
            return done.stdout

        for words in (("migrate", "--verbosity", "0"), ("createcachetable",), ("load_demo",)):
            site.manage(*words)
        level = json.loads(run(_LOOK))
        assert level["inside"]["replica"] > 1
        assert level["inside"]["default"] == 0
        # Outside of it, and for whatever writes, it is never asked.
        assert level["after"]["default"] == 1

        cluster.query("SELECT pg_wal_replay_pause()", "standby")
        run(_WRITE)
        behind = json.loads(run(_LOOK))
        assert behind["inside"]["replica"] == 0
        assert behind["many"] == level["many"] + 1
        assert 1 <= behind["took"] < 10

        cluster.query("SELECT pg_wal_replay_resume()", "standby")
        again = json.loads(run(_LOOK))
        assert again["inside"]["default"] == 0
        assert again["many"] == level["many"] + 1

        cluster.run("pg_ctl", "stop", "--mode=immediate", "--pgdata", cluster.folder / "standby")
        gone = json.loads(run(_LOOK))
        assert gone["inside"]["replica"] == 0
        assert gone["many"] == again["many"]
    finally:
        cluster.throw_away()
