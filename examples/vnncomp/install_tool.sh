#!/bin/bash
# VNN-COMP: install_tool.sh v1
# Installs exactrev from the checkout that this script lies in, for the python3 on the path.

if [ "$1" != v1 ]; then
    echo "install_tool.sh: expected version v1, not '$1'" >&2
    exit 1
fi
set -e
cd "$(dirname "$0")/../.."
python3 -m pip install ".[onnx,lp]"
