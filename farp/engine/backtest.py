"""Is the VaR right? Rolling forecasts, the days that went past them, and the usual tests of both. Losses are positive."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, chdtrc, xlogy

from farp.engine.checks import MINIMUM_OBSERVATIONS, TRADING_DAYS, Floats, confidence_level, numbers, one_series, series
from farp.engine.methods.estimate import Estimate, Remark
from farp.engine.value_at_risk import Tail
from farp.errors import DataError, InsufficientHistory, InvalidInput

YELLOW_FROM = 0.95
RED_FROM = 0.9999
SIGNIFICANCE = 0.05
SEVERE = 1.2
"""From here on the losses on exception days are called larger than the expected shortfall."""

Estimator = Callable[[Floats, Sequence[float]], Estimate]
"""A VaR method with its settings bound: windows of P&L and confidences in, an `Estimate` with one row a window out."""

Progress = Callable[[float], None]
"""Is told the share of the work that is done, up to 1."""


class Zone(StrEnum):
    """The Basel traffic light."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelihoodRatio:
    """A likelihood-ratio statistic, its chi-squared degrees of freedom and the probability of one at least as large."""

    statistic: float
    degrees_of_freedom: int
    p_value: float

    @property
    def rejected(self) -> bool:
        """Whether chance alone gives so large a statistic less than once in twenty times."""
        return self.p_value < SIGNIFICANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Transitions:
    """How many days followed which: `calm_hit` counts exceptions on the day after a day without one, and so on."""

    calm_calm: int
    calm_hit: int
    hit_calm: int
    hit_hit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """The VaR and ES of one method at one confidence against what happened, over `days` tested days.

    `exceptions` marks the days with a loss above VaR, shape (days + days_without_forecast,), never a day without a forecast.
    `shortfall_ratio` is the mean of loss / ES on exception days; None without one, or where the ES of such a day is not positive.
    `days_asked` is how many days the caller wanted; the past may be shorter.
    """

    method: str
    confidence: float
    days: int
    days_asked: int
    days_without_forecast: int
    exceptions: NDArray[np.bool_]
    transitions: Transitions
    coverage: LikelihoodRatio
    independence: LikelihoodRatio
    conditional_coverage: LikelihoodRatio
    zone: Zone
    cumulative_probability: float
    shortfall_ratio: float | None

    @property
    def count(self) -> int:
        """The number of exceptions."""
        return int(self.exceptions.sum())

    @property
    def expected(self) -> float:
        """The number of exceptions to be expected, n (1 - c)."""
        return self.days * (1.0 - self.confidence)

    @property
    def too_few_days(self) -> bool:
        """Whether less than one exception is to be expected and nothing speaks against the VaR: a pass then says next to nothing."""
        return round(self.expected, 9) < 1 and self.zone is Zone.GREEN and not (self.coverage.rejected or self.conditional_coverage.rejected)


