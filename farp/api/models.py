"""The shape of every answer, for the OpenAPI documentation; a test checks that real answers fit.

Percent is of net asset value unless a field says otherwise, and null when that value is not positive.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Percent = Annotated[float | None, Field(description="percent of net asset value")]
Money = Annotated[float, Field(description="money in the portfolio's currency")]
MaybeMoney = Annotated[float | None, Field(description="money in the portfolio's currency")]
Fraction = Annotated[float | None, Field(description="a fraction: 0.15 is 15 %")]


class Answer(BaseModel):
    """Fields are exactly these."""

    model_config = ConfigDict(extra="forbid", serialize_by_alias=True)


class Excluded(Answer):
    """A position that is not part of the figures."""

    ticker: str
    quantity: float
    reason: Literal["unknown_ticker", "not_holdable", "zero_quantity", "no_price_yet", "stale_price", "no_exchange_rate", "short_history"]
    message: str = Field(description="one sentence")
    last_price_date: dt.date | None
    last_value: MaybeMoney


class Provenance(Answer):
    """Where the figures come from and what they leave out."""

    requested_as_of_date: dt.date | None = Field(description="the day that was asked for; null when none was")
    source: str = Field(description="price source")
    source_label: str
    excluded: list[Excluded]
    excluded_value: MaybeMoney = Field(
        description="what the excluded positions were last worth together, short ones negative; null when no worth of any of them is known"
    )
    notes: list[str] = Field(description="sentences: why the day differs from the one asked for, what is undefined, and why")


class Identified(Provenance):
    """An answer about one portfolio."""

    portfolio_id: str
    portfolio_name: str
    currency: str = Field(description="of every amount")


class MetricsFigure(Answer):
    """VaR and expected shortfall at one confidence and horizon."""

    confidence: float = Field(description="percent, such as 95")
    horizon_days: int
    var_pct: Percent
    var_amount: Money
    method: Literal["historical_simulation"]
    expected_shortfall_pct: Percent
    expected_shortfall_amount: Money
    warning: str | None


class MetricsFigures(Answer):
    """By confidence and horizon."""

    at_95_1d: MetricsFigure = Field(alias="95_1d")
    at_95_10d: MetricsFigure = Field(alias="95_10d")
    at_99_1d: MetricsFigure = Field(alias="99_1d")
    at_99_10d: MetricsFigure = Field(alias="99_10d")


class Drawdown(Answer):
    """Falls of the value of today's quantities over the lookback; percent of the peak. Peak and trough are those of the maximum."""

    current_drawdown_pct: float | None
    current_drawdown_amount: Money
    max_drawdown_pct: float | None
    max_drawdown_amount: Money
    peak_date: dt.date | None
    peak_value: MaybeMoney
    trough_date: dt.date | None
    trough_value: MaybeMoney


class Windows(Answer):
    """A figure over the last 20, 60 and 252 returns; null where there are fewer."""

    over_20d: Fraction = Field(alias="20d")
    over_60d: Fraction = Field(alias="60d")
    over_252d: Fraction = Field(alias="252d")


class SharpeRatio(Answer):
    """Annualised Sharpe ratio over the last 20, 60 and 252 returns."""

    over_20d: float | None = Field(alias="20d")
    over_60d: float | None = Field(alias="60d")
    over_252d: float | None = Field(alias="252d")
    risk_free_rate: float = Field(description="a fraction a year")


class Benchmark(Answer):
    """What beta is measured against."""

    ticker: str
    name: str
    data_points: int = Field(description="daily returns in common")


class Metrics(Identified):
    """Headline figures of one portfolio on one day."""

    date: dt.date = Field(description="the day of the figures")
    portfolio_value: Money
    var: MetricsFigures
    drawdown: Drawdown
    volatility: Windows
    sharpe_ratio: SharpeRatio
    risk_free_rate: float = Field(description="a fraction a year")
    beta: float | None
    benchmark: Benchmark | None
    change_1d_amount: Money = Field(description="change of value of today's quantities since the trading day before")
    total_gross_exposure: Money
    lookback_days: int = Field(description="daily returns asked for")
    data_points: int = Field(description="daily returns used")


class Interval(Answer):
    """Confidence interval of the VaR from binomial order statistics; a limit beyond the sample is null."""

    probability_pct: float
    low_pct: Percent
    low_amount: MaybeMoney
    high_pct: Percent
    high_amount: MaybeMoney


