// Package seal keeps what is said of a person readable only for as long as it may be. Each case has a key of its own, under which
// everything personal in it is sealed (AES-256 in Galois/Counter Mode). That key is itself kept only wrapped, sealed under a master
// key that is not in the database. So a copy of the database alone tells nothing that was said of anybody (which steps the
// cases wait for, by their ids, it does tell), and to destroy the key of a case is to erase what was said in it everywhere at once: in
// copies, in logs of the database, in an audit chain whose links must not change.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// KeySize is the length of every key, in bytes.
const KeySize = 32

// ErrOpen is returned for what was not sealed under the key, not with the label, or has been changed.
var ErrOpen = errors.New("seal: cannot be opened with this key")

// ErrNoMaster is returned for a key that is wrapped under a master key that the ring does not hold.
var ErrNoMaster = errors.New("seal: the master key is not in the ring")

// BadRing is the error for a text that holds no master keys as they are to be.
type BadRing struct {
	Line  int  // at which it shows; 0: there is no key at all
	Twice bool // the key stands there a second time; else it is none
}

func (b *BadRing) Error() string {
	switch {
	case b.Line == 0:
		return "there is no key"
	case b.Twice:
		return fmt.Sprintf("line %d: the key stands twice", b.Line)
	}
	return fmt.Sprintf("line %d is no key: %d bytes in base64 are expected", b.Line, KeySize)
}

// Ring holds the master keys: the first wraps, all of them unwrap, so that a master key can be changed for another without
// stopping. A Ring never changes; any number of goroutines can use it at once.
type Ring struct{ masters []master }

type master struct {
	id   string
	aead cipher.AEAD
}

// NewMaster returns a new master key as text, to be kept outside the database.
func NewMaster() string {
	key := make([]byte, KeySize)
	rand.Read(key) // never fails
	return base64.StdEncoding.EncodeToString(key)
}

// ParseRing reads master keys, one a line: 32 bytes in base64. Empty lines and those that begin with # are passed over. The newest
// stands first. The error, a BadRing, names the line and never what stands there.
func ParseRing(text string) (*Ring, error) {
	r := &Ring{}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(key) != KeySize {
			return nil, &BadRing{Line: i + 1}
		}
		sum := sha256.Sum256(append([]byte("stegvis master key\x00"), key...))
		m := master{hex.EncodeToString(sum[:8]), gcm(key)}
		for _, other := range r.masters {
			if other.id == m.id {
				return nil, &BadRing{Line: i + 1, Twice: true}
			}
		}
		r.masters = append(r.masters, m)
	}
	if len(r.masters) == 0 {
		return nil, &BadRing{}
	}
	return r, nil
}

// IDs names the master keys of the ring, without telling them, the one that wraps first.
func (r *Ring) IDs() (ids []string) {
	for _, m := range r.masters {
		ids = append(ids, m.id)
	}
	return ids
}

// Key seals what belongs together and is erased together, as a case.
type Key struct {
	aead  cipher.AEAD
	index []byte // keys the digests
}

// Wrapped is a key as it is kept.
type Wrapped struct {
	Master string // names the master key
	Sealed []byte
}

// NewKey returns a new key, and how it is kept for what the label names.
func (r *Ring) NewKey(label string) (*Key, Wrapped) {
	key := make([]byte, KeySize)
	rand.Read(key)
	m := r.masters[0]
	return newKey(key), Wrapped{m.id, m.aead.Seal(nil, nil, key, []byte(label))}
}

// Unwrap returns a key that is kept for what the label names.
func (r *Ring) Unwrap(w Wrapped, label string) (*Key, error) {
	key, err := r.unwrap(w, label)
	if err != nil {
		return nil, err
	}
	return newKey(key), nil
}

func (r *Ring) unwrap(w Wrapped, label string) ([]byte, error) {
	for _, m := range r.masters {
		if m.id != w.Master {
			continue
		}
		key, err := m.aead.Open(nil, nil, w.Sealed, []byte(label))
		if err != nil || len(key) != KeySize {
			return nil, ErrOpen
		}
		return key, nil
	}
	return nil, ErrNoMaster
}

// Rewrap wraps a key under the newest master key; changed is false where it is already.
func (r *Ring) Rewrap(w Wrapped, label string) (out Wrapped, changed bool, err error) {
	m := r.masters[0]
	if w.Master == m.id {
		return w, false, nil
	}
	key, err := r.unwrap(w, label)
	if err != nil {
		return w, false, err
	}
	return Wrapped{m.id, m.aead.Seal(nil, nil, key, []byte(label))}, true, nil
}

func newKey(key []byte) *Key {
	index, err := hkdf.Key(sha256.New, key, nil, "stegvis index", KeySize)
	if err != nil {
		panic(err) // the length is one that it gives
	}
	return &Key{gcm(key), index}
}

// Digest returns a digest by which a text of a kind can be found again without being kept. Without the key nobody can tell what
// the text was, not even by trying.
func (k *Key) Digest(kind, text string) []byte {
	h := hmac.New(sha256.New, k.index)
	h.Write([]byte(kind + "\x00" + text))
	return h.Sum(nil)
}

// Seal seals a text. The label says what it is and where it belongs; it is not kept, and must be given again to open it, so that
// one sealed text cannot be put in the place of another.
func (k *Key) Seal(text []byte, label string) []byte {
	return k.aead.Seal(nil, nil, text, []byte(label))
}

// Open returns what was sealed with the label.
func (k *Key) Open(sealed []byte, label string) ([]byte, error) {
	text, err := k.aead.Open(nil, nil, sealed, []byte(label))
	if err != nil {
		return nil, ErrOpen
	}
	return text, nil
}

// gcm seals under a key, each text with a nonce of its own that is drawn and kept before it: fit for some billions of texts a key.
func gcm(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the length is right
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return aead
}
