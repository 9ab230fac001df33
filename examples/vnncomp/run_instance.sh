#!/bin/bash
# VNN-COMP: run_instance.sh v1 CATEGORY NETWORK.onnx PROPERTY.vnnlib RESULTS TIMEOUT
# RESULTS receives unsat, sat (with the assignment on the lines after it), timeout, unknown or
# error on its first line.  The verdicts are about real arithmetic.

if [ "$1" != v1 ] || [ $# -ne 6 ]; then
    echo "usage: run_instance.sh v1 CATEGORY NETWORK PROPERTY RESULTS TIMEOUT" >&2
    exit 1
fi
python3 -m exactrev verify "$4" --network "$3" --timeout "$6" --results "$5" --quiet
case $? in
    0 | 1 | 3) exit 0 ;;
    *) echo error > "$5" ;;
esac
