package tags

func Both() { system() }
