// Prints what Flux's own library makes of a directory that a Kustomization follows: the objects after the build and the
// substitution of variables, without the common metadata, which another part of Flux adds.
//
// usage: flux REPOSITORY DIRECTORY KUSTOMIZATION.yaml
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/fluxcd/pkg/kustomize"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(repository, directory, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	object := unstructured.Unstructured{}
	if err := yaml.Unmarshal(text, &object.Object); err != nil {
		return err
	}
	folder := filepath.Join(repository, directory)
	if _, err := kustomize.NewGenerator(repository, object).WriteFile(folder); err != nil {
		return err
	}
	built, err := kustomize.SecureBuild(repository, folder, false)
	if err != nil {
		return err
	}
	for _, resource := range built.Resources() {
		if _, postBuild, _ := unstructured.NestedMap(object.Object, "spec", "postBuild"); postBuild {
			strategy, _, _ := unstructured.NestedString(object.Object, "spec", "postBuild", "substituteStrategy")
			filled, err := kustomize.SubstituteVariables(context.Background(), nil, object, resource,
				kustomize.SubstituteWithDryRun(true), kustomize.SubstituteWithAlways(strategy == "Always"))
			if err != nil {
				return err
			}
			if filled != nil {
				resource = filled
			}
		}
		printed, err := resource.AsYAML()
		if err != nil {
			return err
		}
		fmt.Printf("---\n%s", printed)
	}
	return nil
}
