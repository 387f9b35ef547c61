"""The table of node kinds: which method visits which; what is not in it is refused."""

from __future__ import annotations

import ast
from typing import Any

from agex.sandbox.transformer.matching import Matching
from agex.sandbox.transformer.stretches import (
    BLOCKS,
    BRANCHES,
    SEPARATE,
    STEPS,
    STRETCHES,
    branch,
    nested,
    step,
    stretch,
)


class AgentTransformer(Matching):
    """Rewrites one parsed action.

    Args:
        scopes: the scopes of the same tree.
        shadowed: builtin names that agent code has bound to something of its own.
        flags: put a check of the stop flag into loops and functions (interpreters without
            ``sys.monitoring``).
        future_annotations: annotations are strings and stay as they were written.
        steady: names that earlier actions bound to modules, classes and containers, and their types.

    After ``transform``: ``lines`` holds the refusals, ``keys`` the cleared sets the code reads,
    ``callees`` the globals that remember callees,
    ``assigned`` the attribute names it assigns.
    """


_T = AgentTransformer

#: Kinds that stay as they are; what they hold is visited.
RECURSE: tuple[type[ast.AST], ...] = (
    ast.Tuple,
    ast.List,
    ast.Set,
    ast.BoolOp,
    ast.UnaryOp,
    ast.IfExp,
    ast.Yield,
    ast.Slice,
    ast.Assert,
)
#: Kinds with nothing inside.
LEAVES: tuple[type[ast.AST], ...] = (
    ast.Constant,
    ast.Pass,
    ast.Break,
    ast.Continue,
    *(getattr(ast, n) for n in "Load Store Del And Or Not Invert UAdd USub".split()),
    *(getattr(ast, n) for n in "Add Sub Mult Div Mod Pow LShift RShift BitOr BitXor".split()),
    *(getattr(ast, n) for n in "BitAnd FloorDiv MatMult Eq NotEq Lt LtE Gt GtE Is".split()),
    *(getattr(ast, n) for n in "IsNot In NotIn".split()),
)
#: Kinds that are handled by the method of the node that holds them.
PARTS: tuple[type[ast.AST], ...] = (
    ast.arguments,
    ast.arg,
    ast.keyword,
    ast.alias,
    ast.withitem,
    ast.match_case,
    ast.comprehension,
    ast.FormattedValue,
    ast.MatchValue,
    ast.MatchSingleton,
    ast.MatchSequence,
    ast.MatchMapping,
    ast.MatchClass,
    ast.MatchStar,
    ast.MatchAs,
    ast.MatchOr,
)
METHODS: dict[type[ast.AST], Any] = {
    **dict.fromkeys(RECURSE, _T.recurse),
    **dict.fromkeys(LEAVES, _T.leaf),
    ast.Name: _T.visit_Name,
    ast.Attribute: _T.visit_Attribute,
    ast.Subscript: _T.visit_Subscript,
    ast.Call: _T.visit_Call,
    ast.Starred: _T.visit_Starred,
    ast.For: _T.visit_For,
    ast.AsyncFor: _T.visit_For,
    ast.While: _T.visit_While,
    ast.ListComp: _T.visit_comprehension_node,
    ast.SetComp: _T.visit_comprehension_node,
    ast.DictComp: _T.visit_comprehension_node,
    ast.GeneratorExp: _T.visit_comprehension_node,
    ast.YieldFrom: _T.visit_YieldFrom,
    ast.Await: _T.visit_Await,
    ast.Dict: _T.visit_Dict,
    ast.Compare: _T.visit_Compare,
    ast.BinOp: _T.visit_BinOp,
    ast.JoinedStr: _T.visit_text,
    ast.Assign: _T.visit_Assign,
    ast.AugAssign: _T.visit_AugAssign,
    ast.AnnAssign: _T.visit_AnnAssign,
    ast.NamedExpr: _T.visit_NamedExpr,
    ast.Delete: _T.visit_Delete,
    ast.With: _T.visit_With,
    ast.AsyncWith: _T.visit_With,
    ast.Try: _T.visit_Try,
    ast.TryStar: _T.visit_Try,
    ast.ExceptHandler: _T.visit_ExceptHandler,
    ast.If: _T.visit_If,
    ast.Raise: _T.visit_Raise,
    ast.Expr: _T.visit_Expr,
    ast.Return: _T.visit_Return,
    ast.Global: _T.visit_Global,
    ast.Nonlocal: _T.visit_Nonlocal,
    ast.Import: _T.visit_Import,
    ast.ImportFrom: _T.visit_ImportFrom,
    ast.FunctionDef: _T.visit_FunctionDef,
    ast.AsyncFunctionDef: _T.visit_FunctionDef,
    ast.Lambda: _T.visit_Lambda,
    ast.ClassDef: _T.visit_ClassDef,
    ast.Match: _T.visit_Match,
}
for _name in ("TypeVar", "ParamSpec", "TypeVarTuple"):  # PEP 695, from 3.12 on
    if hasattr(ast, _name):
        METHODS[getattr(ast, _name)] = _T.visit_TypeParam
if hasattr(ast, "TypeAlias"):
    METHODS[ast.TypeAlias] = _T.visit_TypeAlias

for _kind in BRANCHES:
    METHODS[_kind] = branch(METHODS[_kind])
for _kind in STEPS:
    METHODS[_kind] = step(METHODS[_kind])
for _kind in (*BLOCKS, *SEPARATE):
    METHODS[_kind] = nested(METHODS[_kind])
for _kind in STRETCHES:
    METHODS[_kind] = stretch(METHODS[_kind])

#: Every kind this file decides, for the test that holds it against the running Python.
DECIDED = frozenset(METHODS) | frozenset(PARTS)

AgentTransformer.methods = METHODS
