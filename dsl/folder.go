package dsl

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"time"

	"github.com/stegvis/stegvis/dsl/diag"
	"github.com/stegvis/stegvis/dsl/syntax"
)

// The most that a folder can hold.
const (
	maxFiles  = 10_000
	maxFolder = 64 << 20 // bytes of all its workflow files
)

// readTries is how often a folder is read anew when it changes while it is read. The last reading stands.
const readTries = 4

// ReadDir reads the workflow files of a folder as one consistent set: every *.toml that is not hidden, not those
// of folders below. A folder that changes meanwhile is read again. Each source is named by its path as dir is
// given, and they come by name.
//
// What is not a plain file within the folder is refused before anything of it is read: a link that leads out, a
// pipe, a device, a file over the limit of size. Links that stay within are followed, as in a folder that is
// swapped by one link (..data). What cannot be read is reported at the name it has.
func ReadDir(dir string, faults *diag.List) []*diag.Source {
	for try := 1; ; try++ {
		var found diag.List
		sources, steady := ReadDirOnce(dir, &found)
		if steady || try == readTries {
			*faults = append(*faults, found...)
			return sources
		}
		time.Sleep(time.Duration(try) * 5 * time.Millisecond)
	}
}

// ReadDirOnce reads as ReadDir does, once, and tells whether the folder held still meanwhile. Where it did not, what
// was read may be of two sets, or of a file that is half written.
func ReadDirOnce(dir string, faults *diag.List) (sources []*diag.Source, steady bool) {
	r := &folderReader{dir: dir, pinned: map[string]string{}}
	sources = r.read()
	*faults = append(*faults, r.faults...)
	return sources, !r.changed
}

// folderReader is one reading of a folder.
type folderReader struct {
	dir      string
	faults   diag.List
	changed  bool     // while it was read
	vanished []string // the names listed that led nowhere
	total    int64
	text     bytes.Buffer // of the file that is being read
	// pinned tells where the folders that links go through led when they were first come upon. Files that all lie
	// behind one link, which may be swapped to and fro, are so read from behind the same end of it.
	pinned map[string]string
}

// stamp is what shows that a file was changed.
type stamp struct {
	info fs.FileInfo
	link string // what it resolves to
}

func (r *folderReader) error(name, code string, args diag.Args) {
	if args == nil {
		args = diag.Args{}
	}
	args["Name"] = name
	r.faults.Error(diag.NewSource(name, "").At(0, 0), code, args)
}

func (r *folderReader) read() []*diag.Source {
	real, err := filepath.EvalSymlinks(r.dir)
	if errors.Is(err, fs.ErrNotExist) {
		r.error(r.dir, "no-folder", nil)
		return nil
	}
	if err != nil {
		r.error(r.dir, "folder-unreadable", diag.Args{"Why": why(err)})
		return nil
	}
	root, err := os.OpenRoot(real)
	if err != nil {
		r.error(r.dir, "folder-unreadable", diag.Args{"Why": why(err)})
		return nil
	}
	defer root.Close()
	if real, err = filepath.Abs(real); err != nil {
		r.error(r.dir, "folder-unreadable", diag.Args{"Why": why(err)})
		return nil
	}
	names, ok := r.list(root)
	if !ok {
		return nil
	}
	var sources []*diag.Source
	stamps := map[string]stamp{}
	for _, name := range names {
		src, s := r.file(root, real, name)
		if src == nil {
			continue
		}
		if r.total += int64(len(src.Text)); r.total > maxFolder {
			r.error(r.dir, "folder-too-large", diag.Args{"Max": maxFolder >> 20})
			return nil
		}
		stamps[name] = s
		sources = append(sources, src)
	}
	r.changed = r.changed || r.differs(root, real, names, stamps)
	return sources
}

// list returns the names of the workflow files of the folder, sorted.
func (r *folderReader) list(root *os.Root) ([]string, bool) {
	f, err := root.Open(".")
	if err != nil {
		r.error(r.dir, "folder-unreadable", diag.Args{"Why": why(err)})
		return nil, false
	}
	defer f.Close()
	var names []string
	for {
		some, err := f.Readdirnames(1000)
		for _, name := range some {
			if isWorkflowName(name) {
				names = append(names, name)
			}
		}
		if len(names) > maxFiles {
			r.error(r.dir, "too-many-files", diag.Args{"Max": maxFiles})
			return nil, false
		}
		if errors.Is(err, io.EOF) || err == nil && len(some) == 0 {
			break
		}
		if err != nil {
			r.error(r.dir, "folder-unreadable", diag.Args{"Why": why(err)})
			return nil, false
		}
	}
	sort.Strings(names)
	return names, true
}

func isWorkflowName(name string) bool {
	return strings.HasSuffix(name, ".toml") && !strings.HasPrefix(name, ".")
}

