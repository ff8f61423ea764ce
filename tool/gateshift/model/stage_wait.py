"""What a stage asks for before the next one: time in force, and somebody's approval. Shown, never enforced."""

from __future__ import annotations

from msgspec import Struct

_UNITS = (("hour", 3600), ("minute", 60), ("second", 1))


class StageWait(Struct, frozen=True):
    """One stage. `soak` is how long it should last, 0 for no such wish, and `elapsed` how long it has been in force,
    None where Git does not know; both in whole seconds. `approval`: somebody should approve the next step."""

    stage: str
    soak: int
    elapsed: int | None
    approval: bool

    @property
    def is_over(self) -> bool | None:
        """Whether the time is up; None where nothing is known of it."""
        return None if self.elapsed is None else self.elapsed >= self.soak

    def __str__(self) -> str:
        """`canary for 12 of 30 minutes, the next step needs an approval`."""
        parts = [self._time] if self.soak else []
        if self.approval:
            parts.append(
                "the next step needs an approval" if parts else f"{self.stage}: the next step needs an approval"
            )
        return ", ".join(parts)

    @property
    def _time(self) -> str:
        unit, seconds = next((unit, seconds) for unit, seconds in _UNITS if self.soak % seconds == 0)
        wanted = self.soak // seconds
        whole = f"{wanted} {unit}{'' if wanted == 1 else 's'}"
        if self.elapsed is None:
            return f"{self.stage} should last {whole}"
        if self.is_over:
            return f"{self.stage} for its {whole} and more"
        return f"{self.stage} for {self.elapsed // seconds} of {whole}"
