// Package deploy holds what starts a fleet on Kubernetes and on bare machines, and the tests of
// it: manifests, units of systemd, the recipe of an image and a script that makes certificates.
// There is nothing to import.
package deploy
