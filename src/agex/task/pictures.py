"""The pictures that agent code showed, made ready for a model that can see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from agex.messages import Image
from agex.render import no_vision_text
from agex.render.images import to_image


def pictures(
    shown: Sequence[Any], sees_images: Callable[[], bool], notes: list[str]
) -> tuple[Image, ...]:
    """What goes with the observation; what cannot be shown is said in ``notes``."""
    if not shown:
        return ()
    if not sees_images():
        notes.append(no_vision_text())
        return ()
    made: list[Image] = []
    for picture in shown:
        try:
            made.append(to_image(picture))
        except (TypeError, ValueError, ImportError) as error:
            notes.append(f"view_image: {error}")
    return tuple(made)
