"""The tables of the operators in schemas/dcmobile.fbs, field by field."""

NO_WEIGHT = 4294967295  # in the place of a weight's index: there is none

# The values of each enumeration, from 0.
ENUMERATIONS = {
    "Activation": ("None", "Relu", "Relu6", "HardSwish", "HardSigmoid", "Sigmoid", "Tanh", "Silu", "Gelu"),
    "Reduction": ("Mean", "Sum", "Max", "Min"),
    "Padding": ("Constant", "Reflect", "Replicate"),
    "Interpolation": ("Nearest", "Bilinear"),
}

# Name, kind and default. Kinds: u32, f32, bool, an enumeration, [u32] for a vector.
Field = tuple[str, str, float]
Fields = tuple[Field, ...]

_WEIGHT: Fields = (("weight", "u32", 0),)
_ACTIVATION: Fields = (("activation", "Activation", 0),)
_PARAMETERS: Fields = (*_WEIGHT, ("bias", "u32", NO_WEIGHT), *_ACTIVATION)
_OPTIONAL: Fields = (("weight", "u32", NO_WEIGHT), ("bias", "u32", NO_WEIGHT))
_KERNEL: Fields = (("kernel_h", "u32", 0), ("kernel_w", "u32", 0))
_STRIDES_AND_PADS: Fields = (
    ("stride_h", "u32", 1),
    ("stride_w", "u32", 1),
    ("pad_top", "u32", 0),
    ("pad_left", "u32", 0),
    ("pad_bottom", "u32", 0),
    ("pad_right", "u32", 0),
)
_DILATIONS: Fields = (("dilation_h", "u32", 1), ("dilation_w", "u32", 1))
_GROUPS: Fields = (("groups", "u32", 1),)
_PICTURE: Fields = (("out_h", "u32", 0), ("out_w", "u32", 0))
_EPSILON: Fields = (("epsilon", "f32", 0.0),)
_SHAPE: Fields = (("shape", "[u32]", 0),)
_AXIS: Fields = (("axis", "u32", 0),)
_CELL: Fields = (("has_state", "bool", 0), ("reverse", "bool", 0))

# The order of the operators gives their type numbers, from 1.
OPERATORS: dict[str, Fields] = {
    "Linear": _PARAMETERS,
    "Conv2d": (*_PARAMETERS, *_STRIDES_AND_PADS, *_DILATIONS, *_GROUPS),
    "MaxPool2d": (*_KERNEL, *_STRIDES_AND_PADS, *_DILATIONS, ("ceil_mode", "bool", 0)),
    "Relu": (),
    "Flatten": (("first_axis", "u32", 1), ("last_axis", "u32", 0)),
    "Add": _ACTIVATION,
    "Softmax": _AXIS,
    "Conv1d": (
        *_PARAMETERS,
        ("stride", "u32", 1),
        ("pad_left", "u32", 0),
        ("pad_right", "u32", 0),
        ("dilation", "u32", 1),
        *_GROUPS,
    ),
    "ConvTranspose2d": (*_PARAMETERS, *_STRIDES_AND_PADS, *_DILATIONS, *_GROUPS),
    "AveragePool2d": (
        *_KERNEL,
        *_STRIDES_AND_PADS,
        ("ceil_mode", "bool", 0),
        ("count_include_pad", "bool", 0),
        ("divisor", "u32", 0),
    ),
    "AdaptiveAveragePool2d": _PICTURE,
    "AdaptiveMaxPool2d": _PICTURE,
    "Clamp": (("low", "f32", 0.0), ("high", "f32", 0.0)),
    "LeakyRelu": (("slope", "f32", 0.0),),
    "Prelu": _WEIGHT,
    "HardSwish": (),
    "HardSigmoid": (),
    "Sigmoid": (),
    "Tanh": (),
    "Silu": (),
    "Gelu": (("tanh_approximation", "bool", 0),),
    "Exp": (),
    "Log": (),
    "Sqrt": (),
    "Abs": (),
    "Affine": (("scale", "f32", 1.0), ("shift", "f32", 0.0)),
    "PowerScalar": (("exponent", "f32", 0.0),),
    "Subtract": _ACTIVATION,
    "Multiply": _ACTIVATION,
    "Divide": _ACTIVATION,
    "Minimum": (),
    "Maximum": (),
    "Power": (),
    "Reduce": (("reduction", "Reduction", 0), ("axes", "[u32]", 0), ("keep_axes", "bool", 0)),
    "MatMul": (),
    "Attention": (("scale", "f32", 0.0), ("causal", "bool", 0)),
    "LayerNorm": (*_OPTIONAL, *_EPSILON, ("axes", "u32", 1)),
    "GroupNorm": (*_OPTIONAL, *_EPSILON, *_GROUPS),
    "ChannelAffine": (*_WEIGHT, ("bias", "u32", 0), *_ACTIVATION),
    "LocalResponseNorm": (("size", "u32", 0), ("alpha", "f32", 0.0), ("beta", "f32", 0.0), ("k", "f32", 0.0)),
    "Constant": _WEIGHT,
    "Reshape": _SHAPE,
    "Transpose": (("permutation", "[u32]", 0),),
    "Concat": _AXIS,
    "Slice": (*_AXIS, ("start", "u32", 0), ("end", "u32", 0), ("step", "u32", 1)),
    "Expand": _SHAPE,
    "Pad": (("before", "[u32]", 0), ("after", "[u32]", 0), ("mode", "Padding", 0), ("value", "f32", 0.0)),
    "Resize2d": (
        *_PICTURE,
        ("interpolation", "Interpolation", 0),
        ("align_corners", "bool", 0),
        ("scale_h", "f32", 0.0),
        ("scale_w", "f32", 0.0),
    ),
    "Embedding": _WEIGHT,
    "Lstm": (*_WEIGHT, ("recurrent", "u32", 0), ("bias", "u32", NO_WEIGHT), *_CELL),
    "Gru": (
        *_WEIGHT,
        ("recurrent", "u32", 0),
        ("bias", "u32", NO_WEIGHT),
        ("recurrent_bias", "u32", NO_WEIGHT),
        *_CELL,
    ),
}
