package door

import (
	"context"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// Patient lets a provider take its time: that of a busy machine is nobody's fault.
func Patient() { askTimeout = time.Minute }

// ErrTooSoon is what a look at the keys comes to shortly after another.
var ErrTooSoon = errTooSoon

// Verify verifies a signature by the keys, as a token's is.
func Verify(ctx context.Context, set oidc.KeySet, text string) ([]byte, error) {
	var why error
	return keys{set}.VerifySignature(context.WithValue(ctx, outcome{}, &why), text)
}
