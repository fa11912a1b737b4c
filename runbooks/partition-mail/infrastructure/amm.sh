#!/bin/sh
# Deploys the mail stack of one partition:  ./amm.sh [--profile PROFILE] INFRASTRUCTURE PARTITION
set -u

usage() {
  echo "usage: ./amm.sh [--profile PROFILE] INFRASTRUCTURE PARTITION" >&2
  exit 64
}

profile=
case ${1-} in
--profile)
  [ $# -ge 2 ] || usage
  profile=$2
  shift 2
  ;;
--profile=*)
  profile=${1#--profile=}
  shift
  ;;
esac
[ $# -eq 2 ] || usage
infrastructure=$1
partition=$2
: "${profile:=Admin-$infrastructure}"

cd "$(dirname "$0")" || exit 1

echo "Step 0.1: $infrastructure/$partition as $profile"
if ! grep -Fqx "[profile $profile]" "${AWS_CONFIG_FILE:-$HOME/.aws/config}" 2>/dev/null; then
  echo "ERROR: AWS region is not set" >&2
  echo "The config profile ($profile) could not be found" >&2
  exit 255
fi

# What is to go wrong, where this is a rehearsal.
faults=$(cat "${CASCADE_FAULTS_FILE:-/dev/null}" 2>/dev/null)
case " $faults " in
*" deploy-exit-255 "*)
  echo "ERROR: the deploy ended before it began" >&2
  exit 255
  ;;
esac

case " $faults " in
*" masked-exit-code "*)
  # As a log kept with tee does it: the exit code is that of the last command of the pipe.
  { echo "ERROR: the deploy ended before it began" >&2; exit 255; } | cat
  exit $?
  ;;
esac

echo "Step 0.2: cdk.context.json"
if ! grep -Fq "\"partitionMail:$infrastructure:$partition\"" cdk.context.json; then
  echo "ERROR: cdk.context.json has no partitionMail:$infrastructure:$partition: register the sender domain first" >&2
  exit 1
fi

if [ -n "${OP_PREWARM_REF-}" ]; then
  echo "Step 0.3: 1Password session"
  op read -n "$OP_PREWARM_REF" >/dev/null || exit 1
fi

echo "Step 1: cdk deploy"
ELECTRON_RUN_AS_NODE=1 exec "${CASCADE_NODE:-node}" tools/deploy.mjs "$profile" "$infrastructure" "$partition"
