"""A life cycle as a table: which act leads from which state to which. Diagrams in the docs are drawn from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from peyvand.kernel.refusals import Refusal

State = TypeVar("State", bound=StrEnum)


class WrongState(Refusal):
    code = "wrong_state"
    message = "“{act}” is not possible while the state is “{state}”."


@dataclass(frozen=True)
class Transition(Generic[State]):
    act: str
    source: State
    target: State


class LifeCycle(Generic[State]):
    """The transitions of one kind of row. `start` is the state a row is born in."""

    def __init__(self, name: str, start: State, transitions: Iterable[tuple[str, State, State]]) -> None:
        self.name = name
        self.start = start
        self.transitions = tuple(Transition(act, source, target) for act, source, target in transitions)

    def after(self, act: str, state: str) -> State:
        """The state after `act`; raises `WrongState` where the table has no such row."""
        for move in self.transitions:
            if move.act == act and move.source.value == state:
                return move.target
        raise WrongState(act=act, state=state)

    def acts(self, state: str) -> list[str]:
        return [move.act for move in self.transitions if move.source.value == state]

    def reachable(self) -> set[State]:
        seen, frontier = {self.start}, [self.start]
        while frontier:
            state = frontier.pop()
            fresh = {move.target for move in self.transitions if move.source == state} - seen
            seen |= fresh
            frontier.extend(fresh)
        return seen

    def diagram(self) -> str:
        """A Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.start.value}"]
        lines += [f"    {move.source.value} --> {move.target.value}: {move.act}" for move in self.transitions]
        return "\n".join(lines)
