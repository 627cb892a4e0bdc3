"""Correlation: which holdings move together, and how much spreading helps."""

from farp.analysis.correlation import correlations
from farp.charts.correlation import correlation_heatmap
from farp.ui import controls
from farp.ui.charts import chart, current_palette
from farp.ui.desk import kept
from farp.ui.shell import current_portfolio, current_window, guarded, through_app
from farp.ui.topics import correlation

through_app()
with guarded():
    portfolio = current_portfolio()
    (left, _) = controls.row(2, [1, 2])
    with left:
        days = controls.lookback()
    window = current_window(days, portfolio=portfolio)
    result = kept("correlation", lambda: correlations(window), portfolio, window.as_of, days)
    correlation.correlation_cards(result)
    chart(
        "Which holdings move together",
        correlation_heatmap(result, current_palette()),
        lambda: correlation.pairs(result),
        key="correlation",
        help=correlation.HEATMAP,
    )
    correlation.in_words(result)
