"""How long one autosave of a large draft takes, with its findings; and how soon its page is there.

    python -m benchmarks.grid [--times 30] [--profile]

60 steps, 4 products at 4 times of day: 960 quantities. One process, the whole site with session,
rights, draft and answer, on SQLite in a temporary folder; everything but the wire. What is
loaded once is left out of the search for garbage, as the server does (`taperplan/wsgi.py`).
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import os
import pstats
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NOW = datetime(2026, 11, 24, 10, 20, tzinfo=UTC)
WARM = 3
FORM = "application/x-www-form-urlencoded"


def main() -> None:
    parser = argparse.ArgumentParser(description="An autosave of 960 quantities with findings.")
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--profile", action="store_true", help="where the time goes, instead")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # Nobody's keys: the database is gone when this ends.
        os.environ.update(
            HTTPS="false", SECRET_KEY="benchmark", TRAIL_KEY="benchmark",  # noqa: S106
            DATABASE_URL=f"sqlite:///{folder}/benchmark.sqlite3",
            DJANGO_SETTINGS_MODULE="taperplan.settings", STATIC_ROOT=folder,
            STATICFILES_BACKEND="django.contrib.staticfiles.storage.StaticFilesStorage",
        )  # fmt: skip
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        save, page = works()
        for number in range(WARM):
            save(number)
            page(number)
        gc.collect()
        gc.freeze()
        if asked.profile:
            profile = cProfile.Profile()
            for number in range(10):
                profile.runcall(save, number)
            pstats.Stats(profile, stream=sys.stdout).sort_stats("tottime").print_stats(45)
            return
        load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
        sys.stdout.write(f"load average {load} as it began\n\n")
        sys.stdout.write(
            "| work | processor, ms: least, median, most | on the wall |\n|---|---|---|\n"
        )
        for words, work in (("autosave with findings", save), ("page", page)):
            sys.stdout.write(row(words, [work(number) for number in range(asked.times)]))


def row(words: str, took: Sequence[tuple[float, float]]) -> str:
    columns = [
        f"{min(one) * 1000:.0f}, {statistics.median(one) * 1000:.0f}, {max(one) * 1000:.0f}"
        for one in zip(*took, strict=True)
    ]
    return f"| {words} | {' | '.join(columns)} |\n"


def timed(work: Callable[[], Any]) -> tuple[Any, tuple[float, float]]:
    began, worked = time.perf_counter(), time.process_time()
    answer = work()
    return answer, (time.process_time() - worked, time.perf_counter() - began)


def works() -> tuple[Callable[[int], tuple[float, float]], Callable[[int], tuple[float, float]]]:
    """An autosave of one more figure, and the page; each gives its two times in seconds."""
    from django.urls import reverse

    from patients.models import Patient
    from tests import factories
    from tests.doors import signed_in
    from tests.judges import seeded
    from tests.plans.views.large_grid import large_cells
    from tests.plans.views.plan_form import fields

    by = seeded.clinic()
    patient: Patient = factories.PatientFactory(clinic=by.clinic, otto=True)
    plan = factories.draft_plan(patient, by, large_cells())
    client = signed_in(by)
    client.defaults["HTTP_HOST"] = "localhost"
    url = reverse("plans:draft", kwargs={"plan": plan.pk})
    page = client.get(url)
    layout = page.content.decode().partition('data-layout="')[2].partition('"')[0]
    form: dict[str, list[str]] = {**fields(page), "layout": [layout]}

    def save(number: int) -> tuple[float, float]:
        form["steps.s30.0.c3"] = [str(number % 4)]
        body = urlencode(form, doseq=True)
        answer, took = timed(
            lambda: client.post(
                url, body, content_type=FORM, headers={"Accept": "application/json"}
            )
        )
        told = answer.json()
        form["revision"], form["found"] = [str(told["revision"])], [told["found"]]
        return took

    def opened(_number: int) -> tuple[float, float]:
        answer, took = timed(lambda: client.get(url))
        if answer.status_code != 200:
            raise SystemExit(f"answered {answer.status_code}")
        return took

    return save, opened


if __name__ == "__main__":
    main()
