"""A result in, a `go.Figure` out. Nothing is computed here but where things stand; colours come from `theme`."""
