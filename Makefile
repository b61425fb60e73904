# make run     set up, make the demo's sound, open the window where there is a display
# make test    set up, run the tests
# make test-all  the same, and two dozen slow ones about what is far from the usual way
# make lint    lint, format, types, walls between the rooms
# make check   make lint, then the tests
# make fix     let the formatter and the linter mend what they can
# make bench   measure; prints a table and writes benchmarks/results.json
# make kill-test  kill an editing session 200 times; each must open again, and be right
# make walk    ten thousand random actions in the window, undone to the start
# make steadiness  twice ten minutes of playing: a busy process, then the busy window and a job
# make endurance   eight simulated hours of editing and playing
# make screenshots  pictures of every panel at 100 and 200 % into docs/screenshots
# make demo    draw the demo clip and its known answer again
# make package build the wheel and the source archive into dist/
# make clean   remove .venv and everything built

.DEFAULT_GOAL := run
.PHONY: run test test-all lint check fix bench kill-test walk steadiness endurance screenshots demo package install-desktop clean

BIN := .venv/bin
SETUP := packaging/setup.sh pyproject.toml $(wildcard packaging/debian/*.txt)

.venv/.ready-run: $(SETUP)
	@packaging/setup.sh run
	@touch $@

.venv/.ready-dev: $(SETUP)
	@packaging/setup.sh dev
	@touch .venv/.ready-run $@

run: .venv/.ready-run
	$(BIN)/foleystage run resources/demo/demo.mp4 -o out/demo
	@packaging/open_window.sh out/demo/scene.foley

test: .venv/.ready-dev
	@packaging/test.sh

test-all: .venv/.ready-dev
	FOLEYSTAGE_THOROUGH=1 packaging/test.sh

lint: .venv/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy engine app plugins resources/demo benchmarks

check: lint
	@packaging/test.sh

fix: .venv/.ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.ready-dev
	$(BIN)/python -m benchmarks.run

kill-test: .venv/.ready-dev
	$(BIN)/python -m benchmarks.kill_test --kills 200

walk: .venv/.ready-dev
	FOLEYSTAGE_WALK=10000 QT_QPA_PLATFORM=offscreen $(BIN)/pytest tests/app/test_window_random_walk.py

steadiness: .venv/.ready-dev
	$(BIN)/python -m benchmarks.steadiness --minutes 10
	$(BIN)/python -m benchmarks.window_steadiness --minutes 10

endurance: .venv/.ready-dev
	$(BIN)/python -m benchmarks.endurance --hours 8

screenshots: .venv/.ready-run
	$(BIN)/python -m app.screenshots docs/screenshots

demo: .venv/.ready-run
	$(BIN)/python -m resources.demo.draw_demo

package: .venv/.ready-dev
	$(BIN)/python -m pip install --quiet build
	$(BIN)/python -m build

install-desktop: .venv/.ready-run
	packaging/install_desktop.sh

clean:
	rm -rf .venv build dist out *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
