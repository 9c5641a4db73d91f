# SPDX-License-Identifier: Apache-2.0
"""A live probe: can one member of a project reach another's servers?

The probe knows HTTP and Keystone, not Nova's code, and runs anywhere. Read in
this order; a folder imports from those above it only:

``client/``     accounts that send requests, within limits
``catalog/``    all operations, as data, in a folder for each service
``resources/``  the servers of a run, from boot to cleanup
``verdicts/``   what responses prove: requests, control, judgement, findings
``results/``    the summary of a run, and its formats
``runner.py``   one run from start to end; Python programs call it
``cli/``        the command
"""
