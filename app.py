"""FARP in the browser: page config, navigation, the portfolio picker. `farp serve` and `streamlit run app.py` start it."""

from farp.ui.shell import run

run()
