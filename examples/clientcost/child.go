package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"time"

	"github.com/agentperf/agentperf-go/internal/instant"
)

// child is the server process.
type child struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *json.Decoder
	hello hello
}

// startChild starts this program once more, as a server that is killed when ctx ends.
func startChild(ctx context.Context, cfg serverConfig) (*child, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(cfg)
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.Command(exe)}
	c.cmd.Env = append(os.Environ(), asServer+"="+string(text))
	c.cmd.Stderr = os.Stderr // a file, since nothing here copies what it says
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { c.cmd.Process.Kill() }) // whatever it is asked
	c.out = json.NewDecoder(out)
	if err := c.out.Decode(&c.hello); err != nil {
		c.stop()
		return nil, fmt.Errorf("the server did not start: %w", err)
	}
	return c, nil
}

// state asks for the server's state.
func (c *child) state(question byte) (s state, err error) {
	if _, err := c.in.Write([]byte{question}); err != nil {
		return s, fmt.Errorf("the server is gone: %w", err)
	}
	if err := c.out.Decode(&s); err != nil {
		return s, fmt.Errorf("the server is gone: %w", err)
	}
	return s, nil
}

// quiet waits until nothing is being sent, and discards what was.
func (c *child) quiet(ctx context.Context, period time.Duration) error {
	for end := time.Now().Add(2*period + 10*time.Second); ; {
		s, err := c.state(askStamp)
		if err != nil || s.Active == 0 {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("%d answers of the server do not end", s.Active)
		}
		if !instant.SleepUntil(ctx, time.Now().Add(20*time.Millisecond)) {
			return ctx.Err()
		}
	}
}

// stop ends the server by closing its input.
func (c *child) stop() {
	c.in.Close()
	kill := time.AfterFunc(5*time.Second, func() { c.cmd.Process.Kill() })
	c.cmd.Wait()
	kill.Stop()
}

// url returns the server's address.
func (c *child) url() string {
	if c.hello.Cert != nil {
		return "https://" + c.hello.Addr
	}
	return "http://" + c.hello.Addr
}

// trust returns a configuration that trusts the server's certificate, nil if it
// has none.
func (c *child) trust() (*tls.Config, error) {
	if c.hello.Cert == nil {
		return nil, nil
	}
	cert, err := x509.ParseCertificate(c.hello.Cert)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{RootCAs: pool}, nil
}

// selfSigned returns a certificate of this machine for a day.
func selfSigned() (*tls.Config, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, der, nil
}
