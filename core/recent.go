package core

import (
	"bytes"
	"sync"
)

// recentFiles is how many signed files are kept: phones ask again within a
// second when an answer was lost, and a signature costs an RSA operation.
const recentFiles = 512

// recent keeps the files that were signed last, so that a core in trouble does
// not sign the same file again for every impatient phone.
type recent struct {
	mu    sync.Mutex
	files map[string]recentFile
	order [recentFiles]string
	next  int
}

type recentFile struct{ content, file []byte }

// get returns the file of this name made from this content, or makes it.
func (r *recent) get(name string, content []byte, make func() ([]byte, error)) ([]byte, error) {
	r.mu.Lock()
	kept, ok := r.files[name]
	r.mu.Unlock()
	if ok && bytes.Equal(kept.content, content) {
		return kept.file, nil
	}
	file, err := make()
	if err != nil {
		return nil, err
	}
	r.keep(name, recentFile{content, file})
	return file, nil
}

func (r *recent) keep(name string, f recentFile) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.files == nil {
		r.files = map[string]recentFile{}
	}
	if _, ok := r.files[name]; !ok {
		delete(r.files, r.order[r.next])
		r.order[r.next] = name
		r.next = (r.next + 1) % recentFiles
	}
	r.files[name] = f
}
