"""Which names, dunders and builtins agent source may use: the tables the rest of the sandbox reads.

Closed by default: what is in none of these tables is refused. Each group says why it stands
where it stands.
"""

from __future__ import annotations

import builtins

#: The name agent code sees as ``__name__``: scripts guard their main block with it.
MAIN = "__main__"

#: What classes and functions made by agent code carry as ``__module__``: no importable module
#: has this name, so that picklers take such objects by value.
HOME = "__agex__"

#: The class attribute that marks a class as made by agent code. ``_abc_`` keeps it out of the
#: members that ``typing.Protocol`` collects; ``$`` keeps it out of reach of agent source.
MARK = "_abc_$agex"

# ------------------------------------------------------------------ dunder names in source

#: Method names of Python's data model that a class of the agent may define, and that may be read
#: and called on its own objects. Pickle, copy, attribute hooks and class lies are left out.
OPERATORS = frozenset(
    f"__{stem}__"
    for op in (
        "add sub mul truediv floordiv mod divmod pow lshift rshift and xor or matmul"
    ).split()
    for stem in (op, f"r{op}", f"i{op}")
)
PROTOCOL = OPERATORS | frozenset(
    """
    __init__ __new__ __post_init__ __call__ __init_subclass__ __set_name__ __class_getitem__
    __repr__ __str__ __format__ __bytes__ __bool__ __hash__
    __eq__ __ne__ __lt__ __le__ __gt__ __ge__
    __neg__ __pos__ __abs__ __invert__ __int__ __float__ __complex__ __index__ __round__
    __trunc__ __floor__ __ceil__
    __len__ __length_hint__ __getitem__ __setitem__ __delitem__ __missing__ __iter__ __next__
    __reversed__ __contains__
    __enter__ __exit__ __aenter__ __aexit__ __await__ __aiter__ __anext__
    __getattr__ __setattr__ __delattr__ __dir__ __get__ __set__ __delete__
    __fspath__ __subclasshook__
    """.split()
)

#: Methods whose result the interpreter, or a builtin, uses without asking (see ``given.py``).
GIVING = frozenset(
    """
    __iter__ __aiter__ __anext__ __aenter__ __aexit__ __await__ __reversed__ __dir__ keys
    """.split()
)

#: Names a class body or a module may bind although they are dunders, beside the protocol.
DATA_DUNDERS = frozenset(
    """
    __slots__ __match_args__ __doc__ __hash__ __all__ __version__ __author__
    __qualname__ __test__ __static_attributes__ __orig_bases__ __parameters__
    __email__ __license__ __date__ __copyright__ __credits__ __status__ __maintainer__
    __objclass__ __signature__ __isabstractmethod__ __dataclass_fields__
    """.split()
)

#: Definitions that would run code, or tell lies, where the host trusts an object.
#: The value is what the model reads.
REFUSED_DEFINITIONS = {
    "__getattribute__": "define __getattr__ instead: it is asked for missing attributes only",
    "__del__": "use a context manager or an explicit close() instead",
    "__reduce__": "agent classes are stored as source; leave the pickle protocol out",
    "__reduce_ex__": "agent classes are stored as source; leave the pickle protocol out",
    "__getstate__": "agent classes are stored as source; leave the pickle protocol out",
    "__setstate__": "agent classes are stored as source; leave the pickle protocol out",
    "__getnewargs__": "agent classes are stored as source; leave the pickle protocol out",
    "__getnewargs_ex__": "agent classes are stored as source; leave the pickle protocol out",
    "__copy__": "write an ordinary method, such as clone(), instead",
    "__deepcopy__": "write an ordinary method, such as clone(), instead",
    "__replace__": "write an ordinary method, such as with_(), instead",
    "__class__": "an object's class cannot be replaced; make a new object",
    "__dict__": "set attributes one by one, or with setattr",
    "__prepare__": "a class body always runs in a plain dict here",
    "__instancecheck__": "use abc.ABC with register(), or a plain function",
    "__subclasscheck__": "use abc.ABC with register(), or a plain function",
    "__mro_entries__": "derive from a class, not from an object",
    "__sizeof__": "leave it out",
    "__buffer__": "leave it out",
    "__release_buffer__": "leave it out",
    "__annotate__": "leave it out",
    "__weakref__": "leave it out",
    "__bases__": "a class's bases cannot be replaced",
    "__mro__": "a class's order of bases cannot be replaced",
    "__abstractmethods__": "use abc.abstractmethod",
    "__code__": "a function's code cannot be replaced",
    "__globals__": "leave it out",
    "__builtins__": "leave it out",
    "__wrapped__": "use functools.wraps",
    "__module__": "leave it out",
    "__name__": "leave it out",
}

