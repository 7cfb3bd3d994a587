package maxusers

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/internal/jsonerror"
)

// mostAssignments bounds the file: some hundred bytes for each of a million agents.
const mostAssignments = 256 << 20

// readAssignments reads who plays what: an object of lists by the number of the user, which
// may stand behind a name ("user_3"). The numbers go without a gap from 0, or from 1.
func readAssignments(name string) ([][]string, error) {
	text, err := cli.ReadInput(name, mostAssignments)
	if err != nil {
		return nil, err
	}
	var users map[string][]string
	if err := json.Unmarshal(text, &users); err != nil {
		return nil, fmt.Errorf("%s: %s", name, jsonerror.Words(err))
	}
	byNumber := make(map[int][]string, len(users))
	for user, sessions := range users {
		digits := user[len(strings.TrimRight(user, "0123456789")):]
		n, err := strconv.Atoi(digits)
		if err != nil {
			return nil, fmt.Errorf("%s: user %q, expected a number, be it after a name", name, user)
		}
		if _, ok := byNumber[n]; ok {
			return nil, fmt.Errorf("%s: user %d is there twice", name, n)
		}
		byNumber[n] = sessions
	}
	first := 0
	if _, ok := byNumber[0]; !ok {
		first = 1
	}
	all := make([][]string, len(byNumber))
	for i := range all {
		sessions, ok := byNumber[first+i]
		if !ok {
			return nil, fmt.Errorf("%s: user %d is missing, expected all numbers up to the largest", name, first+i)
		}
		all[i] = sessions
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: no user", name)
	}
	return all, nil
}
