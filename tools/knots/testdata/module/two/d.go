package two

func d() { e() }
