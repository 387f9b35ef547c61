"""The families of attacks: every module here has ``ATTACKS``, and may have ``TWINS``."""

import importlib
import pkgutil
from types import ModuleType

FAMILIES: dict[str, ModuleType] = {
    found.name: importlib.import_module(f"{__name__}.{found.name}")
    for found in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name)
}
