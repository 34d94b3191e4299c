"""The desk's reading room."""

from pointsapp.desk.queries.handing_over import HandOver, HeldGroup, HeldLine, hand_over, register_held
from pointsapp.desk.queries.holders import Holder
from pointsapp.desk.queries.reaching import (
    Change,
    Reached,
    ReachLine,
    ReachList,
    changed_tasks,
    reach_list,
    to_be_reached,
)
from pointsapp.desk.queries.waiting import Waiting, everything_late, register_duties, waiting_for
from pointsapp.desk.queries.worklist import WorkLine, WorkList, work_list

__all__ = [
    "Change",
    "HandOver",
    "HeldGroup",
    "HeldLine",
    "Holder",
    "ReachLine",
    "ReachList",
    "Reached",
    "Waiting",
    "WorkLine",
    "WorkList",
    "changed_tasks",
    "everything_late",
    "hand_over",
    "reach_list",
    "register_duties",
    "register_held",
    "to_be_reached",
    "waiting_for",
    "work_list",
]
