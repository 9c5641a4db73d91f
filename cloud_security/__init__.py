# SPDX-License-Identifier: Apache-2.0
"""Servers that belong to their owners, also inside one project.

A filter in front of Nova's API decides whose rows the caller may see, and
SQLAlchemy adds that to every statement that Nova executes.

Read in this order. Imports point upwards in this list, except that ``wsgi/``
uses ``audit/``:

1. ``visibility/``  which rows a request may read; knows SQLAlchemy only:
   ``scope.py`` whose rows, ``criteria.py`` the listener that restricts each
   statement, ``guard.py`` the check of the SQL that results
2. ``policy/``      who is isolated: ``rules.py`` four oslo.policy rules,
   ``inspection.py`` rules that do not mean what was written,
   ``decision.py`` the decision about one request
3. ``wsgi/``        the filter, the same for every service: ``service.py`` what
   it must know of one, ``middleware.py`` one request from start to end
4. ``compute/``     Nova, and the only importer of Nova: ``models.py`` the rows
   that have an owner, ``transforms/`` what rows do not cover
5. ``deploy/``      files of a host: ``api-paste.ini`` and ``policy.d``;
   ``rule_set.py`` the rules in force, which the other modules judge
6. ``audit/``       records, and what they add up to
7. ``cmd/``         one module for each command

``probe/`` stands alone: it checks over HTTP whether a live cloud leaks.
"""
