"""The desk: a store and a price history, and what can be asked of the two together."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from farp.analysis import AnalysisSpec, RiskReport, Window, analyse, window_of
from farp.analysis.stress import checked
from farp.engine.checks import TRADING_DAYS
from farp.engine.stress_library import HypotheticalScenario
from farp.errors import FarpError, InvalidInput, NoPortfolios, NotFound
from farp.holdings import read_holdings
from farp.holdings.result import HoldingsImport
from farp.market import PriceHistory
from farp.portfolio import Portfolio, Position
from farp.prices.sample import load_sample
from farp.service.book import line, write_lines
from farp.service.imports import Unresolved, positions_of
from farp.service.portfolios import DEFAULT_OWNER, delete_portfolio, replace_positions, save_portfolio
from farp.service.prices import PriceDesk, PriceState, history_of, prices_at_start, read_state
from farp.service.scenarios import delete_scenario, list_scenarios, replace_scenario, save_scenario
from farp.settings import Settings
from farp.store import open_store
from farp.store.protocol import PORTFOLIOS, USER_PORTFOLIOS, Document, Store
from farp.store.users import converted, find_portfolio, list_portfolios, portfolios_of

DEMO_USERS = 24
DEMO_SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedOutcome:
    """How many demo users were written and how many were there already (those are left as they are)."""

    created: int
    existing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is configured and how fresh it is, for `farp check` and `/health`."""

    store: str
    users: int
    source: str
    source_label: str
    last_price_date: dt.date | None
    instruments: int
    benchmark: str
    risk_free_rate: float
    base_currency: str
    default_portfolio: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A store and a price history, and what can be asked of the two together. Use as a context manager, or close it."""

    settings: Settings
    store: Store
    history: PriceHistory
    price_state: PriceState

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Release the store's connections."""
        self.store.close()

    @property
    def prices(self) -> PriceDesk:
        """What can be asked about prices: how fresh they are, bringing them up to date, own price files."""
        return PriceDesk(settings=self.settings, store=self.store, history=self.history, state=self.price_state)

    def refreshed(self) -> Desk:
        """Return this desk, or one with the prices as they are now when another process or page changed them."""
        state = read_state(self.store)
        if state == self.price_state:
            return self
        return dataclasses.replace(self, history=history_of(self.settings, self.store, state), price_state=state)

    def portfolios(self, on_error: Callable[[FarpError], None] | None = None) -> tuple[Portfolio, ...]:
        """Return every stored portfolio, ordered by owner.

        A document that cannot be read raises a DataError, or is handed to `on_error` and the others are still returned.
        """
        return tuple(list_portfolios(self.store, on_error=on_error))

    def portfolio(self, id: str) -> Portfolio:
        """Return the portfolio `id`; NotFound when there is none."""
        return find_portfolio(self.store, id)

    def default_portfolio_id(self) -> str:
        """Return `DEFAULT_PORTFOLIO`, else the first demo portfolio, else the first stored portfolio.

        Raises
        ------
        NoPortfolios
            The store is empty.
        InvalidInput
            `DEFAULT_PORTFOLIO` names a portfolio that is not there.
        """
        chosen = self.settings.default_portfolio
        if chosen:
            try:
                return self.portfolio(chosen).id
            except NotFound:
                raise InvalidInput(f"DEFAULT_PORTFOLIO is {chosen!r}, but there is no such portfolio; `farp portfolios` lists the ids.") from None
        # before the uploads, whose owners may come first, so that an upload does not change what is shown to everyone
        demo = (self.store.get(PORTFOLIOS, document["_id"]) for document in self.store.list(USER_PORTFOLIOS))
        first = next((portfolio for document in demo if document is not None for portfolio in portfolios_of(document)), None)
        first = first or next(list_portfolios(self.store), None)
        if first is None:
            raise NoPortfolios
        return first.id

    def report(self, portfolio_id: str | None = None, as_of: dt.date | None = None) -> RiskReport:
        """Return the risk report of `portfolio_id` (default: the default portfolio) on `as_of` (default: the last day).

        Raises
        ------
        NotFound
            Unknown portfolio.
        DataError
            Nothing in it can be priced, or fewer than 20 daily returns in common.
        """
        portfolio = self.portfolio(portfolio_id or self.default_portfolio_id())
        return analyse(portfolio, self.history, as_of, self.analysis_spec())

    def window(
        self,
        portfolio_id: str | None = None,
        as_of: dt.date | None = None,
        lookback_days: int | None = TRADING_DAYS,
        extra_days: int | None = TRADING_DAYS,
    ) -> Window:
        """Return what an analysis of one topic starts from; arguments and errors as in `report` and `farp.analysis.window_of`."""
        return window_of(self.portfolio(portfolio_id or self.default_portfolio_id()), self.history, as_of, lookback_days, extra_days)

    def analysis_spec(self) -> AnalysisSpec:
        """Return the house's own settings of an analysis."""
        return AnalysisSpec(risk_free_rate=self.settings.risk_free_rate)

    def read_holdings(self, data: bytes, filename: str | None = None, answers: Mapping[str, str] | None = None) -> HoldingsImport:
        """Return what a holdings file says, its tickers checked against the price source; nothing is stored."""
        return read_holdings(data, filename=filename, answers=answers, instruments=self.history.instruments, limit_bytes=self.settings.upload_bytes)

    def positions_of(
        self,
        reading: HoldingsImport,
        *,
        base_currency: str | None = None,
        as_of: dt.date | None = None,
        portfolio_value: float | None = None,
    ) -> tuple[tuple[Position, ...], tuple[Unresolved, ...]]:
        """Return the positions that `reading` means and what could not become one; see `farp.service.imports.positions_of`."""
        currency = base_currency or self.settings.base_currency
        return positions_of(reading, self.history, base_currency=currency, as_of=as_of, portfolio_value=portfolio_value)

    def save_portfolio(
        self,
        name: str,
        positions: Iterable[Position],
        *,
        owner: str = DEFAULT_OWNER,
        description: str = "",
        base_currency: str | None = None,
        replace: bool = False,
    ) -> Portfolio:
        """Write a portfolio and return it as stored; see `farp.service.portfolios.save_portfolio`."""
        return save_portfolio(
            self.store,
            name=name,
            positions=positions,
            owner=owner,
            description=description,
            base_currency=base_currency or self.settings.base_currency,
            replace=replace,
        )

    def replace_positions(
        self,
        id: str,
        positions: Iterable[Position],
        *,
        name: str | None = None,
        description: str | None = None,
        base_currency: str | None = None,
    ) -> Portfolio:
        """Give a stored portfolio other positions; NotFound when there is none."""
        return replace_positions(self.store, id, positions, name=name, description=description, base_currency=base_currency)

    def delete_portfolio(self, id: str) -> None:
        """Remove a stored portfolio; NotFound when there is none."""
        delete_portfolio(self.store, id)

    def scenarios(self, on_error: Callable[[FarpError], None] | None = None) -> tuple[HypotheticalScenario, ...]:
        """Return the saved stress scenarios by id; see `farp.service.scenarios.list_scenarios`."""
        return list_scenarios(self.store, on_error=on_error)

    def save_scenario(self, scenario: HypotheticalScenario, *, replace: bool = False) -> HypotheticalScenario:
        """Write a stress scenario under its name, every shock checked against the price source; see `farp.service.scenarios.save_scenario`."""
        return save_scenario(self.store, checked(scenario, self.history, self.settings.base_currency), replace=replace)

    def replace_scenario(self, id: str, scenario: HypotheticalScenario) -> HypotheticalScenario:
        """Give a saved stress scenario other shocks or another name; NotFound when there is none."""
        return replace_scenario(self.store, id, checked(scenario, self.history, self.settings.base_currency))

    def delete_scenario(self, id: str) -> None:
        """Remove a saved stress scenario; NotFound when there is none."""
        delete_scenario(self.store, id)

    def seed(self, users: int = DEMO_USERS, seed: int = DEMO_SEED) -> SeedOutcome:
        """Write demo users that are not there yet, as uploaded and as converted; existing ones are left alone."""
        from farp.demo import demo_users

        documents = [{"_id": document["user_id"], **document} for document in demo_users(users, seed, load_sample())]
        missing = [document for document in documents if self.store.get(USER_PORTFOLIOS, document["_id"]) is None]
        self.store.put_many(USER_PORTFOLIOS, missing)
        # a seeding that was cut short may have left users without their converted form
        unconverted: list[Document] = [document for document in documents if self.store.get(PORTFOLIOS, document["_id"]) is None]
        made = [converted(document, base_currency=self.settings.base_currency) for document in unconverted]
        self.store.put_many(PORTFOLIOS, made)
        write_lines(self.store, (line(portfolio) for document in made for portfolio in portfolios_of(document)))
        return SeedOutcome(created=len(missing), existing=len(documents) - len(missing))

    def status(self) -> Status:
        """Return what is configured; SourceUnavailable when the store does not answer."""
        self.store.ping()
        return Status(
            store=self.store.description,
            users=self.store.count(PORTFOLIOS),
            source=self.history.source,
            source_label=self.history.source_label,
            last_price_date=self.history.last_date if len(self.history.dates) else None,
            instruments=len(self.history.tickers),
            benchmark=self.history.benchmark,
            risk_free_rate=self.settings.risk_free_rate,
            base_currency=self.settings.base_currency,
            default_portfolio=self.settings.default_portfolio,
        )


def open_desk(settings: Settings) -> Desk:
    """Open the store and load the prices that `settings` name.

    Raises
    ------
    SourceUnavailable
        The store does not answer.
    InvalidInput
        The benchmark is unknown to the price source.
    """
    store = open_store(settings)
    try:
        state, history = prices_at_start(settings, store)
    except BaseException:
        store.close()
        raise
    return Desk(settings=settings, store=store, history=history, price_state=state)


def seed_if_empty(settings: Settings) -> int:
    """Make the default demo users when the store holds no portfolio; return how many were made."""
    with open_store(settings) as store:
        if store.count(PORTFOLIOS):
            return 0
    with open_desk(settings) as desk:
        return desk.seed().created
