#!/bin/sh
# Checks a partition:  ./validate-exit.sh PARTITION [--post-merge]
set -u
cd "$(dirname "$0")" || exit 1
ELECTRON_RUN_AS_NODE=1 exec "${CASCADE_NODE:-node}" tools/validate.mjs "$@"
