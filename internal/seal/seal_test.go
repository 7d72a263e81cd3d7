package seal_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stegvis/stegvis/internal/seal"
)

func ring(t rapid.TB, masters ...string) *seal.Ring {
	t.Helper()
	r, err := seal.ParseRing("# the newest first\n\n" + strings.Join(masters, "\n") + "\n")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOnlyTheKeyAndTheLabelOpenWhatIsSealed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := ring(t, seal.NewMaster())
		key, wrapped := r.NewKey("a")
		text := rapid.SliceOf(rapid.Byte()).Draw(t, "text")
		sealed := key.Seal(text, "fact 1")
		if len(text) > 8 && bytes.Contains(sealed, text) {
			t.Fatal("the text can be read in what is sealed")
		}
		same, err := r.Unwrap(wrapped, "a")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := same.Open(sealed, "fact 1"); err != nil || !bytes.Equal(got, text) {
			t.Fatalf("opened %q, %v", got, err)
		}
		if _, err := same.Open(sealed, "fact 2"); !errors.Is(err, seal.ErrOpen) {
			t.Fatalf("opened with another label: %v", err)
		}
		other, _ := r.NewKey("a")
		if _, err := other.Open(sealed, "fact 1"); !errors.Is(err, seal.ErrOpen) {
			t.Fatalf("opened with another key: %v", err)
		}
		flipped := bytes.Clone(sealed)
		flipped[rapid.IntRange(0, len(flipped)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := same.Open(flipped, "fact 1"); !errors.Is(err, seal.ErrOpen) {
			t.Fatalf("opened though a bit was another: %v", err)
		}
		if _, err := r.Unwrap(wrapped, "b"); !errors.Is(err, seal.ErrOpen) {
			t.Fatalf("the key of one case was unwrapped as another's: %v", err)
		}
	})
}

func TestAMasterKeyIsChangedWithoutLosingAnything(t *testing.T) {
	before, after := seal.NewMaster(), seal.NewMaster()
	key, wrapped := ring(t, before).NewKey("a")
	sealed := key.Seal([]byte("x"), "")
	both, only := ring(t, after, before), ring(t, after)
	if _, err := only.Unwrap(wrapped, "a"); !errors.Is(err, seal.ErrNoMaster) {
		t.Fatalf("without the old master key: %v", err)
	}
	moved, changed, err := both.Rewrap(wrapped, "a")
	if err != nil || !changed {
		t.Fatal(changed, err)
	}
	if _, changed, err := both.Rewrap(moved, "a"); changed || err != nil {
		t.Fatal("wrapped anew though it was", err)
	}
	again, err := only.Unwrap(moved, "a")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := again.Open(sealed, ""); err != nil || string(text) != "x" {
		t.Fatal(string(text), err)
	}
}

func TestDigestsFindATextAgainAndTellNothingWithoutTheKey(t *testing.T) {
	r := ring(t, seal.NewMaster())
	a, wrapped := r.NewKey("index")
	b, _ := r.NewKey("index")
	same, err := r.Unwrap(wrapped, "index")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Digest("ref", "x"), same.Digest("ref", "x")) {
		t.Error("the digest of the same text is another")
	}
	for name, other := range map[string][]byte{"another text": a.Digest("ref", "y"), "another kind": a.Digest("re", "fx"), "another key": b.Digest("ref", "x")} {
		if bytes.Equal(a.Digest("ref", "x"), other) {
			t.Errorf("%s has the same digest", name)
		}
	}
}

func TestAFaultyRingNamesTheLineAndNotTheKey(t *testing.T) {
	good := seal.NewMaster()
	for _, c := range []struct{ text, want string }{
		{"", "there is no key"},
		{"# nothing", "there is no key"},
		{good + "\nhemligt", "line 2 is no key: 32 bytes in base64 are expected"},
		{good[:40], "line 1 is no key: 32 bytes in base64 are expected"},
		{good + "\n\n" + good, "line 3: the key stands twice"},
	} {
		if _, err := seal.ParseRing(c.text); err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}
