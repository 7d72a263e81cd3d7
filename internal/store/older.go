package store

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"
)

// ErrNotBroughtUp is returned where a backup of an older form cannot be brought up to this one's, as where the folder for what is
// temporary has no room for it.
var ErrNotBroughtUp = errors.New("store: the backup has an older form and cannot be brought up to this one")

// NewestForm is the form of the tables in this version.
func NewestForm() int64 {
	var newest int64
	files, err := fs.ReadDir(onSQLite.migrations(), ".")
	if err != nil {
		panic(err)
	}
	for _, f := range files {
		n, err := goose.NumericComponent(f.Name())
		if err != nil {
			panic(err)
		}
		newest = max(newest, n)
	}
	return newest
}

// archive is a backup that is read.
type archive struct {
	*zip.Reader
	manifest
}

// broughtUp makes a backup of an older form into one of this version's, in a folder that done removes. It is laid into tables of its own
// form, which are then brought up as those of a database are that a newer version opens. So the database that it goes to sees none but
// the newest form, and takes all of it in one transaction.
func (a *archive) broughtUp(ctx context.Context) (_ *archive, done func(), err error) {
	dir, err := os.MkdirTemp("", "stegvis-restore-*")
	if err != nil {
		return nil, nil, err
	}
	undo := []func(){func() { os.RemoveAll(dir) }}
	done = func() {
		for i := range undo {
			undo[len(undo)-1-i]()
		}
	}
	defer func() {
		if err != nil {
			done()
		}
	}()
	d, write, read, err := open("sqlite:"+filepath.Join(dir, "older.db"), 1)
	if err != nil {
		return nil, nil, err
	}
	s := &Store{dialect: d, write: write, read: read, now: time.Now, form: NewestForm()}
	undo = append(undo, func() { s.Close() })
	m, err := s.migrator()
	if err != nil {
		return nil, nil, err
	}
	if _, err := m.UpTo(ctx, a.Schema); err != nil {
		return nil, nil, err
	}
	if err := s.InTx(ctx, func(tx *Tx) error { return tx.loadAll(a) }); err != nil {
		return nil, nil, err
	}
	if _, err := m.Up(ctx); err != nil {
		return nil, nil, err
	}
	f, err := os.CreateTemp(dir, "*.backup")
	if err != nil {
		return nil, nil, err
	}
	undo = append(undo, func() { f.Close() })
	if err := s.Backup(ctx, f); err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	newer, err := readArchive(f, info.Size())
	return newer, done, err
}

// FormError says that a backup has a form that this version does not know.
type FormError struct {
	Program string // that made it; "": it does not say
	Form    int64  // of its tables
}

func (e *FormError) Error() string {
	return fmt.Sprintf("store: the backup was made by another version (%s), with tables of form %d", e.Program, e.Form)
}
