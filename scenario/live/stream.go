package live

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Bounds of streams of server-sent events. A message is kept once for all
// clients; one that has fallen behind by so many is dropped, and may come back
// for the whole.
const (
	mostStreams  = 16
	mostUnread   = 8
	writing      = 10 * time.Second // for one message
	eachComment  = 15 * time.Second // so that both ends notice when the other is gone
	retryAfterMS = 2000
)

var (
	errTooMany = fmt.Errorf("%d browsers follow this run already", mostStreams)
	errEnded   = errors.New("the page is closed")
)

// streams is everybody who follows the run.
type streams struct {
	mu     sync.Mutex
	all    map[*stream]bool
	closed bool
}

// stream is one of them. Its channel is closed when it is dropped.
type stream struct{ messages chan []byte }

func (s *streams) join(first ...[]byte) (*stream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errEnded
	}
	if len(s.all) >= mostStreams {
		return nil, errTooMany
	}
	if s.all == nil {
		s.all = make(map[*stream]bool)
	}
	joined := &stream{make(chan []byte, mostUnread+len(first))}
	for _, m := range first {
		joined.messages <- m
	}
	s.all[joined] = true
	return joined, nil
}

func (s *streams) leave(one *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all[one] {
		delete(s.all, one)
		close(one.messages)
	}
}

// send makes a message, if anybody is there to hear it, and never waits.
func (s *streams) send(event string, what func() any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) == 0 {
		return
	}
	m := message(event, what())
	for one := range s.all {
		select {
		case one.messages <- m:
		default:
			delete(s.all, one)
			close(one.messages)
		}
	}
}

// close ends every stream after what it has been sent.
func (s *streams) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for one := range s.all {
		delete(s.all, one)
		close(one.messages)
	}
}

// message is one server-sent event; JSON has no line breaks.
func message(event string, v any) []byte {
	var b bytes.Buffer
	text, err := json.Marshal(v)
	if err != nil { // a number that is none
		event, text = "fault", []byte(`"this could not be written as JSON"`)
	}
	fmt.Fprintf(&b, "event: %s\ndata: %s\n\n", event, text)
	return b.Bytes()
}

// follow answers GET /events.
func (p *Page) follow(w http.ResponseWriter, r *http.Request) {
	one, err := p.join()
	if err != nil {
		w.Header().Set("Retry-After", "10")
		complain(w, http.StatusServiceUnavailable, err)
		return
	}
	defer p.streams.leave(one)
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	put := func(b []byte) bool {
		// Both are there with net/http; a wrapper without them has no deadline to miss.
		_ = out.SetWriteDeadline(time.Now().Add(writing))
		_, err := w.Write(b)
		return err == nil && out.Flush() == nil
	}
	if !put(fmt.Appendf(nil, "retry: %d\n\n", retryAfterMS)) {
		return
	}
	alive := time.NewTicker(eachComment)
	defer alive.Stop()
	for {
		select {
		case m, open := <-one.messages:
			if !open || !put(m) {
				return
			}
		case <-alive.C:
			if !put([]byte(": here\n\n")) {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}
