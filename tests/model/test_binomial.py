"""Exact binomial statistics, against sums of whole numbers, published tables and their own promises."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateshift.model.binomial import at_least, at_most, interval, trials_needed


def exact_tail(count: int, trials: int, share: Fraction) -> Fraction:
    """At most `count` successes, summed in whole numbers."""
    return sum(
        (Fraction(math.comb(trials, k)) * share**k * (1 - share) ** (trials - k) for k in range(count + 1)), Fraction(0)
    )


@given(st.integers(1, 150), st.data())
def test_the_tails_equal_the_sum_of_their_terms(trials: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, trials))
    share = Fraction(data.draw(st.integers(1, 999)), 1000)

    expected = exact_tail(count, trials, share)

    assert at_most(count, trials, float(share)) == pytest.approx(float(expected), rel=1e-9, abs=1e-290)
    above = 1 - exact_tail(count - 1, trials, share) if count else Fraction(1)
    assert at_least(count, trials, float(share)) == pytest.approx(float(above), rel=1e-9, abs=1e-290)


def test_a_tail_far_out_keeps_its_digits() -> None:
    assert at_least(100, 100, 0.1) == pytest.approx(1e-100, rel=1e-9)
    assert at_most(0, 100_000, 0.001) == pytest.approx(math.exp(100_000 * math.log1p(-0.001)), rel=1e-9)


@pytest.mark.parametrize(
    ("count", "trials", "alpha", "low", "high"),
    [
        (0, 10, 0.05, 0.0, 0.3084971),  # 1 - 0.025 ** (1 / 10)
        (1, 10, 0.05, 0.0025286, 0.4450161),
        (5, 10, 0.05, 0.1870860, 0.8129140),
        (10, 10, 0.05, 0.6915029, 1.0),
        (10, 100, 0.05, 0.0490047, 0.1762226),
        (4, 20, 0.05, 0.0573340, 0.4366140),
    ],
)
def test_intervals_are_those_of_the_tables(count: int, trials: int, alpha: float, low: float, high: float) -> None:
    assert interval(count, trials, alpha) == pytest.approx((low, high), abs=1e-6)


@given(st.integers(0, 300), st.integers(1, 300), st.sampled_from([0.05, 0.01, 0.001]))
def test_the_ends_of_an_interval_are_where_a_tail_is_half_of_alpha(count: int, trials: int, alpha: float) -> None:
    count = min(count, trials)

    low, high = interval(count, trials, alpha)

    assert low <= count / trials <= high
    assert count == 0 or at_least(count, trials, low) == pytest.approx(alpha / 2, rel=1e-6)
    assert count == trials or at_most(count, trials, high) == pytest.approx(alpha / 2, rel=1e-6)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.97])
def test_an_interval_holds_the_share_as_often_as_it_promises(share: float) -> None:
    alpha, trials = 0.05, 60
    missed = 0.0
    for count in range(trials + 1):
        low, high = interval(count, trials, alpha)
        if not low <= share <= high:
            missed += math.comb(trials, count) * share**count * (1 - share) ** (trials - count)
    assert missed <= alpha


def test_without_trials_every_share_is_possible() -> None:
    assert interval(0, 0, 0.01) == (0.0, 1.0)


@pytest.mark.parametrize(("share", "other"), [(0.0, 0.1), (0.1, 0.0), (0.1, 0.5), (0.5, 1.0), (0.01, 0.1), (1.0, 0.9)])
def test_the_trials_needed_suffice_and_much_fewer_do_not(share: float, other: float) -> None:
    alpha, power = 0.01, 0.95
    needed = trials_needed(share, other, alpha, power)
    assert needed is not None

    def excluding(trials: int) -> float:
        return sum(
            math.comb(trials, count) * share**count * (1 - share) ** (trials - count)
            for count in range(trials + 1)
            if not interval(count, trials, alpha)[0] <= other <= interval(count, trials, alpha)[1]
        )

    assert excluding(needed) >= power - 1e-9
    assert excluding(max(1, needed * 2 // 3)) < power


def test_equal_shares_are_never_told_apart() -> None:
    assert trials_needed(0.3, 0.3, 0.01, 0.95) is None
    assert trials_needed(0.3, 0.3001, 0.01, 0.95) is None
