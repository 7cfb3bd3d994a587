package deploy

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/fleet/broker"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/natsbus"
)

// certs runs the script.
func certs(t *testing.T, args ...string) (output string, err error) {
	t.Helper()
	for _, program := range []string{"sh", "openssl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	text, err := exec.Command("sh", append([]string{"certs.sh"}, args...)...).CombinedOutput()
	return string(text), err
}

func dial(t *testing.T, folder, url, who, name string) (bus.Conn, error) {
	t.Helper()
	file := func(name string) string { return filepath.Join(folder, name) }
	cert, err := tls.LoadX509KeyPair(file(who+".crt"), file(who+".key"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file("ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		t.Fatal("ca.crt holds no certificate")
	}
	conn, err := natsbus.Dial(t.Context(), natsbus.Config{URL: url, Name: name, TLS: &tls.Config{Certificates: []tls.Certificate{cert}, RootCAs: pool}})
	if err == nil {
		t.Cleanup(conn.Close)
	}
	return conn, err
}

// The broker takes the certificates that the script makes for what they are: each worker's
// for its own subjects, and no other for a worker's.
func TestCertificates(t *testing.T) {
	folder := t.TempDir()
	if out, err := certs(t, folder, "agentperf-controller,127.0.0.1", "worker-0", "worker-1"); err != nil {
		t.Fatal(err, out)
	}
	first, err := os.ReadFile(filepath.Join(folder, "worker-0.crt"))
	if err != nil {
		t.Fatal(err)
	}
	if out, err := certs(t, folder, "agentperf-controller,127.0.0.1", "worker-0", "worker-2"); err != nil {
		t.Fatal(err, out)
	}
	if again, err := os.ReadFile(filepath.Join(folder, "worker-0.crt")); err != nil || string(again) != string(first) {
		t.Error("adding a worker changes another: ", err)
	}
	file := func(name string) string { return filepath.Join(folder, name) }
	server, err := broker.Start(broker.Config{Listen: "127.0.0.1:0", CertFile: file("broker.crt"), KeyFile: file("broker.key"), CAFile: file("ca.crt")})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	for _, name := range []string{"worker-0", "worker-1", "worker-2"} {
		conn, err := dial(t, folder, server.URL(), name, name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := conn.Subscribe(bus.To(bus.DefaultFleet, name), func(string, []byte) {}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := conn.Subscribe(bus.To(bus.DefaultFleet, "worker-7"), func(string, []byte) {}); err == nil {
			t.Errorf("%s may hear what is said to another", name)
		}
	}
	for who, as := range map[string]string{"worker-0": "worker-1", "controller": bus.Controller, "broker": "broker"} {
		if _, err := dial(t, folder, server.URL(), who, as); err == nil {
			t.Errorf("the certificate of %s lets in %s", who, as)
		}
	}
	found, err := filepath.Glob(file("*"))
	if err != nil || len(found) != 2*6 {
		t.Errorf("%v %v: want a certificate and a key for each of ca, broker, controller and three workers", found, err)
	}
	for _, name := range found {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: others may read it: %v %v", name, info.Mode(), err)
		}
	}
}

func TestCertificatesOfMistakes(t *testing.T) {
	for want, args := range map[string][]string{
		"expected FOLDER":   {"a", "b"},
		"worker 'A'":        {"a", "b", "A"},
		"worker ''":         {"a", "b", ""},
		"worker 'a.b'":      {"a", "b", "a.b"},
		"the name is taken": {"a", "b", "controller"},
		"host 'b;c'":        {"a", "b;c", "worker-0"},
		"expected a host":   {"a", ",", "worker-0"},
		"1 to 63":           {"a", "b", strings.Repeat("a", 64)},
	} {
		args[0] = filepath.Join(t.TempDir(), "a")
		out, err := certs(t, args...)
		if err == nil || !strings.Contains(out, want) {
			t.Errorf("%q: %v, %q", args, err, out)
		}
		if _, err := os.Stat(args[0]); err == nil {
			t.Errorf("%q: there are files", args)
		}
	}
}