def rolling_forecast(
    profit_and_loss: ArrayLike,
    estimator: Estimator,
    confidences: Sequence[float],
    days: int = 250,
    window: int = TRADING_DAYS,
    block: int | None = None,
    progress: Progress | None = None,
) -> Estimate:
    """Return the one-day-ahead VaR and ES of each of the last `days` days, each from the `window` days before it and nothing else.

    Parameters
    ----------
    profit_and_loss
        P&L of today's holdings [money], oldest day first, shape (n_days,); (n_positions, n_days) for Monte Carlo.
    estimator
        A VaR method with its settings bound, such as ``parametric_normal`` or ``functools.partial(age_weighted, decay=0.99)``.
    confidences
        Each in (0.5, 1).
    days
        Days to test; as many as there are when the past is shorter.
    window
        Days behind each forecast.
    block
        Days forecast at a time, which bounds the memory and says how often `progress` is told; by default all at once. The figures of each
        day are the same to the last bit.
    progress
        Is told the share of the days that are forecast after each block.

    Returns
    -------
    An estimate whose rows are the tested days, shape (n_tested,).

    Raises
    ------
    InvalidInput
        NaN in the P&L, a confidence outside its range, `days` or `window` not a whole number of at least 20, or `block` not one of at least 1.
    InsufficientHistory
        Fewer than `window` days and 20 to test.

    Examples
    --------
    >>> from farp.engine.methods.parametric_normal import parametric_normal
    >>> rolling_forecast([1.0, -1.0] * 40, parametric_normal, (0.95,), days=20, window=50).tails[0].value_at_risk.shape
    (20,)
    """
    asked, width = _count(days, "days"), _count(window, "window")
    array = series(profit_and_loss, "profit_and_loss")
    past = array.shape[-1]
    if past < width + MINIMUM_OBSERVATIONS:
        raise InsufficientHistory(past, width + MINIMUM_OBSERVATIONS, f"{width} behind the first forecast and {MINIMUM_OBSERVATIONS} to test")
    tested = min(asked, past - width)
    before = array[..., past - width - tested : past - 1]  # the last day is forecast, and never part of a window
    windows = np.moveaxis(np.lib.stride_tricks.sliding_window_view(before, width, axis=-1), -2, 0)
    size = tested if block is None else block
    if not (isinstance(size, (int, np.integer)) and size >= 1):
        raise InvalidInput(f"block must be a whole number of days, 1 or more, got {block!r}.")
    parts: list[Estimate] = []
    for start in range(0, tested, size):
        parts.append(estimator(windows[start : start + size], confidences))
        if progress is not None:
            progress(min(start + size, tested) / tested)
    return parts[0] if len(parts) == 1 else _joined(parts)


def backtest(profit_and_loss: ArrayLike, forecast: Estimate, days: int | None = None) -> tuple[Backtest, ...]:
    """Return the tests of a rolling forecast against the P&L of the same days, one result per confidence.

    Parameters
    ----------
    profit_and_loss
        P&L [money], shape (n_tested,) or longer: its last days are compared.
    forecast
        What `rolling_forecast` returned, rows (n_tested,). Days whose forecast is NaN (a failed fit) are left out and counted.
    days
        How many days were asked for; by default as many as there are.

    Raises
    ------
    InvalidInput
        NaN in the P&L, or a forecast that is not one row a day, or is longer than the P&L.
    DataError
        Fewer than 20 days have a forecast.
    """
    realised = one_series(profit_and_loss, "profit_and_loss")
    return tuple(_backtest(realised, tail, forecast.method, days) for tail in forecast.tails)


def rolling_backtest(
    profit_and_loss: ArrayLike,
    estimator: Estimator,
    confidences: Sequence[float],
    days: int = 250,
    window: int = TRADING_DAYS,
    positions: ArrayLike | None = None,
) -> tuple[Backtest, ...]:
    """Forecast and test in one go: `rolling_forecast` and `backtest`, one result per confidence.

    `positions`, the P&L of each position (n_positions, n_days), is what the estimator sees instead where it needs that (Monte Carlo).
    """
    realised = one_series(profit_and_loss, "profit_and_loss")
    seen = realised if positions is None else numbers(positions, "positions")
    if seen.shape[-1] != realised.shape[-1]:
        raise InvalidInput(f"positions and profit_and_loss must cover the same days, got {seen.shape[-1]} and {realised.shape[-1]}.")
    return backtest(realised, rolling_forecast(seen, estimator, confidences, days, window), days)


def exception_days(profit_and_loss: ArrayLike, value_at_risk: ArrayLike) -> NDArray[np.bool_]:
    """Return where the loss is larger than the VaR; a loss of exactly the VaR is none, nor is a day whose VaR is NaN."""
    return np.asarray(-numbers(profit_and_loss, "profit_and_loss") > numbers(value_at_risk, "value_at_risk"))


