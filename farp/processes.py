"""What every process of FARP sets before it imports NumPy."""

from __future__ import annotations

import os

_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def one_thread_for_linear_algebra() -> None:
    """Let matrix products run on one core each, unless the environment says otherwise.

    FARP's matrices are small and its processes and sessions many: threads that wait for each other made a Monte Carlo 10 to 25 times slower on busy
    cores. And the last bits of a product may depend on how many threads share it.
    """
    for name in _THREADS:
        os.environ.setdefault(name, "1")