class Overlapping(Answer):
    """For information: VaR of overlapping P&L over the horizon, without the square-root rule."""

    var_pct: Percent
    var_amount: Money
    data_points: int


class ValueAtRisk(Identified):
    """One VaR and its expected shortfall; what a method does not have is null."""

    confidence: float = Field(description="percent, such as 95")
    horizon_days: int
    var_pct: Percent
    var_amount: Money
    method: Literal[
        "historical_simulation",
        "parametric_normal",
        "student_t",
        "cornish_fisher",
        "monte_carlo",
        "age_weighted",
        "filtered_historical",
        "garch_filtered",
    ]
    portfolio_value: Money
    calculation_date: dt.date = Field(description="the day of the figures")
    lookback_days: int | None = Field(description="daily returns asked for; null for all there are")
    data_points: int = Field(description="daily returns used")
    expected_shortfall_pct: Percent
    expected_shortfall_amount: Money
    rule: Literal["linear", "order_statistic", "centered"] | None = Field(
        description="how the quantile is read off the sorted losses; null for a method that does not read it off days"
    )
    tail_observations: int | None = Field(description="days that the expected shortfall averages over; null as `rule`")
    interval: Interval | None = Field(description="of historical simulation only")
    overlapping: Overlapping | None = Field(description="of historical simulation over more than one day only")
    warning: str | None
    settings: dict[str, float | int | str | None] = Field(description="what was chosen: rule, decay, paths, seed")
    fitted: dict[str, float | None] = Field(
        description="what was estimated, of one day and in money (`omega` in its square): deviation, degrees_of_freedom, alpha, beta; null is infinite"
    )
    remarks: list[str] = Field(description="sentences to be said beside the figure, the warning among them")


class Bucket(Answer):
    """Exposure of one bucket of a dimension."""

    dimension: str
    value: str = Field(description="name of the bucket")
    long_exposure: Money
    short_exposure: Money = Field(description="money, positive")
    gross_exposure: Money
    net_exposure: Money
    gross_pct: float | None = Field(description="percent of total gross exposure")
    net_pct: float | None = Field(description="percent of total net exposure; null when that is zero")


class Concentration(Answer):
    """How much of gross exposure sits in few positions."""

    largest_5_pct: float | None
    largest_10_pct: float | None
    herfindahl: float | None
    effective_positions: float | None


class ExposureAnswer(Identified):
    """Exposure by dimension; with `dimension` only that list is there. Buckets are ordered by gross exposure."""

    date: dt.date = Field(description="the day of the figures")
    base_currency: str
    portfolio_value: Money
    total_gross_exposure: Money
    total_net_exposure: Money
    by_asset_class: list[Bucket] = Field(default_factory=list)
    by_currency: list[Bucket] = Field(default_factory=list)
    by_sector: list[Bucket] = Field(default_factory=list)
    by_country: list[Bucket] = Field(default_factory=list)
    concentration: Concentration


class Leg(Answer):
    """A ticker and its weight in a factor."""

    ticker: str
    weight: float


class Factor(Answer):
    """One factor of the set, and the portfolio's exposure to it."""

    name: str
    meaning: str
    legs: list[Leg]
    portfolio_loading: float | None = Field(description="return of the portfolio for a return of 1 of the factor")
    exposure_amount: Money = Field(description="money gained when the factor rises by 100 %")
    share_pct: float | None = Field(description="percent of the portfolio's variance")


class FactorHolding(Answer):
    """One row of the heatmap."""

    ticker: str
    name: str
    weight: Fraction
    market_value: Money
    share_pct: float | None = Field(description="percent of the portfolio's variance")
    r_squared: float | None


class FactorContributions(Identified):
    """The heatmap: rows are `holdings`, columns the factors and "Specific"; it sums to 100 % of the variance."""

    date: dt.date = Field(description="the day of the figures")
    portfolio_value: Money
    factor_set: str
    columns: list[str]
    factors: list[Factor]
    holdings: list[FactorHolding]
    matrix: list[list[float | None]] = Field(description="percent of variance, one row for each holding, one column for each of `columns`")
    row_totals: list[float | None]
    column_totals: list[float | None]
    loadings: list[list[float | None]] = Field(description="one row for each holding, one column for each factor")
    t_statistics: list[list[float | None]]
    r_squared: list[float | None]
    systematic_pct: float | None = Field(description="percent of variance that comes through factors")
    specific_pct: float | None
    annual_volatility: Fraction = Field(description="of the model, a fraction")
    annual_volatility_amount: Money
    lookback_days: int
    data_points: int = Field(description="daily returns that holdings and factors have in common")
    condition_number: float | None = Field(description="of the factors; null when they are exactly dependent")
    collinear: bool = Field(description="the factors are too alike to tell their loadings apart")
    from_store: bool = Field(
        description="whether a run of the book computed this before, from the same positions and prices; the numbers are the same"
    )
    computed_at: dt.datetime | None = Field(description="when that run did; null for figures computed for this answer")


