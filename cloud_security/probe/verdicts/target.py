# SPDX-License-Identifier: Apache-2.0
"""The target before and after a run: nobody but the owner may touch it."""

from __future__ import annotations

from cloud_security.probe.catalog.operations import Effect
from cloud_security.probe.client import redaction
from cloud_security.probe.resources import service_stage
from cloud_security.probe.verdicts.evidence import evidence
from cloud_security.probe.verdicts.evidence import OWNERS
from cloud_security.probe.verdicts.findings import Finding
from cloud_security.probe.verdicts.findings import Verdict


def compared(
    stage: service_stage.ServiceStage,
    before: service_stage.State,
    after: service_stage.State,
) -> Finding:
    """Return the finding about what happened to the target in a run."""
    old, new = before.values, after.values
    changed = [key for key in new if old.get(key) != new[key]]
    verdict = Verdict.OPEN if changed else Verdict.CLOSED
    if changed == ['status'] and new['status'] != 'gone':
        # A guest may shut itself down.
        verdict = Verdict.INCONCLUSIVE
    name, request = stage.untouched
    return Finding(
        name,
        request,
        Effect.DESTROYS.name.lower(),
        'peer',
        verdict,
        reason=redaction.shown(
            ' '.join(
                f'{key}: {old.get(key)} became {new[key]}.' for key in changed
            )
        ),
        evidence=(
            (evidence(after.response, OWNERS),)
            if changed and after.response
            else ()
        ),
        service=stage.owner.service.name,
    )
