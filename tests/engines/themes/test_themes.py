"""Like texts: all pairs of all with all, the same in any order, groups that keep their identity, and the reasons."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peyvand.engines.themes import near_duplicates, nearest, stems, themes
from peyvand.engines.themes.likeness import weighed

WORDS = (
    "مسکن",
    "وام",
    "کرایه",
    "درمان",
    "دارو",
    "مدرسه",
    "سرویس",
    "اشتغال",
    "کارگاه",
    "قالی",
    "ویلچر",
    "رمپ",
    "اتوبوس",
    "بیمه",
)
SOME = st.lists(st.lists(st.sampled_from(WORDS), min_size=0, max_size=6).map(" ".join), min_size=1, max_size=14)
few = settings(max_examples=40, deadline=None)


def pairs_of(texts, alike):
    found = near_duplicates(texts, alike)
    return {
        (texts[i], texts[j]) if texts[i] <= texts[j] else (texts[j], texts[i])
        for i, j in zip(found.first, found.second, strict=True)
    }


def parts(of):
    return {frozenset(np.flatnonzero(of == one).tolist()) for one in set(of.tolist()) - {-1}}


def test_half_spaces_keyboards_and_endings_do_not_part_words():
    assert stems("پیشنهاد‌های ساختمانی") == stems("پیشنهادهاي ساختماني") == stems("پيشنهاد های ساختمانی")
    assert stems("خانه‌ام") == stems("خانه ام") == stems("خانه‌هایمان") == stems("خانهٔ")
    assert stems("مُهِم") == stems("مهم")
    assert stems("دختر درمان دفتر") == ["دختر", "درم", "دفتر"] or stems("دختر درمان دفتر") == ["دختر", "درمان", "دفتر"]
    assert stems("از این که می‌شود و را") == []


@few
@given(SOME, st.sampled_from([0.3, 0.5, 0.8, 1.0]))
def test_the_pairs_are_those_of_all_with_all(texts, alike):
    told = weighed(texts)
    rows = np.zeros((len(texts), len(told.keys)))
    for text in range(len(texts)):
        words, weights = told.row(text)
        rows[text, words] = weights
    every = np.round(rows @ rows.T, 9)
    wanted = {(i, j) for i in range(len(texts)) for j in range(i + 1, len(texts)) if every[i, j] >= alike}
    found = near_duplicates(texts, alike)
    assert set(zip(found.first.tolist(), found.second.tolist(), strict=True)) == wanted
    assert np.allclose(found.likeness, [every[i, j] for i, j in zip(found.first, found.second, strict=True)])


@few
@given(SOME, st.randoms(use_true_random=False))
def test_any_order_gives_the_same_groups_and_reasons(texts, random):
    order = list(range(len(texts)))
    random.shuffle(order)
    mixed = [texts[i] for i in order]
    one, other = themes(texts), themes(mixed)
    back = np.empty(len(texts), np.int64)
    back[order] = other.of
    assert one.of.tolist() == back.tolist()
    assert [(t.number, t.words, texts[t.centre]) for t in one.themes] == [
        (t.number, t.words, mixed[t.centre]) for t in other.themes
    ]
    assert pairs_of(texts, 0.5) == pairs_of(mixed, 0.5)


@few
@given(SOME, SOME, st.randoms(use_true_random=False))
def test_groups_keep_their_identity_when_new_texts_come(texts, fresh, random):
    before = themes(texts).of
    after = themes([*texts, *fresh], earlier=[*before.tolist(), *[-1] * len(fresh)])
    kept = before >= 0
    assert after.of[: len(texts)][kept].tolist() == before[kept].tolist()
    order = list(range(len(fresh)))
    random.shuffle(order)
    mixed = themes([*texts, *(fresh[i] for i in order)], earlier=[*before.tolist(), *[-1] * len(fresh)])
    back = np.empty(len(fresh), np.int64)
    back[order] = mixed.of[len(texts) :]
    assert back.tolist() == after.of[len(texts) :].tolist()


@few
@given(SOME)
def test_the_words_in_common_add_up_to_the_likeness(texts):
    found = near_duplicates(texts, 0.3)
    for pair in range(len(found.first)):
        told = found.why(pair, most=99)
        assert sum(one.weight for one in told) == pytest.approx(found.likeness[pair], abs=1e-6)
        assert [one.weight for one in told] == sorted((one.weight for one in told), reverse=True)
        both = set(stems(texts[found.first[pair]])) & set(stems(texts[found.second[pair]]))
        assert {stems(one.word)[0] for one in told} == both


def test_each_text_of_a_theme_is_like_another_and_the_alone_stay_alone():
    texts = [
        "وام مسکن برای زوج جوان",
        "وام مسکن زوج‌های جوان",
        "رمپ برای ویلچر در بانک",
        "رمپ ویلچر بانک‌ها",
        "آموزش معلم روستا",
    ]
    found = themes(texts)
    assert parts(found.of) == {frozenset({0, 1}), frozenset({2, 3})}
    assert found.of[4] == -1
    assert {one.word for one in found.why(0, 1)} == {"وام", "مسکن", "زوج", "جوان"}


def test_the_nearest_of_what_is_being_typed():
    among = ["وام مسکن زوج جوان", "رمپ ویلچر بانک", ""]
    (first, likeness, why), *rest = nearest("وام مسکن", among)
    assert (first, rest) == (0, [])
    assert sum(one.weight for one in why) == pytest.approx(likeness)
    assert nearest("", among) == []
    assert nearest("وام", []) == []


def test_nothing_and_wrong_values():
    assert themes([]).themes == ()
    assert len(near_duplicates([]).first) == 0
    assert themes(["", "  "]).of.tolist() == [-1, -1]
    with pytest.raises(ValueError, match="alike"):
        near_duplicates(["a"], 0)
    with pytest.raises(ValueError, match="earlier"):
        themes(["الف"], earlier=[0, 1])
    with pytest.raises(ValueError, match="row 0"):
        themes(["الف"], earlier=[-2])
