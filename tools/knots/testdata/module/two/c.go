package two

func c() { d() }