def kupiec(days: int, exceptions: int, confidence: float) -> LikelihoodRatio:
    """Return the proportion-of-failures test: are there as many exceptions as the confidence says?

    ``LR = -2 ln[(1 - p)^(n - x) p^x / ((1 - x/n)^(n - x) (x/n)^x)]`` with p = 1 - c, chi-squared with 1 degree of freedom; 0 ln 0 = 0.

    Parameters
    ----------
    days, exceptions
        n >= 1 and x in 0..n.
    confidence
        c in (0.5, 1).

    Raises
    ------
    InvalidInput
        A count or the confidence outside its range.

    References
    ----------
    Kupiec, P. (1995), Techniques for verifying the accuracy of risk measurement models, Journal of Derivatives 3(2), 73-84.

    Examples
    --------
    >>> test = kupiec(250, 7, 0.99)
    >>> round(test.statistic, 3), round(test.p_value, 4)
    (5.497, 0.019)
    """
    n, x = _hits(days, exceptions)
    p = 1.0 - confidence_level(confidence)
    return _likelihood_ratio(_log_likelihood(n - x, x, p), _log_likelihood(n - x, x, x / n), 1)


def transitions(exceptions: ArrayLike, forecast: ArrayLike | None = None) -> Transitions:
    """Count which days followed which in a series of exceptions, shape (n_days,).

    `forecast` is true for days that have one (default: all); a pair of days counts only if both do.
    """
    hits = np.asarray(exceptions, dtype=bool)
    known = np.ones(hits.shape, dtype=bool) if forecast is None else np.asarray(forecast, dtype=bool)
    before, after, both = hits[:-1], hits[1:], known[:-1] & known[1:]
    return Transitions(
        calm_calm=int((~before & ~after & both).sum()),
        calm_hit=int((~before & after & both).sum()),
        hit_calm=int((before & ~after & both).sum()),
        hit_hit=int((before & after & both).sum()),
    )


def christoffersen_independence(counts: Transitions) -> LikelihoodRatio:
    """Return the test of independence: is an exception as likely after an exception as after a calm day?

    ``LR = -2 ln[(1 - p)^(n00 + n10) p^(n01 + n11) / ((1 - p01)^n00 p01^n01 (1 - p11)^n10 p11^n11)]`` with ``p01 = n01 / (n00 + n01)``,
    ``p11 = n11 / (n10 + n11)`` and ``p = (n01 + n11) / n``, chi-squared with 1 degree of freedom. 0 ln 0 = 0, and the share of nothing is 0.

    References
    ----------
    Christoffersen, P. (1998), Evaluating interval forecasts, International Economic Review 39(4), 841-862.
    """
    calm, hit = counts.calm_calm + counts.calm_hit, counts.hit_calm + counts.hit_hit
    alike = _share(counts.calm_hit + counts.hit_hit, calm + hit)
    one = _log_likelihood(counts.calm_calm + counts.hit_calm, counts.calm_hit + counts.hit_hit, alike)
    after_calm = _log_likelihood(counts.calm_calm, counts.calm_hit, _share(counts.calm_hit, calm))
    after_hit = _log_likelihood(counts.hit_calm, counts.hit_hit, _share(counts.hit_hit, hit))
    return _likelihood_ratio(one, after_calm + after_hit, 1)


def conditional_coverage(coverage: LikelihoodRatio, independence: LikelihoodRatio) -> LikelihoodRatio:
    """Return the joint test of the right number and of independence: the sum of both statistics, chi-squared with 2 degrees of freedom.

    References
    ----------
    Christoffersen, P. (1998), Evaluating interval forecasts, International Economic Review 39(4), 841-862.
    """
    statistic = coverage.statistic + independence.statistic
    return LikelihoodRatio(statistic=statistic, degrees_of_freedom=2, p_value=float(chdtrc(2, statistic)))


def cumulative_probability(days: int, exceptions: int, confidence: float) -> float:
    """Return the probability of at most so many exceptions if the VaR is right, ``P(X <= x)`` with X ~ Binomial(n, 1 - c).

    Examples
    --------
    >>> round(cumulative_probability(250, 4, 0.99), 4)
    0.8922
    """
    n, x = _hits(days, exceptions)
    return float(bdtr(float(x), n, 1.0 - confidence_level(confidence)))


