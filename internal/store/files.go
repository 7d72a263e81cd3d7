package store

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"errors"
	"io"
	"time"

	"github.com/stegvis/stegvis/dsl/diag"
)

// KeepFiles keeps the files that answers with the hash are made of, so that such an answer can be given again. Those that are kept
// already stay as they are.
func (tx *Tx) KeepFiles(hash string, files []*diag.Source) error {
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	for _, f := range files {
		w, err := z.Create(f.Name)
		if err == nil {
			_, err = io.WriteString(w, f.Text)
		}
		if err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	_, err := tx.exec(`INSERT INTO file_sets (hash, at, files) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, hash, micros(tx.at), packed.Bytes())
	return err
}

// Files returns the files that answers with the hash were made of; none where no answer had it.
func (tx *Tx) Files(hash string) (out []*diag.Source, err error) {
	var packed []byte
	err = tx.row(`SELECT files FROM file_sets WHERE hash = $1`, hash).Scan(&packed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, err
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(r)
		if err = errors.Join(err, r.Close()); err != nil {
			return nil, err
		}
		out = append(out, diag.NewSource(f.Name, string(text)))
	}
	return out, nil
}

// Activate keeps that from now on answers of a version of a model have the hash, whose files are kept. Where that is so already
// nothing is done, and added is false.
func (tx *Tx) Activate(model, version, hash string) (added bool, err error) {
	is, err := tx.ActiveAt(model, version, tx.at)
	if err != nil || is == hash {
		return false, err
	}
	n, err := tx.exec(`INSERT INTO activations (model, version, at, hash) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, model, version, micros(tx.at), hash)
	return n == 1, err
}

// ActiveAt returns the hash that answers of a version of a model had at a moment; "" where none were given yet.
func (tx *Tx) ActiveAt(model, version string, at time.Time) (hash string, err error) {
	err = tx.row(`SELECT hash FROM activations WHERE model = $1 AND version = $2 AND at <= $3 ORDER BY at DESC LIMIT 1`, model, version, micros(at)).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return hash, err
}

// LastActive returns, for every version of every model that ever answered, the hash that its answers had last.
func (tx *Tx) LastActive() (hashes map[[2]string]string, err error) {
	hashes = map[[2]string]string{}
	err = tx.each(func(rows *sql.Rows) error {
		var model, version, hash string
		err := rows.Scan(&model, &version, &hash)
		hashes[[2]string{model, version}] = hash
		return err
	}, `SELECT a.model, a.version, a.hash FROM activations a WHERE a.at = (SELECT MAX(b.at) FROM activations b WHERE b.model = a.model AND b.version = a.version)`)
	return hashes, err
}
