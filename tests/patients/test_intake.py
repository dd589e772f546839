from __future__ import annotations

from patients.intake import Given, missing_for_signing, not_asked
from patients.vocabulary import (
    Agreement,
    Allergies,
    Answer,
    CareSetting,
    ContactKind,
    Ground,
    Item,
    Kind,
    ResultKind,
    Sex,
    SupportKind,
    TeamRole,
)

EVERYTHING = {item: Given(Answer.YES, "as told") for item in Item}
ALL = {"identity": True, "allergies_asked": True, "decision": True}


def test_a_whole_intake_leaves_nothing_open() -> None:
    gaps = missing_for_signing(EVERYTHING, **ALL)

    assert gaps.refused == ()
    assert gaps.not_asked == ()


def test_an_empty_intake_refuses_signing_and_lists_every_item() -> None:
    gaps = missing_for_signing({}, identity=False, allergies_asked=False, decision=False)

    assert len(gaps.refused) == 4
    assert gaps.not_asked == tuple(item.words for item in Item if item is not Item.INDICATION)


def test_an_indication_answered_no_is_no_indication() -> None:
    for given in (Given(Answer.NO), Given(Answer.NOT_ASKED), Given(Answer.YES, "  ")):
        gaps = missing_for_signing({**EVERYTHING, Item.INDICATION: given}, **ALL)

        assert gaps.refused == ("The indication is not recorded.",)


def test_a_no_is_asked_and_not_asked_is_not() -> None:
    answers = {**EVERYTHING, Item.SEIZURES: Given(Answer.NO), Item.TRAUMA: Given(Answer.NOT_ASKED)}

    assert not_asked(answers) == (Item.TRAUMA,)


def test_every_word_of_every_list_can_be_said() -> None:
    lists = (
        Agreement, Allergies, Answer, CareSetting, ContactKind, Ground, Item, Kind, ResultKind,
        Sex, SupportKind, TeamRole,
    )  # fmt: skip
    for words in lists:
        assert all(word.words for word in words)


def test_form_names_of_items_are_all_different() -> None:
    assert len({item.key for item in Item}) == len(Item)
