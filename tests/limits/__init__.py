"""Programs that try to run for ever, fill the memory or break the interpreter, and how they end."""
