package embedded

type outer struct{ Inner }

var value outer
