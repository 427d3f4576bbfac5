# Two commands are all the set-up there is: `make demo` and `make test`. `make help` tells the rest.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: demo install test check format bench guide sheet clean help
.NOTPARALLEL:
# Where compiled files are forbidden, every command the tests start would compile the whole program anew.
unexport PYTHONDONTWRITEBYTECODE

RUN := .venv/bin
STAMPS := .venv/stamps
export PEYVAND_BROWSER := $(CURDIR)/build/browser/run

demo: install ## Install, start, build the demo province and serve it on 127.0.0.1:8000 (RESET=1 afresh, SCALE=0.02 small, PORT=8001)
	@exec env RESET="$(RESET)" SCALE="$(SCALE)" $(RUN)/peyvand demo $(if $(PORT),--port "$(PORT)")

install: $(STAMPS)/assets ## Install what the program needs; after this no network is needed

test: $(STAMPS)/browser ## Install what tests need, the browser too, and run everything
	@$(MAKE) --no-print-directory lint
	$(RUN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(STAMPS)/test ## The quick loop: format, lint, types, imports, unit tests
	@$(MAKE) --no-print-directory lint
	$(RUN)/python -m pytest -q -x -n 2 --dist loadfile --no-loadscope-reorder -m "not database and not slow"

.PHONY: lint
# Two side by side; the types take longest, so they begin.
lint:
	@printf '%s\n' mypy 'ruff format --check .' 'ruff check .' 'lint-imports --no-logo' 'python -m peyvand.web.catalogue check' \
	  | xargs -P 2 -I{} sh -c '$(RUN)/{}'

format: $(STAMPS)/test ## Format the code and mend what lint can mend
	$(RUN)/ruff format .
	$(RUN)/ruff check --fix .

bench: $(STAMPS)/test ## Print the benchmarks: ratios against a peer, in the same run
	$(RUN)/python -m bench

guide: $(STAMPS)/browser ## Take the pictures of the guide anew, from the small province of the tests
	PEYVAND_GUIDE_PICTURES="$(CURDIR)/docs/guide/pictures" $(RUN)/python -m pytest -q -n 0 tests/journeys/test_guide_pictures.py
	@$(RUN)/python -m peyvand.web.build

sheet: $(STAMPS)/browser ## Take pictures of every page as every role, with its faults: build/contact-sheet (ROLE=leader PAGE=needs LANGUAGE=fa QUICK=1)
	@$(RUN)/python -m tests.journeys.sheet --role="$(ROLE)" --page="$(PAGE)" --language="$(LANGUAGE)" --quick="$(QUICK)"

clean: ## Remove what was installed and built; the data stay
	rm -rf .venv node_modules build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf src/*.egg-info src/peyvand/web/static/vendor src/peyvand/places/reference_data

help: ## Tell the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Each step leaves a stamp, so a second run does only what changed.
$(STAMPS)/venv:
	@scripts/venv.sh
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/base: $(STAMPS)/venv requirements/base.txt requirements/base.in pyproject.toml
	@echo "Installing the program (a few minutes the first time)..."
	@scripts/install.sh base
	@touch $@

$(STAMPS)/test: $(STAMPS)/assets requirements/test.txt
	@echo "Installing what tests need..."
	@scripts/install.sh test
	@touch $@

$(STAMPS)/node: $(STAMPS)/base package.json package-lock.json
	@scripts/install.sh node --omit=dev
	@rm -f $(STAMPS)/node-test && touch $@

$(STAMPS)/node-test: $(STAMPS)/node
	@scripts/install.sh node
	@touch $@

$(STAMPS)/assets: $(STAMPS)/node src/peyvand/places/build.py $(wildcard src/peyvand/locale/*/*/*.po src/peyvand/programmes/*/locale/*/*/*.po docs/guide/*.md docs/guide/pictures/*.png)
	@$(RUN)/python -m peyvand.web.build
	@$(RUN)/python -m peyvand.places.build
	@touch $@

$(STAMPS)/browser: $(STAMPS)/test $(STAMPS)/node-test
	@scripts/browser.sh
	@touch $@
