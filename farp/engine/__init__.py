"""The risk engine: pure functions of arrays. The last axis is time, every axis before it is "which portfolio"."""
