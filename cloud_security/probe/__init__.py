# SPDX-License-Identifier: Apache-2.0
"""A live probe: can one member reach another's things in the cloud?

The probe knows HTTP and Keystone, no service's code, and runs anywhere. Read
in this order; a folder imports from those above it only:

``client/``     services, and accounts that send requests, within limits
``catalog/``    all operations, as data, in a folder for each service
``resources/``  what a run creates, to cleanup: Nova's; ``volume/``, ``image/``
                and ``network/`` are Cinder's, Glance's and Neutron's
``verdicts/``   what responses prove: requests, control, judgement, findings
``results/``    the summary of a run, and its formats
``runner.py``   one run from start to end; Python programs call it
``cli/``        the command
"""