def traffic_light(days: int, exceptions: int, confidence: float) -> Zone:
    """Return the Basel zone: yellow from a cumulative probability of 95 %, red from 99.99 %; no exception is always green.

    References
    ----------
    Basel Committee on Banking Supervision (1996), Supervisory framework for the use of "backtesting" in conjunction with the internal
    models approach to market risk capital requirements, table 2.

    Examples
    --------
    >>> [traffic_light(250, exceptions, 0.99).value for exceptions in (4, 5, 9, 10)]
    ['green', 'yellow', 'yellow', 'red']
    """
    probability = cumulative_probability(days, exceptions, confidence)
    if exceptions == 0 or probability < YELLOW_FROM:
        return Zone.GREEN
    return Zone.YELLOW if probability < RED_FROM else Zone.RED


def shortfall_ratio(profit_and_loss: ArrayLike, tail: Tail) -> float | None:
    """Return the mean of loss / ES over the days with a loss above VaR; near 1 if the ES is right.

    None without such a day, or where the ES of one is not positive, so that a ratio means nothing.
    """
    hits = exception_days(profit_and_loss, tail.value_at_risk)
    expected = np.asarray(tail.expected_shortfall)[hits]
    if not hits.any() or not (expected > 0).all():
        return None
    return float((-numbers(profit_and_loss, "profit_and_loss")[hits] / expected).mean())


def quantile_score(profit_and_loss: ArrayLike, tail: Tail) -> float:
    """Return the mean quantile score of a VaR: lower is better, and no forecast beats the true quantile in the long run.

    ``max(l - VaR, 0) + (1 - c) (VaR - l)`` with l the loss of a day: what was lost beyond the VaR, and a charge of 1 - c on what the VaR was
    too high by. A VaR that is too low pays the first, one that is too high the second, one that comes late both. Days whose VaR is NaN do
    not count.

    Parameters
    ----------
    profit_and_loss
        P&L [money or fraction], shape (n_days,).
    tail
        VaR of the same days and its confidence.

    Raises
    ------
    InvalidInput
        No day has a VaR.

    References
    ----------
    Gneiting, T. (2011), Making and evaluating point forecasts, Journal of the American Statistical Association 106(494), 746-762
    (the asymmetric piecewise linear score, consistent for a quantile).

    Examples
    --------
    >>> round(quantile_score([-1.0, -2.0, -3.0], Tail(confidence=0.9, value_at_risk=np.array([0.0, 2.0, 3.0]), expected_shortfall=np.ones(3))), 12)
    0.3
    """
    value_at_risk = np.asarray(tail.value_at_risk)
    known = np.isfinite(value_at_risk)
    if not known.any():
        raise InvalidInput("there is no quantile score: no day has a VaR.")
    beyond = -numbers(profit_and_loss, "profit_and_loss")[known] - value_at_risk[known]
    return float((np.maximum(beyond, 0.0) - (1.0 - confidence_level(tail.confidence)) * beyond).mean())


def shared_scores(profit_and_loss: ArrayLike, tails: Sequence[Tail]) -> tuple[float, ...]:
    """Return the `quantile_score` of each of `tails` over the days for which all of them have a VaR, so that they can be compared.

    Raises
    ------
    DataError
        There is no such day.
    """
    realised = one_series(profit_and_loss, "profit_and_loss")
    shared = np.isfinite([tail.value_at_risk for tail in tails]).all(axis=0)
    if not shared.any():
        raise DataError("The methods cannot be compared: there is no day for which all of them have a forecast.")
    return tuple(quantile_score(realised[shared], replace(tail, value_at_risk=np.asarray(tail.value_at_risk)[shared])) for tail in tails)


