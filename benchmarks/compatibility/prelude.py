# Runs INSIDE the sandbox, as agent code: what the tests use of `unittest` and `test.support`.
# The host offers two functions: host_syntax_error(text) and host_search(pattern, text).


class ShimSkip(Exception):
    """The test does not apply here."""


class ShimNeedsHost(Exception):
    """The test needs what agent code does not have by design: counted as refused, never as passed."""


class ShimFailed(AssertionError):
    """An assertion of a test did not hold."""


class ShimRaises:
    def __init__(self, case, expected, pattern=None, message=None):
        self.case = case
        self.expected = expected
        self.pattern = pattern
        self.message = message
        self.exception = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if kind is None:
            raise ShimFailed(f"{self.expected} not raised")
        if not issubclass(kind, self.expected):
            return False
        self.exception = error
        if self.pattern is not None:
            pattern = getattr(self.pattern, "pattern", self.pattern)
            if not host_search(pattern, str(error)):
                raise ShimFailed(f"{pattern!r} does not match {str(error)!r}")
        return True


class ShimSubTest:
    def __enter__(self):
        return None

    def __exit__(self, kind, error, traceback):
        return False


class ShimNoOperation:
    def __init__(self, *args, **kwargs):
        pass

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        return False


class TestCase:
    failureException = AssertionError
    maxDiff = None
    longMessage = True

    def __init__(self, methodName="runTest"):
        self.methodName = methodName
        self.cleanups = []

    def id(self):
        return self.methodName

    def shortDescription(self):
        return None

    def setUp(self):
        pass

    def tearDown(self):
        pass

    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        pass

    def addCleanup(self, function, *args, **kwargs):
        self.cleanups.append((function, args, kwargs))

    def doCleanups(self):
        while self.cleanups:
            function, args, kwargs = self.cleanups.pop()
            function(*args, **kwargs)

    def enterContext(self, manager):
        value = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return value

    def subTest(self, *args, **kwargs):
        return ShimSubTest()

    def skipTest(self, reason):
        raise ShimSkip(reason)

    def fail(self, msg=None):
        raise ShimFailed(msg or "fail() called")

    def assertTrue(self, value, msg=None):
        if not value:
            raise ShimFailed(msg or f"{value!r} is not true")

    def assertFalse(self, value, msg=None):
        if value:
            raise ShimFailed(msg or f"{value!r} is not false")

    def assertEqual(self, first, second, msg=None):
        if not first == second:
            raise ShimFailed(msg or f"{first!r} != {second!r}")

    def assertNotEqual(self, first, second, msg=None):
        if not first != second:
            raise ShimFailed(msg or f"{first!r} == {second!r}")

    def assertListEqual(self, first, second, msg=None):
        self.assertIsInstance(first, list)
        self.assertEqual(first, second, msg)

    def assertTupleEqual(self, first, second, msg=None):
        self.assertIsInstance(first, tuple)
        self.assertEqual(first, second, msg)

    def assertDictEqual(self, first, second, msg=None):
        self.assertIsInstance(first, dict)
        self.assertEqual(first, second, msg)

    def assertSetEqual(self, first, second, msg=None):
        self.assertEqual(first, second, msg)

    def assertMultiLineEqual(self, first, second, msg=None):
        self.assertEqual(first, second, msg)

    def assertSequenceEqual(self, first, second, msg=None, seq_type=None):
        self.assertEqual(len(first), len(second), msg)
        for a, b in zip(first, second):
            self.assertEqual(a, b, msg)

    def assertCountEqual(self, first, second, msg=None):
        rest = list(second)
        for item in first:
            if item not in rest:
                raise ShimFailed(msg or f"{item!r} is missing")
            rest.remove(item)
        if rest:
            raise ShimFailed(msg or f"{rest!r} is too much")

    def assertAlmostEqual(self, first, second, places=None, msg=None, delta=None):
        if first == second:
            return
        difference = abs(first - second)
        if delta is not None:
            good = difference <= delta
        else:
            good = round(difference, 7 if places is None else places) == 0
        if not good:
            raise ShimFailed(msg or f"{first!r} is not almost {second!r}")

    def assertIs(self, first, second, msg=None):
        if first is not second:
            raise ShimFailed(msg or f"{first!r} is not {second!r}")

    def assertIsNot(self, first, second, msg=None):
        if first is second:
            raise ShimFailed(msg or f"both are {first!r}")

    def assertIsNone(self, value, msg=None):
        if value is not None:
            raise ShimFailed(msg or f"{value!r} is not None")

    def assertIsNotNone(self, value, msg=None):
        if value is None:
            raise ShimFailed(msg or "unexpectedly None")

    def assertIn(self, member, container, msg=None):
        if member not in container:
            raise ShimFailed(msg or f"{member!r} not in {container!r}")

    def assertNotIn(self, member, container, msg=None):
        if member in container:
            raise ShimFailed(msg or f"{member!r} in {container!r}")

    def assertIsInstance(self, value, kind, msg=None):
        if not isinstance(value, kind):
            raise ShimFailed(msg or f"{value!r} is not an instance of {kind!r}")

    def assertNotIsInstance(self, value, kind, msg=None):
        if isinstance(value, kind):
            raise ShimFailed(msg or f"{value!r} is an instance of {kind!r}")

    def assertIsSubclass(self, cls, parent, msg=None):
        if not issubclass(cls, parent):
            raise ShimFailed(msg or f"{cls!r} is not a subclass of {parent!r}")

    def assertNotIsSubclass(self, cls, parent, msg=None):
        if issubclass(cls, parent):
            raise ShimFailed(msg or f"{cls!r} is a subclass of {parent!r}")

    def assertHasAttr(self, value, name, msg=None):
        if not hasattr(value, name):
            raise ShimFailed(msg or f"{value!r} has no {name!r}")

    def assertNotHasAttr(self, value, name, msg=None):
        if hasattr(value, name):
            raise ShimFailed(msg or f"{value!r} has {name!r}")

    def assertStartsWith(self, text, prefix, msg=None):
        if not text.startswith(prefix):
            raise ShimFailed(msg or f"{text!r} does not start with {prefix!r}")

    def assertEndsWith(self, text, suffix, msg=None):
        if not text.endswith(suffix):
            raise ShimFailed(msg or f"{text!r} does not end with {suffix!r}")

    def assertLess(self, first, second, msg=None):
        if not first < second:
            raise ShimFailed(msg or f"{first!r} not < {second!r}")

    def assertLessEqual(self, first, second, msg=None):
        if not first <= second:
            raise ShimFailed(msg or f"{first!r} not <= {second!r}")

    def assertGreater(self, first, second, msg=None):
        if not first > second:
            raise ShimFailed(msg or f"{first!r} not > {second!r}")

    def assertGreaterEqual(self, first, second, msg=None):
        if not first >= second:
            raise ShimFailed(msg or f"{first!r} not >= {second!r}")

    def assertRegex(self, text, pattern, msg=None):
        if not host_search(getattr(pattern, "pattern", pattern), text):
            raise ShimFailed(msg or f"{pattern!r} does not match {text!r}")

    def assertNotRegex(self, text, pattern, msg=None):
        if host_search(getattr(pattern, "pattern", pattern), text):
            raise ShimFailed(msg or f"{pattern!r} matches {text!r}")

    def assertRaises(self, expected, *args, **kwargs):
        context = ShimRaises(self, expected, None, kwargs.pop("msg", None) if not args else None)
        if not args:
            return context
        with context:
            args[0](*args[1:], **kwargs)
        return None

    def assertRaisesRegex(self, expected, pattern, *args, **kwargs):
        context = ShimRaises(self, expected, pattern)
        if not args:
            return context
        with context:
            args[0](*args[1:], **kwargs)
        return None

    def assertWarns(self, *args, **kwargs):
        raise ShimNeedsHost("the warnings machinery")

    def assertWarnsRegex(self, *args, **kwargs):
        raise ShimNeedsHost("the warnings machinery")

    def assertNoLogs(self, *args, **kwargs):
        raise ShimNeedsHost("the logging machinery")


