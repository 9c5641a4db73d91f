"""A live probe: can one member of a project reach another's servers?

It knows HTTP and Keystone, not Nova's code, and runs anywhere. Read in this
order; imports point upwards only:

1. ``accounts.py``     who asks, and what may be asked at most
2. ``answers.py``      when two answers are the same
3. ``operations.py``   what an attempt is; ``reading.py`` and ``changing.py``
   are the attempts themselves, as data
4. ``belongings.py``   what a run makes in the cloud, and removes;
   ``supplies.py``   of what
5. ``findings.py``     what came of attempts
6. ``stage.py``        the servers, and what placeholders stand for
7. ``attempts.py``     one attempt: by the owner, the peer, the others
8. ``run.py``          all of it, from start to end
9. ``formats.py``, ``page.py``   how it is told
"""