class PortfolioSummary(Answer):
    """One portfolio in a list, without prices."""

    portfolio_id: str
    portfolio_name: str
    description: str
    owner_id: str
    owner_name: str
    created_at: dt.datetime | None
    base_currency: str
    position_count: int


class PortfolioList(Answer):
    """Every portfolio."""

    default_portfolio_id: str | None = Field(description="the portfolio that answers when no id is given")
    portfolios: list[PortfolioSummary]


class PositionAnswer(Answer):
    """One position; its price and what follows from it are null when nothing in the portfolio can be priced."""

    ticker: str
    name: str
    quantity: float = Field(description="negative is short")
    price: float | None = Field(description="in `price_currency`")
    price_currency: str | None = Field(description="null when the ticker is unknown")
    fx_rate: float | None = Field(description="base currency for one unit of `price_currency`")
    market_value: MaybeMoney
    weight: float | None = Field(description="a fraction of net asset value; null when that is not positive")
    asset_class: str
    currency: str | None
    sector: str
    country: str


class PortfolioAnswer(PortfolioSummary, Provenance):
    """One portfolio with its positions. One that is empty or cannot be priced has no date and no value; `notes` says why."""

    date: dt.date | None = Field(description="the day of the prices")
    portfolio_value: MaybeMoney
    total_gross_exposure: MaybeMoney
    positions: list[PositionAnswer]


class ReadPosition(Answer):
    """One holding as the file states it, lots and accounts added up. Exactly one of quantity, market value and weight is there."""

    ticker: str | None = Field(description="null when the file identifies it in a way that gives no ticker")
    raw: str = Field(description="what the file calls it")
    quantity: float | None = Field(default=None, description="units, negative is short")
    market_value: float | None = Field(default=None, description="money of `currency`")
    weight: float | None = Field(default=None, description="a fraction of the portfolio")
    basis: Literal["quantity", "market_value", "weight"]
    currency: str | None
    lines: list[int] = Field(description="of the file, from 1; of listed positions, their places from 1")
    name: str
    isin: str | None
    price: float | None
    side: Literal["long", "short"]
    priced: bool | None = Field(description="whether the price source knows it")
    lots: list[float]
    suggestions: list[str] = Field(description="known tickers that may be meant")


class ReadCash(Answer):
    """Money in the file; `currency` is null when the file names none, `pending` is not settled and no cash yet."""

    label: str
    currency: str | None
    value: float
    pending: bool
    lines: list[int]


class ReadOther(Answer):
    """Recognised and not modelled."""

    symbol: str | None
    name: str
    kind: str = Field(description="option, bond, future, fx or unrecognised")
    quantity: float | None
    value: float | None
    currency: str | None
    multiplier: float | None
    lines: list[int]


class IgnoredLine(Answer):
    """A line that became nothing, and why."""

    line: int
    reason: str


class ReadWarning(Answer):
    """Something to know; `code` is stable, `text` a sentence."""

    code: str
    text: str
    lines: list[int]
    tickers: list[str]
    currencies: list[str]
    raw: str | None


class QuestionOption(Answer):
    """One possible answer."""

    value: str
    label: str


class Question(Answer):
    """Something only the user knows: send it back as an answer to `key`. Without options the answer is free text."""

    key: str
    text: str
    options: list[QuestionOption]
    proposed: str | None


class ReadColumn(Answer):
    """How a column was understood; `confidence` is a fraction."""

    index: int
    header: str
    meaning: str
    confidence: float
    why: str


class Layout(Answer):
    """How the bytes were understood."""

    encoding: str
    delimiter: str
    decimal_mark: str
    header_line: int | None
    sheet: str | None
    columns: list[ReadColumn]


class Reconciliation(Answer):
    """The total the file states against the sum of the rows kept."""

    stated_total: float
    kept_total: float
    difference: float
    text: str


