"""Any preprocessing, for Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from dcmobile.image import ImagePreprocessing
from dcmobile.image.preprocessing import Colour, Filter


@st.composite
def preprocessings(draw: st.DrawFn, largest: int = 4096) -> ImagePreprocessing:
    sides = st.integers(1, largest)
    resize = draw(sides | st.tuples(sides, sides))
    height, width = (resize, resize) if isinstance(resize, int) else resize
    crop = draw(st.none() | st.tuples(st.integers(1, height), st.integers(1, width)))
    colours: list[Colour] = ["rgb", "bgr", "grey"]
    filters: list[Filter] = ["bilinear", "bicubic"]
    colour = draw(st.sampled_from(colours))
    magnitudes = st.floats(2.0**-16, 2.0**16)
    means = st.just(0.0) | magnitudes | magnitudes.map(lambda number: -number)

    def of_channels(numbers: st.SearchStrategy[float]) -> tuple[float, ...]:
        several = st.tuples(numbers) if colour == "grey" else st.tuples(numbers) | st.tuples(numbers, numbers, numbers)
        return draw(several)

    return ImagePreprocessing(
        resize=resize,
        crop=crop,
        colour=colour,
        filter=draw(st.sampled_from(filters)),
        mean=of_channels(means),
        deviation=of_channels(magnitudes),
    )
