package access

import "errors"

// ErrUnknown is returned where it is not certain who asks; ErrForbidden to who may not do this, or not for this purpose.
var (
	ErrUnknown   = errors.New("access: it is not certain who asks")
	ErrForbidden = errors.New("access: forbidden")
)
