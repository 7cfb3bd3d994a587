package secrets_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/secrets"
)

// body is the part of the keys below that must not be left.
var body = strings.Repeat("aB3", 20)

// keys are one of each form. They are put together here, so that nobody's scanner takes
// this file for a leak.
var keys = []string{
	"sk-" + body, "sk-ant-" + body, "sk-proj-" + body, "gsk_" + body, "xai-" + body, "nvapi-" + body, "r8_" + body,
	"AKIA" + strings.ToUpper(body[:16]), "ASIA" + strings.ToUpper(body[:16]),
	"aws_secret_access_key = " + body[:38] + "/+", `"SecretAccessKey": "` + body[:38] + "/+", "AWS_SECRET_KEY=" + body[:40],
	"ghp_" + body, "github_pat_" + body, "glpat-" + body, "xoxb-" + body, "AIza" + body[:35], "ya29." + body, "hf_" + body, "npm_" + body,
	"pypi-" + body, "sk_live_" + body, "SG." + body[:22] + "." + body, "dckr_pat_" + body, "eyJ" + body + ".eyJ" + body + "." + body,
	"Bearer " + body + "/" + body + "==", "postgres://app:" + body[:12] + "@db:5432/x",
	"-----BEGIN RSA PRIVATE" + " KEY-----\n" + body + "\n" + body + "/x==\n-----END RSA PRIVATE" + " KEY-----",
	"-----BEGIN PRIVATE" + " KEY-----\r\n" + body, // cut off
}

// encodings are ways to write text as a string of JSON, without the quotes.
var encodings = map[string]func(string) string{
	"plain":   quoted,
	"slashes": func(s string) string { return strings.ReplaceAll(quoted(s), "/", `\/`) },
	"units": func(s string) (u string) {
		for _, r := range s {
			u += fmt.Sprintf(`\u%04x`, r)
		}
		return u
	},
	"every other": func(s string) (u string) {
		for i, r := range s {
			if i%2 == 0 {
				u += fmt.Sprintf(`\u%04X`, r)
			} else {
				u += quoted(string(r))
			}
		}
		return u
	},
	"json in json": func(s string) string { return quoted(`{"a":"` + quoted(s) + `"}`) },
	"three layers": func(s string) string { return quoted(`{"a":"` + quoted(`{"b":"`+quoted(s)+`"}`) + `"}`) },
	"units in json in json": func(s string) (u string) {
		for _, r := range s {
			u += fmt.Sprintf(`\u%04x`, r)
		}
		return quoted(`{"a":"` + u + `"}`)
	},
}

func quoted(s string) string {
	text, _ := json.Marshal(s)
	return string(text[1 : len(text)-1])
}

// plain returns the content of a message without any layer of JSON.
func plain(t *testing.T, text string) string {
	var message struct{ Content string }
	if err := json.Unmarshal([]byte(text), &message); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	for text = message.Content; ; {
		var inner map[string]string
		if json.Unmarshal([]byte(text), &inner) != nil {
			return text
		}
		text = inner["a"] + inner["b"]
	}
}

func TestEveryFormInEveryEncoding(t *testing.T) {
	f := secrets.New()
	for _, key := range keys {
		for name, encode := range encodings {
			for _, in := range []string{"", "KEY=", "key:\n", "\t", "(", `"`, `\`} {
				for _, out := range []string{"", " # and so on", `" and so on`, "\nand so on", `\`} {
					text := `{"role":"tool","content":"` + encode(in+key+out) + `","n":1}`
					if !json.Valid([]byte(text)) {
						t.Fatal(text)
					}
					if f.Find([]byte(text)) == "" {
						t.Errorf("%s: %s: not found", name, text)
					}
					got := string(f.Redact([]byte(text)))
					if !json.Valid([]byte(got)) || !strings.HasPrefix(got, `{"role":"tool","content":"`) || !strings.HasSuffix(got, `","n":1}`) ||
						!strings.Contains(got, "[redacted]") || strings.Contains(strings.ToLower(plain(t, got)), strings.ToLower(body[:9])) {
						t.Errorf("%s: %s: redacted to %s", name, text, got)
					}
					if again := string(f.Redact([]byte(got))); again != got {
						t.Errorf("%s: redacted again to %s", got, again)
					}
				}
			}
		}
	}
}

func TestWhatIsNoSecret(t *testing.T) {
	f := secrets.New()
	for _, text := range []string{
		"", "sk-", "task-list and desk-lamp-with-a-very-long-name-indeed", "a bearer of news", "eyJust.eyJust.no", "ghp_short",
		"-----BEGIN PUBLIC KEY-----", "the AKIAX key", "sk-toggleable__label-arrow and more", "task-sk-learn-a-very-long-name-of-it",
		`if strings.HasPrefix(line, \"-----BEGIN RSA PRIVATE KEY-----\") {`,
		"postgres://user:password@localhost/db", "https://$USER:$TOKEN@host", "https://user:***@host", "http://host:8000/a@b", "see http://a: b@c",
		"secret_key: " + strings.Repeat("0123456789abcdef", 3)[:40], "the secret key of a good life is to be kind to everyone you meet",
		`\u0041\u004`, `\`, `\u`, "xai-toolkit-for-a-very-long-name", "C:\\new\\table",
	} {
		if kind := f.Find([]byte(text)); kind != "" {
			t.Errorf("%q is taken for a %s", text, kind)
		}
		if got := f.Redact([]byte(text)); string(got) != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

// What begins or ends within an escape takes all of it along.
func TestHalfAnEscape(t *testing.T) {
	token := "pm_" + strings.Repeat("aB3", 12)
	for text, want := range map[string]string{
		`{"a":"\n` + token + `"}`:              `{"a":"[redacted]"}`,
		`{"a":"x\\\n` + token + ` y"}`:         `{"a":"x\\[redacted] y"}`,
		`{"a":"{\"b\":\"\\n` + token + `\"}"}`: `{"a":"{\"b\":\"[redacted]\"}"}`,
		`{"a":"password\\","b":1}`:             `{"a":"[redacted]","b":1}`,
	} {
		if got := string(secrets.New(`password\`).Redact([]byte(text))); got != want {
			t.Errorf("%s becomes %s, want %s", text, got, want)
		}
	}
}

// FuzzRedact holds that JSON stays JSON, and that nothing is left to be found.
func FuzzRedact(f *testing.F) {
	for _, key := range keys {
		for _, encode := range encodings {
			f.Add(`{"a":["` + encode(key) + `"]}`)
		}
	}
	finder := secrets.New()
	f.Fuzz(func(t *testing.T, text string) {
		got := finder.Redact([]byte(text))
		if json.Valid([]byte(text)) && !json.Valid(got) {
			t.Errorf("%q becomes %q, which is not JSON", text, got)
		}
	})
}

func BenchmarkRedact(b *testing.B) {
	text := []byte(strings.Repeat(`{"role":"tool","content":"func main() {\n\tfmt.Println(\"hello, world\")\n}\n and some more text that has no escapes"}`, 10_000))
	f := secrets.New()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		f.Redact(text)
	}
}
