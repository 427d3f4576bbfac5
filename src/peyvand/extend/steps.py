"""What the core asks the guards of programmes about, and what it tells their reactions: the steps and acts of the flow."""

from collections.abc import Mapping

# The stages of the flow, in its order.
STAGES = ("need", "capacity", "commitment", "delivery", "story")

# Every step that asks the guards, with the kinds of ids it gives them (`rows` are given where new rows are written).
STEPS: Mapping[str, tuple[str, ...]] = {
    "open_need": (),
    "vouch_need": ("need",),
    "withdraw_need": ("need",),
    "restore_need": ("need",),
    "offer_capacity": (),
    "open_capacity": ("capacity",),
    "pause_capacity": ("capacity",),
    "resume_capacity": ("capacity",),
    "close_capacity": ("capacity",),
    "commit": ("need", "capacity"),
    "accept_commitment": ("need", "capacity", "commitment"),
    "withdraw_commitment": ("need", "capacity", "commitment"),
    "break_commitment": ("need", "capacity", "commitment"),
    "record_delivery": ("need", "capacity", "commitment"),
    "accept_delivery": ("need", "capacity", "commitment", "delivery"),
    "refuse_delivery": ("need", "capacity", "commitment", "delivery"),
    "reverse_delivery": ("need", "capacity", "commitment", "delivery"),
    "write_story": ("delivery",),
    "submit_story": ("story",),
    "return_story": ("story",),
    "publish_story": ("story",),
    "withdraw_story": ("story",),
}

# Every act of the core a programme may react to, with the kinds of ids its reaction is given.
_OF_DELIVERY = ("need", "capacity", "commitment", "delivery")
_OF_COMMITMENT = ("need", "capacity", "commitment")
ACTS: Mapping[str, tuple[str, ...]] = {
    "need.told": ("need",),
    "need.vouched": ("need",),
    "need.vouch_taken_back": ("need",),
    "need.withdrawn": ("need",),
    "need.restored": ("need",),
    "need.expired": ("need",),
    "need.forgotten": ("need",),
    "need.asked_set": ("need",),
    "need.together_set": ("need",),
    "priority.proposed": ("need",),
    "priority.signed": ("need",),
    "capacity.offered": ("capacity",),
    "capacity.opened": ("capacity",),
    "capacity.paused": ("capacity",),
    "capacity.resumed": ("capacity",),
    "capacity.closed": ("capacity",),
    "capacity.reopened": ("capacity",),
    "capacity.brought_set": ("capacity",),
    "commitment.offered": _OF_COMMITMENT,
    "commitment.accepted": _OF_COMMITMENT,
    "commitment.withdrawn": _OF_COMMITMENT,
    "commitment.broken": _OF_COMMITMENT,
    "commitment.lapsed": _OF_COMMITMENT,
    "commitment.released": _OF_COMMITMENT,
    "commitment.taken_back": _OF_COMMITMENT,
    "commitment.returned": _OF_COMMITMENT,
    "commitment.restored": _OF_COMMITMENT,
    "delivery.recorded": _OF_DELIVERY,
    "delivery.accepted": _OF_DELIVERY,
    "delivery.refused": _OF_DELIVERY,
    "delivery.reversed": _OF_DELIVERY,
    "delivery.proved": _OF_DELIVERY,
    "story.told": ("story",),
    "story.changed": ("story",),
    "story.submitted": ("story",),
    "story.returned": ("story",),
    "story.published": ("story",),
    "story.withdrawn": ("story",),
    "story.put_back": ("story",),
    "vote.counted": ("vote",),
}