// resolve returns where the name leads, as a path within the root.
func (r *folderReader) resolve(real, name string) (string, error) {
	path := filepath.Join(real, name)
	link, err := os.Readlink(path)
	if err != nil {
		return name, nil // no link
	}
	if !filepath.IsAbs(link) && filepath.Dir(link) != "." {
		through := filepath.Dir(link)
		if r.pinned[through] == "" {
			if r.pinned[through], err = filepath.EvalSymlinks(filepath.Join(real, through)); err != nil {
				return "", err
			}
		}
		path = filepath.Join(r.pinned[through], filepath.Base(link))
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	rel, err := filepath.Rel(real, target)
	if err != nil || !filepath.IsLocal(rel) {
		return "", errOutside
	}
	return rel, nil
}

var errOutside = errors.New("outside the folder")

// file reads one file. It is looked at before it is opened, since to open a pipe or a device is to use it; the root
// then sees to it that nothing outside is opened, whatever has changed meanwhile.
func (r *folderReader) file(root *os.Root, real, name string) (*diag.Source, stamp) {
	shown := filepath.Join(r.dir, name)
	rel, err := r.resolve(real, name)
	if err != nil {
		r.refuse(shown, err)
		return nil, stamp{}
	}
	info, err := root.Lstat(rel)
	if err != nil {
		r.refuse(shown, err)
		return nil, stamp{}
	}
	switch {
	case !info.Mode().IsRegular():
		r.error(shown, "file-special", nil)
		return nil, stamp{}
	case info.Size() > syntax.MaxBytes:
		r.error(shown, "file-too-large", diag.Args{"Max": syntax.MaxBytes >> 10})
		return nil, stamp{}
	}
	f, err := root.OpenFile(rel, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		r.refuse(shown, err)
		return nil, stamp{}
	}
	defer f.Close()
	opened, err := f.Stat()
	if err != nil {
		r.refuse(shown, err)
		return nil, stamp{}
	}
	if !os.SameFile(info, opened) {
		r.changed = true
		if !opened.Mode().IsRegular() {
			r.error(shown, "file-special", nil)
			return nil, stamp{}
		}
	}
	r.text.Reset()
	r.text.Grow(int(min(opened.Size(), syntax.MaxBytes)) + bytes.MinRead) // one read for all, and room to see that it is
	_, err = r.text.ReadFrom(io.LimitReader(f, syntax.MaxBytes+1))
	switch {
	case err != nil:
		r.refuse(shown, err)
		return nil, stamp{}
	case r.text.Len() > syntax.MaxBytes:
		r.error(shown, "file-too-large", diag.Args{"Max": syntax.MaxBytes >> 10})
		return nil, stamp{}
	}
	return diag.NewSource(shown, r.text.String()), stamp{opened, rel}
}

// refuse reports a file that could not be read. One that has vanished since it was listed is looked for once more: it
// may also be a link that leads nowhere, and will be so however often it is read.
func (r *folderReader) refuse(shown string, err error) {
	switch {
	case errors.Is(err, errOutside):
		r.error(shown, "file-outside", nil)
	case errors.Is(err, fs.ErrNotExist):
		r.vanished = append(r.vanished, filepath.Base(shown))
		r.error(shown, "file-vanished", nil)
	default:
		r.error(shown, "file-unreadable", diag.Args{"Why": why(err)})
	}
}

// differs tells whether the folder is no longer as it was read.
func (r *folderReader) differs(root *os.Root, real string, names []string, stamps map[string]stamp) bool {
	before := len(r.faults)
	now, ok := r.list(root)
	r.faults = r.faults[:before]
	if !ok || strings.Join(now, "\x00") != strings.Join(names, "\x00") {
		return true
	}
	clear(r.pinned)
	for _, name := range r.vanished {
		if _, err := r.resolve(real, name); err == nil {
			return true
		}
	}
	for name, s := range stamps {
		rel, err := r.resolve(real, name)
		if err != nil || rel != s.link {
			return true
		}
		info, err := root.Lstat(rel)
		if err != nil || !os.SameFile(info, s.info) || info.Size() != s.info.Size() || !info.ModTime().Equal(s.info.ModTime()) {
			return true
		}
	}
	return false
}

// why is the reason that the system gives, without the paths that it knows the file by.
func why(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// ReadFS reads the workflow files of a file system that cannot change and holds nothing but plain files, such as one
// built into the program. Each source is named by its file.
func ReadFS(fsys fs.FS, faults *diag.List) []*diag.Source {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		faults.Error(diag.NewSource(".", "").At(0, 0), "folder-unreadable", diag.Args{"Name": ".", "Why": why(err)})
		return nil
	}
	var sources []*diag.Source
	for _, e := range entries {
		name := path.Base(e.Name())
		if e.IsDir() || !isWorkflowName(name) {
			continue
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			faults.Error(diag.NewSource(name, "").At(0, 0), "file-unreadable", diag.Args{"Name": name, "Why": why(err)})
			continue
		}
		sources = append(sources, diag.NewSource(name, string(text)))
	}
	return sources
}
