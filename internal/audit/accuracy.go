package audit

import "context"

// CodeWrong is of answers that a checker does not accept.
const CodeWrong = "wrong_answers"

// accuracy gives the answers of free length to the checker. A prompt whose answer failed
// leaves it incomplete as other checks are.
func (a *Audit) accuracy(ctx context.Context, r *Result) Check {
	if a.cfg.Check == nil {
		return skipped(CodeWrong, "accuracy not checked: nobody said what is right")
	}
	have, c, ok := with(CodeWrong, a.items, free)
	if !ok {
		return c
	}
	var first error
	for _, it := range have {
		err := a.cfg.Check(ctx, it.got[free].body, it.got[free].text)
		if ctx.Err() != nil {
			return Check{CodeWrong, Incomplete, "interrupted"}
		}
		r.Checked++
		if err != nil {
			if r.Wrong++; first == nil {
				first = err
			}
		}
	}
	if r.Wrong > 0 {
		return found(CodeWrong, "%d of %d answers are wrong: %s", r.Wrong, r.Checked, brief(first))
	}
	return passed(CodeWrong, "all %d answers are right", r.Checked)
}

// brief returns the first line of an error, bounded: a checker may say what a server sent.
func brief(err error) string {
	const most = 200
	text := []rune(err.Error())
	for i, r := range text {
		if r == '\n' || i == most {
			return string(text[:i])
		}
	}
	return string(text)
}
