package broker

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
)

// address is where to listen, by number: what a name stands for is asked once.
func (c Config) address(secured bool) (*net.TCPAddr, error) {
	listen := c.Listen
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	addr, err := net.ResolveTCPAddr("tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("listening on %q: expected host:port: %w", listen, err)
	}
	if addr.IP == nil {
		addr.IP = net.IPv4zero // which Go takes for the addresses of either kind
	}
	if !secured && !addr.IP.IsLoopback() {
		return nil, fmt.Errorf("listening on %q, which other machines can reach: expected CertFile, KeyFile and CAFile", listen)
	}
	return addr, nil
}

// tls returns nil if no files are named.
func (c Config) tls() (*tls.Config, error) {
	if c.CertFile == "" && c.KeyFile == "" && c.CAFile == "" {
		return nil, nil
	}
	if c.CertFile == "" || c.KeyFile == "" || c.CAFile == "" {
		return nil, fmt.Errorf("CertFile %q, KeyFile %q, CAFile %q: expected all three or none", c.CertFile, c.KeyFile, c.CAFile)
	}
	cert, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("the certificate in %s with the key in %s: %w", c.CertFile, c.KeyFile, err)
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, err
	}
	authorities := x509.NewCertPool()
	if !authorities.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s: expected certificates in PEM", c.CAFile)
	}
	return &tls.Config{
		Certificates: []tls.Certificate{cert},
		ClientCAs:    authorities,
		ClientAuth:   tls.RequireAndVerifyClientCert,
		MinVersion:   tls.VersionTLS13, // both ends are of this module
	}, nil
}
