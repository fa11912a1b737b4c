#!/bin/sh
# The Verification of the sample runbook as a script asks it, one check after the other. Takes its world from the
# environment: AWS_ENDPOINT_URL, POSTMARK_API_URL, RESOLVER_PORT, DOMAIN, SELECTOR, PROFILE, TOKEN_FILE.
set -eu
ask() { dig +short -p "$RESOLVER_PORT" @127.0.0.1 "$@" | grep -q .; }
ask NS "$DOMAIN"
ask TXT "$DOMAIN"
ask TXT "_dmarc.$DOMAIN"
ask TXT "$SELECTOR._domainkey.$DOMAIN"
ask CNAME "pm-bounces.$DOMAIN"

# The token stands in a file of curl's own: no process has it among its arguments.
postmark() { curl -sSf -K "$TOKEN_FILE" -H 'Accept: application/json' "$@"; }
id=$(postmark "$POSTMARK_API_URL/domains?count=500&offset=0" | tr '{' '\n' | grep -F "\"$DOMAIN\"" | sed 's/.*"ID":\([0-9]*\).*/\1/')
postmark -X PUT "$POSTMARK_API_URL/domains/$id/verifyDkim" | grep -q '"DKIMVerified":true'
postmark -X PUT "$POSTMARK_API_URL/domains/$id/verifyReturnPath" | grep -q '"ReturnPathDomainVerified":true'

cloud() { aws --endpoint-url "$AWS_ENDPOINT_URL" --profile "$PROFILE" --output json "$@"; }
cloud route53 list-hosted-zones-by-name --dns-name "$DOMAIN" | grep -qF "\"$DOMAIN.\""
cloud cloudformation list-exports | grep -q PartitionMailZoneId
