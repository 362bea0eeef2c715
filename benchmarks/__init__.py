"""How fast Parley is, against the best that this machine could do in the same minute. Run by `make bench`.

Each benchmark is one module. It runs product and floor in turn, asserts that nothing was lost or doubled, and
never that anything was fast: a figure without its floor from the same run means nothing on a shared machine.
"""
