"""Meaning, formula and window of every number on screen, in plain words. The same definitions as docs/methodology.md."""

from __future__ import annotations

VALUE = (
    "**What the holdings are worth**: the sum of quantity × last close × exchange rate, cash included (net asset value).\n\n"
    "Below it: the change from the day before, for the same quantities."
)
VALUE_AT_RISK = (
    "**Value at risk (VaR)**: the loss that is not exceeded on 95 of 100 days.\n\n"
    "Today's holdings are taken through each of the last 252 trading days; the VaR is the 5 % point of those profits and losses, "
    "by linear interpolation between the two nearest days (Excel's PERCENTILE.INC). A positive number is a loss."
)
EXTREME_VALUE_AT_RISK = (
    "**Value at risk at 99 %**: the loss that is not exceeded on 99 of 100 days.\n\n"
    "Read off the same 252 days as the 95 % figure. It rests on the two or three worst of them, so take it as less certain."
)
EXPECTED_SHORTFALL = (
    "**Expected shortfall (ES)**: the average loss on the worst 5 % of days, so it is never smaller than the VaR.\n\n"
    "Mean of the worst n × 5 % of the last 252 days, the last one counted fractionally."
)
VOLATILITY = (
    "**Volatility**: how much the value swings in a year.\n\n"
    "Standard deviation of the daily returns of today's holdings over the last 252 days × √252."
)
BETA = (
    "**Beta**: how far the portfolio moves when the benchmark moves by 1.\n\n"
    "Covariance with the benchmark ÷ variance of the benchmark, over the last 252 common days, in the portfolio's currency."
)
SHARPE = (
    "**Sharpe ratio**: yearly return above the risk-free rate per unit of volatility.\n\n"
    "(252 × mean daily return − risk-free rate) ÷ volatility, over the last 252 days. Below zero: cash would have done better."
)
DRAWDOWN = (
    "**Drawdown now**: how far the value stands below its highest point of the past year.\n\n"
    "(peak − value) ÷ peak, for today's quantities at past prices over 253 closes. *Worst* is the deepest such fall."
)
MAXIMUM_DRAWDOWN = (
    "**Maximum drawdown**: the deepest fall from a high to a later low, as a fraction of that high.\n\n"
    "(peak − trough) ÷ peak, for today's quantities at the last 253 closes."
)
PEAK = "**Peak**: the high from which the deepest fall started, and its value."
TROUGH = "**Trough**: the low at which the deepest fall ended, and its value."
VAR_TABLE = (
    "**How to read it**: on 95 (99) of 100 days the loss stays below the VaR; beyond it, the average loss is the ES.\n\n"
    "Ten days: the one-day figure × √10. *Overlapping* is the VaR of all runs of ten days inside the window, for comparison. "
    "The range holds the true VaR with 90 % probability (binomial order statistics); *open* means that the window is too short to bound it."
)
HISTOGRAM = (
    "What today's holdings would have gained or lost on each of the last 252 days. Bars beyond the VaR are red; there are about 13 of them at 95 %."
)
TAIL_DAYS = "The days behind the expected shortfall, worst first. Click one to see which positions lost the money that day."
ROLLING_VAR = (
    "The VaR that today's holdings would have shown on each day, from the days before and including it. Dots: days on which the loss was larger."
)
CONTRIBUTORS = (
    "**Who causes the losses**: the average loss of each holding on the portfolio's worst 5 % of days, as a share of the expected shortfall. "
    "The shares add up to 100 %. A holding whose bar is longer than its weight brings more risk than its size; a negative one softens bad days."
)
EXPOSURE = (
    "**Exposure**: long is the value of what is owned, short the value of what is owed. Gross = long + short, net = long − short.\n\n"
    "Every position is in exactly one bucket, so each view adds up to the same totals. A fund counts as what it holds; foreign cash counts as FX."
)
GROSS = "**Gross exposure**: long plus short: how much is at work in the market in total."
NET = "**Net exposure**: long minus short: what is left when the two offset each other. It equals the net asset value, cash included."
LONG = "**Long**: the sum of all positive market values, cash included."
SHORT = "**Short**: the sum of all negative market values, as a positive number."
LARGEST_5 = "**Largest five**: the five largest positions as a share of gross exposure."
LARGEST_10 = "**Largest ten**: the ten largest positions as a share of gross exposure."
HERFINDAHL = "**Herfindahl index**: the sum of the squared shares of gross exposure. 1 is a single position; 0.1 is as if there were ten equal ones."
EFFECTIVE = "**Effective positions**: 1 ÷ Herfindahl index: as many equally large positions would be as concentrated."
TREEMAP = "Area: market value. Colour: the holding's share of the losses on the worst 5 % of days; blue ones soften them."
HEATMAP = (
    "**Share of the portfolio's variance** by holding (row) and factor (column), in percent; everything adds up to 100.\n\n"
    "Each holding is regressed on the factors over the last 252 common days. A cell is weight × loading × the portfolio's covariance with the factor, "
    "÷ variance. *Specific* is what no factor explains. Negative (blue) cells reduce the risk."
)
VALUE_PATH = "What today's quantities were worth on each day, beside the benchmark scaled to the same start."
UNDERWATER = "How far the value stood below its highest point so far."
ROLLING_VOLATILITY = "Volatility of the last 20, 60 and 252 days, on each day, as a yearly rate."
ROLLING_SHARPE = "Sharpe ratio of the last 20, 60 and 252 days, on each day. Short windows swing wildly: read the longest first."
POSITIONS = "Each position at the last close. Weights are shares of net asset value; a short position has a negative weight."
EXCLUDED = "Positions that could not be priced, and why. They are part of no figure on any page."
UPLOAD = (
    "The file your broker, custodian or spreadsheet gives you, as it is. Quantities, market values or weights; any delimiter, language or encoding. "
    "A list of transactions is not a list of positions."
)
UPLOAD_COLUMNS = (
    "What each column of the file was taken for, by its heading and by what stands in it, and how sure that is. Point at one to see why. "
    "When two readings are possible, you are asked instead."
)
UPLOAD_POSITIONS = (
    "One row per holding: lots and accounts are added up. Change a ticker or a quantity by a double click, untick **Keep** to leave a row out. "
    "An unknown ticker can be kept: it is saved with the portfolio and listed as left out of the figures."
)
UPLOAD_SAVE = "Saves the portfolio and opens its overview."
EDIT_KEEP = "Untick to leave the row out."
EDIT_TICKER = "As the price source writes it, such as AAPL or BRK.B. Cash is CASH: and the currency, such as CASH:EUR."
EDIT_QUANTITY = "Number of units; negative is a short position. For cash, the amount."
EDIT_STANDING = "What the ticker stands for, or what is wrong with the row."
EDIT_LINES = "Where in the file it stands, counted from 1."
EDIT_SOURCE = "The line as it stands in the file; lots of one holding follow one another."
EDIT_POSITIONS = (
    "Change a ticker or a quantity by a double click; add a row at the end; tick rows at the left and press delete to remove them. "
    "Nothing changes before you save."
)
