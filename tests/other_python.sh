#!/usr/bin/env bash
# Runs the core tests under a second Python, so that both Mesa branches are run: 3.3 (Python 3.11) and 3.5 (3.12 on).
# usage: tests/other_python.sh PYTHON-ALREADY-TESTED
set -euo pipefail

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
echo "Testing the core again under $(.venv-other/bin/python --version)"
.venv-other/bin/python -m pytest -q -n 2 --dist loadfile -m "not slow" tests/unit tests/science tests/baselines
