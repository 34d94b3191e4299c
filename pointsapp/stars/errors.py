"""Refusals of stars."""

from __future__ import annotations

from pointsapp.core.errors import Conflict, Forbidden, Invalid, RuleBroken


class OwnBranch(Forbidden):
    """Nobody scores the branch whose secretary or member they are."""

    code = "own_branch"


class OutsideRemit(Forbidden):
    """They assess, but not in this area, or not any more."""

    code = "outside_remit"


class ScoredByPanel(Conflict):
    """A panel has scored this indicator of the branch in public: only an objection that is upheld changes it."""

    code = "scored_by_panel"


class RoundClosed(Conflict):
    """A finished quarter is never rewritten."""

    code = "round_closed"


class RoundPublished(Conflict):
    """The standings hang out: only an objection that is upheld changes them now."""

    code = "round_published"


class RoundNotPublished(Conflict):
    """Objections and the closing are for a round whose standings hang out."""

    code = "round_not_published"


class NotCutOff(Conflict):
    """Work of the quarter may still come in. facts: until."""

    code = "not_cut_off"


class UnfinishedNeedsReason(RuleBroken):
    """Something is unfinished: the street publishes all the same only if it says why. facts: count."""

    code = "unfinished_needs_reason"


class StillPublished(Conflict):
    """The time for objections runs. facts: until."""

    code = "still_published"


class ObjectionsOpen(Conflict):
    """Every objection is answered before the round closes. facts: count."""

    code = "objections_open"


class TooManyObjections(Conflict):
    """facts: most."""

    code = "too_many_objections"


class ObjectionAnswered(Conflict):
    """An objection is answered once."""

    code = "objection_answered"


class NotYoursToAnswer(Forbidden):
    """Neither who objected nor who assessed it answers."""

    code = "not_yours_to_answer"


class NothingCorrected(RuleBroken):
    """An objection that is upheld changes a score or lets late rows count; saying yes alone corrects nothing."""

    code = "nothing_corrected"


class RoundNotClosed(Conflict):
    """Errata and taking stars back are for closed rounds; before, an objection corrects."""

    code = "round_not_closed"


class SameAsStored(RuleBroken):
    """The edition says this already."""

    code = "same_as_stored"


class StarNotLit(RuleBroken):
    """Only a lit star can be taken back."""

    code = "star_not_lit"


class OwnErratum(Forbidden):
    """Nobody confirms a correction that they proposed."""

    code = "own_erratum"


class ErratumDecided(Conflict):
    """A proposal is decided once."""

    code = "erratum_decided"


class ScoreAboveMax(RuleBroken):
    """facts: most."""

    code = "score_above_max"


class NotYourIndicator(Forbidden):
    """The scheme says who assesses this one, and it is not this person. facts: by."""

    code = "not_your_indicator"


class NotYoursToCorrect(Forbidden):
    """An upheld objection corrects this score, and others do that. facts: by."""

    code = "not_yours_to_correct"


class ScoreNotAllowed(RuleBroken):
    """An honour is worth exactly its points, a veto applies or not, some items come in whole occurrences. facts: allowed."""

    code = "score_not_allowed"


class CountedByPlatform(RuleBroken):
    """An automatic indicator is counted from rows; a hand cannot set it."""

    code = "counted_by_platform"


class PlanFrozen(Conflict):
    """The round is closed: its plans stay as they stood."""

    code = "plan_frozen"


class PlanItemWithdrawn(Conflict):
    """A withdrawn item takes no more changes."""

    code = "plan_item_withdrawn"


class PlanItemAccepted(Conflict):
    """An accepted item takes no more changes, unless the acceptance is taken back."""

    code = "plan_item_accepted"


class ItemNotAccepted(Conflict):
    """Only an acceptance that stands can be taken back."""

    code = "item_not_accepted"


class ItemNotDone(RuleBroken):
    """What is not done to the end is not accepted. facts: progress."""

    code = "item_not_done"


class ItemUnproven(RuleBroken):
    """What nothing shows is not accepted."""

    code = "item_unproven"


class OwnPlanItem(Forbidden):
    """Nobody accepts an item that they wrote, moved on, proved or answer for."""

    code = "own_plan_item"


class DueOutsideRound(RuleBroken):
    """facts: starts_on, ends_on."""

    code = "due_outside_round"


class EvidenceElsewhere(RuleBroken):
    """Evidence of another branch or another quarter shows nothing for this item."""

    code = "evidence_elsewhere"


class OwnPaper(Forbidden):
    """Nobody confirms a sheet that they typed in or stand on."""

    code = "own_paper"


class AlreadyMember(Conflict):
    """The person stands on this branch's register already."""

    code = "already_member"


class MemberElsewhere(Conflict):
    """The membership stands in another branch, which is not named: who belongs where is sensitive."""

    code = "member_elsewhere"


class UnknownIndicator(Invalid):
    """The scheme of this round has no such indicator."""

    def __init__(self, words: str) -> None:
        super().__init__({"indicator": [words]})


class ProofFrozen(Conflict):
    """The round is closed: what was handed in stays as it stood."""

    code = "proof_frozen"


class ProofOtherQuarter(RuleBroken):
    """What happened in another quarter shows nothing for this one. facts: starts_on, ends_on."""

    code = "proof_other_quarter"


class ProofElsewhere(RuleBroken):
    """A piece of another branch or another round, or one that would stand for a line there."""

    code = "proof_elsewhere"


class ProofNotNeeded(RuleBroken):
    """What the platform counts by itself is never asked for."""

    code = "proof_not_needed"


class ProofUsedAlready(Conflict):
    """A piece stands for a line once."""

    code = "proof_used_already"


class ProofGivenAlready(Conflict):
    """The same file or the same words stand in this branch's docket already. facts: number."""

    code = "proof_given_already"


class ProofWithdrawn(Conflict):
    """A piece that was withdrawn takes no more changes."""

    code = "proof_withdrawn"


class FileTooLarge(RuleBroken):
    """facts: most_mb."""

    code = "file_too_large"


class FileKindRefused(RuleBroken):
    """None of the kinds that are let in, or not whole, or more than one file: `detail` says which."""

    code = "file_kind_refused"

    def __init__(self, detail: object = None) -> None:
        super().__init__()
        self.detail = detail