def shim_run_case(cls, name):
    """Run one test method; "ok", or "skip: why"."""
    try:
        cls.setUpClass()
        case = cls(name)
        case.setUp()
        try:
            getattr(case, name)()
        finally:
            case.tearDown()
            case.doCleanups()
        cls.tearDownClass()
    except ShimSkip as skip:
        return f"skip: {skip}"
    return "ok"


async def shim_run_async_case(cls, name):
    """The same for a method that is a coroutine."""
    try:
        case = cls(name)
        case.setUp()
        try:
            await getattr(case, name)()
        finally:
            case.tearDown()
            case.doCleanups()
    except ShimSkip as skip:
        return f"skip: {skip}"
    return "ok"


def shim_same(function):
    return function


def shim_skipping(reason):
    def decorate(thing):
        if isinstance(thing, type):
            thing.setUpClass = classmethod(lambda cls: shim_skip_now(reason))
            return thing

        def skipped(*args, **kwargs):
            raise ShimSkip(reason)

        return skipped

    return decorate


def shim_skip_now(reason):
    raise ShimSkip(reason)


def skipIf(condition, reason=""):
    return shim_skipping(reason) if condition else shim_same


def skipUnless(condition, reason=""):
    return shim_same if condition else shim_skipping(reason)


def shim_needs(what):
    def missing(*args, **kwargs):
        raise ShimNeedsHost(what)

    return missing


class unittest:
    TestCase = TestCase
    SkipTest = ShimSkip
    skip = staticmethod(shim_skipping)
    skipIf = staticmethod(skipIf)
    skipUnless = staticmethod(skipUnless)
    expectedFailure = staticmethod(lambda thing: shim_skipping("is expected to fail")(thing))


def check_syntax_error(testcase, statement, errtext="", *, lineno=None, offset=None):
    found = host_syntax_error(statement)
    if found is None:
        raise ShimFailed(f"accepted: {statement!r}")
    message, line, column = found
    if errtext and not host_search(errtext, message):
        raise ShimFailed(f"{errtext!r} does not match {message!r}")
    testcase.assertIsNotNone(line)
    if lineno is not None:
        testcase.assertEqual(line, lineno)
    if offset is not None:
        testcase.assertEqual(column, offset)