class ImportDocument(Answer):
    """A holdings file as understood: everything that was kept, everything that was not, and what has to be asked."""

    outcome: Literal["ok", "ok_with_warnings", "needs_user", "error"]
    as_of: dt.date | None
    positions: list[ReadPosition]
    cash: list[ReadCash]
    other: list[ReadOther]
    ignored: list[IgnoredLine]
    warnings: list[ReadWarning]
    questions: list[Question]
    error: str | None
    portfolio_value: float | None
    reconciliation: Reconciliation | None
    layout: Layout | None


class Units(Answer):
    """One position of the portfolio."""

    ticker: str
    quantity: float


class Unresolved(Answer):
    """A holding of the file that is not in the portfolio."""

    label: str
    lines: list[int]
    message: str


class Imported(Answer):
    """What was understood, and the portfolio that was made of it."""

    portfolio: PortfolioAnswer | None = Field(description="as saved; null with dry_run")
    import_: ImportDocument = Field(alias="import")
    positions: list[Units] = Field(description="what the portfolio holds: values and weights turned into units, cash as CASH:USD")
    unresolved: list[Unresolved] = Field(description="what could not become a position, and why")
    notes: list[str] = Field(description="what was taken for granted")


class UploadForm(BaseModel):
    """A holdings file, as a form."""

    file: str = Field(json_schema_extra={"format": "binary"}, description="csv, tsv, txt or xlsx")
    name: str = Field(default="", description="of the portfolio; without it, the file's")
    owner: str = Field(default="me", description="letters, digits, _ and -")
    description: str = ""
    base_currency: str = Field(default="", description="such as EUR; without it, the house's")
    answers: str = Field(default="{}", description='answers to the questions as a JSON object, such as {"decimal_mark": ","}')
    answer: list[str] = Field(default_factory=list, description="or one by one, KEY=VALUE")
    replace: bool = Field(default=False, description="a portfolio of that name may be replaced")
    dry_run: bool = Field(default=False, description="read and answer, save nothing")
    portfolio_value: float | None = Field(default=None, description="money in the base currency, for a file of weights")
    as_of_date: dt.date | None = Field(default=None, description="the day whose prices turn values and weights into units")


class PositionsBody(BaseModel):
    """A portfolio, as JSON."""

    name: str
    owner: str = "me"
    description: str = ""
    base_currency: str = ""
    positions: list[Units]
    replace: bool = False
    dry_run: bool = False


class Health(Answer):
    """What is configured and how fresh it is."""

    status: Literal["ok"]
    version: str
    store: str
    users: int
    source: str
    source_label: str
    last_price_date: dt.date | None
    instruments: int
    benchmark: str
    risk_free_rate: float


class ErrorBody(BaseModel):
    """What went wrong; some types carry more fields."""

    model_config = ConfigDict(extra="forbid")

    status: int
    type: str
    message: str = Field(description="one sentence that says what, where and what to do")
    data_points: int | None = Field(default=None, description="daily returns there are (status 409)")
    needed: int | None = Field(default=None, description="daily returns needed (status 409)")
    excluded: list[Excluded] | None = Field(default=None, description="positions that cannot be priced (status 409)")


class Error(Answer):
    """Any answer with a status of 400 or more."""

    error: ErrorBody


def body_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the schema of a request's body; what it refers to is described with the answers."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return {key: value for key, value in schema.items() if key != "$defs"}


class RefusedImport(Error):
    """A holdings file that cannot be used as it is; `import` says what was understood, and what is asked."""

    import_: ImportDocument | None = Field(default=None, alias="import")


ERRORS: dict[int | str, dict[str, Any]] = {
    404: {"model": Error, "description": "There is no such portfolio."},
    409: {"model": Error, "description": "The data cannot answer: nothing can be priced, or there are fewer than 20 daily returns."},
    422: {"model": Error, "description": "A parameter is unknown or has a value that is not allowed."},
    503: {"model": Error, "description": "The store does not answer; try again later."},
}

UPLOAD_ERRORS: dict[int | str, dict[str, Any]] = {
    200: {"model": Imported, "description": "Replaced; or with `dry_run`, what would be saved."},
    403: {"model": Error, "description": "A page of another site sent it."},
    409: {"model": Error, "description": "There is a portfolio of that name already."},
    413: {"model": Error, "description": "The upload is too large."},
    415: {"model": Error, "description": "The body is neither a form with a file nor JSON."},
    422: {"model": RefusedImport, "description": "The file cannot be read or asks something, or a field has a value that is not allowed."},
}
