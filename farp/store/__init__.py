"""Where portfolios, users and results are kept."""
