"""A server gives back what its requests have freed, when nobody is being answered."""

from __future__ import annotations

import threading

import pytest

from taperplan import heap

pytestmark = pytest.mark.one_engine


@pytest.fixture
def given_back(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    told = threading.Semaphore(0)
    monkeypatch.setattr(heap, "give_back", told.release)
    monkeypatch.setattr(heap, "A_WHILE", 0.01)
    return told


def test_memory_goes_back_once_a_moment_after_the_last_answer(
    given_back: threading.Semaphore,
) -> None:
    kept = heap.Heap()
    kept.began()
    kept.began()
    kept.ended()
    assert not given_back.acquire(timeout=0.05)

    kept.ended()
    assert given_back.acquire(timeout=5)
    assert not given_back.acquire(timeout=0.05)

    kept.began()
    kept.ended()
    assert given_back.acquire(timeout=5)


def test_nothing_is_given_back_while_somebody_is_being_answered(
    given_back: threading.Semaphore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heap, "A_WHILE", 0.05)
    kept = heap.Heap()
    kept.began()
    kept.ended()
    kept.began()
    assert not given_back.acquire(timeout=0.15)

    kept.ended()
    assert given_back.acquire(timeout=5)


def test_who_comes_again_and_again_waits_for_nothing(
    given_back: threading.Semaphore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heap, "A_WHILE", 0.2)
    kept = heap.Heap()
    for _page in range(8):
        kept.began()
        kept.ended()
        assert not given_back.acquire(timeout=0.05)
    assert given_back.acquire(timeout=5)


def test_the_c_library_is_asked_where_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    class Library:
        def __init__(self, _name: None) -> None: ...

        def malloc_trim(self, left: int) -> None:
            asked.append(left)

    heap.give_back()
    monkeypatch.setattr("ctypes.CDLL", Library)
    heap.give_back()
    monkeypatch.setattr("ctypes.CDLL", lambda _name: object())
    heap.give_back()

    assert asked == [0]
