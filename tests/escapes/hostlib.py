"""A library of the host's, registered by name: attacks try to get more out of it than it offers."""

import json
import os
import sys
from collections import OrderedDict
from os import environ

__version__ = "1.0"

size = 7
shared = [3, 1, 2]
matrix = [[0, 0], [0, 0]]
settings = {"mode": "safe", "nested": {"level": 1}}
tags = {"a", "b"}
buffer = bytearray(b"host")
_token = "set by the world"


class Point:
    """A point that anybody may make."""

    count = 0
    corners = [0, 0]

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def norm(self):
        """Its distance from the origin, squared."""
        return self.x**2 + self.y**2


def area(width, height=2):
    """The area of a rectangle."""
    return width * height


def _peek():
    return _token


def _unused():
    return json, os, sys, OrderedDict, environ
