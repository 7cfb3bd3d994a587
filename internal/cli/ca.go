package cli

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

// trust returns the system's root certificates and those of a PEM file.
func trust(file string) (*x509.CertPool, error) {
	const most = 16 << 20 // the bundle of a whole distribution is 0.3 MB
	text, err := ReadInput(file, most)
	if err != nil {
		return nil, err
	}
	roots, err := x509.SystemCertPool()
	if err != nil { // a system without any
		roots = x509.NewCertPool()
	}
	n := 0
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			break
		}
		text = rest
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("%s: PEM block %q, expected CERTIFICATE", file, block.Type)
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%s: certificate %d: %w", file, n+1, err)
		}
		roots.AddCert(cert)
		n++
	}
	if n == 0 {
		return nil, fmt.Errorf("%s: no certificate, expected PEM blocks that begin with -----BEGIN CERTIFICATE-----", file)
	}
	return roots, nil
}
