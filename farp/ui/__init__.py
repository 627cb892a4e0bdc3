"""Streamlit helpers: loaders, pickers, formats, error display."""
