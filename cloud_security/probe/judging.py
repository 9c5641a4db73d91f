"""What the peer's answers show, beside those that the owner got.

A leak needs no more than a difference that stays. "Closed" is only said where
the owner's answers prove something, and where the peer is answered by Nova,
about nothing, as the owner is.
"""

from typing import List
from typing import NamedTuple
from typing import Optional
from typing import Tuple

from cloud_security.probe import accounts
from cloud_security.probe import answers
from cloud_security.probe import asking
from cloud_security.probe.findings import Verdict
from cloud_security.probe.operations import Operation

HERS = "the owner's"
NOTHING = 'what does not exist'


class Control(NamedTuple):
    """What the owner was answered."""

    answer: accounts.Answer
    #: Why it proves nothing, or ''.
    wrong: str = ''
    #: What he was answered about nothing.
    nothing: Optional[accounts.Answer] = None


class Pair(NamedTuple):
    """What somebody is answered about nothing, and about the owner's."""

    nothing: accounts.Answer
    hers: accounts.Answer


class Judgement(NamedTuple):
    """A verdict, why, and what proves it."""

    verdict: Verdict
    reason: str = ''
    evidence: Tuple[answers.Evidence, ...] = ()


def inconclusive(reason: str) -> Judgement:
    """Return that it proves nothing."""
    return Judgement(Verdict.INCONCLUSIVE, reason)


def searched(
    ask: asking.Asker, control: Control, hers: accounts.Answer, own: str
) -> Judgement:
    """Judge an answer that must not name the owner's.

    :param own: what of the peer's it must name; ''
    """
    hit = ask.names(hers)
    if hit:
        shown = (answers.evidence(hers, HERS, hit),)
        return Judgement(Verdict.OPEN, f'It names {hit}.', shown)
    if control.wrong:
        return inconclusive(control.wrong)
    if not hers.is_success:
        return inconclusive('The peer got ' + asking.complaint(hers))
    key = next(iter(answers.said(control.answer)), '')
    if key not in answers.said(hers):
        return inconclusive(f"The peer's answer is not Nova's: no {key}.")
    if own and not answers.named(hers, [own]):
        return inconclusive("The peer's answer does not name his own server.")
    return Judgement(Verdict.CLOSED)


def is_settled(ask: asking.Asker, operation: Operation, pair: Pair) -> bool:
    """Tell whether it would be of no use to ask again."""
    if ask.is_same(pair.hers, pair.nothing):
        return True
    got_both = pair.hers.is_success and pair.nothing.is_success
    # What reads may have changed between the two.
    return pair.hers.is_success and not (got_both and operation.is_read)


def compared(
    ask: asking.Asker,
    operation: Operation,
    control: Control,
    pairs: List[Pair],
) -> Judgement:
    """Judge answers about the owner's by those about nothing.

    :param pairs: the peer's, one or two of them
    """
    nothing, hers = pairs[-1]
    for answer in pairs[-1]:
        if answer.status in accounts.BUSY:
            return inconclusive(f'Nova was busy: {answer.status}')
    if len(pairs) > 1 and not _is_stable(ask, pairs):
        statuses = ', '.join(str(pair.hers.status) for pair in pairs)
        return inconclusive(f'It is answered now so, now so: {statuses}.')
    shown = (answers.evidence(hers, HERS), answers.evidence(nothing, NOTHING))
    if not ask.is_same(hers, nothing):
        verdict = Verdict.OPEN if hers.is_success else Verdict.TELLS
        return Judgement(verdict, ask.differing(hers, nothing), shown)
    if control.nothing is None:
        return inconclusive(control.wrong)
    if not ask.is_same(nothing, control.nothing):
        return inconclusive(
            'The peer is answered otherwise than the owner about nothing: '
            f'{asking.complaint(nothing)} '
            + ask.differing(nothing, control.nothing)
        )
    if hers.status == operation.never:
        return Judgement(Verdict.TELLS, operation.why, shown)
    if control.wrong:
        return inconclusive(control.wrong)
    return Judgement(Verdict.CLOSED)


def _is_stable(ask: asking.Asker, pairs: List[Pair]) -> bool:
    first, second = pairs
    return all(map(ask.is_same, first, second))


def other(
    ask: asking.Asker, answer: accounts.Answer, is_list: bool
) -> Judgement:
    """Judge what who may do everything was answered about the owner's."""
    if answer.status in accounts.BUSY:
        return inconclusive('Nova was busy.')
    shown = (answers.evidence(answer, HERS),)
    if not answer.is_success:
        return Judgement(Verdict.REFUSED, asking.complaint(answer), shown)
    if is_list and not ask.names(answer):
        reason = "It does not name the owner's."
        return Judgement(Verdict.REFUSED, reason, shown)
    return Judgement(Verdict.WORKS)
