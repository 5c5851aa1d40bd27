package live

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/net/netutil"

	"github.com/phonebank/phonebank/phone"
	"github.com/phonebank/phonebank/scenario/report"
)

//go:embed web
var web embed.FS

// mostConnections bounds what browsers cost this process, whose descriptors
// are the phones'.
const mostConnections = 128

// Server serves a page.
type Server struct {
	page     *Page
	guard    *guard
	listener net.Listener
	server   *http.Server
	done     chan error
}

// Serve serves the page at an address such as 127.0.0.1:8080; port 0 takes a
// free one. An address beyond loopback needs a token.
func Serve(p *Page, address, token string) (*Server, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%q is no address: want HOST:PORT, such as 127.0.0.1:8080", address)
	}
	resolved, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, err
	}
	g, err := newGuard(token, host, resolved.IP.IsLoopback())
	if err != nil {
		return nil, err
	}
	listener, err := net.ListenTCP("tcp", resolved)
	if err != nil {
		return nil, err
	}
	s := &Server{page: p, guard: g, listener: listener, done: make(chan error, 1)}
	s.server = &http.Server{
		Handler: s.handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	go func() { s.done <- s.server.Serve(netutil.LimitListener(listener, mostConnections)) }()
	return s, nil
}

// URL is where the page is.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() + "/" }

// Steerable says whether the page has a token.
func (s *Server) Steerable() bool { return s.guard.given }

// Close lets streams send what they have, and ends everything else.
func (s *Server) Close() error {
	s.page.streams.close()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := s.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.server.Close() // whoever does not read
	}
	if served := <-s.done; !errors.Is(served, http.ErrServerClosed) {
		return errors.Join(err, served)
	}
	return err
}

// handler is every address of the page; the README names those for programs.
func (s *Server) handler() http.Handler {
	own, err := fs.Sub(web, "web")
	if err != nil {
		panic(err) // it is part of the program
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", file(own, "index.html"))
	for name, from := range map[string]fs.FS{
		"live.js": own, "live.css": own, "phone.js": own, "icon.svg": own,
		"charts.js": report.Assets(), "report.css": report.Assets(), "uplot/uPlot.iife.min.js": report.Assets(), "uplot/uPlot.min.css": report.Assets(),
	} {
		mux.HandleFunc("GET /assets/"+name, file(from, name))
	}
	mux.HandleFunc("GET /phone/{name}", s.page.phonePage)
	mux.HandleFunc("GET /events", s.page.follow)
	mux.HandleFunc("GET /api/snapshot", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.page.now()) })
	mux.HandleFunc("GET /api/phones", s.page.listPhones)
	mux.HandleFunc("GET /api/phones/{name}", s.page.onePhone)
	mux.HandleFunc("GET /api/access", func(w http.ResponseWriter, _ *http.Request) { answer(w, map[string]bool{"steerable": s.guard.given}) })
	mux.HandleFunc("POST /api/pace", s.pace)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.page.metrics.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: scraping}))
	return s.guard.protect(mux)
}

// file serves one file of the program.
func file(from fs.FS, name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, from, name) }
}

// Sizes of a page of the list of phones.
const (
	usualLimit = 50
	mostLimit  = 1000
)

// listPhones answers GET /api/phones?q=&state=&model=&group=&cause=&message=&offset=&limit=.
func (p *Page) listPhones(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	q := Query{
		Search: asked.Get("q"), State: asked.Get("state"), Model: asked.Get("model"), Group: asked.Get("group"),
		Cause: asked.Get("cause"), Message: asked.Get("message"), Limit: usualLimit,
	}
	for name, into := range map[string]*int{"offset": &q.Offset, "limit": &q.Limit} {
		if text := asked.Get(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 {
				complain(w, http.StatusBadRequest, fmt.Errorf("%s %q: want a number from 0", name, text))
				return
			}
			*into = n
		}
	}
	q.Limit = min(q.Limit, mostLimit)
	answer(w, p.roster.list(q))
}

// onePhone answers GET /api/phones/SEP….
func (p *Page) onePhone(w http.ResponseWriter, r *http.Request) {
	s, err := p.find(r.PathValue("name"))
	if err != nil {
		complain(w, http.StatusNotFound, err)
		return
	}
	answer(w, s.view())
}

func (p *Page) find(name string) (*sighting, error) {
	parsed, err := phone.ParseName(name)
	if err != nil {
		return nil, err
	}
	if s := p.roster.find(parsed); s != nil {
		return s, nil
	}
	return nil, fmt.Errorf("%s is no phone of this run, or has not been switched on yet", parsed)
}

func answer(w http.ResponseWriter, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		complain(w, http.StatusInternalServerError, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	// A client that is gone has nothing to be told.
	_, _ = w.Write(append(text, '\n'))
}

// complain answers with an error.
func complain(w http.ResponseWriter, status int, err error) {
	text, _ := json.Marshal(map[string]string{"error": err.Error()}) // strings always encode
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n'))
}
