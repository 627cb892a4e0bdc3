"""A `RiskReport` as documents a machine or a person reads."""
