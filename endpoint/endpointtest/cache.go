package endpointtest

import (
	"hash/maphash"
	"sync"

	"github.com/agentperf/agentperf-go/internal/simserver"
)

// prefixCache remembers every prompt prefix that ends with a whole message, without
// limit. The zero value is ready.
type prefixCache struct {
	mu     sync.Mutex
	seed   maphash.Seed
	seeded bool
	seen   map[uint64]struct{}
}

// count returns the tokens of a prompt and how many of them, from its beginning, were
// seen before. It remembers the prompt.
func (c *prefixCache) count(q simserver.Request) (prompt, cached int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.seeded {
		c.seed, c.seeded, c.seen = maphash.MakeSeed(), true, make(map[uint64]struct{})
	}
	var h maphash.Hash
	h.SetSeed(c.seed)
	bytes, hit, hitting := 0, 0, true
	q.Parts(func(part string) {
		h.WriteString(part)
		h.WriteByte(0)
		bytes += len(part)
		key := h.Sum64()
		if _, ok := c.seen[key]; ok && hitting {
			hit = bytes
			return
		}
		hitting = false
		c.seen[key] = struct{}{}
	})
	return simserver.PromptTokens(bytes), hit / simserver.BytesPerToken
}
