"""Shape rules of the operators that slide a window: section 3 of docs/format.md."""

from collections.abc import Callable
from dataclasses import dataclass

from plain_flatbuffer import require
from plain_rules import Attributes, Shape, Site

MAX_WINDOW_NUMBER = 65535


@dataclass(frozen=True)
class Window:
    """A sliding window along one axis: size k, stride s, dilation d, padding p before and q after."""

    k: int
    s: int = 1
    d: int = 1
    p: int = 0
    q: int = 0
    ceil_mode: bool = False

    @property
    def extent(self) -> int:
        return self.d * (self.k - 1) + 1

    def check(self) -> None:
        require(min(self.k, self.s, self.d) >= 1, "a kernel size, stride or dilation is 0")
        numbers = (self.k, self.s, self.d, self.p, self.q)
        require(max(numbers) <= MAX_WINDOW_NUMBER, "a kernel size, stride, dilation or padding is above 65535")

    def output_size(self, n: int) -> int:
        room = n + self.p + self.q - self.extent
        require(room >= 0, f"a window of extent {self.extent} is larger than its padded axis of {n}")
        if not self.ceil_mode:
            return room // self.s + 1
        count = -(-room // self.s) + 1
        # The place is counted in the padded axis, as a window's start in the input is `o s - p`.
        if (count - 1) * self.s >= n + self.p:
            count -= 1
        return count

    def transposed_size(self, n: int) -> int:
        size = (n - 1) * self.s - self.p - self.q + self.extent
        require(size >= 1, "the paddings of a ConvTranspose2d leave nothing of the result")
        return size

    def always_holds_an_element(self, n: int) -> bool:
        """Whether every window reads an element of the axis, not padding alone. Paddings are at most half of k."""
        count = self.output_size(n)
        if (count - 1) * self.s - self.p >= n:
            return False
        if self.d <= n:
            return True  # steps of d cannot jump over n elements, and half a window reaches them
        # Otherwise k is at most 2, or the extent would not fit: there are few windows that start in front.
        for o in range(min(count, -(-self.p // self.s))):
            start = o * self.s - self.p
            j = -(start // self.d)  # the first j with start + d j >= 0
            if j >= self.k or start + self.d * j >= n:
                return False
        return True


def windows(attributes: Attributes, kernel: tuple[int, int]) -> tuple[Window, Window]:
    """The windows of a two-dimensional operator along H and W."""
    a = attributes
    ceil_mode = a.get("ceil_mode", False)
    return (
        Window(kernel[0], a["stride_h"], a.get("dilation_h", 1), a["pad_top"], a["pad_bottom"], ceil_mode),
        Window(kernel[1], a["stride_w"], a.get("dilation_w", 1), a["pad_left"], a["pad_right"], ceil_mode),
    )


def window(attributes: Attributes, kernel: int) -> Window:
    """The window of a Conv1d."""
    a = attributes
    return Window(kernel, a["stride"], a["dilation"], a["pad_left"], a["pad_right"])


def kernel_of(attributes: Attributes) -> tuple[int, int]:
    """The kernel of a pooling operator."""
    return attributes["kernel_h"], attributes["kernel_w"]


def _check_channels(site: Site, channels: int, group_channels: int, out: int) -> None:
    groups = site.attributes["groups"]
    require(groups >= 1 and channels % groups == 0 and out % groups == 0, "groups does not divide the channels")
    require(
        channels // groups == group_channels,
        f"a {site.kind} of {group_channels} x {groups} channels reads {channels}",
    )


def _conv2d(site: Site) -> Shape:
    out, group_channels, kernel_h, kernel_w = site.weight(4)
    site.dense("bias", (out,))
    n, channels, height, width = site.read(4)
    _check_channels(site, channels, group_channels, out)
    h, w = windows(site.attributes, (kernel_h, kernel_w))
    h.check()
    w.check()
    return (n, out, h.output_size(height), w.output_size(width))


def _conv1d(site: Site) -> Shape:
    out, group_channels, kernel = site.weight(3)
    site.dense("bias", (out,))
    n, channels, length = site.read(3)
    _check_channels(site, channels, group_channels, out)
    one = window(site.attributes, kernel)
    one.check()
    return (n, out, one.output_size(length))


def _conv_transpose2d(site: Site) -> Shape:
    in_channels, group_out, kernel_h, kernel_w = site.weight(4)
    groups = site.attributes["groups"]
    n, channels, height, width = site.read(4)
    require(groups >= 1 and channels % groups == 0, "groups does not divide the channels")
    require(channels == in_channels, f"a ConvTranspose2d of {in_channels} channels reads {channels}")
    out = group_out * groups
    site.dense("bias", (out,))
    h, w = windows(site.attributes, (kernel_h, kernel_w))
    h.check()
    w.check()
    return (n, out, h.transposed_size(height), w.transposed_size(width))


def _pool2d(site: Site) -> Shape:
    n, channels, height, width = site.read(4)
    h, w = windows(site.attributes, kernel_of(site.attributes))
    for one, size in ((h, height), (w, width)):
        one.check()
        require(2 * max(one.p, one.q) <= one.k, f"a padding of a {site.kind} is more than half the kernel")
        require(one.always_holds_an_element(size), f"a window of a {site.kind} holds padding only")
    return (n, channels, h.output_size(height), w.output_size(width))


def _picture(site: Site) -> Shape:
    n, channels, *_ = site.read(4)
    height, width = site.attributes["out_h"], site.attributes["out_w"]
    require(height >= 1 and width >= 1, f"a {site.kind} makes a picture without rows or columns")
    return (n, channels, height, width)


RULES: dict[str, Callable[[Site], Shape]] = {
    "Conv2d": _conv2d,
    "Conv1d": _conv1d,
    "ConvTranspose2d": _conv_transpose2d,
    "MaxPool2d": _pool2d,
    "AveragePool2d": _pool2d,
    "AdaptiveAveragePool2d": _picture,
    "AdaptiveMaxPool2d": _picture,
}
