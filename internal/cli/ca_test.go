package cli

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"flag"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
)

// A server of a private CA, its own here, is reached with -ca and not without.
func TestCA(t *testing.T) {
	ca, leaf := authority(t)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			io.WriteString(w, `{"data":[{"id":"m"}]}`)
			return
		}
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, `data: {"choices":[{"delta":{"content":"hello"},"finish_reason":"stop"}]}`+"\n\ndata: [DONE]\n\n")
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{leaf}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // a client that does not trust it
	server.StartTLS()
	defer server.Close()
	certificate := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca}))
	const key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
	for _, tt := range []struct{ name, text, wrong string }{
		{"trusted", certificate, ""},
		{"with words around it", "# ours\n" + certificate + "# end\n", ""},
		{"no PEM", "hello", "no certificate, expected PEM blocks that begin with -----BEGIN CERTIFICATE-----"},
		{"empty", "", "no certificate, expected PEM"},
		{"a key", certificate + key, `PEM block "PRIVATE KEY", expected CERTIFICATE`},
		{"broken", strings.Replace(certificate, "MI", "AA", 1), "certificate 1: x509: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "ca.pem")
			if err := os.WriteFile(file, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			cfg, err := configOf(t, "-endpoint", server.URL, "-ca", file)
			if tt.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), "-ca: "+file+": "+tt.wrong) {
					t.Errorf("error %v, want %q", err, tt.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := preflight(t, cfg); err != nil {
				t.Error(err)
			}
		})
	}
	cfg, err := configOf(t, "-endpoint", server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if err := preflight(t, cfg); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("without -ca: %v", err)
	}
	if _, err := configOf(t, "-endpoint", server.URL, "-ca", "nowhere.pem"); err == nil || !strings.Contains(err.Error(), "-ca: open nowhere.pem: ") {
		t.Errorf("no file: %v", err)
	}
}

// authority returns the certificate of a new CA, and one that it issued for 127.0.0.1.
func authority(t *testing.T) (ca []byte, leaf tls.Certificate) {
	var keys [2]*ecdsa.PrivateKey
	for i := range keys {
		var err error
		if keys[i], err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	soon := time.Now().Add(time.Hour)
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "our CA"}, NotAfter: soon,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	host := &x509.Certificate{SerialNumber: big.NewInt(2), NotAfter: soon, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	ca, err := x509.CreateCertificate(rand.Reader, root, root, keys[0].Public(), keys[0])
	if err != nil {
		t.Fatal(err)
	}
	issued, err := x509.CreateCertificate(rand.Reader, host, root, keys[1].Public(), keys[0])
	if err != nil {
		t.Fatal(err)
	}
	return ca, tls.Certificate{Certificate: [][]byte{issued}, PrivateKey: keys[1]}
}

func configOf(t *testing.T, args ...string) (endpoint.Config, error) {
	var e Endpoint
	flags := flag.NewFlagSet("test", flag.ContinueOnError)
	e.Register(flags)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	return e.Config(func(string) string { return "" })
}

func preflight(t *testing.T, cfg endpoint.Config) error {
	client, err := endpoint.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	_, err = client.Preflight(t.Context(), endpoint.PreflightRequest{})
	return err
}
