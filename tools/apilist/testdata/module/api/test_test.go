package api

func Tested() {}
