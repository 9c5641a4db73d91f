# SPDX-License-Identifier: Apache-2.0
"""History of IP addresses: who had which one, and when.

A service plugin of Neutron's writes intervals into tables in Neutron's own
database, in the transaction of the change itself. ``tables.py`` has the
tables, ``touched_rows.py`` and ``interval_recorder.py`` write, ``current.py``
reads what Neutron's rows call for now, and ``history.py`` looks up. The room
needs no isolation, and no other room needs it.
"""
