package tags

func system() { other() }

func other() { Both() }
