package live

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// save keeps the texts of what is live. It returns why that failed, "" where it did not: what is live serves all the
// same, and the next look tries again.
func (s *store) save(live []*entry) (why string) {
	if s == nil || len(live) == 0 { // a start that fails leaves what an earlier run has saved
		return ""
	}
	index, texts := describe(live)
	if bytes.Equal(index, s.index) {
		return ""
	}
	if err := s.write(index, texts); err != nil {
		s.log.Warn("what is live could not be saved; after a restart an earlier set would serve", "dir", s.dir, "why", err)
		return err.Error()
	}
	s.index = index
	s.sweep(texts)
	return ""
}

// describe returns the index of what is live, and the texts that it names.
func describe(live []*entry) (index []byte, texts map[string]string) {
	all := saved{Models: []savedModel{}}
	texts = map[string]string{}
	for _, e := range live {
		model := e.program.Model()
		m := savedModel{Model: model.ID, Version: model.Version, Hash: model.Hash}
		for _, f := range model.Files {
			digest := sum([]byte(f.Text))
			texts[digest] = f.Text
			m.Files = append(m.Files, savedFile{Name: baseName(f), Text: digest})
		}
		all.Models = append(all.Models, m)
	}
	body, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		panic(err) // strings alone
	}
	return append([]byte(indexHead+sum(body)+"\n"), body...), texts
}

// write puts the texts on the disk, and then, in one step, the index.
func (s *store) write(index []byte, texts map[string]string) error {
	folder := filepath.Join(s.dir, textsName)
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return err
	}
	added := false
	for digest, text := range texts {
		if s.has(digest) {
			continue
		}
		if err := replace(s.textPath(digest), []byte(text)); err != nil {
			return err
		}
		s.have[digest] = true
		added = true
	}
	if added {
		if err := syncFolder(folder); err != nil {
			return err
		}
	}
	if err := replace(filepath.Join(s.dir, indexName), index); err != nil {
		return err
	}
	return syncFolder(s.dir)
}

// has tells whether the text is there, and is what its name says.
func (s *store) has(digest string) bool {
	if s.have[digest] {
		_, err := os.Lstat(s.textPath(digest))
		return err == nil
	}
	_, err := s.text(digest)
	return err == nil
}

// temporary begins the names of files that are being written.
const temporary = "writing-"

// replace puts data at path so that at any moment either what was there before or all of it is.
func replace(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), temporary)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(data); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// syncFolder makes the names in a folder as lasting as what they name. Windows has no such thing.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// sweep removes the texts that the index does not name, and what an earlier run left half written. What cannot be
// removed does no harm.
func (s *store) sweep(texts map[string]string) {
	for _, folder := range []string{s.dir, filepath.Join(s.dir, textsName)} {
		files, err := os.ReadDir(folder)
		if err != nil {
			continue
		}
		for _, f := range files {
			_, wanted := texts[f.Name()]
			isText := folder != s.dir && len(f.Name()) == 64
			if strings.HasPrefix(f.Name(), temporary) || isText && !wanted {
				os.Remove(filepath.Join(folder, f.Name()))
				delete(s.have, f.Name())
			}
		}
	}
}
