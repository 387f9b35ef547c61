"""What code may reach, as frozen data: registrations go in, a :class:`Policy` comes out.

*Knows:* ``errors``.
*Never imports:* any other room; no third-party package.
"""

from agex.policy.grants import Curated, Granted, granted_by, registering_line
from agex.policy.modules import ModuleRule
from agex.policy.origin import is_function_like
from agex.policy.patterns import Pattern, Predicate, Selection
from agex.policy.policy import Policy
from agex.policy.registrar import Registrar
from agex.policy.registry import Registry
from agex.policy.specs import (
    FunctionSpec,
    InstanceRule,
    MemberSpec,
    TypeRule,
    Visibility,
    prints,
)

__all__ = [
    "Curated",
    "FunctionSpec",
    "Granted",
    "InstanceRule",
    "MemberSpec",
    "ModuleRule",
    "Pattern",
    "Policy",
    "Predicate",
    "Registrar",
    "Registry",
    "Selection",
    "TypeRule",
    "Visibility",
    "granted_by",
    "is_function_like",
    "prints",
    "registering_line",
]
