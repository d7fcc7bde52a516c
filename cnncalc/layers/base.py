"""What a layer is: typed options, formulas, and the PyTorch constructor call as data.

To add a layer type, write one class in the family's file (or a new file, listed in `cnncalc/layers/__init__.py`). The
reader, the tables, `explain`, `layers`, the schema, the error messages, the built network and the test against PyTorch
all read that class.
Only a type that PyTorch has no module for needs a second place: a module of that name in `cnncalc/pytorch/modules.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, Optional

from cnncalc.formula import ZERO, Formula, Number
from cnncalc.layers.bounds import axes, check_divides, check_most
from cnncalc.layers.options import REQUIRED, Option, Unfit
from cnncalc.layers.tensors import Tensors
from cnncalc.reach import Reach, stays

Shape = tuple[int, ...]
"""Channels first, without the batch: (C, H, W)."""
Symbols = dict[str, Any]
Call = tuple[str, dict[str, Any]]
"""A constructor call as data: the class in `torch.nn` (or in `cnncalc.pytorch.modules`) and its keyword arguments."""

REGISTRY: dict[str, "type[Layer]"] = {}

ANY_RANK = range(63)
"""As many spatial axes as a tensor of PyTorch has beside the batch and the channels."""

NOTHING = ZERO.formula
CHANNELS, SIZE = Formula("C_in"), Formula("n")


class Sized(NamedTuple):
    """A layer on given inputs: every axis of its output and every count (for one image), each with its formula."""

    output: tuple[Number, ...]
    weights: Number
    biases: Number
    buffers: Number
    macs: Number

    @property
    def shape(self) -> Shape:
        return tuple([number.value for number in self.output])


class Example:
    """A typical use: inputs and options; `variants` are options that, set beside these, change the formulas."""

    def __init__(self, *inputs: Shape, variants: tuple[Mapping[str, Any], ...] = (), **options: Any) -> None:
        self.inputs, self.options, self.variants = inputs, options, variants

    def on(self, *inputs: Shape) -> "Example":
        """The same on other inputs."""
        return Example(*inputs, variants=self.variants, **self.options)


class Layer(Tensors):
    """The base of every layer type; a subclass declares its options and formulas; an instance is immutable.

    Formulas see the options by their symbols and, of the input: `C_in` channels, `n` sizes per axis; counts also see
    the output: `C_out` channels, `o` sizes per axis. Flags count as 0 and 1.
    """

    type: ClassVar[str]
    principal: ClassVar[Optional[str]] = None
    ranks: ClassVar[Sequence[int]] = ANY_RANK
    """The numbers of spatial axes it acts on."""
    torch_class: ClassVar[str]
    """The class in `torch.nn`, with `{rank}` for the number of spatial axes."""
    beyond_torch: ClassVar[bool] = False
    """Ours, built from PyTorch's pieces."""

    weights: ClassVar[Formula] = NOTHING
    biases: ClassVar[Formula] = NOTHING
    buffers: ClassVar[Formula] = NOTHING
    macs: ClassVar[Formula] = NOTHING
    fan_in: ClassVar[Formula] = NOTHING
    """How many inputs a unit has, which is what initial weights go by; nothing where that is no matter."""
    fan_out: ClassVar[Formula] = NOTHING
    """How many units an input reaches; as PyTorch takes it, as if the groups were one."""
    workings: ClassVar[tuple[tuple[str, Formula], ...]] = ()
    """Another way to see the output size, step by step: (symbol, formula), each step sees the ones before."""

    example: ClassVar[Example] = Example((64, 56, 56))

    _options: ClassVar[Mapping[str, Option]] = {}

    def __init_subclass__(cls, type: Optional[str] = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._options = {**cls._options, **{name: opt for name, opt in vars(cls).items() if isinstance(opt, Option)}}
        if type is not None:
            if type in REGISTRY:
                raise TypeError(f"two layer types are called {type}")
            cls.type = type
            REGISTRY[type] = cls

    # What a frozen dataclass would generate, written once: for all types together that took a third of the start-up.

    def __init__(self, **options: Any) -> None:
        for name, opt in self._options.items():
            value = options.pop(name, opt.default)
            if value is REQUIRED:
                raise TypeError(f"{self.type} needs {name}")
            self.__dict__[name] = value
        if options:
            raise TypeError(f"{self.type} has no option {next(iter(options))}")

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a layer can't be changed: {name}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"

    @classmethod
    def options(cls) -> Mapping[str, Option]:
        """Its options by name, in the order of their declaration."""
        return cls._options

    @classmethod
    def paragraphs(cls) -> list[str]:
        """What is said of the type: what it does, then remarks."""
        return [" ".join(paragraph.split()) for paragraph in (cls.__doc__ or "").split("\n\n")]

    def on(self, *inputs: Shape) -> Sized:
        """The layer on these inputs; `Unfit` where it doesn't fit."""
        symbols = self.symbols(*inputs)
        self.check_bounds(symbols)
        self.check(symbols, *inputs)
        output = self.output(symbols, *inputs)
        shape = [number.value for number in output]
        if min(shape) < 1:
            self.refuse_empty(output)
        symbols |= {"C_out": shape[0], "o": tuple(shape[1:])}
        return Sized(
            output,
            *(
                ZERO if formula is NOTHING else formula.of(symbols)
                for formula in (self.weights, self.biases, self.buffers, self.macs)
            ),
        )

    def symbols(self, *inputs: Shape) -> Symbols:
        """The values that the formulas see."""
        if len(inputs) != 1:
            raise Unfit(f"{self.type} takes one input, not {len(inputs)}")
        shape = inputs[0]
        rank = len(shape) - 1
        if rank not in self.ranks:
            raise Unfit(
                f"{self.type} needs {axes(*self.ranks)}, the input {dims(shape)} has {axes(rank)}",
                hint="a vector becomes a map by reshape: [channels, height, width]" if rank == 0 else None,
            )
        symbols: Symbols = {"C_in": shape[0], "n": shape[1:]}
        options = self.options()
        for name, opt in options.items():
            value = getattr(self, name)
            if value is None and opt.default_to is not None:
                value = options[opt.default_to].spread(getattr(self, opt.default_to), rank)
            elif opt.per_axis:
                value = opt.spread(value, rank)
            if opt.symbol:
                symbols[opt.symbol] = int(value) if isinstance(value, bool) else value
        return symbols

    def check_bounds(self, symbols: Symbols) -> None:
        """The declared bounds that depend on the input."""
        for name, opt in self.options().items():
            if opt.divides:
                check_divides(opt, getattr(self, name), symbols)
            values = symbols[opt.symbol or name] if isinstance(opt.most, Formula) else ()
            for axis, value in enumerate(values if isinstance(values, tuple) else ()):
                check_most(opt, value, along(symbols, axis))

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        """What the declared bounds can't say; raises `Unfit`."""

    def check_batch(self, batch: int, shape: Shape) -> None:
        """What depends on the size of the batch; raises `Unfit`."""

    def output(self, symbols: Symbols, *inputs: Shape) -> tuple[Number, ...]:
        """Every axis of the output; by default those of the input."""
        first, *rest = inputs[0]
        return CHANNELS.of({"C_in": first}), *[SIZE.of({"n": size}) for size in rest]

    def refuse_empty(self, output: tuple[Number, ...]) -> None:
        """Raises `Unfit` for an output with nothing in it."""
        worst = min(output, key=lambda number: number.value)
        shape = dims(tuple(number.value for number in output))
        because = (f"{worst.formula.text()} = {worst.text()} = {worst.value}",)
        raise Unfit(f"the output would be {shape}, with nothing in it", because=because)

    def sees(self, source: int, *inputs: Shape) -> tuple[Optional[Reach], ...]:
        """What a unit sees of that input, per axis of it (channels too); by default its own position.

        None where this depends on its position along several axes. Statistics of norms are not counted.
        """
        return tuple([stays(axis) for axis in range(len(inputs[source]))])

    def torch(self, *inputs: Shape) -> tuple[Call, ...]:
        """The module as constructor calls, run one after the other."""
        return ((self.torch_class.format(rank=len(inputs[0]) - 1), self.torch_options(*inputs)),)

    def torch_options(self, *inputs: Shape) -> dict[str, Any]:
        """The options as PyTorch's constructor takes them."""
        values = {name: getattr(self, name) for name in self.options()}
        return {k: v[0] if isinstance(v, tuple) and len(v) == 1 else v for k, v in values.items()}

    def note(self, shape: Shape, after_map: bool) -> Optional[str]:
        """A remark on a use that is legal and often a mistake."""
        return None


class Spatial(Layer):
    """Channels times one size per spatial axis, each by a formula."""

    ranks: ClassVar[tuple[int, ...]] = (1, 2, 3)
    channels: ClassVar[Formula] = CHANNELS

    def size_formula(self) -> Formula:
        """The formula of one spatial axis of the output."""
        return SIZE

    def output(self, symbols: Symbols, *inputs: Shape) -> tuple[Number, ...]:
        size, rank = self.size_formula(), len(symbols["n"])
        return self.channels.of(symbols), *[size.of(along(symbols, axis)) for axis in range(rank)]


def along(symbols: Symbols, axis: int) -> Symbols:
    """The symbols as seen along one axis."""
    return {name: value[axis] if type(value) is tuple else value for name, value in symbols.items()}


def dims(shape: Shape) -> str:
    """A shape for reading: 96×55×55."""
    return "×".join(map(str, shape))
