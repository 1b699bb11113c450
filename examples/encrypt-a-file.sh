#!/usr/bin/env bash
# Encrypts a file on this machine under a key of KMS, and decrypts it again.
#
#     examples/encrypt-a-file.sh encrypt <key id> <file>   writes <file>.enc and <file>.key
#     examples/encrypt-a-file.sh decrypt <file>            reads them, writes to standard output
#
# AWS_CLI and AWS_ENDPOINT_URL name the program and where KMS is.
set -euo pipefail
kms() { ${AWS_CLI:-aws} --endpoint-url "${AWS_ENDPOINT_URL:?where KMS is}" kms "$@"; }
# The wrapped key opens only for a file of this name.
context() { printf 'file=%s' "$(basename "$1")"; }

encrypt() {
  local key=$1 file=$2 answer plain
  # One call: the data key in clear for now, and the same under the key for later.
  answer=$(kms generate-data-key --key-id "$key" --key-spec AES_256 --encryption-context "$(context "$file")" \
    --query '[Plaintext,CiphertextBlob]' --output text)
  plain=$(cut -f1 <<<"$answer")
  cut -f2 <<<"$answer" >"$file.key"
  openssl enc -aes-256-cbc -pbkdf2 -salt -in "$file" -out "$file.enc" -pass fd:3 3<<<"$plain"
}

decrypt() {
  local file=$1 plain
  plain=$(kms decrypt --ciphertext-blob "$(cat "$file.key")" --encryption-context "$(context "$file")" \
    --query Plaintext --output text)
  openssl enc -d -aes-256-cbc -pbkdf2 -in "$file.enc" -pass fd:3 3<<<"$plain"
}

case ${1-} in
  encrypt) encrypt "$2" "$3" ;;
  decrypt) decrypt "$2" ;;
  *) sed -n 2,7p "$0" >&2; exit 2 ;;
esac
