package hidden

type Number int
