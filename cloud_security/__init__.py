"""Nova's servers belong to their owners, also inside one project.

The idea in one sentence: a filter in front of Nova's API decides whose rows
the caller may see, and SQLAlchemy adds that to every statement Nova makes.

Read in this order; imports point upwards only:

1. ``visibility/scope.py``      whose rows the current request may see
2. ``visibility/criteria.py``   the listener that adds it to each statement
   (``visibility/statements.py``: what a statement reads)
3. ``policy/rules.py``          who is isolated: ordinary oslo.policy rules
4. ``compute/models.py``        which of Nova's models have an owner
5. ``compute/middleware.py``    the filter: one request from start to end

The other modules of ``compute/`` are what rows cannot cover, one each.
``probe/`` stands beside all that: it asks a live cloud whether it leaks.
"""
