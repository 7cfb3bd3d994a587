package catalog

import "strings"

// SameAccelerator reports whether two names mean the same accelerator. Case, blanks,
// hyphens and underscores do not matter, and the bare name of a generation is its SXM
// form: H100 and H100 SXM5 are the same, H100-PCIe and H100-NVL are others.
func SameAccelerator(a, b string) bool { return acceleratorKey(a) == acceleratorKey(b) }

// acceleratorKey returns the same key for all names of one accelerator. The bare name of a
// generation is its SXM form, which systems of eight have.
func acceleratorKey(name string) string {
	key := strings.ToUpper(strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '-' || r == '_' }), "-"))
	if base, rest, ok := strings.Cut(key, "-SXM"); ok && strings.Trim(rest, "0123456789") == "" {
		return base
	}
	return key
}

// Key returns the same provider and accelerator for prices of one accelerator at one
// provider, however they spell its name and their own.
func (p Price) Key() (provider, accelerator string) {
	return providerKey(p.Provider), acceleratorKey(p.Accelerator)
}

// providerKey returns the same key for all names of one provider.
func providerKey(name string) string {
	key := strings.ToLower(strings.TrimSpace(name))
	switch key {
	case "amazon", "amazon web services":
		return "aws"
	case "microsoft azure", "microsoft":
		return "azure"
	case "gcp", "google":
		return "google cloud"
	case "lambda labs", "lambda cloud":
		return "lambda"
	case "crusoe":
		return "crusoe cloud"
	case "do", "digital ocean":
		return "digitalocean"
	}
	return key
}

// PageProviders returns the nine providers whose prices Artificial Analysis' hardware page
// shows.
func PageProviders() []string {
	return []string{"AWS", "Azure", "CoreWeave", "Crusoe Cloud", "DigitalOcean", "Google Cloud", "Lambda", "Nebius", "Runpod"}
}

// keys remembers keys of names, which files repeat in thousands of rows.
type keys map[string]string

func (k keys) of(name string, key func(string) string) string {
	v, ok := k[name]
	if !ok {
		v = key(name)
		k[name] = v
	}
	return v
}
