#!/usr/bin/env bash
# Runs under a second Python what can come out otherwise there, and nothing twice that cannot: the lock has another
# Mesa (3.3 for Python 3.11, 3.5 from 3.12 on), NumPy and SciPy for it; the rest is the same code.
# usage: tests/other_python.sh PYTHON-ALREADY-TESTED
set -euo pipefail

tests=(
    # Agents are Mesa's, and give the bits of the compiled engine, whose numbers the frozen outcomes hold.
    science/test_engines_equal.py science/test_money.py baselines unit/test_bench.py
    unit/test_mesa_model.py
    # The page is drawn by Mesa's visualisation.
    unit/test_browser_page.py unit/test_browser_runs.py
    # Random numbers, distributions, arithmetic of arrays.
    unit/test_randomness.py unit/test_elementary.py unit/test_statistics.py unit/test_designs.py
    # The language itself: everything is declared, composed, stored, and answers as a command.
    unit/test_parameters.py unit/test_store.py system/test_commands.py
)

case $("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])') in
    3.11) wanted="3.13 3.12" ;;
    *) wanted="3.11" ;;
esac

find_python() {
    local version python
    for version in $wanted; do
        for python in "python$version" "$(pyenv prefix "$version" 2>/dev/null)/bin/python"; do
            if "$python" -c "import ensurepip, sys, venv; assert sys.version.startswith('$version.')" 2>/dev/null; then
                echo "$python"
                return
            fi
        done
    done
}

python=$(find_python)
if [ -z "$python" ]; then
    echo "Skipped the tests under another Python: none of ${wanted// /, } is installed here."
    exit
fi
make -s --no-print-directory PYTHON="$python" VENV=.venv-other .venv-other/.installed
echo "Testing again under $(.venv-other/bin/python --version)"
.venv-other/bin/python -m pytest -q -n 2 --dist loadfile -m "not slow" "${tests[@]/#/tests/}"
