// SPDX-License-Identifier: BSD-2-Clause

package deps

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"goknot/helper/internal/golist"
)

// copyTree makes the copy appear whole or not at all. One that is there is complete, and the files of a version
// never change.
func (opt Options) copyTree(c Copy, m *golist.Module) error {
	if _, err := os.Stat(c.Dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(c.Dir), 0o777); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(c.Dir), ".tmp-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := copyFiles(tmp, c.Origin); err != nil {
		return fmt.Errorf("copying %s: %w", c.Origin, err)
	}
	if err := opt.completeGoMod(tmp, m); err != nil {
		return err
	}
	if err := os.Chmod(tmp, 0o755); err != nil {
		return err
	}
	return os.Rename(tmp, c.Dir)
}

// copyFiles clears the cache's read-only bits, so that the copy can be removed like any directory.
func copyFiles(to, from string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		switch target := filepath.Join(to, rel); {
		case d.IsDir():
			return os.MkdirAll(target, 0o755)
		case d.Type().IsRegular():
			return copyFile(target, path)
		}
		return nil // module archives hold nothing else
	})
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm()|0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	return err
}

// completeGoMod gives the copy the go.mod that the module has in the module graph. A module from before modules
// has none in its archive, only in the cache; that of a replacement may bear its own name, which the go command
// accepts of a version but not of a directory.
func (opt Options) completeGoMod(dir string, m *golist.Module) error {
	name := filepath.Join(dir, "go.mod")
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		text := []byte("module " + m.Path + "\n")
		if m.GoMod != "" {
			if text, err = os.ReadFile(m.GoMod); err != nil {
				return err
			}
		}
		if err := os.WriteFile(name, text, 0o644); err != nil {
			return err
		}
	}
	if m.Replace == nil {
		return nil
	}
	return opt.edit("mod", name, "-module="+m.Path)
}
