package tags

func system() { _ = Both }
