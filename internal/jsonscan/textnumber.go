package jsonscan

// Uint passes a whole number of up to nine digits that is not negative and is
// written without a point or an exponent.
func (t Text) Uint(i int) (n, after int) {
	i = t.Space(i)
	end := t.digits(i)
	if end > min(len(t), i+9) || t[i] == '0' && end > i+1 {
		return 0, Mistake
	}
	for ; i < end; i++ {
		n = 10*n + int(t[i]-'0')
	}
	return n, end
}

func (t Text) number(i int) int {
	if i < len(t) && t[i] == '-' {
		i++
	}
	if i < len(t) && t[i] == '0' {
		i++
	} else {
		i = t.digits(i)
	}
	if i < len(t) && t[i] == '.' {
		i = t.digits(i + 1)
	}
	if i < len(t) && (t[i] == 'e' || t[i] == 'E') {
		if i++; i < len(t) && (t[i] == '+' || t[i] == '-') {
			i++
		}
		i = t.digits(i)
	}
	return i
}

// digits passes one digit or more.
func (t Text) digits(i int) int {
	start := i
	for i < len(t) && isDigit(t[i]) {
		i++
	}
	if i == start {
		return Mistake
	}
	return i
}
