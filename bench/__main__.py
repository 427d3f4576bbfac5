"""Run every benchmark of this folder, or those named: `python -m bench [name ...]`."""

import importlib
import pkgutil
import sys

import bench


def main(names: list[str]) -> None:
    known = [module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_")]
    unknown = sorted(set(names) - set(known))
    if unknown:
        sys.exit(f"No benchmark is called {', '.join(unknown)}. There are: {', '.join(known)}.")
    for name in names or known:
        print(f"== {name}", flush=True)
        for line in importlib.import_module(f"bench.{name}").run():
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
