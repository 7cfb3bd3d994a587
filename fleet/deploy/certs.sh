#!/bin/sh
# Makes the certificates of a fleet with openssl: an authority, the broker's, one for the
# controller of a nats-server of its own, and one for each worker.
#
#     certs.sh FOLDER HOST[,HOST...] WORKER...
#     certs.sh pki agentperf-controller,10.0.0.7 worker-0 worker-1 worker-2 worker-3
#
# The hosts are all those by which workers reach the controller: names and IPv4 addresses. A
# worker's name is the only DNS name of its certificate, which is how the broker knows it.
# What is there already stays, so that workers can be added: to renew a certificate, remove it.
# ca.key signs workers of any name: it belongs on none of the machines.
set -eu
umask 077

# A run takes hours; a connection ends with the certificate with which it began.
leaf_days=30
authority_days=365

die() { echo "certs.sh: $*" >&2; exit 2; }
[ $# -ge 3 ] || die "expected FOLDER HOST[,HOST...] WORKER..."
folder=$1 hosts=$2
shift 2
for name; do
	case $name in
	'' | *[!a-z0-9-]*) die "worker '$name': expected 1 to 63 of a-z, 0-9 and -" ;;
	controller | broker | ca) die "worker '$name': the name is taken" ;;
	esac
	[ ${#name} -le 63 ] || die "worker '$name': expected 1 to 63 of a-z, 0-9 and -"
done
names=
for host in $(echo "$hosts" | tr , ' '); do
	case $host in
	*[!A-Za-z0-9.-]*) die "host '$host': expected a name or an IPv4 address" ;;
	*[!0-9.]*) names=$names,DNS:$host ;;
	*) names=$names,IP:$host ;;
	esac
done
[ -n "$names" ] || die "expected a host by which workers reach the controller"
mkdir -p "$folder"
cd "$folder"

key() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1.key"; }
request() { openssl req -new -key "$1.key" -subj "/CN=$2"; }

# issue NAME COMMON-NAME USAGE SUBJECT-ALTERNATIVE-NAMES
issue() {
	[ ! -e "$1.crt" ] || return 0
	key "$1"
	printf 'basicConstraints = critical, CA:FALSE\nkeyUsage = critical, digitalSignature\nextendedKeyUsage = %s\nsubjectAltName = %s\n' "$3" "$4" >"$1.ext"
	request "$1" "$2" | openssl x509 -req -sha256 -days $leaf_days -CA ca.crt -CAkey ca.key \
		-set_serial "0x$(openssl rand -hex 16)" -extfile "$1.ext" -out "$1.new" 2>/dev/null
	rm "$1.ext"
	mv "$1.new" "$1.crt"
}

if [ ! -e ca.crt ]; then
	key ca
	printf 'basicConstraints = critical, CA:TRUE, pathlen:0\nkeyUsage = critical, keyCertSign\n' >ca.ext
	request ca "agentperf fleet" | openssl x509 -req -sha256 -days $authority_days -signkey ca.key \
		-set_serial "0x$(openssl rand -hex 16)" -extfile ca.ext -out ca.new 2>/dev/null
	rm ca.ext
	mv ca.new ca.crt
fi
issue broker broker serverAuth "${names#,}"
issue controller controller clientAuth DNS:controller
for name; do issue "$name" "$name" clientAuth "DNS:$name"; done
