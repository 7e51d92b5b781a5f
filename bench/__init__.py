"""How fast the house is beside the floors of its framework and its database: `bin/bench`, docs/speed.md."""
