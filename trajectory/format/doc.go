// Package format reads and writes recorded workloads.
//
// [Open] recognises what it is given by content:
//
//   - a manifest of Artificial Analysis' local benchmark: a JSON object of mode
//     "single_user_agentic_replay" whose tasks name one JSON Lines trace each;
//   - rows, the form of the hosted benchmark: JSON Lines with one request per
//     line, which holds conversation_id, conversation_idx, messages and tools.
//     Conversations may be interleaved; the rows of each one come in order,
//     conversation_idx 0 first and without gaps;
//   - a folder: its manifest.json, else all its *.jsonl files as if they were
//     one file, in the order of their names.
//
// Files may be packed with gzip. A trace is a file of rows with more fields, so
// that it can also be opened on its own. [Write] writes a manifest and its
// traces, [WriteJSONL] writes rows.
//
// # Reading
//
// Every row repeats the whole conversation, so that a file is some forty times
// as large as what it says. A reader therefore works through one
// [trajectory.Store] and keeps no row but the last: memory follows the distinct
// content, and the longest line. A message is kept as recorded, with every key
// it has and in their order; only the spacing goes.
//
// What is wrong with a record is a [*SyntaxError], found by [errors.As]. A
// reader goes on after one and returns the first twenty together, with no
// workload: a trajectory with a turn left out would be a different load.
//
// # Trust
//
// Recordings are data from elsewhere. Lines, manifests and numbers are bounded,
// trace paths stay inside the manifest's folder, and recorded commands are
// neither kept nor run.
package format
