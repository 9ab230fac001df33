"""Of rivals at most one is chosen, and no choice is made twice."""

from __future__ import annotations

from random import Random

from flint import fmpq

from exactrev.recovery.doubtful import Doubtful
from exactrev.recovery.geometry import Form, form_key


def form(*entries: int) -> Form:
    return Form(1, len(entries), list(entries))


A, B, C, D = form(1, 0, 1), form(1, 1, 1), form(1, 2, 1), form(1, 0, 5)  # D is parallel to A
Key = tuple[fmpq, ...]


def of(*forms: Form) -> set[Key]:
    return {form_key(each) for each in forms}


def test_a_rival_is_chosen_only_if_it_is_preferred() -> None:
    some = Doubtful()
    some.set_against(of(A, B, C))
    some.add(form_key(A), A, preferred=False)
    some.add(form_key(B), B, preferred=False)
    assert set(some.chosen) == of(A) and set(some.forms) == of(A, B)
    some.add(form_key(C), C, preferred=True)
    assert set(some.chosen) == of(C)
    some.add(form_key(D), D, preferred=False)
    assert set(some.chosen) == of(C, D)
    assert some.rivals(form_key(A)) == of(B, C) and some.rivals(form_key(D)) == set()


def test_what_is_dropped_is_neither_chosen_nor_doubtful() -> None:
    some = Doubtful()
    some.add(form_key(A), A, preferred=False)
    some.drop(of(A, B))
    assert not some.chosen and not some.forms and not some.reconsider(Random(0))


def test_every_choice_is_made_once_and_holds_no_rivals() -> None:
    some = Doubtful()
    some.set_against(of(A, B))
    for each in (A, B, C):
        some.add(form_key(each), each, preferred=False)
    seen = [frozenset(some.chosen)]
    random = Random(1)
    while some.reconsider(random):
        seen.append(frozenset(some.chosen))
    assert {frozenset(of(A, C)), frozenset(of(B, C))} == set(seen) and len(seen) == 2


def test_of_parallel_ones_one_is_chosen() -> None:
    some = Doubtful()
    for each in (A, B, D):
        some.add(form_key(each), each, preferred=False)
    random, seen = Random(2), set()
    while some.reconsider(random):
        seen.add(frozenset(some.chosen))
    assert seen == {frozenset(of(A)), frozenset(of(D))}
