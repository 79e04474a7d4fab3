#!/usr/bin/env bash
# run.sh NODE-MODULES PORT CREDENTIALS WORK: takes the OpenAPI document of the appliance at that port of this machine, has
# foreign programs check it and make a client's types of it, and runs the client.
# Needs: curl, node, and the packages of package-lock.json.
set -euo pipefail
modules=$1 port=$2 credentials=$3 work=$4
cp "$(dirname "$0")"/* "$work/"
ln -s "$modules" "$work/node_modules"
cd "$work"
curl -sS --fail --max-time 60 --cacert "$credentials/ca.pem" --cert-type P12 --cert "$credentials/client.p12:nullbox" \
  --resolve "nullbox:$port:127.0.0.1" -o openapi.json "https://nullbox:$port/v1/openapi.json"
node validate.mjs openapi.json
echo 'the document is valid'
node node_modules/openapi-typescript/bin/cli.js openapi.json -o api.d.ts >/dev/null
tsc=(node node_modules/typescript/bin/tsc --strict --target es2022 --module nodenext --skipLibCheck)
"${tsc[@]}" client.ts
if "${tsc[@]}" --noEmit wrong.ts >wrong.txt; then
  echo 'a wrong parameter is taken by the types' >&2
  exit 1
fi
grep -q agnet wrong.txt
echo 'a wrong parameter is refused by the types'
exec node client.js "$port" "$credentials" hello