def ranking(results: Sequence[Backtest], scores: Sequence[float]) -> tuple[int, ...]:
    """Return the places of `results`, backtests of several methods over the same days, from the best method to the worst.

    Each rule decides only between methods that all rules before it leave level:

    1. Basel red comes last.
    2. Conditional coverage rejected comes after not rejected.
    3. Basel yellow comes after green.
    4. The lower of `scores`, those of `shared_scores`, comes first.
    5. The ratio of loss to ES that is nearer to 1 comes first (as a factor: 2 is as far as 1/2); none comes last.
    6. What is still level stays in the order given.

    Raises
    ------
    InvalidInput
        Not one score a result, or results of different confidences or numbers of days.
    """
    if len(results) != len(scores) or len({(result.confidence, len(result.exceptions)) for result in results}) > 1:
        raise InvalidInput("only backtests at one confidence and over the same days can be ranked, each with its score.")
    ranks = [(*_standing(result), score, _distance(result.shortfall_ratio)) for result, score in zip(results, scores, strict=True)]
    return tuple(sorted(range(len(ranks)), key=ranks.__getitem__))


def why_first(results: Sequence[Backtest], scores: Sequence[float], names: Sequence[str]) -> str:
    """Return why the first of `results`, best first as `ranking` has them, comes before the others, in a few sentences.

    Examples
    --------
    >>> from farp.engine.methods.parametric_normal import parametric_normal
    >>> one = rolling_backtest(np.random.default_rng(1).normal(size=400), parametric_normal, (0.95,), days=100)[0]
    >>> why_first([one], [0.1], ["Normal"])
    'Normal is the only method that was tested.'
    >>> why_first([one, one], [0.1, 0.2], ["Normal", "Other"]).split(". ")[1]
    'Of these, its VaR followed the losses most closely (quantile score 50.0 % below that of Other, the next).'
    """
    if not len(results) == len(scores) == len(names) >= 1:
        raise InvalidInput("why_first needs a score and a name for each result, and at least one.")
    few = _few_days(results[0])
    if len(results) == 1:
        return f"{names[0]} is the only method that was tested.{few}"
    alike = sum(_standing(result) == _standing(results[0]) for result in results)
    advantage = _advantage(results, scores, names[1])
    if results[0].zone is Zone.RED:
        return f"None should be used: all {len(results)} methods have a red light. {names[0]} is the least bad: {advantage}."
    _, rejected, yellow = _standing(results[0])
    light = "a yellow light" if yellow else "a green light"
    tested = "rejected by the test of number and spacing" if rejected else "not rejected by the test of number and spacing"
    but = "but" if rejected != yellow else "and"
    doubt = "" if not (rejected or yellow) else "No method passes every test. "
    if alike == 1:
        return f"{doubt}{names[0]} is first: it alone of the {len(results)} methods has {light} {but} is {tested}.{few}"
    return f"{doubt}{names[0]} is first: {alike} of {len(results)} methods have {light} {but} are {tested}. Of these, {advantage}.{few}"


def verdict(result: Backtest, name: str) -> str:
    """Return one sentence that says what the backtest found about the method called `name`.

    Examples
    --------
    >>> import numpy as np
    >>> from farp.engine.methods.parametric_normal import parametric_normal
    >>> calm = np.tile([1.0, -1.0], 136)
    >>> verdict(rolling_backtest(calm, parametric_normal, (0.95,), days=20)[0], "Normal")
    'Normal: no exception in 20 days, where 1 was to be expected at 95 %; the number fits (not rejected, p 0.358).'
    """
    parts = [f"{name}: {_found(result)}; {_number(result)}"]
    if result.independence.rejected and _clusters(result.transitions):
        parts.append("exceptions follow one another, so it reacts too slowly when markets turn")
    if result.shortfall_ratio is not None and result.shortfall_ratio > SEVERE:
        parts.append(f"on those days the loss was {result.shortfall_ratio:.1f} times the expected shortfall")
    if result.days_without_forecast:
        parts.append(f"{_days(result.days_without_forecast)} without a forecast left out")
    return "; ".join(parts) + "."


