package live

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Who may ask what:
//
//	             reading                        steering
//	no token     whoever reaches loopback       nobody
//	a token,     whoever reaches loopback       whoever shows the token: Authorization: Bearer, or the form field "token"
//	 loopback
//	a token,     whoever shows the token:       whoever shows the token, likewise
//	 elsewhere   Bearer, or as the password
//	             of HTTP's basic login
//
// A page elsewhere on the web must not read or steer by the hands of a browser
// on this machine. It has no token, browsers tell where a request comes from
// (http.CrossOriginProtection), and a name that somebody has pointed at
// 127.0.0.1 is no name of ours.

// shortestToken is a bound against tokens that can be guessed.
const shortestToken = 8

// guard knows the token.
type guard struct {
	token    [sha256.Size]byte
	given    bool
	loopback bool
	host     string // of the listening address, as the user wrote it
}

func newGuard(token, host string, loopback bool) (*guard, error) {
	switch {
	case token == "" && !loopback:
		return nil, fmt.Errorf("%s is more than this machine's loopback: without a token everybody who reaches it could read", cmp.Or(host, "every address"))
	case token != "" && len(token) < shortestToken:
		return nil, fmt.Errorf("a token of %d characters can be guessed; use at least %d", len(token), shortestToken)
	}
	return &guard{token: sha256.Sum256([]byte(token)), given: token != "", loopback: loopback, host: host}, nil
}

func (g *guard) knows(token string) bool {
	sum := sha256.Sum256([]byte(token))
	return g.given && token != "" && subtle.ConstantTimeCompare(sum[:], g.token[:]) == 1
}

// bearer is the token of the Authorization header.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

var (
	errReadOnly = errors.New("this page is read-only: start the run with --ui-token TOKEN to steer it")
	errNoToken  = errors.New("steering needs the token that --ui-token gave: Authorization: Bearer TOKEN, or the field token")
	errNoReader = errors.New("reading needs the token that --ui-token gave: Authorization: Bearer TOKEN, or as the password of a login")
	errHost     = errors.New("this page goes by an address, by localhost, or by the name that --ui was given")
)

// protect is what every request passes.
func (g *guard) protect(next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if !g.ours(r.Host) {
			complain(w, http.StatusMisdirectedRequest, errHost)
			return
		}
		if !g.mayRead(r) {
			h.Set("WWW-Authenticate", `Basic realm="phonebank: any name, and the token as the password", charset="UTF-8"`)
			complain(w, http.StatusUnauthorized, errNoReader)
			return
		}
		origin.ServeHTTP(w, r)
	})
}

// ours says whether a Host header is one that no stranger can have made up.
func (g *guard) ours(hostPort string) bool {
	host := hostPort
	if h, _, err := net.SplitHostPort(hostPort); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if host == "localhost" || host != "" && host == strings.ToLower(g.host) {
		return true
	}
	_, err := netip.ParseAddr(host)
	return err == nil
}

func (g *guard) mayRead(r *http.Request) bool {
	if g.loopback {
		return true
	}
	_, password, _ := r.BasicAuth()
	return g.knows(bearer(r)) || g.knows(password)
}

// maySteer says why a request may not change the run; nil when it may. The
// login of a browser is not enough, because a browser sends it by itself.
func (g *guard) maySteer(r *http.Request, field string) (status int, err error) {
	switch {
	case !g.given:
		return http.StatusForbidden, errReadOnly
	case !g.knows(bearer(r)) && !g.knows(field):
		return http.StatusUnauthorized, errNoToken
	}
	return 0, nil
}