#: Dunders that may be read on any object of the agent's own, beside the protocol.
READABLE_DUNDERS = frozenset(
    """
    __name__ __qualname__ __doc__ __module__ __class__ __dict__ __annotations__ __defaults__
    __kwdefaults__ __slots__ __match_args__ __mro__ __bases__ __base__ __members__
    __dataclass_fields__ __type_params__ __args__ __origin__ __parameters__ __wrapped__
    __cause__ __context__ __notes__ __suppress_context__ __func__ __self__ __test__
    __required_keys__ __optional_keys__ __total__ __metadata__ __value__ __bound__
    __constraints__ __supertype__ __abstractmethods__ __isabstractmethod__ __orig_bases__
    __version__ __author__ __all__ __copyright__ __email__ __status__ __date__ __credits__
    __static_attributes__ __firstlineno__ __objclass__ __signature__ __covariant__
    __contravariant__ __unpacked__ __type_params__ __final__ __dataclass_params__
    __thisclass__ __self_class__ __hash__ __forward_arg__ __protocol_attrs__ __mutable_keys__
    __readonly_keys__ __default__ __traceback__
    """.split()
)

#: Module-level dunder names that exist in CPython and mean the machinery here.
REFUSED_NAMES = frozenset(
    """
    __builtins__ __import__ __build_class__ __loader__ __spec__ __file__ __package__ __path__
    __cached__ __dict__ __globals__ __code__ __closure__ __mro__ __bases__ __subclasses__
    """.split()
)

# ------------------------------------------------------------------ builtins

#: Builtin functions and classes whose plain call reads no attribute, runs no foreign iteration
#: and allocates in proportion to what is already there.
NATIVE = frozenset(
    """
    abs bin bool callable chr complex float hash hex id int isinstance len
    oct ord object slice
    """.split()
)

#: Builtin functions offered in guarded form only; the guarded form *is* the value of the name.
GUARDED_FUNCTIONS = frozenset(
    """
    all any aiter anext ascii delattr dir divmod format getattr globals hasattr help issubclass iter
    locals max min next pow print repr round setattr sorted sum vars
    """.split()
)

#: Builtin classes that stay themselves as values (``isinstance(x, list)``, ``list[int]``) and are
#: guarded where they are called.
GUARDED_CLASSES = frozenset(
    """
    bytearray bytes classmethod dict enumerate filter frozenset list map memoryview property range
    reversed set staticmethod str super tuple type zip
    """.split()
)

#: Exceptions that would end the host rather than the action get a namesake (see ``builtins/``).
STAND_INS = frozenset({"SystemExit", "KeyboardInterrupt"})

EXCEPTIONS = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
)

CONSTANTS = frozenset({"Ellipsis", "NotImplemented"})

#: Names of our own beside Python's: pictures for the model.
OFFERED_CALLS = NATIVE | GUARDED_FUNCTIONS | GUARDED_CLASSES
OFFERED = OFFERED_CALLS | EXCEPTIONS | CONSTANTS

#: Real builtins that are not offered. Compiled code never names them, so that a pickler which
#: brings back the real builtins brings back nothing that agent code can reach.
NOT_OFFERED = frozenset(name for name in vars(builtins) if not name.startswith("__")) - OFFERED

#: Why, for the reader of the error.
NOT_OFFERED_WHY = {
    "open": "files are not offered here; use what is registered, or return the data",
    "eval": "write the expression itself; for literals, json or ast.literal_eval where registered",
    "exec": "write the statements themselves",
    "compile": "write the code itself",
    "input": "there is nobody to ask; use task_clarify(question)",
    "breakpoint": "print what you want to see",
    "exit": "end the task with task_success(value) or task_fail(message)",
    "quit": "end the task with task_success(value) or task_fail(message)",
    "__import__": "write an import statement",
}

