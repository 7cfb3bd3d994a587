package deploy

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A unit is the values of each key, under "Section.Key", and the comment in front of it all.
type unit struct {
	comment string
	values  map[string][]string
}

// parse reads a unit of systemd, which ignores what it does not know: here a key that is in no
// list is an error.
func parse(text string) (u unit, err error) {
	u.values = make(map[string][]string)
	section, known := "", []string(nil)
	for i, line := range strings.Split(strings.ReplaceAll(text, "\\\n", " "), "\n") {
		key, value, ok := strings.Cut(line, "=")
		switch {
		case line == "":
		case strings.HasPrefix(line, "#"):
			if section == "" {
				u.comment += line + "\n"
			}
		case strings.HasPrefix(line, "["):
			if section = strings.Trim(line, "[]"); sections[section] == "" {
				return u, fmt.Errorf("line %d: section %s", i+1, line)
			}
			known = strings.Fields(sections[section])
		case !ok || !slices.Contains(known, key):
			return u, fmt.Errorf("line %d: %q in section %s", i+1, line, section)
		case slices.Contains(switches, key) && value != "yes":
			return u, fmt.Errorf("line %d: %q, expected yes", i+1, line)
		default:
			if values := u.values[section+"."+key]; len(values) > 0 && !slices.Contains(repeatable, key) {
				return u, fmt.Errorf("line %d: %s a second time", i+1, key)
			}
			u.values[section+"."+key] = append(u.values[section+"."+key], value)
		}
	}
	return u, nil
}

// switches are the keys that confine a service, and are on.
var switches = strings.Fields(`DynamicUser NoNewPrivileges PrivateTmp PrivateDevices ProtectHome ProtectClock ProtectHostname
	ProtectControlGroups ProtectKernelLogs ProtectKernelModules ProtectKernelTunables RestrictNamespaces RestrictRealtime
	RestrictSUIDSGID LockPersonality MemoryDenyWriteExecute`)

var repeatable = []string{"LoadCredential", "SystemCallFilter"}

// sections are the keys of each section, as systemd.unit(5), systemd.service(5) and systemd.exec(5)
// have them.
var sections = map[string]string{
	"Unit": "Description Documentation Wants After StartLimitIntervalSec StartLimitBurst",
	"Service": `Type EnvironmentFile LoadCredential ExecStart Restart RestartSec RestartPreventExitStatus TimeoutStopSec
		StateDirectory LimitNOFILE CapabilityBoundingSet ProtectSystem ProtectProc RestrictAddressFamilies
		SystemCallArchitectures SystemCallFilter SystemCallErrorNumber UMask ` + strings.Join(switches, " "),
	"Install": "WantedBy",
}

func units(t *testing.T) map[string]string {
	t.Helper()
	all := make(map[string]string)
	names, err := filepath.Glob("systemd/*.service")
	if err != nil || len(names) != 2 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(name)] = string(text)
	}
	return all
}

func TestUnits(t *testing.T) {
	for name, text := range units(t) {
		u, err := parse(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, key := range switches {
			if u.values["Service."+key] == nil {
				t.Errorf("%s: no %s", name, key)
			}
		}
		for key, want := range map[string]string{"CapabilityBoundingSet": "", "ProtectSystem": "strict", "Restart": "on-failure", "UMask": "0077"} {
			if got := u.values["Service."+key]; len(got) != 1 || got[0] != want {
				t.Errorf("%s: %s is %q, expected %q", name, key, got, want)
			}
		}
		command := u.values["Service.ExecStart"][0]
		// What is read is handed over, or comes with the environment, of which an example tells.
		var handed, read []string
		for _, c := range u.values["Service.LoadCredential"] {
			credential, file, _ := strings.Cut(c, ":")
			handed = append(handed, credential)
			file = strings.ReplaceAll(filepath.Base(file), "%i", "worker-0")
			if !strings.Contains(u.comment, file) {
				t.Errorf("%s: nothing is said of %s", name, file)
			}
		}
		for _, of := range regexp.MustCompile(`%d/(\S+)`).FindAllStringSubmatch(command, -1) {
			read = append(read, of[1])
		}
		slices.Sort(handed)
		slices.Sort(read)
		if !slices.Equal(handed, read) || len(read) != 3 {
			t.Errorf("%s: credentials %q, of which it reads %q", name, handed, read)
		}
		for _, of := range regexp.MustCompile(`\$\{(\w+)\}|-api-key-env=(\w+)`).FindAllStringSubmatch(command, -1) {
			if variable := of[1] + of[2]; !strings.Contains(u.comment, "#     "+variable+"=") {
				t.Errorf("%s: the example has no %s", name, variable)
			}
		}
	}
}

func TestUnitsOfMistakes(t *testing.T) {
	for line, want := range map[string]string{
		"[Servce]":                    "section",
		"[Service]\nDynamicUsr=1":     "DynamicUsr",
		"[Service]\nUMask=1\nX":       "X",
		"[Install]\nUMask=1":          "UMask",
		"[Service]\nPrivateTmp=no":    "expected yes",
		"[Service]\nUMask=1\nUMask=2": "second time",
	} {
		if _, err := parse(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", line, err)
		}
	}
}

// systemd itself finds nothing to say of the units.
func TestUnitsBySystemd(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip(err)
	}
	folder := t.TempDir()
	for name, text := range units(t) {
		// The program need not be installed here.
		text = strings.Replace(text, "/usr/local/bin/agentperf-fleet", "/bin/sh", 1)
		name = filepath.Join(folder, strings.Replace(name, "@", "@worker-0", 1))
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("systemd-analyze", "verify", name).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%v\n%s", err, out)
		}
	}
}
