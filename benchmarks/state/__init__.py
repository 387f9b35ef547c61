"""What a commit, a fork and a checkout cost, beside pickling and hashing by hand."""
