# SPDX-License-Identifier: Apache-2.0
"""Support for scenarios under pytest, with which mutmut runs tests."""

import testscenarios

_run = testscenarios.WithScenarios.run


def _run_scenarios(test, result=None):
    """Let the tests of scenarios be copies without pytest's bound method.

    pytest puts it on the instance, so that a copy would call the original.
    """
    bound = test.__dict__.pop(test._testMethodName, None)
    try:
        return _run(test, result)
    finally:
        if bound is not None:
            setattr(test, test._testMethodName, bound)


testscenarios.WithScenarios.run = _run_scenarios
