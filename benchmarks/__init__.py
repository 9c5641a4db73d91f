# SPDX-License-Identifier: Apache-2.0
"""Cost of the filter on a Nova that runs as deployed, and its savings.

``python -m benchmarks`` makes Nova's databases, starts its API with and
without the filter, and measures both in turns. Read in this order:

1. ``calls.py``       what is asked
2. ``cloud.py``       Nova's databases and files for one project
   (``population.py``: its servers)
3. ``worker.py``      a process with Nova's API that does what it is told
4. ``comparison.py``  two and more of them, in turns
5. ``load.py``        the same under uWSGI, with clients
6. ``report.py``      JSON, tables and the plot
"""