# ------------------------------------------------------------------ builtin types

#: Methods of builtin types that need a guard: they iterate an argument, call one, read attributes
#: by name or can make something huge. Everything public that is not here is native.
GUARDED_METHODS: dict[type, frozenset[str]] = {
    str: frozenset(
        "format format_map join replace ljust rjust center zfill expandtabs translate".split()
    ),
    bytes: frozenset("join replace ljust rjust center zfill expandtabs translate".split()),
    bytearray: frozenset(
        "join replace ljust rjust center zfill expandtabs translate extend".split()
    ),
    list: frozenset("sort extend index".split()),
    tuple: frozenset(),
    dict: frozenset("update fromkeys".split()),
    set: frozenset(
        """update union intersection intersection_update difference difference_update
        symmetric_difference symmetric_difference_update issubset issuperset
        isdisjoint""".split()
    ),
    frozenset: frozenset(
        "union intersection difference symmetric_difference issubset issuperset isdisjoint".split()
    ),
    int: frozenset({"to_bytes", "from_bytes"}),
    float: frozenset(),
    complex: frozenset(),
    bool: frozenset({"to_bytes", "from_bytes"}),
    range: frozenset({"index", "count"}),
    slice: frozenset(),
    memoryview: frozenset({"tolist"}),
    type(None): frozenset(),
    type(Ellipsis): frozenset(),
    type(NotImplemented): frozenset(),
}

#: Guarded methods that compiled code calls outright where the receiver's type is known beforehand.
DIRECT_METHODS = frozenset(
    {("str", "join"), ("str", "format"), ("str", "replace"), ("list", "extend"), ("list", "sort")}
)

#: Public members of builtin types that are never shown.
DENIED_MEMBERS: dict[type, frozenset[str]] = {memoryview: frozenset({"obj"})}

#: Dunders of builtin types that may be read as they are (``(3).__add__``): they neither iterate
#: nor call their argument, nor look an attribute up, nor grow what they are given.
SAFE_BUILTIN_DUNDERS = frozenset(
    """
    __add__ __radd__ __sub__ __rsub__ __truediv__ __rtruediv__ __rshift__ __rrshift__
    __and__ __rand__ __or__ __ror__ __xor__ __rxor__
    __neg__ __pos__ __abs__ __invert__ __int__ __float__ __complex__ __index__ __trunc__ __floor__
    __ceil__ __bool__ __len__ __length_hint__ __hash__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__
    __getitem__ __setitem__ __delitem__ __iter__ __next__ __reversed__ __contains__ __missing__
    __enter__ __exit__ __await__ __aiter__ __anext__ __get__ __set__ __delete__ __call__
    __class_getitem__ __bytes__ __fspath__ __set_name__
    """.split()
)

#: Dunders of builtin types that are offered through a guard of the same meaning.
GUARDED_BUILTIN_DUNDERS = frozenset(
    """
    __mul__ __rmul__ __imul__ __pow__ __rpow__ __lshift__ __rlshift__ __mod__ __rmod__ __iadd__
    __floordiv__ __rfloordiv__ __divmod__ __rdivmod__
    __str__ __repr__ __format__ __round__ __init__ __new__ __setattr__ __delattr__ __getattr__
    __dir__ __init_subclass__ __subclasshook__ __ior__ __iand__ __isub__ __ixor__ __class__
    """.split()
)

#: Plain fields and methods of exceptions that documentation names; nothing that holds a frame, an
#: object or a document (``.obj``, ``.object``, ``.doc``, ``__traceback__``).
EXCEPTION_FIELDS = frozenset(
    """
    args add_note value errno strerror filename filename2 start end reason encoding name path code
    msg lineno offset text end_lineno end_offset print_file_and_line message exceptions subgroup
    split derive characters_written pos colno winerror
    """.split()
)
EXCEPTION_DUNDERS = frozenset(
    """
    __cause__ __context__ __suppress_context__ __notes__ __str__ __repr__ __class__ __doc__
    __init__ __new__ __module__ __eq__ __ne__ __hash__
    """.split()
)
