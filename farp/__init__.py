"""FARP: portfolio risk exposure analysis. What could I lose, and because of what?"""

__version__ = "0.1.0"
