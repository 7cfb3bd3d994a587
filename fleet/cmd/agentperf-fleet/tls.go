package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"

	"github.com/agentperf/agentperf-go/internal/cli"
)

// tlsFiles are the flags about certificates, all PEM.
type tlsFiles struct{ cert, key, ca string }

func (f *tlsFiles) register(flags *flag.FlagSet, of, others string) {
	flags.StringVar(&f.cert, "tls-cert", "", "`file` with the certificate of this "+of+", in PEM")
	flags.StringVar(&f.key, "tls-key", "", "`file` with its key")
	flags.StringVar(&f.ca, "tls-ca", "", "`file` with the certificates of the authorities that vouch for "+others)
}

func (f *tlsFiles) given() bool { return f.cert != "" || f.key != "" || f.ca != "" }

func (f *tlsFiles) check() error {
	if (f.cert == "") != (f.key == "") {
		return errors.New("-tls-cert and -tls-key: expected both or none")
	}
	return nil
}

func (f *tlsFiles) inputs() []cli.Place {
	return []cli.Place{{By: "-tls-cert", Name: f.cert}, {By: "-tls-key", Name: f.key}, {By: "-tls-ca", Name: f.ca}}
}

// mostPEM is the largest file of certificates that is read, in bytes: the bundle of a whole
// distribution has 0.3 MB.
const mostPEM = 16 << 20

// client returns the configuration of a client; nil if no file is named.
func (f *tlsFiles) client() (*tls.Config, error) {
	if !f.given() {
		return nil, nil
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if f.cert != "" {
		cert, err := cli.ReadInput(f.cert, mostPEM)
		if err != nil {
			return nil, fmt.Errorf("-tls-cert: %w", err)
		}
		key, err := cli.ReadInput(f.key, mostPEM)
		if err != nil {
			return nil, fmt.Errorf("-tls-key: %w", err)
		}
		pair, err := tls.X509KeyPair(cert, key)
		if err != nil {
			return nil, fmt.Errorf("the certificate in %s with the key in %s: %w", f.cert, f.key, err)
		}
		cfg.Certificates = []tls.Certificate{pair}
	}
	if f.ca != "" {
		text, err := cli.ReadInput(f.ca, mostPEM)
		if err != nil {
			return nil, fmt.Errorf("-tls-ca: %w", err)
		}
		if cfg.RootCAs = x509.NewCertPool(); !cfg.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("-tls-ca: %s has no certificate, expected PEM", f.ca)
		}
	}
	return cfg, nil
}
