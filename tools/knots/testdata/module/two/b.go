package two

func b() { a(); c() }
