"""Where closures of the sandbox stand that stored states name by an earlier place.

A state says of such a closure in which module, below which function and at which place among those of
its name it stood (``offered.py``). A closure that moves gets a line here; what it closes over keeps its names.
"""

from __future__ import annotations

from typing import TypeAlias

Place: TypeAlias = tuple[str, str, int]

_HOME = "agex.sandbox."
#: ``module: function closure place → module function closure place``, one move a line.
_MOVES = """
methods: guarded_method <lambda> 0 → methods.growing join <lambda> 0
methods: guarded_method <lambda> 1 → methods.showing template <lambda> 0
methods: guarded_method <lambda> 2 → methods.showing template_of_mapping <lambda> 0
methods: guarded_method throw 0 → methods.calling throw throwing 0
methods: guarded_method <lambda> 3 → methods.calling with_traceback <lambda> 0
methods: guarded_method padded 0 → methods.growing padding padded 0
methods: guarded_method expanded 0 → methods.growing expandtabs expanded 0
methods: guarded_method <lambda> 4 → methods.growing replace <lambda> 0
methods: guarded_method <lambda> 5 → methods.growing translate <lambda> 0
methods: guarded_method sort 0 → methods.calling sort sorting 0
methods: guarded_method <lambda> 6 → methods.iterating each <lambda> 0
methods: guarded_method elements 0 → methods.growing elements <lambda> 0
methods: guarded_method searched 0 → methods.growing search searched 0
methods: guarded_method tolist 0 → methods.growing tolist listed 0
methods: guarded_method to_bytes 0 → methods.growing to_bytes bytes_of 0
methods: guarded_method <lambda> 7 → methods.showing substitute <lambda> 0
methods: guarded_method <lambda> 8 → methods.iterating new_child <lambda> 0
methods: guarded_method <lambda> 9 → methods.iterating make <lambda> 0
methods: guarded_method <lambda> 10 → methods.calling accessor <lambda> 0
methods: guarded_method <lambda> 11 → methods.calling choose <lambda> 0
methods: guarded_method <lambda> 12 → methods.calling register <lambda> 0
methods: _drawing drawn 0 → methods.growing draw drawn 0
methods: _index index 0 → methods.showing index found 0
methods: _exit_stack <lambda> 0 → methods.calling callback <lambda> 0
methods: _exit_stack <lambda> 1 → methods.calling enter <lambda> 0
methods: _exit_stack push 0 → methods.calling push pushing 0
methods: kept method 0 → methods.twins kept method 0
methods: _update update 0 → methods.iterating update updating 0
methods: _class_method <lambda> 0 → methods.iterating fromkeys <lambda> 0
methods: _class_method <lambda> 1 → methods.iterating make <lambda> 0
methods: _class_method from_bytes 0 → methods.iterating from_bytes made 0
methods: unbound_method method 0 → methods.twins unbound_method method 0
methods: class_binding bind 0 → methods.twins class_binding bind 0
methods: guarded_dunder <lambda> 0 → methods.twins guarded_dunder <lambda> 0
methods: guarded_dunder <lambda> 1 → methods.twins guarded_dunder <lambda> 1
methods: guarded_dunder times 0 → methods.dunders _product times 0
methods: guarded_dunder power 0 → methods.dunders _power power 0
methods: guarded_dunder shifted 0 → methods.dunders _shift shifted 0
methods: guarded_dunder <lambda> 2 → methods.dunders _remainder <lambda> 0
methods: guarded_dunder <lambda> 3 → methods.dunders _remainder <lambda> 1
methods: guarded_dunder <lambda> 4 → methods.dunders _text <lambda> 0
methods: guarded_dunder <lambda> 5 → methods.dunders _text <lambda> 1
methods: guarded_dunder <lambda> 6 → methods.dunders _text <lambda> 1
methods: guarded_dunder <lambda> 7 → methods.dunders _format <lambda> 0
methods: guarded_dunder <lambda> 8 → methods.dunders _format <lambda> 1
methods: guarded_dunder rounded 0 → methods.dunders _round rounded 0
methods: guarded_dunder <lambda> 9 → methods.dunders twin <lambda> 0
methods: guarded_dunder <lambda> 10 → methods.dunders _item <lambda> 0
methods: guarded_dunder <lambda> 11 → methods.dunders _in_place <lambda> 0
methods: guarded_dunder <lambda> 12 → methods.dunders _in_place <lambda> 1
methods: guarded_dunder <lambda> 13 → methods.dunders _names <lambda> 0
methods: _dividing divided 0 → methods.dunders _division divided 0
methods: _init init 0 → methods.making init_of init 0
methods: new_of new 0 → methods.making new_of new 0
builtins: Builtins.group_of group 0 → builtins.making Making.group_of group 0
language.operator: members attrgetter one 0 → language.operator _getters attrgetter one 0
language.operator: members attrgetter <lambda> 0 → language.operator _getters attrgetter <lambda> 0
language.operator: members attrgetter <lambda> 1 → language.operator _getters attrgetter <lambda> 1
language.operator: members methodcaller <lambda> 0 → language.operator _getters methodcaller <lambda> 0
language.operator: members itemgetter <lambda> 0 → language.operator _getters itemgetter <lambda> 0
language.operator: members itemgetter <lambda> 1 → language.operator _getters itemgetter <lambda> 1
language.functools: _dispatching singledispatch dispatch 0 → language.functools _singledispatch dispatch 0
language.functools: _dispatching singledispatch register 0 → language.functools _singledispatch register 0
language.functools: _dispatching singledispatch register <lambda> 0 → language.functools _singledispatch register <lambda> 0
language.functools: _dispatching singledispatch wrapper 0 → language.functools _singledispatch wrapper 0
language.functools: _dispatching singledispatchmethod register 0 → language.functools _singledispatchmethod register 0
language.functools: _dispatching singledispatchmethod register <lambda> 0 → language.functools _singledispatchmethod register <lambda> 0
language.functools: _dispatching singledispatchmethod Bound.__get__ 0 → language.functools _singledispatchmethod Bound.__get__ 0
language.typing: members own_only decorate 0 → language.typing _own_only decorate 0
language.typing: members transform 0 → language.typing _marks transform 0
language.typing: members no_type_check 0 → language.typing _marks no_type_check 0
language.typing: members reveal_type 0 → language.typing _checks reveal_type 0
language.typing: members transform <lambda> 0 → language.typing _marks transform <lambda> 0
language.dataclasses: _reading is_dataclass 0 → language.dataclass_fields is_dataclass 0
builtins: _refuser refused 0 → builtins.builtins _refuser refused 0
"""


def _place(words: str) -> Place:
    module, *path, place = words.replace(":", "").split()
    return _HOME + module, ".<locals>.".join(path), int(place)


MOVED: dict[Place, Place] = {
    _place(old): _place(new)
    for old, new in (line.split("→") for line in _MOVES.strip().splitlines())
}


def now_at(module: str, path: str, place: int) -> Place:
    """Where the closure stands that stood there once."""
    return MOVED.get((module, path, place), (module, path, place))
