package api

func Windows() {}
