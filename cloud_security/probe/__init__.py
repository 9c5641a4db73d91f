"""A live probe: can one member of a project reach another's servers?

It knows HTTP and Keystone, not Nova's code, and runs anywhere. Read in this
order; imports point upwards only:

1. ``limits.py``       when a run ends; ``words.py``   what may be shown
2. ``accounts.py``     who asks, and what may be asked at most
3. ``answers.py``      when two answers are the same
4. ``operations.py``   what an attempt is; ``reading.py`` and ``changing.py``
   are the attempts themselves, as data
5. ``belongings.py``   what a run makes in the cloud, and removes;
   ``supplies.py``   of what; ``waiting.py``   until it is made
6. ``findings.py``     what came of attempts
7. ``stage.py``        the servers, and what placeholders stand for
8. ``judging.py``      what the answers of owner and peer show
9. ``attempts.py``     one attempt: by the owner, the peer, the others
10. ``run.py``         all of it, from start to end
11. ``formats.py``, ``page.py``   how it is told; ``telling.py``   where
12. ``arguments.py``, ``command.py``   the command
"""