def _backtest(realised: Floats, tail: Tail, method: str, days: int | None) -> Backtest:
    value_at_risk = np.asarray(tail.value_at_risk)
    if value_at_risk.ndim != 1 or len(value_at_risk) > len(realised):
        raise InvalidInput(f"forecast must have one row a day, no more than the {len(realised)} of profit_and_loss, got shape {value_at_risk.shape}.")
    outcome = realised[len(realised) - len(value_at_risk) :]
    known = np.isfinite(value_at_risk)
    tested = int(known.sum())
    if tested < MINIMUM_OBSERVATIONS:
        raise DataError(
            f"Only {tested} of {_days(len(value_at_risk))} have a forecast to test, and at least {MINIMUM_OBSERVATIONS} are needed;"
            " use another method or test more days."
        )
    hits = exception_days(outcome, value_at_risk)
    count, followed = int(hits.sum()), transitions(hits, known)
    coverage, independence = kupiec(tested, count, tail.confidence), christoffersen_independence(followed)
    return Backtest(
        method=method,
        confidence=tail.confidence,
        days=tested,
        days_asked=len(value_at_risk) if days is None else _count(days, "days"),
        days_without_forecast=len(value_at_risk) - tested,
        exceptions=hits,
        transitions=followed,
        coverage=coverage,
        independence=independence,
        conditional_coverage=conditional_coverage(coverage, independence),
        zone=traffic_light(tested, count, tail.confidence),
        cumulative_probability=cumulative_probability(tested, count, tail.confidence),
        shortfall_ratio=shortfall_ratio(outcome, tail),
    )


def _joined(parts: Sequence[Estimate]) -> Estimate:
    """Return estimates of successive rows, by one method with the same settings, as one estimate of all of them."""
    first, lengths = parts[0], [len(part.tails[0].value_at_risk) for part in parts]
    ends = np.cumsum(lengths)
    rows: dict[tuple[str, float | None], NDArray[np.bool_]] = {}
    for part, end, length in zip(parts, ends.tolist(), lengths, strict=True):
        for remark in part.remarks:
            rows.setdefault((remark.text, remark.confidence), np.zeros(ends[-1], dtype=bool))[end - length : end] = remark.rows
    return Estimate(
        method=first.method,
        tails=tuple(
            Tail(
                confidence=tail.confidence,
                value_at_risk=np.concatenate([part.tails[place].value_at_risk for part in parts]),
                expected_shortfall=np.concatenate([part.tails[place].expected_shortfall for part in parts]),
            )
            for place, tail in enumerate(first.tails)
        ),
        observations=first.observations,
        settings=first.settings,
        fitted={name: np.concatenate([part.fitted[name] for part in parts]) for name in first.fitted},
        remarks=tuple(Remark(text=text, rows=where, confidence=confidence) for (text, confidence), where in rows.items()),
    )


def _standing(result: Backtest) -> tuple[bool, bool, bool]:
    """Return what tells methods apart before any score: red, rejected, not green."""
    return result.zone is Zone.RED, result.conditional_coverage.rejected, result.zone is not Zone.GREEN


def _distance(ratio: float | None) -> float:
    """Return how far a ratio is from 1, as a factor."""
    return math.inf if ratio is None or ratio <= 0 else abs(math.log(ratio))


def _advantage(results: Sequence[Backtest], scores: Sequence[float], name: str) -> str:
    """Return what puts the first before the second, called `name`, of the same standing."""
    if scores[0] < scores[1]:
        lead = _percent(1.0 - scores[0] / scores[1])
        return f"its VaR followed the losses most closely (quantile score {lead} below that of {name}, the next)"
    if _distance(results[0].shortfall_ratio) < _distance(results[1].shortfall_ratio):
        return f"its expected shortfall was nearest to the losses on exception days ({name} is level in all else)"
    return f"it is level with {name} and only listed first"


