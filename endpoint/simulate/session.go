package simulate

import (
	"crypto/sha256"
	"encoding/binary"
	"net/http"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/internal/simserver"
)

// sessionHash returns a number that all requests of a session share: a hash of the
// named header or, without it, of the prompt up to and including the first message of
// the user. Unlike FNV-1a, SHA-256 spreads keys that are nearly alike evenly over a
// few replicas.
func sessionHash(q simserver.Request, header http.Header, name string) uint64 {
	h := sha256.New()
	if session := header.Get(name); session != "" {
		h.Write([]byte(session))
	} else {
		found := false
		q.Parts(func(part string) {
			if !found {
				h.Write([]byte(part))
				found = gjson.Get(part, "role").String() == "user"
			}
		})
	}
	return binary.BigEndian.Uint64(h.Sum(nil))
}
