"""The book, refreshed in bulk: every portfolio of every user, in this process and its cores or on Celery workers, with the same code.

A run is a document. Its work is cut into chunks of users; `chunk.refresh_chunk` does one, wherever it runs.
"""
