#!/bin/bash
# VNN-COMP: prepare_instance.sh v1 CATEGORY NETWORK.onnx PROPERTY.vnnlib
# Nothing is prepared; an instance that cannot be read exactly is skipped (exit code 1).

if [ "$1" != v1 ] || [ $# -ne 4 ]; then
    echo "usage: prepare_instance.sh v1 CATEGORY NETWORK PROPERTY" >&2
    exit 1
fi
[ -r "$4" ] || { echo "prepare_instance.sh: cannot read $4" >&2; exit 1; }
python3 -m exactrev info "$3" > /dev/null || exit 1
