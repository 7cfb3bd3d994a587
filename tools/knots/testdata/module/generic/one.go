package generic

var one G[int]
