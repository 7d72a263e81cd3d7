package live

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/stegvis/stegvis/dsl"
	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/interpreter"
)

// store is the state folder. It holds texts/DIGEST, the texts that the live models were made from, each named by the
// SHA-256 of its bytes, and index, which tells the models and their texts. The index is replaced in one step, after
// the texts that it names are on the disk, so that it never names what is not there. Its first line holds its own
// digest. Whatever does not match its digest is ignored: a damaged state folder costs the last good set, nothing more.
type store struct {
	dir       string
	workflows string
	log       hclog.Logger
	index     []byte          // the last that was written
	have      map[string]bool // the texts that are known to be there and right
}

// saved is what the index tells.
type saved struct {
	Models []savedModel `json:"models"`
}

type savedModel struct {
	Model   string      `json:"model"`
	Version string      `json:"version"`
	Hash    string      `json:"hash"`
	Files   []savedFile `json:"files"`
}

type savedFile struct {
	Name string `json:"name"` // within the folder
	Text string `json:"text"` // its digest
}

const (
	indexName = "index"
	textsName = "texts"
	indexHead = "stegvis live set 1 sha256:"
	maxIndex  = 64 << 20
	maxText   = 1 << 20
)

// newStore returns the state folder that cfg names, nil where it names none. A nil store keeps nothing.
func newStore(log hclog.Logger, cfg Config) *store {
	if cfg.StateDir == "" {
		return nil
	}
	return &store{dir: cfg.StateDir, workflows: cfg.Dir, log: log, have: map[string]bool{}}
}

// load returns the models that were live when the last index was written, as entries that are served from there.
func (s *store) load(now time.Time) (entries []*entry) {
	if s == nil {
		return nil
	}
	index, err := s.readIndex()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		s.log.Warn("the saved set cannot be used", "dir", s.dir, "why", err)
		return nil
	}
	for _, m := range index.Models {
		e, err := s.model(m)
		if err != nil {
			s.log.Warn("a saved model cannot be used", "model", m.Model, "version", m.Version, "why", err)
			continue
		}
		e.since = now
		entries = append(entries, e)
	}
	return sortEntries(entries)
}

func (s *store) readIndex() (*saved, error) {
	data, err := readPlain(filepath.Join(s.dir, indexName), maxIndex)
	if err != nil {
		return nil, err
	}
	head, body, _ := bytes.Cut(data, []byte("\n"))
	if string(head) != indexHead+sum(body) {
		return nil, errors.New("the index is damaged")
	}
	var index saved
	if err := json.Unmarshal(body, &index); err != nil {
		return nil, err
	}
	return &index, nil
}

// model makes a program of a saved model. It must come out as the very one that was saved.
func (s *store) model(m savedModel) (e *entry, err error) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("a fault of stegvis itself", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = errors.New("a fault of stegvis itself")
		}
	}()
	var sources []*diag.Source
	for _, f := range m.Files {
		if filepath.Base(f.Name) != f.Name {
			return nil, errors.New("the index names a file outside the folder")
		}
		text, err := s.text(f.Text)
		if err != nil {
			return nil, err
		}
		sources = append(sources, diag.NewSource(filepath.Join(s.workflows, f.Name), text))
	}
	for _, loaded := range dsl.Load(sources).Models {
		if loaded.ID == m.Model && loaded.Version == m.Version && loaded.Hash == m.Hash {
			program := interpreter.Compile(loaded)
			return &entry{key: Key{m.Model, m.Version}, file: baseName(loaded.Files[0]), program: program, saved: true}, nil
		}
	}
	return nil, errors.New("its texts do not make it any more")
}

func (s *store) text(digest string) (string, error) {
	data, err := readPlain(s.textPath(digest), maxText)
	if err != nil {
		return "", err
	}
	if sum(data) != digest {
		return "", errors.New("a text is damaged")
	}
	s.have[digest] = true
	return string(data), nil
}

func (s *store) textPath(digest string) string {
	return filepath.Join(s.dir, textsName, filepath.Base(digest))
}

// readPlain reads a plain file of at most the given size. What is no plain file is not opened.
func readPlain(path string, most int64) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > most {
		return nil, fmt.Errorf("%s is no plain file of at most %d bytes", path, most)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}

func sum(data []byte) string {
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:])
}
