// Package generate makes coding-agent sessions up, for when there are no
// recordings to replay or none that can be shared:
//
//	sessions := generate.Preset(generate.AALike) // the published shape of AA-AgentPerf
//	sessions.Seed = 1
//	workload := sessions.Workload()
//
//	stats := recorded.Stats()                    // nothing but numbers is taken from it
//	sessions = generate.Like(stats)
//	sessions.Trajectories = 100
//	if err := sessions.Validate(); err != nil {
//		return err
//	}
//	workload = sessions.Workload()
//
// # What the sessions are
//
// Requests are well-formed chats: a system prompt, a message from the user, then
// answers with tool calls, each followed by its results, and in some presets
// further messages from the user. There are no subagents.
//
// All text is filler: common three-letter words drawn at random, a word and a
// space for each token, so 4 bytes to a token. The JSON of each message and of the
// tools is a whole number of tokens long. [trajectory.Turn.PromptTokens] is
// their sum, which is what a server reports that counts one token for every 4
// bytes. The message of an answer is [trajectory.Turn.OutputTokens] long, which is
// at least what its tool calls take as JSON. A server with a real tokenizer and chat
// template counts differently; trust its usage.
//
// The same fields give the same bytes, on processors whose exponential function
// rounds alike. Session i depends on the preset or statistics, the seed and i, not on
// the number of sessions. The lengths of a set's sessions are spread evenly over
// their distribution, so that every set has its mean and its long sessions
// whatever the seed. Delays do not depend on which tool is called.
//
// # The presets
//
// The presets at seed 0, as [trajectory.Stats] has them:
//
//	                            demo   aa-like  claude-code-like
//	trajectories                  12       500               100
//	requests                     117     19069              8088
//	turns, mean                   10        38                81
//	turns, P50                    10        30                46
//	turns, P95                    12        98               260
//	turns, max                    12       200               878
//	input tokens, mean          3903     26832             83328
//	input tokens, P50           3749     20814             77868
//	input tokens, P95           6342     69261            153161
//	input tokens, max           7465    129333            170600
//	output tokens, mean           50       400               379
//	output tokens, P50            45       149               216
//	output tokens, P95            80      1924              1242
//	output tokens, max            80      8192              7309
//	input growth, mean           425       739              1669
//	input growth, P50            385       386               722
//	input growth, P95            848      2579              5590
//	input growth, max           1048     10873             61490
//	tool delay in s, mean       0.17      1.40             20.30
//	tool delay in s, P50        0.15      1.05              0.39
//	tool delay in s, P95        0.32      3.91             56.26
//	tool delay in s, max        0.40      5.00           6228.72
//	human delay in s, mean         -         -               576
//	human delay in s, P50          -         -               113
//	human delay in s, P95          -         -              2193
//	human delay in s, max          -         -             52288
//	turns with tools          89.7 %    97.4 %            88.0 %
//	  of them parallel         9.5 %    10.0 %            10.6 %
//	resets                         0         0               165
//	prefix reuse              84.8 %    96.8 %            96.4 %
//	  with scaffolds shared   88.4 %    97.2 %            96.6 %
//	scaffolds                      1         1                 2
//	MB of distinct content       0.2      57.0              74.0
//	MB of all requests             2      2047              2696
package generate
