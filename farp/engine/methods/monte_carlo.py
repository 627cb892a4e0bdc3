"""VaR and ES of simulated moves of the positions, jointly normal or Student t. Losses are positive."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from farp.engine.checks import MINIMUM_OBSERVATIONS, Floats
from farp.engine.factor_model import sample_covariance
from farp.engine.methods.estimate import STILL, Estimate, history, levels, remark, standard_deviation
from farp.engine.value_at_risk import Tail, historical_tails
from farp.errors import InvalidInput

MONTE_CARLO = "monte_carlo"
PATHS = 100_000
FEWEST_PATHS = 1_000
CHUNK = 1 << 21
"""Random numbers held at once (16 MiB), so that many positions do not need memory for all their paths."""
BLOCK = 32
"""Rows answered from one pass over the draws; more would only need more memory."""
SMALLEST_EIGENVALUE = 1e-12
"""Directions with less variance than this fraction of the largest are rounding."""

SINGULAR = (
    "The covariance of the positions is singular or nearly so (more positions than days, or some that move alike): directions without"
    " variance of their own are not simulated."
)


def monte_carlo(
    position_profit_and_loss: ArrayLike,
    confidences: Sequence[float],
    rng: np.random.Generator,
    paths: int = PATHS,
    degrees_of_freedom: float = math.inf,
    minimum: int = MINIMUM_OBSERVATIONS,
) -> Estimate:
    """Return VaR and ES of the sum of positions whose moves are drawn from their sample covariance: (..., n_positions, n_days) -> (...,).

    The covariance is split into its eigenvectors, each path draws a standard normal for every direction, and the mean is zero. A
    finite `degrees_of_freedom` v divides a whole path by ``sqrt(chi2(v) / v)`` and by ``sqrt(v / (v - 2))``: a multivariate t with the
    same covariance. The tail is read off the paths as historical simulation reads it off the days. Rows are answered with the same draws.

    Parameters
    ----------
    position_profit_and_loss
        P&L [money] of each position, losses negative, shape (..., n_positions, n_days).
    confidences
        Each in (0.5, 1).
    rng
        Fresh from ``numpy.random.default_rng(seed)`` with a whole number, so that the result can name its seed.
    paths
        Number of simulated days, 1,000 or more.
    degrees_of_freedom
        Above 2; infinity is the normal.
    minimum
        Fewest days accepted.

    Returns
    -------
    `settings`: ``seed``, ``paths``, ``distribution``, ``degrees_of_freedom``. `fitted`: ``deviation`` of the covariance's portfolio, ``rank``
    simulated and ``condition_number`` of the covariance of the positions that move (largest over smallest eigenvalue, infinite when singular).

    Raises
    ------
    InvalidInput
        A confidence, `paths` or `degrees_of_freedom` outside its range, a generator without a seed or already used, NaN, no position.
    InsufficientHistory
        Fewer than `minimum` days.

    References
    ----------
    McNeil, A. J., Frey, R. and Embrechts, P. (2015), Quantitative Risk Management, rev. ed. (simulation of normal variance mixtures).
    """
    array = history(position_profit_and_loss, minimum)
    if array.ndim < 2 or array.shape[-2] == 0:
        raise InvalidInput(f"position_profit_and_loss must have shape (..., n_positions, n_days) with at least one position, got {array.shape}.")
    if not (isinstance(paths, (int, np.integer)) and paths >= FEWEST_PATHS):
        raise InvalidInput(f"paths must be a whole number, {FEWEST_PATHS:,} or more, got {paths!r}.")
    if not degrees_of_freedom > 2.0:
        raise InvalidInput(f"degrees_of_freedom must be above 2 (infinity is the normal), got {degrees_of_freedom!r}.")
    seed, checked = _seed(rng), levels(confidences)
    rows = array.shape[:-2]
    directions = min(array.shape[-2], array.shape[-1] - 1)
    splits = [_split(positions, directions) for positions in array.reshape(math.prod(rows), *array.shape[-2:])]
    exposures = np.array([exposure for exposure, _, _ in splits]).reshape(len(splits), directions)
    tails: list[tuple[Tail, ...]] = []
    for start in range(0, len(splits), BLOCK):
        # each block repeats the draws: a row gets the same ones alone and in a book, and the caller's generator stays as it was
        fresh = np.random.Generator(type(rng.bit_generator)(seed))
        outcomes = _outcomes(exposures[start : start + BLOCK], fresh, int(paths), degrees_of_freedom)
        tails += [historical_tails(outcome, checked) for outcome in outcomes]
    condition = np.array([condition for _, _, condition in splits]).reshape(rows)
    deviation = np.sqrt((exposures * exposures).sum(axis=-1)).reshape(rows)
    return Estimate(
        method=MONTE_CARLO,
        tails=tuple(_gathered(tails, place, level, rows) for place, level in enumerate(checked)),
        observations=array.shape[-1],
        settings={
            "seed": seed,
            "paths": int(paths),
            "distribution": "normal" if math.isinf(degrees_of_freedom) else "student_t",
            "degrees_of_freedom": float(degrees_of_freedom),
            "mean": "zero",
        },
        fitted={
            "deviation": deviation,
            "rank": np.array([float(rank) for _, rank, _ in splits]).reshape(rows),
            "condition_number": condition,
        },
        remarks=(*remark(STILL, deviation == 0), *remark(SINGULAR, ~(condition < 1 / SMALLEST_EIGENVALUE) & (deviation > 0))),
    )


def _seed(rng: np.random.Generator) -> int:
    sequence = rng.bit_generator.seed_seq
    entropy = sequence.entropy if isinstance(sequence, np.random.SeedSequence) else None
    if not isinstance(entropy, int) or str(type(rng.bit_generator)(entropy).state) != str(rng.bit_generator.state):
        raise InvalidInput("rng must be fresh from numpy.random.default_rng(seed) with a whole number, so that the result can be repeated.")
    return entropy


def _split(positions: Floats, directions: int) -> tuple[Floats, int, float]:
    """Return what the sum of the positions moves by in each direction of their covariance, the number of directions and its condition.

    The factor of a direction is the root of its eigenvalue times the sum of its eigenvector; only directions above rounding have one. The
    condition is that of the positions that move: cash in the base currency makes no covariance singular.
    """
    moves = standard_deviation(positions) > 0
    eigenvalues, eigenvectors = np.linalg.eigh(sample_covariance(np.where(moves[:, None], positions, 0.0)))
    eigenvalues, eigenvectors = eigenvalues[::-1], eigenvectors[:, ::-1]
    kept = eigenvalues > SMALLEST_EIGENVALUE * max(float(eigenvalues[0]), 0.0)
    rank, moving = int(kept.sum()), int(moves.sum())
    exposure = np.where(kept, np.sqrt(np.maximum(eigenvalues, 0.0)) * eigenvectors.sum(axis=0), 0.0)
    condition = float(eigenvalues[0] / eigenvalues[moving - 1]) if 0 < rank == moving else math.inf
    return exposure[:directions], rank, condition


def _outcomes(exposures: Floats, rng: np.random.Generator, paths: int, degrees_of_freedom: float) -> Floats:
    """Return the simulated P&L of each row: (n_rows, n_directions) -> (n_rows, paths)."""
    rows, directions = exposures.shape
    radius = np.ones(paths)
    if math.isfinite(degrees_of_freedom):
        # variance-matched: sqrt(v / chi2) * sqrt((v - 2) / v)
        radius = np.sqrt((degrees_of_freedom - 2.0) / rng.chisquare(degrees_of_freedom, paths))
    outcomes = np.empty((rows, paths))
    chunk = max(CHUNK // directions, 1)
    for start in range(0, paths, chunk):
        draws = rng.standard_normal((min(chunk, paths - start), directions))
        for row in range(rows):
            outcomes[row, start : start + chunk] = draws @ exposures[row]
    outcomes *= radius
    return outcomes


def _gathered(tails: Sequence[Sequence[Tail]], place: int, confidence: float, rows: tuple[int, ...]) -> Tail:
    return Tail(
        confidence=confidence,
        value_at_risk=np.array([float(row[place].value_at_risk) for row in tails]).reshape(rows),
        expected_shortfall=np.array([float(row[place].expected_shortfall) for row in tails]).reshape(rows),
    )
