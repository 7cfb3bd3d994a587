package fleet

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/secrets"
)

// apart says that some send to different addresses; empty if they do not. Each has the one by
// which its machine reaches the system, so that it may be right, but nothing else would tell that
// a worker was pointed at another system, or all were.
func apart(names, endpoints []string) string {
	first := -1
	for i, e := range endpoints {
		switch {
		case e == "":
		case first < 0:
			first = i
		case e != endpoints[first]:
			return fmt.Sprintf("requests go to different addresses, such as those of %s to %s and those of %s to %s: only if these are one system does a phase say anything", names[first], endpoints[first], names[i], e)
		}
	}
	return ""
}

// manner says in what manner requests are sent: one process has one for all agents, and what fails
// by the time limit of one worker would not have failed at another. Values of headers are each
// machine's own, and so are headers that hold keys. Empty if nothing is known.
func manner(e endpoint.Config) string {
	if e.URL == "" {
		return ""
	}
	version := "1.1"
	if e.HTTP2 {
		version = "2"
	}
	text := fmt.Sprintf("the API %s, HTTP/%s and time limits of %v and %v", e.ResolvedAPI(), version, cmp.Or(e.Timeout, endpoint.DefaultTimeout), cmp.Or(e.IdleTimeout, endpoint.DefaultIdleTimeout))
	if e.SessionHeader != "" {
		text += fmt.Sprintf(", and sessions in the header %.100s", e.SessionHeader)
	}
	var names []string
	for name := range e.Header {
		if name = http.CanonicalHeaderKey(name); !secrets.Header(name) {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		slices.Sort(names)
		text += fmt.Sprintf(", and the headers %.500s", strings.Join(names, ", "))
	}
	return text
}

// unlike says that a worker sends in another manner than another party; empty if it does not, or
// if one of the two is unknown.
func unlike(worker, own, other, others string) string {
	if own == "" || others == "" || own == others {
		return ""
	}
	return fmt.Sprintf("worker %s sends with %s, and %s with %s: they would not do the same", worker, own, other, others)
}

// address returns a URL without what may be secret.
func address(of string) string {
	u, err := url.Parse(of)
	if err != nil {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
