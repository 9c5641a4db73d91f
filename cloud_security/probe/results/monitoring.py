# SPDX-License-Identifier: Apache-2.0
"""Formats of monitoring systems: Nagios and Prometheus."""

from __future__ import annotations

from cloud_security.probe.results.summary import Summary

#: Names and help of Prometheus' metrics, in the order of the figures.
METRICS = {
    'exec_time': ('duration_seconds', 'Duration of the run.'),
    'nb_tests': ('tests', 'Attempts that the probe judged.'),
    'nb_tests_ok': ('tests_ok', 'Attempts that went as they should.'),
    'nb_tests_ko': ('tests_ko', 'Leaks, and refusals of managers and admins.'),
    'nb_skipped': ('tests_skipped', 'Attempts that proved nothing.'),
    'outcome': ('outcome', '0 closed, 1 warning, 2 leaks, 3 no verdict.'),
}


def nagios(summary: Summary, seconds: float) -> str:
    """Return one line with performance data.

    :param seconds: the time after which a run stops
    """
    words = ' '.join(summary.sentence.replace('|', '/').split())
    limits = f'{summary.warning:g}' if summary.warning else ''
    figures = [
        f'{name}={value}s;{limits};{seconds:g};0'
        if name == 'exec_time'
        else f'{name}={value};;;0'
        for name, value in summary.counts.items()
    ]
    return (
        f'CLOUD_SECURITY {summary.outcome.name} - {words}'
        f'|{" ".join(figures)}\n'
    )


def prometheus(summary: Summary) -> str:
    """Return the text that node_exporter's textfile collector reads."""
    lines = []
    for name, value in (
        *summary.counts.items(),
        ('outcome', int(summary.outcome)),
    ):
        metric, meaning = METRICS[name]
        metric = f'cloud_security_probe_{metric}'
        lines += [
            f'# HELP {metric} {meaning}',
            f'# TYPE {metric} gauge',
            f'{metric} {value}',
        ]
    return '\n'.join(lines) + '\n'
