"""Exact statistics of counts: binomial tails, Clopper-Pearson intervals, and how many trials tell two shares apart.

The tail is the regularized incomplete beta function, by its continued fraction.
Source: NIST DLMF 8.17 (8.17.5 the binomial sum, 8.17.22 the fraction); Clopper and Pearson, Biometrika 26 (1934).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

_TINY = 1e-300
_EPSILON = 1e-15
_MOST_TERMS = 100_000
_STEPS = 60
MOST_TRIALS = 1_000_000
"""Beyond so many trials no plan is made."""


def at_most(count: int, trials: int, share: float) -> float:
    """The probability of at most `count` successes in `trials` draws, each a success with probability `share`."""
    if count < 0:
        return 0.0
    if count >= trials or share <= 0:
        return 1.0
    if share >= 1:
        return 0.0
    return _beta(trials - count, count + 1, 1 - share)


def at_least(count: int, trials: int, share: float) -> float:
    """The probability of at least `count` successes; exact where `1 - at_most` would lose every digit."""
    if count <= 0:
        return 1.0
    if count > trials or share <= 0:
        return 0.0
    if share >= 1:
        return 1.0
    return _beta(count, trials - count + 1, share)


def _beta(a: float, b: float, x: float) -> float:
    """The regularized incomplete beta function I_x(a, b), for 0 < x < 1."""
    front = a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    if x < (a + 1) / (a + b + 2):
        return min(1.0, math.exp(front) / a * _fraction(a, b, x))
    return max(0.0, 1 - math.exp(front) / b * _fraction(b, a, 1 - x))


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    c, d = 1.0, 1 / _far_from_zero(1 - (a + b) * x / (a + 1))
    value = d
    for step in range(1, _MOST_TERMS):
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        change = 1.0
        for term in (even, odd):
            d = 1 / _far_from_zero(1 + term * d)
            c = _far_from_zero(1 + term / c)
            change = c * d
            value *= change
        if abs(change - 1) < _EPSILON:
            break
    return value


def _far_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


@lru_cache(maxsize=4096)
def interval(count: int, trials: int, alpha: float) -> tuple[float, float]:
    """The Clopper-Pearson interval: the shares under which neither so few nor so many successes have a probability
    below half of `alpha`. It holds the true share with a probability of at least 1 - alpha."""
    if trials == 0:
        return 0.0, 1.0
    low = 0.0 if count == 0 else _where(lambda share: at_least(count, trials, share) >= alpha / 2)
    high = 1.0 if count == trials else 1 - _where(lambda rest: at_least(trials - count, trials, rest) >= alpha / 2)
    return low, high


def _where(reached: Callable[[float], bool]) -> float:
    """The least share for which a condition that grows with the share holds."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return low


def trials_needed(share: float, other: float, alpha: float, power: float) -> int | None:
    """The least number of trials in which the interval around what is drawn with probability `share` excludes `other`
    with a probability of at least `power`; None where the two are equal or `MOST_TRIALS` do not suffice."""
    if share == other:
        return None
    if share > other:
        share, other = 1 - share, 1 - other
    high = 1
    while _power(high, share, other, alpha) < power:
        high *= 2
        if high > MOST_TRIALS:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _power(middle, share, other, alpha) >= power else (middle, high)
    return high


def _power(trials: int, share: float, other: float, alpha: float) -> float:
    """The probability, under `share`, of so few successes that the interval ends below the larger share `other`."""
    low, high = -1, trials
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if at_most(middle, trials, other) < alpha / 2 else (low, middle)
    return at_most(low, trials, share)
