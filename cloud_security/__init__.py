# SPDX-License-Identifier: Apache-2.0
"""Servers that belong to their owners, also inside one project.

A filter in front of a service's API decides whose rows the caller may see.
For isolated callers, our listener adds the owner criterion to each ORM
statement that reads an owned table. Quotas count the project's rows.

Read in this order. A room imports from rooms above it in this list only:

1. ``visibility/``  which rows a request may read; knows no service:
   ``scope.py`` whose rows, ``criteria.py`` the listener that restricts each
   statement, ``guard.py`` the check of the SQL that results
2. ``policy/``      who is isolated: ``rules.py`` four oslo.policy rules,
   ``inspection.py`` rules that do not mean what was written,
   ``decision.py`` the decision about one request
3. ``audit/``       records, and what they add up to
4. ``wsgi/``        the filter, the same for every service: ``service.py`` what
   it must know of one, ``middleware.py`` one request from start to end
5. ``deploy/``      files of a host: ``api-paste.ini`` and ``policy.d``;
   ``rule_set.py`` the rules in force, which the other modules judge
6. ``compute/``, ``volume/``, ``image/``  Nova, Cinder and Glance, a room each,
   which alone imports its service: ``service.py`` the service as the filter
   knows it, ``models.py`` the rows that have an owner, ``transforms/`` what
   rows do not cover
7. ``network/``     Neutron, without filter and listener: ``plugin.py`` its
   service plugin, ``hooks.py`` what restricts its statements, ``models.py``
   tables of owners, ``viewer.py`` whose rows a context sees
8. ``trace/``       who had which IP address when, also without isolation:
   ``tables.py`` the tables, ``plugin.py`` a service plugin of Neutron's that
   fills them
9. ``db/``          migrations of tables, which ``neutron-db-manage`` runs
10. ``probe/``      checks over HTTP whether a live cloud leaks
11. ``cmd/``        one module for each command

``opts.py``, ``keystone.py``, ``pages.py`` and ``releases.py`` import no room.
"""
