// Package requestlog reads the records of finished load tests as phases, to be judged
// without a new run: the requests that this module writes, those of Artificial Analysis'
// client, and the exports of AIPerf.
//
//	set, err := requestlog.Read(ctx, []string{"results"}, requestlog.Options{})
//	for _, p := range set.Phases {
//		fmt.Println(p.Agents, len(p.Rows), p.Client)
//	}
//
// Every file is untrusted: its type is looked at before it is opened, lines and rows are
// bounded, and whatever is wrong with a row is an error that names file and line. What a
// verdict needs and nobody wrote down is an error that says what is missing; it is never
// made up.
//
// The rows of other clients have fewer figures than a phase of this module: no pauses, no
// draws and no stamps but those of the first token and the end. Output speed then rests on
// the time to the end of the response; see [Phase.Basis].
package requestlog