def probability(value: float) -> str:
    """Return a p-value: three decimals, more where these would hide on which side of 0.05 it lies.

    Examples
    --------
    >>> probability(0.12345), probability(0.0502), probability(0.0001)
    ('0.123', '0.0502', '< 0.001')
    """
    if value < 0.0005:
        return "< 0.001"
    decimals = next((d for d in range(3, 9) if round(value, d) != SIGNIFICANCE), 3)
    return f"{value:.{decimals}f}"


def _percent(fraction: float) -> str:
    return "less than 0.1 %" if fraction < 0.001 else f"{100 * fraction:.1f} %"


def _found(result: Backtest) -> str:
    count = f"{result.count} exception{'' if result.count == 1 else 's'}" if result.count else "no exception"
    expected = f"{round(result.expected, 1):g}"
    return (
        f"{count} in {_days(result.days)}, where {expected} {'was' if expected == '1' else 'were'} to be expected at {100 * result.confidence:.4g} %"
    )


def _number(result: Backtest) -> str:
    """Return what the number of exceptions says, with the light unless green, and whether conditional coverage rejects the method."""
    many = result.count > result.expected
    under, few = ("understates", "many") if many else ("overstates", "few")
    joint = result.conditional_coverage
    test = f"{'' if joint.rejected else 'not '}rejected, p {probability(joint.p_value)}"
    if result.zone is Zone.RED:
        return f"far too many (Basel red; {test}): it understates the risk and should not be used"
    light = "Basel yellow; " if result.zone is Zone.YELLOW else ""
    odd = result.coverage.rejected or result.zone is Zone.YELLOW
    if joint.rejected and odd:
        return f"too {few} ({light}{test}): it {under} the risk"
    if joint.rejected:
        wrong = "the number fits, the spacing does not" if result.independence.rejected else "number and spacing together do not fit"
        return f"{wrong} ({test})"
    if result.zone is Zone.YELLOW:
        return f"more than expected (Basel yellow; {test}): it may understate the risk"
    if result.coverage.rejected:
        alone = f"the number alone is rejected, p {probability(result.coverage.p_value)}; with the spacing {test}"
        return f"{'more' if many else 'fewer'} than expected ({alone}): it may {under.removesuffix('s')} the risk"
    if result.too_few_days:
        return "too few days to judge so high a confidence"
    return f"the number fits ({test})"


def _few_days(result: Backtest) -> str:
    """Return what is to be said where passing the tests says next to nothing, with a space before it; else nothing."""
    if not result.too_few_days:
        return ""
    count, level = f"{round(result.expected, 2):g}", f"{100 * result.confidence:.4g}"
    return (
        f" {_days(result.days)} are too few to judge a VaR at {level} %: only {count} exceptions were to be expected, so a green light says little."
    )


def _clusters(counts: Transitions) -> bool:
    return _share(counts.hit_hit, counts.hit_calm + counts.hit_hit) > _share(counts.calm_hit, counts.calm_calm + counts.calm_hit)


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _log_likelihood(calm: int, hits: int, probability: float) -> float:
    return float(xlogy(calm, 1.0 - probability) + xlogy(hits, probability))


def _likelihood_ratio(restricted: float, free: float, degrees_of_freedom: int) -> LikelihoodRatio:
    statistic = max(2.0 * (free - restricted), 0.0)  # the free likelihood is the larger one; below zero is rounding
    return LikelihoodRatio(statistic=statistic, degrees_of_freedom=degrees_of_freedom, p_value=float(chdtrc(degrees_of_freedom, statistic)))


def _hits(days: int, exceptions: int) -> tuple[int, int]:
    if not (days >= 1 and 0 <= exceptions <= days):
        raise InvalidInput(f"exceptions must lie between 0 and the number of days, 1 or more, got {exceptions!r} in {days!r}.")
    return int(days), int(exceptions)


def _count(value: int, name: str) -> int:
    if not (isinstance(value, (int, np.integer)) and value >= MINIMUM_OBSERVATIONS):
        raise InvalidInput(f"{name} must be a whole number of days, {MINIMUM_OBSERVATIONS} or more, got {value!r}.")
    return int(value)
