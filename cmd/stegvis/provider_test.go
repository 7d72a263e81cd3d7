package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// provider is the command `provider FOLDER` of the scripts: an identity provider that answers until it is ended. It writes its address
// to FOLDER/issuer, last, and tokens of a service and an actor to FOLDER/service.token and FOLDER/actor.token.
func provider(args []string) int {
	if err := provide(args[0]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func provide(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	issuer := "http://" + l.Addr().String()
	part := base64.RawURLEncoding.EncodeToString
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return err
	}
	for name, roles := range map[string][]string{"service": {"stegvis:service"}, "actor": {"stegvis:actor:fk", "other"}} {
		payload, err := json.Marshal(map[string]any{
			"iss": issuer, "aud": "stegvis", "sub": "19121212-1212", "exp": time.Now().Add(time.Hour).Unix(), "realm_access": map[string]any{"roles": roles}, "org": "fk-nord",
		})
		if err != nil {
			return err
		}
		text := part([]byte(`{"alg":"ES256","kid":"k"}`)) + "." + part(payload)
		sum := sha256.Sum256([]byte(text))
		r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
		if err != nil {
			return err
		}
		signature := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		if err := os.WriteFile(filepath.Join(dir, name+".token"), []byte(text+"."+part(signature)), 0o600); err != nil {
			return err
		}
	}
	answers := func(v any) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { json.NewEncoder(w).Encode(v) }
	}
	http.HandleFunc("/.well-known/openid-configuration", answers(map[string]string{"issuer": issuer, "jwks_uri": issuer + "/keys"}))
	http.HandleFunc("/keys", answers(map[string]any{"keys": []map[string]string{{"kty": "EC", "crv": "P-256", "kid": "k", "x": part(point[1:33]), "y": part(point[33:])}}}))
	if err := os.WriteFile(filepath.Join(dir, "issuer"), []byte(issuer), 0o600); err != nil {
		return err
	}
	return http.Serve(l, nil)
}