class ShimAlwaysEqual:
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False


class ShimNeverEqual:
    def __eq__(self, other):
        return False

    def __ne__(self, other):
        return True

    def __hash__(self):
        return 1


class ShimLargest:
    def __lt__(self, other):
        return False

    def __gt__(self, other):
        return not isinstance(other, ShimLargest)

    def __le__(self, other):
        return isinstance(other, ShimLargest)

    def __ge__(self, other):
        return True

    def __eq__(self, other):
        return isinstance(other, ShimLargest)


class ShimSmallest:
    def __lt__(self, other):
        return not isinstance(other, ShimSmallest)

    def __gt__(self, other):
        return False

    def __le__(self, other):
        return True

    def __ge__(self, other):
        return isinstance(other, ShimSmallest)

    def __eq__(self, other):
        return isinstance(other, ShimSmallest)


ALWAYS_EQ = ShimAlwaysEqual()
NEVER_EQ = ShimNeverEqual()
LARGEST = ShimLargest()
SMALLEST = ShimSmallest()


class support:
    ALWAYS_EQ = ALWAYS_EQ
    NEVER_EQ = NEVER_EQ
    LARGEST = LARGEST
    SMALLEST = SMALLEST
    verbose = False
    MS_WINDOWS = False
    is_wasi = False
    is_emscripten = False
    Py_GIL_DISABLED = False
    Py_DEBUG = False
    check_syntax_error = staticmethod(check_syntax_error)
    cpython_only = staticmethod(shim_same)
    impl_detail = staticmethod(lambda *args, **kwargs: shim_same)
    refcount_test = staticmethod(shim_same)
    requires_docstrings = staticmethod(shim_same)
    requires_IEEE_754 = staticmethod(shim_same)
    no_tracing = staticmethod(shim_same)
    suppress_immortalization = ShimNoOperation
    disable_gc = ShimNoOperation
    infinite_recursion = ShimNoOperation
    requires_resource = staticmethod(lambda name: shim_skipping(f"resource {name}"))
    bigmemtest = staticmethod(lambda *args, **kwargs: shim_skipping("much memory"))
    skip_if_sanitizer = staticmethod(lambda *args, **kwargs: shim_same)
    skip_emscripten_stack_overflow = staticmethod(lambda *args, **kwargs: shim_same)
    skip_wasi_stack_overflow = staticmethod(lambda *args, **kwargs: shim_same)
    force_not_colorized = staticmethod(shim_same)
    check_impl_detail = staticmethod(lambda **kwargs: kwargs.get("cpython", not kwargs))
    gc_collect = staticmethod(shim_needs("the garbage collector"))
    captured_stderr = staticmethod(shim_needs("standard streams"))
    captured_stdout = staticmethod(shim_needs("standard streams"))
    captured_output = staticmethod(shim_needs("standard streams"))
    swap_attr = staticmethod(shim_needs("patching modules"))
    swap_item = staticmethod(shim_needs("patching modules"))
    catch_unraisable_exception = staticmethod(shim_needs("sys.unraisablehook"))
    check_free_after_iterating = staticmethod(shim_needs("the garbage collector"))
    check_sizeof = staticmethod(shim_needs("C structure sizes"))
    get_c_recursion_limit = staticmethod(lambda: 1000)
    sortdict = staticmethod(
        lambda mapping: "{" + ", ".join("%r: %r" % pair for pair in sorted(mapping.items())) + "}"
    )
    run_with_locale = staticmethod(lambda *args: shim_skipping("locales"))
    findfile = staticmethod(shim_needs("files"))
    get_attribute = staticmethod(getattr)
    LOOPBACK_TIMEOUT = 5.0
    SHORT_TIMEOUT = 30.0

    class import_helper:
        import_module = staticmethod(shim_needs("importing modules by name"))
        import_fresh_module = staticmethod(shim_needs("importing modules by name"))

    class os_helper:
        TESTFN = "unnamed"
        unlink = staticmethod(shim_needs("files"))
        temp_cwd = staticmethod(shim_needs("files"))
        temp_dir = staticmethod(shim_needs("files"))

    class warnings_helper:
        check_warnings = staticmethod(shim_needs("the warnings machinery"))
        check_syntax_warning = staticmethod(shim_needs("the warnings machinery"))
        check_no_warnings = staticmethod(shim_needs("the warnings machinery"))
        ignore_warnings = staticmethod(lambda **kwargs: shim_same)
        save_restore_warnings_filters = staticmethod(shim_needs("the warnings machinery"))

    class script_helper:
        assert_python_ok = staticmethod(shim_needs("another process"))
        assert_python_failure = staticmethod(shim_needs("another process"))
        spawn_python = staticmethod(shim_needs("another process"))
        run_python_until_end = staticmethod(shim_needs("another process"))

    class threading_helper:
        requires_working_threading = staticmethod(lambda **kwargs: shim_skipping("threads"))
        threading_cleanup = staticmethod(shim_needs("threads"))


class test:
    support = support
