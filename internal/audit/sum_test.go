package audit_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"
)

// sumOf is the digest of a row's canonical JSON: keys sorted, nothing between, which encoding/json does for a map of such values.
func sumOf(t *testing.T, row map[string]any) string {
	t.Helper()
	text, err := json.Marshal(row)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
