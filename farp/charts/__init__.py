"""A result in, a `go.Figure` out."""
