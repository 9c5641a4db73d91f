# SPDX-License-Identifier: Apache-2.0
"""The target before and after a run: nobody but the owner may touch it."""

from __future__ import annotations

from typing import Any
from typing import NamedTuple

from cloud_security.probe.catalog.operations import Effect
from cloud_security.probe.client import redaction
from cloud_security.probe.resources import stage as stages
from cloud_security.probe.verdicts.evidence import Evidence
from cloud_security.probe.verdicts.evidence import evidence
from cloud_security.probe.verdicts.evidence import OWNERS
from cloud_security.probe.verdicts.findings import Finding
from cloud_security.probe.verdicts.findings import Verdict

#: Properties of a server that stay as they are if nobody touches it.
KEPT = ('name', 'status', 'metadata', 'tags', 'locked', 'description')


class State(NamedTuple):
    """The target's state, and the response that shows it."""

    values: dict[str, Any]
    evidence: tuple[Evidence, ...] = ()


def state(stage: stages.Stage) -> State:
    """Return the target's state as the owner sees it."""
    target = stage.server('target')
    if target is None or stage.is_target_lost:
        return State({'status': 'gone'})
    path = f'servers/{target}'
    response = stage.owner.call('GET', path, version='2.73')
    proof = (evidence(response, OWNERS),)
    if response.status == 404:
        return State({'status': 'gone'}, proof)
    server = stage.owner.taken(response, 'server')
    values = {key: server.get(key) for key in KEPT}
    # Operators and services act on the server, too.
    values['done by the peer'] = [
        action['action']
        for action in stage.owner.get(
            f'{path}/os-instance-actions', 'instanceActions'
        )
        if action['user_id'] == stage.peer.user_id
    ]
    return State(values, proof)


def compared(before: State, after: State) -> Finding:
    """Return the finding about what happened to the target in a run."""
    old, new = before.values, after.values
    changed = [key for key in new if old.get(key) != new[key]]
    verdict = Verdict.OPEN if changed else Verdict.CLOSED
    if changed == ['status'] and new['status'] != 'gone':
        # A guest may shut itself down.
        verdict = Verdict.INCONCLUSIVE
    return Finding(
        "the owner's server is untouched",
        'GET servers/{server}',
        Effect.DESTROYS.name.lower(),
        'peer',
        verdict,
        reason=redaction.shown(
            ' '.join(
                f'{key}: {old.get(key)} became {new[key]}.' for key in changed
            )
        ),
        evidence=after.evidence if changed else (),
    )
