"""Pictures of four libraries become one kind of image; what is none is refused in words."""

from __future__ import annotations

import io
import sys
from typing import Any

import matplotlib
import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image as pillow

from agex.errors import MissingExtraError
from agex.messages import Image
from agex.render import render_value, to_image
from agex.render.images import MAX_SIDE

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402


def decoded(image: Image) -> pillow.Image:
    picture = pillow.open(io.BytesIO(image.data))
    picture.load()
    return picture


def test_a_pil_image_keeps_its_pixels() -> None:
    picture = pillow.new("RGB", (4, 3), (10, 20, 30))

    shown = decoded(to_image(picture))

    assert shown.size == (4, 3)
    assert shown.getpixel((0, 0)) == (10, 20, 30)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "CMYK", "I;16", "F", "HSV"])
def test_each_mode_of_pil_can_be_shown(mode: str) -> None:
    assert decoded(to_image(pillow.new(mode, (5, 5)))).size == (5, 5)


def test_a_large_picture_is_made_no_larger_than_models_look_at_and_left_alone_itself() -> None:
    picture = pillow.new("L", (4_000, 1_000))

    assert decoded(to_image(picture)).size == (MAX_SIDE, MAX_SIDE // 4)
    assert picture.size == (4_000, 1_000)


@pytest.mark.parametrize(
    ("array", "corner"),
    [
        (np.full((4, 5, 3), 200, dtype="uint8"), (200, 200, 200)),
        (np.full((4, 5, 3), 0.5), (128, 128, 128)),
        (np.full((4, 5), 1.0), 255),
        (np.full((4, 5, 1), 7, dtype="int64"), 7),
        (np.array([[False, True]]), 0),
        (np.array([[-10.0, 10.0]]), 0),
        (np.array([[np.nan, 1.0]]), 0),
        (np.zeros((3, 3, 4), dtype="uint8"), (0, 0, 0, 0)),
    ],
)
def test_arrays_are_pictures_whatever_their_range(array: Any, corner: Any) -> None:
    shown = decoded(to_image(array))

    assert shown.size == (array.shape[1], array.shape[0])
    assert shown.getpixel((0, 0)) == corner


@pytest.mark.parametrize("shape", [(3,), (2, 2, 2), (2, 2, 3, 1), (0, 5)])
def test_an_array_that_is_no_picture_says_which_shapes_are(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"\(height, width\)"):
        to_image(np.zeros(shape))


def test_text_in_an_array_is_no_picture() -> None:
    with pytest.raises(ValueError, match="numbers are"):
        to_image(np.array([["a"]]))


def test_a_matplotlib_figure_and_its_axes_are_the_same_picture() -> None:
    figure, axes = plt.subplots(figsize=(40, 1))
    axes.plot([1, 2])

    shown = decoded(to_image(figure))

    assert max(shown.size) <= MAX_SIDE
    assert decoded(to_image(axes)).size == shown.size
    plt.close(figure)


def test_a_plotly_figure_is_drawn_where_that_is_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = b"\x89PNG\r\n\x1a\n..."
    figure = go.Figure(go.Scatter(y=[1, 2]))
    monkeypatch.setattr(go.Figure, "to_image", lambda self, format: drawn)

    assert to_image(figure) == Image(drawn, "image/png")


def test_a_plotly_figure_that_cannot_be_drawn_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(self: Any, format: str) -> bytes:
        raise RuntimeError("no browser")

    monkeypatch.setattr(go.Figure, "to_image", fails)

    with pytest.raises(ValueError, match="kaleido"):
        to_image(go.Figure())


def test_encoded_bytes_pass_as_they_are() -> None:
    png = to_image(pillow.new("L", (1, 1)))

    assert to_image(png) is png
    assert to_image(png.data) == png
    assert to_image(b"\xff\xd8\xff\xe0").media_type == "image/jpeg"
    with pytest.raises(TypeError, match="PNG or JPEG"):
        to_image(b"hello")


def test_anything_else_is_refused_with_what_would_be_taken() -> None:
    with pytest.raises(TypeError, match="PIL image, a numpy array"):
        to_image("a picture")


def test_a_class_that_only_claims_to_be_a_picture_is_refused_unseen() -> None:
    space: dict[str, Any] = {"__name__": "made_by_an_agent", "base": pillow.Image}
    exec(
        "class Image(base):\n"
        "    __module__ = 'PIL.Image'\n"
        "    def save(self, *a, **k): raise AssertionError('it ran')\n"
        "value = Image()",
        space,
    )

    with pytest.raises(TypeError, match="cannot show"):
        to_image(space["value"])


def test_without_pillow_an_array_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)

    with pytest.raises(MissingExtraError, match=r"agex\[images\]"):
        to_image(np.zeros((2, 2)))


def test_a_picture_as_a_value_is_described_in_a_few_words() -> None:
    figure = plt.figure(figsize=(6, 4), dpi=100)

    assert render_value(pillow.new("RGB", (3, 4)), 100) == "<picture 3×4 RGB>"
    assert render_value(figure, 100) == "<matplotlib figure 600×400, 0 axes>"
    assert render_value(go.Figure(go.Bar(y=[1])), 100) == "<plotly figure, traces: ['bar']>"
    assert render_value(Image(b"123"), 100) == "<image/png, 3 bytes>"
    plt.close(figure)
