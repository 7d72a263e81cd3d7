// Package stegvis is a client of the service, generated from its OpenAPI document by oapi-codegen: a method for each
// operation and a type for each schema. overlay.yaml says what Go can say and the document cannot.
package stegvis

//go:generate go tool oapi-codegen -config oapi-codegen.yaml -o client.gen.go ../../../../docs/openapi.json
