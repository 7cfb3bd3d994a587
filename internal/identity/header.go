package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/agentperf/agentperf-go/internal/secrets"
)

// digestBytes is how much of a digest is kept. Of two values that somebody tries
// in the same place, 128 bits are equal by chance once in 3e38; more would make
// journals longer and nothing safer.
const digestBytes = 16

// credential stands for values that are not compared.
const credential = "credential"

// headers returns the digests of values by header. Those of credentials by name
// are one word, so that their number does not count either.
func (w *walk) headers(values map[string][]string, p path) any {
	found := make(map[string]any)
	finder := secrets.New()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		at := p.at(strconv.Quote(name))
		w.text(name, at)
		if secrets.Header(name) {
			found[name] = credential
			continue
		}
		digests := make([]any, 0, len(values[name]))
		for _, value := range values[name] {
			if finder.Find([]byte(value)) != "" {
				digests = append(digests, credential)
				continue
			}
			if len(w.Salt) < MinSalt {
				w.fail(at, "needs a salt of %d bytes or more, and there are %d", MinSalt, len(w.Salt))
				break
			}
			digests = append(digests, w.digest(name, value))
		}
		found[name] = digests
	}
	return found
}

// digest returns the salted digest of a value. The name is part of it, so that
// equal values of two headers do not show.
func (w *walk) digest(name, value string) string {
	mac := hmac.New(sha256.New, w.Salt)
	fmt.Fprintf(mac, "%q %s", name, value)
	return hex.EncodeToString(mac.Sum(nil)[:digestBytes])
}
