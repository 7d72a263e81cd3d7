// Package door finds out who asks: by a key that was given out here (keys.go), by a token of an identity provider (tokens.go,
// claims.go), or by the certificate of the client (certificates.go). Whoever it is certain of becomes an access.Principal; to all
// others no more is said than that it is not certain, whatever the reason: the reason is for the log of whoever runs the service,
// and holds nothing of what was sent.
//
// What a request says of itself must hold: a token that is no longer valid is not made good by a certificate beside it.
//
// The files that the door reads can be changed while the service is running (file.go): a certificate of the service before it
// runs out (tls.go), a client's that is to open nothing any more.
package door
