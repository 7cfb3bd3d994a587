// Package check tests the manifests of fleet/deploy with the types of Kubernetes, and its command
// lines with the program itself. It is a module of its own, so that Kubernetes is not the fleet's.
package check
