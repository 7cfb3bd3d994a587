// Command cmd is no part of an API.
package main

func Exported() {}

func main() {}
