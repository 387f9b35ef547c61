"""Pictures for a model that can see: PIL, arrays, matplotlib and plotly become ``messages.Image``.

The packages are looked up among the modules already loaded: whoever holds a figure has loaded its
library. Pictures are made no larger than models look at them.
"""

from __future__ import annotations

import io
import sys
from typing import Any

from agex.errors import MissingExtraError
from agex.messages import Image
from agex.render.classes import bases, is_importable, qualified_name, root_package, type_name
from agex.render.walk import Child, register_renderer

MAX_SIDE = 1_568
"""Providers scale a longer side down to about this before the model sees it."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_MAX_PIXELS = 100_000_000


def to_image(value: object) -> Image:
    """The picture of a PIL image, a numpy array, a matplotlib or plotly figure, or encoded bytes.

    Raises:
        TypeError: the value is no picture; says what would be.
        ValueError: it is one that cannot be drawn, and why.
        MissingExtraError: a package is needed to encode it.
    """
    cls = type(value)
    if cls is Image:
        return value  # type: ignore[return-value]  # its exact type was just compared
    if cls is bytes:
        return _encoded(value)
    if is_importable(cls):  # a class of an agent's making could look like a picture and run code
        for base in bases(cls):
            make = _MAKERS.get((root_package(base), qualified_name(base)))
            if make is not None and is_importable(base):
                made: Image = make(value)
                return made
    raise TypeError(
        f"view_image cannot show a {type_name(cls)}: give it a PIL image, a numpy array of shape "
        "(height, width) or (height, width, 3 or 4), a matplotlib figure or a plotly figure"
    )


def _encoded(value: Any) -> Image:
    if value.startswith(_PNG):
        return Image(value, "image/png")
    if value.startswith(_JPEG):
        return Image(value, "image/jpeg")
    raise TypeError("view_image takes bytes only when they are an encoded PNG or JPEG")


def _from_pil(picture: Any) -> Image:
    width, height = picture.size
    if width * height > _MAX_PIXELS:
        raise ValueError(f"the picture is too large to show: {width}×{height}; resize it first")
    if picture.mode not in ("1", "L", "LA", "P", "RGB", "RGBA"):
        picture = picture.convert("RGB")
    if max(width, height) > MAX_SIDE:
        picture = picture.copy()
        picture.thumbnail((MAX_SIDE, MAX_SIDE))
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return Image(buffer.getvalue(), "image/png")


def _from_array(array: Any) -> Image:
    shape = array.shape
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] not in (1, 3, 4)) or 0 in shape:
        raise ValueError(
            f"an array of shape {shape} is no picture: (height, width) or (height, width, 3 or 4) is"
        )
    if shape[0] * shape[1] > _MAX_PIXELS:
        raise ValueError(f"the array is too large to show: shape {shape}; take every n-th pixel")
    try:
        from PIL import Image as pillow
    except ImportError:
        raise MissingExtraError("pillow", "images") from None
    numpy = sys.modules["numpy"]
    step = max(1, max(shape[:2]) // (2 * MAX_SIDE))  # no need to convert pixels nobody will see
    pixels = array[::step, ::step]
    if len(shape) == 3 and shape[2] == 1:
        pixels = pixels[:, :, 0]
    return _from_pil(pillow.fromarray(numpy.ascontiguousarray(_as_bytes(numpy, pixels))))


def _as_bytes(numpy: Any, pixels: Any) -> Any:
    """0…255 as they are, 0…1 floats and masks scaled, any other range stretched from low to high."""
    if pixels.dtype == numpy.uint8:
        return pixels
    if pixels.dtype.kind not in "iufb":
        raise ValueError(f"an array of dtype {pixels.dtype} is no picture: numbers are")
    numbers = numpy.nan_to_num(pixels.astype("float64"), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(numbers.min()), float(numbers.max())
    if pixels.dtype.kind in "fb" and low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    elif low >= 0 and high <= 255:
        low, high = 0.0, 255.0
    span = (high - low) or 1.0
    return ((numbers - low) / span * 255).round().astype("uint8")


def _from_matplotlib(figure: Any) -> Image:
    buffer = io.BytesIO()
    longest = max(figure.get_size_inches())
    figure.savefig(buffer, format="png", dpi=min(figure.dpi, MAX_SIDE / max(longest, 0.1)))
    return Image(buffer.getvalue(), "image/png")


def _from_axes(axes: Any) -> Image:
    return _from_matplotlib(axes.get_figure())


def _from_plotly(figure: Any) -> Image:
    try:
        data = figure.to_image(format="png")
    except Exception as error:  # needs kaleido, which needs a browser: many ways to fail
        raise ValueError(
            "plotly could not draw the figure as a picture (that takes the package kaleido and a "
            f"browser): {type(error).__name__}. Look at its data instead, or use matplotlib."
        ) from None
    return Image(data, "image/png")


_MAKERS: dict[tuple[str, str], Any] = {
    ("PIL", "Image"): _from_pil,
    ("numpy", "ndarray"): _from_array,
    ("matplotlib", "Figure"): _from_matplotlib,
    ("matplotlib", "Axes"): _from_axes,
    ("plotly", "BaseFigure"): _from_plotly,
}


def _picture_text(value: Any, budget: int, child: Child) -> str:
    width, height = value.size
    return f"<picture {width}×{height} {value.mode}>"


def _figure_text(value: Any, budget: int, child: Child) -> str:
    width, height = (round(side * value.dpi) for side in value.get_size_inches())
    return f"<matplotlib figure {width}×{height}, {len(value.axes)} axes>"


def _plotly_text(value: Any, budget: int, child: Child) -> str:
    traces = [trace.type for trace in value.data]
    return f"<plotly figure, traces: {child(traces, max(4, budget - 30))}>"


def _image_text(value: Image, budget: int, child: Child) -> str:
    return f"<{value.media_type}, {len(value.data):,} bytes>"


register_renderer("PIL:Image", _picture_text)
register_renderer("matplotlib:Figure", _figure_text)
register_renderer("plotly:BaseFigure", _plotly_text)
register_renderer(Image, _image_text)
