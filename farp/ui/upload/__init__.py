"""The screen "Upload": a holdings file is read, shown, corrected and saved. Only `session` and `screen` know Streamlit."""
