"""Layers that trade resolution: upsampling and pixel shuffles."""

from typing import ClassVar, Optional

from cnncalc.formula import Formula, Number
from cnncalc.layers.base import ANY_RANK, SIZE, Example, Layer, Shape, Spatial, Symbols, along
from cnncalc.layers.options import Axes, Scales, Unfit, option
from cnncalc.layers.pool import AdaptiveAvgPool, means_kept
from cnncalc.layers.tensors import Kept, Run
from cnncalc.reach import Reach, adaptive, cubic, dealt, linear, nearest, sampled, slides, stays

_RANKS = {"linear": (1,), "bilinear": (2,), "bicubic": (2,), "trilinear": (3,)}
MODES = ("nearest", "nearest-exact", "area", *_RANKS)

_FINEST = 10**6
"""The largest denominator that a factor written as a decimal is taken to have: 1/3 is 0.3333333333333333."""

SCALED, GIVEN = Formula("floor(n * scale_factor)"), Formula("size")


class Upsample(Spatial, type="upsample"):
    """Enlarges or shrinks by interpolation: by a factor, or to a size."""

    channels_last = (2, 3)
    principal = "scale_factor"
    torch_class = "Upsample"
    example = Example((256, 14, 14), scale_factor=2, variants=({"scale_factor": None, "size": 56},))

    scale_factor: Optional[Scales] = option(None, symbol="scale_factor", above=0)
    size: Optional[Axes] = option(None, symbol="size", least=1)
    mode: str = option("nearest", words=MODES)
    align_corners: Optional[bool] = option(None)

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        rank = len(symbols["n"])
        if (self.scale_factor is None) == (self.size is None):
            raise Unfit("upsample takes scale_factor or size, one of the two", option="scale_factor")
        if rank not in _RANKS.get(self.mode, (1, 2, 3)):
            fitting = [mode for mode in MODES if rank in _RANKS.get(mode, (1, 2, 3))]
            raise Unfit(
                f"mode {self.mode} is not for {rank} spatial {'axis' if rank == 1 else 'axes'}",
                option="mode",
                hint=f"modes that are: {', '.join(fitting)}",
            )
        if self.align_corners is not None and self.mode not in _RANKS:
            raise Unfit(f"align_corners goes with {', '.join(_RANKS)}, not with {self.mode}", option="align_corners")

    def size_formula(self) -> Formula:
        return SCALED if self.size is None else GIVEN

    def sees(self, source: int, *inputs: Shape) -> tuple[Reach, ...]:
        symbols = self.symbols(*inputs)
        sizes = zip(symbols["n"], self.on(*inputs).shape[1:], symbols["scale_factor"] or symbols["n"])
        return stays(0), *[self._along(axis, *each) for axis, each in enumerate(sizes, 1)]

    def _along(self, axis: int, n: int, o: int, factor: float) -> Reach:
        """PyTorch goes by the factor that was given, not by n/o, where the two differ."""
        from fractions import Fraction

        scale = Fraction(n, o) if self.scale_factor is None else 1 / Fraction(factor).limit_denominator(_FINEST)
        half = (scale - 1) / 2
        if self.mode == "area":
            return adaptive(axis, n, o)
        if self.mode == "nearest":
            return sampled(axis, scale, Fraction(0), nearest)
        if self.mode == "nearest-exact":
            return sampled(axis, scale, scale / 2, nearest)
        around = cubic if self.mode == "bicubic" else linear
        if self.align_corners:
            return sampled(axis, Fraction(n - 1, max(o - 1, 1)), Fraction(0), around)
        return sampled(axis, scale, half, around)

    def keeps_channels_last(self, run: Run) -> bool:
        if self.mode == "area":
            return len(run.output) - 2 in AdaptiveAvgPool.channels_last
        return super().keeps_channels_last(run)

    def kept(self, run: Run) -> Kept:
        return means_kept(run) if self.mode == "area" else Kept()


class Shuffle(Layer):
    """As PyTorch, acts on the last three axes whatever comes before: of a volume D, not C, counts as the channels."""

    ranks = ANY_RANK[2:]
    channels: ClassVar[Formula]
    size: ClassVar[Formula]

    def symbols(self, *inputs: Shape) -> Symbols:
        symbols = super().symbols(*inputs)
        return symbols | {"C_in": inputs[0][-3], "n": inputs[0][-2:]}

    def output(self, symbols: Symbols, *inputs: Shape) -> tuple[Number, ...]:
        sizes = [self.size.of(along(symbols, axis)) for axis in range(2)]
        return *(SIZE.of({"n": size}) for size in inputs[0][:-3]), self.channels.of(symbols), *sizes

    def note(self, shape: Shape, after_map: bool) -> Optional[str]:
        if len(shape) > 3:
            return f"{self.type} acts on the last three axes, as in PyTorch: here {shape[-3]} counts as the channels"
        return None


class PixelShuffle(Shuffle, type="pixel_shuffle"):
    """Turns r² channels into r × r pixels (Shi et al. 2016)."""

    channels_last = (2,)
    principal = "upscale_factor"
    torch_class = "PixelShuffle"
    channels = Formula("C_in / (upscale_factor * upscale_factor)")
    size = Formula("n * upscale_factor")
    example = Example((64, 56, 56), upscale_factor=2)

    upscale_factor: int = option(symbol="upscale_factor", least=1)

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        squared = self.upscale_factor**2
        if symbols["C_in"] % squared:
            raise Unfit(
                f"{symbols['C_in']} channels can't be dealt out to {self.upscale_factor}×{self.upscale_factor} pixels",
                option="upscale_factor",
                because=(f"{symbols['C_in']}/{squared} is not whole",),
            )

    def sees(self, source: int, *inputs: Shape) -> tuple[Optional[Reach], ...]:
        lead, r = len(inputs[0]) - 3, self.upscale_factor
        pixels = [dealt(axis, r) for axis in (lead + 1, lead + 2)]
        return *map(stays, range(lead)), None, *pixels


class PixelUnshuffle(Shuffle, type="pixel_unshuffle"):
    """Turns r × r pixels into r² channels: the inverse of pixel_shuffle."""

    channels_last = (2,)
    principal = "downscale_factor"
    torch_class = "PixelUnshuffle"
    channels = Formula("C_in * downscale_factor * downscale_factor")
    size = Formula("n / downscale_factor")
    example = Example((64, 56, 56), downscale_factor=2)

    downscale_factor: int = option(symbol="downscale_factor", least=1)

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        for size in symbols["n"]:
            if size % self.downscale_factor:
                raise Unfit(f"{size} is not a multiple of {self.downscale_factor}", option="downscale_factor")

    def sees(self, source: int, *inputs: Shape) -> tuple[Optional[Reach], ...]:
        lead, r = len(inputs[0]) - 3, self.downscale_factor
        deep = dealt(lead, r * r)
        pixels = [None if lead else slides(axis, 0, r, stride=r) for axis in (lead + 1, lead + 2)]
        return *map(stays, range(lead)), deep, *pixels
